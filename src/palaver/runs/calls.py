"""How the calls of one step stand, as the fold of their events; it makes none and decides about none."""

from typing import Any, Literal, assert_never

import msgspec

from palaver.core.events import (
    ApprovalAsked,
    ApprovalResolved,
    QuestionAnswered,
    QuestionAsked,
    ToolCalled,
    ToolFinished,
    ToolHanded,
    ToolStarted,
)
from palaver.core.ids import RunId, UserId

CallEvent = (
    ToolStarted | ToolHanded | ToolFinished | ApprovalAsked | ApprovalResolved | QuestionAsked | QuestionAnswered
)

# asked: nobody has looked at it yet. waiting: a person has to say something. approved: a person said yes.
# started: it is being made, or was when the process went away. handed: the client makes it, after the run.
CallState = Literal["asked", "waiting", "approved", "started", "handed"]

RUN_AGAIN = "Run it again"
LEAVE_IT = "Leave it"


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A call that is open. `arguments` are those that are run: a hook or a person may have changed the model's."""

    called: ToolCalled
    arguments: dict[str, Any]
    state: CallState = "asked"
    replay_safe: bool = False
    edited: bool = False
    asked_yes: bool = False  # an approval is pending, not a question
    child_run_id: RunId | None = None
    told_by: UserId | None = None  # who said something about it, where that is not who asked
    result: ToolFinished | None = None

    @property
    def id(self) -> str:
        """The call's id."""
        return self.called.call_id

    @property
    def open(self) -> bool:
        """Whether something is still to be done about it in this run."""
        return self.result is None and self.state != "handed"

    @property
    def name(self) -> str:
        """The tool's name."""
        return self.called.name


def evolve(open_calls: tuple[Call, ...], event: CallEvent) -> tuple[Call, ...]:
    """The calls after something happened to one of them; unknown ones change nothing."""
    return tuple(_evolve(call, event) if _is_of(event, call) else call for call in open_calls)


def _is_of(event: CallEvent, call: Call) -> bool:
    # A tool that asks in mid-call does so under its call's id, a dot and a number: the call itself goes on.
    return event.call_id == call.id and call.result is None


def _evolve(call: Call, event: CallEvent) -> Call:
    match event:
        case ToolStarted(arguments=arguments, replay_safe=replay_safe, child_run_id=child):
            return msgspec.structs.replace(
                call, state="started", arguments=arguments, replay_safe=replay_safe, child_run_id=child
            )
        case ToolHanded():
            return msgspec.structs.replace(call, state="handed")
        case ToolFinished():
            return msgspec.structs.replace(call, result=event)
        case ApprovalAsked(arguments=arguments):
            return msgspec.structs.replace(call, state="waiting", arguments=arguments, asked_yes=True)
        case ApprovalResolved(decision="approve", arguments=arguments):
            edited = arguments is not None
            run_with = call.arguments if arguments is None else arguments
            return msgspec.structs.replace(call, state="approved", arguments=run_with, edited=edited, asked_yes=False)
        case QuestionAsked():
            return msgspec.structs.replace(call, state="waiting")
        case QuestionAnswered(answers=answers, user_id=who):
            # Only a call that was cut goes on after its question; other answers come as the call's result.
            state = "approved" if answers == ((RUN_AGAIN,),) else call.state
            return msgspec.structs.replace(call, state=state, told_by=who)
        case ApprovalResolved(user_id=who):
            return msgspec.structs.replace(call, told_by=who)  # a rejection comes as the call's result
        case _:
            assert_never(event)
