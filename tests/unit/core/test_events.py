"""The events of a run: one closed union that survives being JSON."""

import json
from collections.abc import Iterable
from typing import get_args

import msgspec
from hypothesis import given, settings

from palaver.core import events
from palaver.core.events import Fact, RunEvent, Told
from tests.unit.any_events import KINDS, any_event

# As the contract lists what clients are told.
TOLD = {
    "session", "run", "content", "reasoning", "tool_call_delta", "tool_call", "tool_started", "tool_handed",
    "tool_progress", "tool_result", "approval", "approval_resolved", "question", "question_answered", "hook",
    "notice", "care", "limit", "control", "waiting", "subagent", "step_restarted", "compacted", "title", "usage",
    "message", "error", "done",
}  # fmt: skip
FACTS = {
    "cancel_requested", "model_replied", "model_switched", "reasoning_sealed", "instructions_added", "pushed",
    "output_refused", "output_accepted",
}  # fmt: skip


def tags(kinds: Iterable[type[RunEvent]]) -> set[object]:
    return {kind.__struct_config__.tag for kind in kinds}


@settings(max_examples=60)
@given(any_event)
def test_an_event_is_read_back_as_it_was_written(event: RunEvent) -> None:
    assert msgspec.json.decode(msgspec.json.encode(event), type=RunEvent) == event


@settings(max_examples=30)
@given(any_event)
def test_what_kind_of_event_it_is_stands_first(event: RunEvent) -> None:
    written = json.loads(msgspec.json.encode(event))
    assert next(iter(written)) == "type"
    assert written["type"] in TOLD | FACTS


def test_every_event_of_the_module_belongs_to_the_union_and_is_told_or_a_fact() -> None:
    own = [kind for name, kind in vars(events).items() if isinstance(kind, type) and not name.startswith("_")]
    kinds = [kind for kind in own if kind.__module__ == events.__name__ and issubclass(kind, msgspec.Struct)]
    tagged = {kind for kind in kinds if kind.__struct_config__.tag is not None}
    assert tagged == set(get_args(RunEvent))
    assert (tags(get_args(Told)), tags(get_args(Fact))) == (TOLD, FACTS)


def test_there_is_an_example_of_every_kind_of_event() -> None:
    assert list(KINDS) == list(get_args(RunEvent))
