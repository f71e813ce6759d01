"""What a run is, as the fold of its events, and what it wants; it does nothing about it.

`evolve` takes any event at any time: what is over stays over, and what comes too late changes nothing.
"""

from collections.abc import Iterable
from functools import reduce
from typing import assert_never

import msgspec

from palaver.core.errors import PalaverError
from palaver.core.events import (
    CancelRequested,
    MessageFinished,
    ModelReplied,
    ModelSwitched,
    ReasoningGrew,
    RunDone,
    RunEvent,
    RunFailed,
    RunStarted,
    SessionOpened,
    StepRestarted,
    TextGrew,
    TitleChanged,
    ToolCalled,
    ToolCallGrew,
    UsageCounted,
)
from palaver.core.messages import FinishReason, MessageError
from palaver.core.usage import Usage

UNTOLD = (CancelRequested, ModelReplied, ModelSwitched)  # facts of the journal that clients are not told


class Ending(msgspec.Struct, frozen=True):
    """How a run is going to end, once that is settled."""

    reason: FinishReason
    usage: Usage | None = None
    error: MessageError | None = None


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One turn: what was said in the step under way, and how it ends once that is settled."""

    started: bool = False
    model: str = ""
    provider: str = ""
    text: str = ""
    reasoning: str = ""
    calls: tuple[ToolCalled, ...] = ()
    ending: Ending | None = None
    over: FinishReason | None = None


class AskModel(msgspec.Struct, frozen=True):
    """The model should be answering."""


class Conclude(msgspec.Struct, frozen=True):
    """The answer should be written down, and the run ended."""


Want = AskModel | Conclude


def wants(run: Run) -> frozenset[Want]:
    """What should be under way. A finished run wants nothing: that is cancellation."""
    if run.over is not None or not run.started:
        return frozenset()
    return frozenset({AskModel()}) if run.ending is None else frozenset({Conclude()})


def evolve(run: Run, event: RunEvent) -> Run:
    """The run after one more event."""
    return run if run.over is not None else _evolve(run, event)


def resume(events: Iterable[RunEvent]) -> Run:
    """The run that these events tell of."""
    return reduce(evolve, events, Run())


def _evolve(run: Run, event: RunEvent) -> Run:
    match event:
        case RunStarted(model=model, provider=provider):
            return msgspec.structs.replace(run, started=True, model=model, provider=provider)
        case TextGrew() | ReasoningGrew() | ToolCallGrew() | ToolCalled():
            return _grow(run, event) if run.ending is None else run
        case StepRestarted():
            return msgspec.structs.replace(run, text="", reasoning="", calls=())
        case ModelSwitched(model=model, provider=provider):
            return msgspec.structs.replace(run, model=model, provider=provider)
        case ModelReplied() | CancelRequested() | RunFailed():
            return run if run.ending else msgspec.structs.replace(run, ending=_ending(event))
        case RunDone(finish_reason=reason):
            return msgspec.structs.replace(run, over=reason)
        case SessionOpened() | TitleChanged() | UsageCounted() | MessageFinished():
            return run
        case _:
            assert_never(event)


def _grow(run: Run, event: TextGrew | ReasoningGrew | ToolCallGrew | ToolCalled) -> Run:
    match event:
        case TextGrew(content=content):
            return msgspec.structs.replace(run, text=run.text + content)
        case ReasoningGrew(content=content):
            return msgspec.structs.replace(run, reasoning=run.reasoning + content)
        case ToolCalled():
            return msgspec.structs.replace(run, calls=(*run.calls, event))
        case ToolCallGrew():
            return run
        case _:
            assert_never(event)


def _ending(event: ModelReplied | CancelRequested | RunFailed) -> Ending:
    match event:
        case ModelReplied(finish_reason=reason, usage=usage):
            return Ending(reason, usage)
        case CancelRequested():
            return Ending("interrupted")
        case RunFailed(code=code, message=message):
            return Ending("error", error=MessageError(code, message))
        case _:
            assert_never(event)


def failure(error: PalaverError) -> RunFailed:
    """An error as the event that tells of it."""
    return RunFailed(code=error.code, message=error.detail, retryable=error.retryable)
