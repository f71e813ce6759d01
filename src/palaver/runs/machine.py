"""What a run is, as the fold of its events, and what it wants; it does nothing about it.

`evolve` takes any event at any time: what is over stays over, and what comes too late changes nothing.
"""

from collections.abc import Iterable
from functools import reduce
from typing import assert_never, get_args

import msgspec

from palaver.core.errors import PalaverError
from palaver.core.events import (
    ApprovalAsked,
    ApprovalResolved,
    CancelRequested,
    CareTold,
    Compacted,
    Controlled,
    Fact,
    HookFired,
    InstructionsAdded,
    LimitReached,
    MessageFinished,
    ModelReplied,
    ModelSwitched,
    Noticed,
    OutputAccepted,
    OutputRefused,
    Pushed,
    QuestionAnswered,
    QuestionAsked,
    ReasoningGrew,
    ReasoningSealed,
    RunDone,
    RunEvent,
    RunFailed,
    RunStarted,
    RunWaits,
    SessionOpened,
    StepRestarted,
    SubagentTold,
    TextGrew,
    TitleChanged,
    ToolCalled,
    ToolCallGrew,
    ToolFinished,
    ToolHanded,
    ToolProgressed,
    ToolStarted,
    UsageCounted,
)
from palaver.core.messages import FinishReason, MessageError
from palaver.core.permissions import PermissionMode
from palaver.runs import calls, steps
from palaver.runs.calls import Call
from palaver.runs.steps import Steps

UNTOLD = get_args(Fact)  # facts of the journal that clients are not told

_OfCalls = ToolStarted | ToolHanded | ToolFinished | ApprovalAsked | ApprovalResolved | QuestionAsked | QuestionAnswered


class Ending(msgspec.Struct, frozen=True):
    """How a run is going to end, once that is settled."""

    reason: FinishReason
    error: MessageError | None = None


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One turn: what was said in its steps, which calls are open, and how it ends once that is settled.

    `calls` are those of the step that replied last, until all of them are answered. `helps` is what whoever asked was
    told of who helps.
    """

    started: bool = False
    model: str = ""
    provider: str = ""
    steps: Steps = Steps()
    calls: tuple[Call, ...] = ()
    mode: PermissionMode | None = None
    helps: CareTold | None = None
    ending: Ending | None = None
    over: FinishReason | None = None


class AskModel(msgspec.Struct, frozen=True):
    """The model should be answering."""


class UseTool(msgspec.Struct, frozen=True):
    """This call should be looked at, and made if it may be."""

    call_id: str


class AskPerson(msgspec.Struct, frozen=True):
    """A person should say something about this call: nothing is under way meanwhile."""

    call_id: str


class AwaitChild(msgspec.Struct, frozen=True):
    """The run that answers this call should end: nothing of this run is under way meanwhile."""

    call_id: str


class Conclude(msgspec.Struct, frozen=True):
    """The answer should be written down, and the run ended."""


class Rest(msgspec.Struct, frozen=True):
    """Nothing is left to do until somebody else did something: the run should wait as a row."""


Waiting = AskPerson | AwaitChild
Want = AskModel | UseTool | AskPerson | AwaitChild | Conclude | Rest


def wants(run: Run) -> frozenset[Want]:
    """What should be under way. A finished run wants nothing: that is cancellation."""
    if run.over is not None or not run.started:
        return frozenset()
    if run.ending is not None:
        return frozenset({Conclude()})
    wanted = frozenset(_want_of(call) for call in run.calls if call.open)
    return wanted or frozenset({AskModel()})


def _want_of(call: Call) -> Want:
    if call.state == "waiting":
        return AskPerson(call.id)
    if call.state == "started" and call.child_run_id is not None:
        return AwaitChild(call.id)
    return UseTool(call.id)


def evolve(run: Run, event: RunEvent) -> Run:
    """The run after one more event."""
    return run if run.over is not None else _evolve(run, event)


def resume(events: Iterable[RunEvent]) -> Run:
    """The run that these events tell of."""
    return reduce(evolve, events, Run())


def _evolve(run: Run, event: RunEvent) -> Run:
    if isinstance(event, _OfCalls):
        return _answered(run, event)
    match event:
        case (
            TextGrew()
            | ReasoningGrew()
            | ReasoningSealed()
            | ToolCalled()
            | StepRestarted()
            | OutputRefused()
            | OutputAccepted()
            | InstructionsAdded()
            | Pushed()
        ):
            return _grown(run, event)
        case ModelReplied():
            return _replied(run, event)
        case CancelRequested() | RunFailed() | LimitReached():
            return run if run.ending else msgspec.structs.replace(run, ending=_ending(event))
        case CareTold():
            return run if run.ending or event.user_id else msgspec.structs.replace(run, helps=event)
        case RunStarted() | ModelSwitched() | Controlled() | RunDone():
            return _changed(run, event)
        case (
            SessionOpened()
            | TitleChanged()
            | Compacted()
            | UsageCounted()
            | MessageFinished()
            | ToolCallGrew()
            | ToolProgressed()
            | HookFired()
            | Noticed()
            | RunWaits()
            | SubagentTold()
        ):
            return run
        case _:
            assert_never(event)


def _changed(run: Run, event: RunStarted | ModelSwitched | Controlled | RunDone) -> Run:
    match event:
        case RunStarted(model=model, provider=provider):
            return msgspec.structs.replace(run, started=True, model=model, provider=provider)
        case ModelSwitched(model=model, provider=provider):
            return msgspec.structs.replace(run, model=model, provider=provider)
        case Controlled(permission_mode=mode, model=model, provider=provider):
            return msgspec.structs.replace(
                run, mode=mode or run.mode, model=model or run.model, provider=provider or run.provider
            )
        case RunDone(finish_reason=reason):
            return msgspec.structs.replace(run, over=reason)
        case _:
            assert_never(event)


def _grown(run: Run, event: steps.Grown) -> Run:
    if run.ending is not None or run.calls:  # a step that asked for calls says no more until they are answered
        return run
    return msgspec.structs.replace(run, steps=steps.grow(run.steps, event))


def _replied(run: Run, event: ModelReplied) -> Run:
    if run.ending is not None or run.calls:
        return run
    counted = steps.reply(run.steps, event)
    if run.steps.asked:
        opened = tuple(Call(called=called, arguments=called.arguments) for called in run.steps.asked)
        return msgspec.structs.replace(run, steps=counted, calls=opened)
    return msgspec.structs.replace(run, steps=counted, ending=Ending(event.finish_reason))


def _answered(run: Run, event: _OfCalls) -> Run:
    if run.ending is not None and not isinstance(event, ToolFinished):
        return run
    after = calls.evolve(run.calls, event)
    if after and all(call.result is not None for call in after):
        return msgspec.structs.replace(run, steps=steps.close(run.steps, after), calls=())
    if after and run.ending is None and not any(call.open for call in after):  # what is left is the client's to do
        return msgspec.structs.replace(run, calls=after, ending=Ending("tool_calls"))
    return msgspec.structs.replace(run, calls=after)


def _ending(event: CancelRequested | RunFailed | LimitReached) -> Ending:
    match event:
        case CancelRequested():
            return Ending("interrupted")
        case RunFailed(code=code, message=message):
            return Ending("error", MessageError(code, message))
        case LimitReached(code=code, message=message):
            return Ending("length", MessageError(code, message))
        case _:
            assert_never(event)


def failure(error: PalaverError) -> RunFailed:
    """An error as the event that tells of it."""
    return RunFailed(code=error.code, message=error.detail, retryable=error.retryable)
