"""What webhooks tell, by name: one closed list, and which event of a run each name stands for; it tells nobody."""

from collections.abc import Mapping
from typing import Literal, get_args

from palaver.core.events import (
    ApprovalAsked,
    Compacted,
    MessageFinished,
    QuestionAsked,
    RunDone,
    RunEvent,
    RunFailed,
    RunStarted,
    RunWaits,
    SessionOpened,
)

EventName = Literal[
    "session.created",
    "session.title_changed",
    "session.compacted",
    "session.deleted",
    "message.created",
    "run.started",
    "run.waiting",
    "run.finished",
    "run.failed",
    "approval.requested",
    "question.requested",
    "webhook.disabled",
    "webhook.test",
]
# What can be asked for; a test is sent to whoever is tested.
WantedName = Literal[
    "*",
    "session.created",
    "session.title_changed",
    "session.compacted",
    "session.deleted",
    "message.created",
    "run.started",
    "run.waiting",
    "run.finished",
    "run.failed",
    "approval.requested",
    "question.requested",
    "webhook.disabled",
]
EVERYTHING = "*"
NAMES: tuple[EventName, ...] = get_args(EventName)

_OF_RUNS: Mapping[type[object], EventName] = {
    RunStarted: "run.started",
    RunWaits: "run.waiting",
    ApprovalAsked: "approval.requested",
    QuestionAsked: "question.requested",
    MessageFinished: "message.created",
    Compacted: "session.compacted",
    RunFailed: "run.failed",
    RunDone: "run.finished",
    SessionOpened: "session.created",
}
# Of runs below another run, people hear only what they are to do.
_OF_RUNS_BELOW = frozenset({"approval.requested", "question.requested"})


def name_of(event: RunEvent, *, below: bool = False) -> EventName | None:
    """Under which name an event of a run is told, if it is; `below` another run."""
    name = _OF_RUNS.get(type(event))
    if name is None or (below and name not in _OF_RUNS_BELOW):
        return None
    if isinstance(event, RunDone) and event.finish_reason == "error":
        return None  # told as what it failed with
    if isinstance(event, SessionOpened) and not event.created:
        return None
    return name


def wants(asked_for: str, name: EventName) -> bool:
    """Whether somebody who asked for these names, as they are kept, is told this one."""
    names = asked_for.split(" ")
    return EVERYTHING in names or name in names
