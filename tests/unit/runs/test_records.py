"""Events as they are written down: whatever was said comes back as it was, with the number it had."""

import json
from itertools import pairwise
from typing import get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from palaver.core.events import (
    CancelRequested,
    Fact,
    OutputAccepted,
    ReasoningGrew,
    RunEvent,
    Stamped,
    StepRestarted,
    TextGrew,
    ToolCalled,
)
from palaver.core.ids import Seq
from palaver.runs.machine import UNTOLD
from palaver.runs.records import Growth, bundle, joined, kind, record, unbundle
from tests.unit.any_events import KINDS, any_event, grown, numbered

journals = some.lists(grown | any_event, max_size=16)
firsts = some.integers(1, 10**15)


@given(journals, firsts)
def test_a_bundle_comes_apart_into_what_was_put_in(events: list[RunEvent], first: int) -> None:
    stamped = numbered(events, first)
    assert list(unbundle(bundle(stamped))) == stamped


@given(journals, firsts)
def test_single_records_come_apart_like_a_bundle(events: list[RunEvent], first: int) -> None:
    stamped = numbered(events, first)
    assert list(unbundle(b"\n".join(record(one.seq, one.event) for one in stamped))) == stamped


@given(any_event, firsts)
def test_a_record_is_json_on_one_line_with_its_type_first_and_its_number(event: RunEvent, first: int) -> None:
    (stamped,) = numbered([event], first)
    line = record(stamped.seq, event)
    written = json.loads(line)
    told = [] if isinstance(event, UNTOLD) else ["seq"]
    assert list(written)[: 1 + len(told)] == ["type", *told]
    assert written == {**json.loads(msgspec.json.encode(event)), **dict.fromkeys(told, first)}
    assert len(line.splitlines()) == 1
    assert kind(line) == written["type"]


@given(journals)
def test_joined_growth_says_the_same_in_the_same_order(events: list[RunEvent]) -> None:
    assert pieces(joined(events)) == pieces(events)


@given(journals)
def test_after_joining_no_two_pieces_of_one_kind_stand_side_by_side(events: list[RunEvent]) -> None:
    whole = joined(events)
    assert joined(whole) == whole
    assert not any(isinstance(one, Growth) and type(one) is type(after) for one, after in pairwise(whole))


def test_pieces_of_one_kind_become_one_and_everything_else_stands_as_it_is() -> None:
    call = ToolCalled(call_id="1", name="look", arguments={"cuts": []})
    said: list[RunEvent] = [
        TextGrew(content="a"),
        TextGrew(content="b"),
        ReasoningGrew(content="c"),
        TextGrew(content="d"),
        call,
        call,
        TextGrew(content="e"),
    ]
    assert joined(said) == [
        TextGrew(content="ab"), ReasoningGrew(content="c"), TextGrew(content="d"), call, call, TextGrew(content="e")
    ]  # fmt: skip


def test_a_bundle_keeps_adjacent_text_in_one_line() -> None:
    said = numbered([TextGrew(content="é"), TextGrew(content=""), TextGrew(content="👩‍👩‍👧\n")], 7)
    assert json.loads(bundle(said)) == {"type": "content", "seq": 7, "cuts": [1, 0, 6], "content": "é👩‍👩‍👧\n"}


def test_a_fact_that_is_not_told_has_no_number_and_comes_back_with_zero() -> None:
    assert json.loads(record(Seq(0), CancelRequested())) == {"type": "cancel_requested", "reason": "user"}
    assert list(unbundle(record(Seq(0), CancelRequested()))) == [Stamped(Seq(0), CancelRequested())]


@pytest.mark.parametrize("kind_of", list(KINDS), ids=lambda kind_of: kind_of.__name__)
@settings(max_examples=5)
@given(data=some.data(), seq=firsts)
def test_an_event_of_every_kind_comes_back_with_its_number_or_as_a_fact_without_one(
    kind_of: type[RunEvent], data: some.DataObject, seq: int
) -> None:
    event = data.draw(KINDS[kind_of])
    numbered_as = 0 if kind_of in get_args(Fact) else seq
    assert numbered([event], seq) == [Stamped(Seq(numbered_as), event)]
    line = record(Seq(seq), event)
    assert list(unbundle(line)) == [Stamped(Seq(numbered_as), event)]
    assert ("seq" in json.loads(line)) is (numbered_as > 0)


def test_an_answer_with_a_field_called_cuts_is_no_text_with_cuts() -> None:
    accepted = OutputAccepted(value={"cuts": [1]})
    assert list(unbundle(bundle([Stamped(Seq(0), accepted)]))) == [Stamped(Seq(0), accepted)]


def test_nothing_comes_apart_into_nothing() -> None:
    assert bundle([]) == b""
    assert list(unbundle(b"")) == []


def test_an_event_with_numbers_of_its_own_keeps_them() -> None:
    assert list(unbundle(record(Seq(9), StepRestarted(from_seq=Seq(3))))) == [
        Stamped(Seq(9), StepRestarted(from_seq=Seq(3)))
    ]


def pieces(events: list[RunEvent]) -> list[object]:
    """Every character that was said with what kind it was, and every other event."""
    told: list[object] = []
    for event in events:
        told += [(type(event), sign) for sign in event.content] if isinstance(event, Growth) else [event]
    return told
