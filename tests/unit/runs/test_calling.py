"""Pieces of calls become whole calls: each with an id of its own in the run, or with what is wrong with it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from palaver.core.events import ToolCalled, ToolCallGrew
from palaver.core.messages import ToolCallPart
from palaver.inference.port import ToolCallPiece
from palaver.runs.calling import NO_OBJECT, CallsHeard, server_of
from palaver.runs.machine import Run
from palaver.runs.steps import Steps
from tests.unit.any_events import objects


def heard(*pieces: ToolCallPiece, before: tuple[str, ...] = ()) -> tuple[list[ToolCallGrew], list[ToolCalled]]:
    past = tuple(ToolCallPart(call_id=one, name="look", arguments={}) for one in before)
    calls = CallsHeard(Run(steps=Steps(past=past)))
    return [calls.heard(piece) for piece in pieces], calls.whole()


def test_pieces_of_several_calls_that_come_in_turns_are_put_together() -> None:
    grown, whole = heard(
        ToolCallPiece(0, "a", "look", '{"at"'),
        ToolCallPiece(1, "b", "mcp__eyes__see", ""),
        ToolCallPiece(0, "a", "look", ':"it"}'),
    )
    assert whole == [
        ToolCalled(call_id="a", name="look", arguments={"at": "it"}),
        ToolCalled(call_id="b", name="mcp__eyes__see", arguments={}, server="eyes"),
    ]
    assert [(one.call_id, one.arguments_delta) for one in grown] == [("a", '{"at"'), ("b", ""), ("a", ':"it"}')]


def test_nothing_heard_is_no_call() -> None:
    assert heard() == ([], [])


@given(some.lists(some.sampled_from(["a", "b", ""]), max_size=6), some.lists(some.sampled_from(["a", "b", "c"])))
def test_ids_are_a_runs_own_whatever_a_vendor_calls_them(ids: list[str], before: list[str]) -> None:
    pieces = [ToolCallPiece(at, one, "look", half) for half in ('{"n":', "1}") for at, one in enumerate(ids)]
    grown, whole = heard(*pieces, before=tuple(before))
    named = [one.call_id for one in whole]
    assert len(set(named)) == len(named) == len(ids)
    assert not set(named) & set(before)
    assert all(named)
    assert [one.call_id for one in grown] == named * 2
    assert all(one.arguments == {"n": 1} for one in whole)


def test_an_id_that_nobody_took_is_the_vendors() -> None:
    assert heard(ToolCallPiece(0, "a", "look", ""), before=("b",))[1][0].call_id == "a"


@given(objects, some.integers(0, 20))
def test_arguments_are_the_same_wherever_they_were_cut(arguments: dict[str, Any], cut: int) -> None:
    text = json.dumps(arguments)
    (call,) = heard(ToolCallPiece(0, "a", "look", text[:cut]), ToolCallPiece(0, "a", "look", text[cut:]))[1]
    assert (call.arguments, call.flaw) == (arguments, None)


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_no_arguments_are_none(text: str) -> None:
    (call,) = heard(ToolCallPiece(0, "a", "look", text))[1]
    assert (call.arguments, call.flaw) == ({}, None)


@pytest.mark.parametrize("text", ["{", '{"a":1}}', "{'a': 1}", "\ud800", '{"a": NaN}'])
def test_arguments_that_are_no_json_are_a_flaw_and_empty(text: str) -> None:
    (call,) = heard(ToolCallPiece(0, "a", "look", text))[1]
    assert call.arguments == {}
    assert call.flaw is not None
    assert call.flaw.startswith("The arguments are not JSON")


@pytest.mark.parametrize("text", ["[]", "1", '"x"', "null"])
def test_arguments_that_are_no_object_are_a_flaw(text: str) -> None:
    (call,) = heard(ToolCallPiece(0, "a", "look", text))[1]
    assert (call.arguments, call.flaw) == ({}, NO_OBJECT)


@pytest.mark.parametrize(
    ("name", "server"),
    [
        ("mcp__eyes__see", "eyes"),
        ("mcp__eyes__see__far", "eyes"),
        ("mcp__eyes", None),
        ("look", None),
        ("my__a__b", None),
    ],
)
def test_the_server_of_a_tool_is_in_its_name(name: str, server: str | None) -> None:
    assert server_of(name) == server
