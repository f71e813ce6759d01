"""The events of a run: one closed union that survives being JSON."""

import json
from typing import get_args

import msgspec
from hypothesis import given, settings

from palaver.core import events
from palaver.core.events import RunEvent
from tests.unit.any_events import any_event

# As the contract lists what clients are told so far, and after it the facts that they are not told.
TAGS = {
    "session", "run", "content", "reasoning", "tool_call_delta", "tool_call", "step_restarted", "title", "usage",
    "message", "error", "done", "cancel_requested", "model_replied", "model_switched",
}  # fmt: skip


@settings(max_examples=60)
@given(any_event)
def test_an_event_is_read_back_as_it_was_written(event: RunEvent) -> None:
    assert msgspec.json.decode(msgspec.json.encode(event), type=RunEvent) == event


@settings(max_examples=30)
@given(any_event)
def test_what_kind_of_event_it_is_stands_first(event: RunEvent) -> None:
    written = json.loads(msgspec.json.encode(event))
    assert next(iter(written)) == "type"
    assert written["type"] in TAGS


def test_every_event_of_the_module_belongs_to_the_union() -> None:
    kinds = [kind for name, kind in vars(events).items() if isinstance(kind, type) and not name.startswith("_")]
    tagged = {kind for kind in kinds if issubclass(kind, msgspec.Struct) and kind.__struct_config__.tag is not None}
    assert tagged == set(get_args(RunEvent))
    assert {kind.__struct_config__.tag for kind in tagged} == TAGS
