"""The events of a run: one closed union for the journal, SSE, WebSocket, webhooks and the SDK.

Numbers, run and session stand outside (`seq`, `run_id`, `session_id` are added when an event is told).
Facts (`Fact`) are journaled and folded, and not told: they have no number.
"""

from typing import Any, Literal

import msgspec

from palaver.core.care import CareResource, Urgency
from palaver.core.ids import MessageId, RunId, Seq, SessionId, UserId
from palaver.core.messages import Author, FilePart, FinishReason, ImagePart, Message
from palaver.core.permissions import PermissionMode
from palaver.core.questions import Question
from palaver.core.usage import Usage


class _Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", gc=False):
    """What every event has in common: its tag `type`."""


class SessionOpened(_Event, frozen=True, tag="session"):
    """Always first: which session this turn belongs to."""

    title: str | None
    created: bool


class RunStarted(_Event, frozen=True, tag="run"):
    """Who is asked, and the ids under which question and answer are kept.

    `author` asks, where more than one takes part. `branched`: the question names another parent than the message that
    was the newest, so it stands on a branch of its own.
    """

    user_message_id: MessageId | None
    message_id: MessageId
    model: str
    provider: str
    author: Author | msgspec.UnsetType = msgspec.UNSET
    branched: bool | msgspec.UnsetType = msgspec.UNSET


class TextGrew(_Event, frozen=True, tag="content"):
    """A piece of the answer."""

    content: str


class ReasoningGrew(_Event, frozen=True, tag="reasoning"):
    """A piece of what the model thinks aloud."""

    content: str


class ToolCallGrew(_Event, frozen=True, tag="tool_call_delta"):
    """A piece of a call's arguments, as JSON text."""

    call_id: str
    name: str
    arguments_delta: str


class ToolCalled(_Event, frozen=True, tag="tool_call", omit_defaults=True):
    """A whole call that a model asks for. `flaw` says why the arguments could not be read; then they are empty."""

    call_id: str
    name: str
    arguments: dict[str, Any]
    server: str | None = None
    flaw: str | None = None


class ToolStarted(_Event, frozen=True, tag="tool_started", omit_defaults=True):
    """A call begins, with exactly these arguments; `child_run_id` where a run of its own answers it.

    `replay_safe`: where the server stops in the middle, the call is simply made again.
    """

    call_id: str
    arguments: dict[str, Any]
    replay_safe: bool = False
    child_run_id: RunId | None = None
    child_session_id: SessionId | None = None


class ToolHanded(_Event, frozen=True, tag="tool_handed"):
    """A call that the client makes itself: the turn ends with it, and what came of it comes with the next one."""

    call_id: str


class ToolProgressed(_Event, frozen=True, tag="tool_progress"):
    """A line of what goes on in a call that runs."""

    call_id: str
    content: str


class ToolFinished(_Event, frozen=True, tag="tool_result", omit_defaults=True):
    """What came of a call. `truncated`: the whole stands in a file that `content` names; `cost_usd`: of a subagent."""

    call_id: str
    ok: bool
    content: str
    duration_ms: float
    truncated: bool
    parts: tuple[ImagePart | FilePart, ...] = ()
    cost_usd: float = 0.0


class ApprovalAsked(_Event, frozen=True, tag="approval"):
    """A call waits for a person's yes: exactly these arguments are what would be run."""

    call_id: str
    name: str
    arguments: dict[str, Any]
    reason: str
    expires_at: str | None


class ApprovalResolved(_Event, frozen=True, tag="approval_resolved", omit_defaults=True):
    """What was decided about a call that waited; `arguments` where they were edited.

    `user_id` is who decided, where that is not who asked.
    """

    call_id: str
    decision: Literal["approve", "reject"]
    by: Literal["person", "expiry", "cancel"]
    message: str | None = None
    arguments: dict[str, Any] | None = None
    user_id: UserId | None = None


class QuestionAsked(_Event, frozen=True, tag="question"):
    """The agent asks the person and waits. `interrupted`: a call was cut, and may only be made again if they say so."""

    call_id: str
    questions: tuple[Question, ...]
    expires_at: str | None
    interrupted: bool = False


class QuestionAnswered(_Event, frozen=True, tag="question_answered", omit_defaults=True):
    """What the person said, one list per question; None where they would not say, or not in time.

    `user_id` is who answered, where that is not who asked.
    """

    call_id: str
    answers: tuple[tuple[str, ...], ...] | None
    by: Literal["person", "expiry", "cancel"]
    user_id: UserId | None = None


class HookFired(_Event, frozen=True, tag="hook", omit_defaults=True):
    """A hook was asked, or told. `ok` is False where it did not answer as agreed; `reason` says what followed."""

    hook_event: str
    name: str
    ok: bool
    decision: Literal["allow", "deny", "ask"] | None = None
    reason: str | None = None
    call_id: str | None = None


class Noticed(_Event, frozen=True, tag="notice"):
    """Something of the turn is not as it was asked for, and it goes on: a server is not there, for example."""

    code: str
    message: str


class CareTold(_Event, frozen=True, tag="care", omit_defaults=True):
    """Somebody may need help: who helps where, before anything is answered; `message` is for the person.

    `level` says how soon somebody should answer what was written. It judges no person, and is not for showing to one.
    With `escalation_id` a human is called as well, which the person can decline. Only who wrote it is told: who asked,
    or `user_id`, who answered what the agent asked. Others hear an empty `control` with its number, as they do where
    nothing was noticed.
    """

    level: Urgency
    resources: tuple[CareResource, ...]
    message: str | None = None
    escalation_id: str | None = None
    user_id: UserId | None = None


class LimitReached(_Event, frozen=True, tag="limit"):
    """The turn ends here because of a bound that was set: max_turns, budget_exceeded, max_seconds, repeating."""

    code: str
    message: str


class Controlled(_Event, frozen=True, tag="control", omit_defaults=True):
    """Somebody changed how the turn goes on: from the next call on this mode, from the next step on this model.

    Without either nothing is changed: in sessions of several it stands where something may be for who asked alone.
    """

    permission_mode: PermissionMode | None = None
    model: str | None = None
    provider: str | None = None


class RunWaits(_Event, frozen=True, tag="waiting"):
    """Nothing of the turn is under way until somebody answers, or a subagent is done, about these calls."""

    call_ids: tuple[str, ...]


class SubagentTold(_Event, frozen=True, tag="subagent"):
    """An event of a subagent's own run, as it was told there, below the call that started it."""

    parent_call_id: str
    child_run_id: RunId
    child_session_id: SessionId
    event: dict[str, Any]


class StepRestarted(_Event, frozen=True, tag="step_restarted"):
    """The model step was cut and is asked again: text since `from_seq` (inclusive) is void."""

    from_seq: Seq


class TitleChanged(_Event, frozen=True, tag="title"):
    """The session has a new title."""

    title: str


class Compacted(_Event, frozen=True, tag="compacted"):
    """Earlier messages are told as a summary from here on: `receipt_id` is the message that sums them up."""

    tokens_before: int
    tokens_after: int
    receipt_id: MessageId


class UsageCounted(_Event, frozen=True, tag="usage"):
    """What the turn consumed so far; the limit is None where the model's window is not known."""

    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost_usd: float | None
    context_tokens: int
    context_limit: int | None


class MessageFinished(_Event, frozen=True, tag="message"):
    """The finished message, whole."""

    message: Message


class RunFailed(_Event, frozen=True, tag="error"):
    """Why the turn failed; never mixed into content."""

    code: str
    message: str
    retryable: bool


class RunDone(_Event, frozen=True, tag="done"):
    """Always last."""

    finish_reason: FinishReason
    duration_ms: float
    turns: int


class CancelRequested(_Event, frozen=True, tag="cancel_requested"):
    """Somebody wants the run to end."""

    reason: Literal["user", "new_message", "deleted"] = "user"


class ModelReplied(_Event, frozen=True, tag="model_replied"):
    """The model said all it has to say in this step; `usage` is None where its server reported nothing."""

    finish_reason: FinishReason
    usage: Usage | None = None
    duration_ms: float = 0.0


class ModelSwitched(_Event, frozen=True, tag="model_switched"):
    """Another model answers from here: the one asked for failed before it said anything, or somebody chose another."""

    model: str
    provider: str
    because: str


class ReasoningSealed(_Event, frozen=True, tag="reasoning_sealed"):
    """What the model thought aloud up to here is one piece, with this seal (see `ReasoningPart`)."""

    signature: str


class InstructionsAdded(_Event, frozen=True, tag="instructions_added", omit_defaults=True):
    """What a hook adds to the turn's instructions; with `user_id` because of what somebody wrote who did not ask."""

    text: str
    user_id: UserId | None = None


class Pushed(_Event, frozen=True, tag="pushed"):
    """A hook wants the agent to go on, though the step had ended; the reason is told to the model."""

    reason: str
    reply: ModelReplied


class OutputRefused(_Event, frozen=True, tag="output_refused"):
    """The answer does not follow the format that was asked for; the model is told why, and asked again."""

    problem: str
    reply: ModelReplied


class OutputAccepted(_Event, frozen=True, tag="output_accepted"):
    """The answer follows the format that was asked for."""

    value: Any


Told = (
    SessionOpened
    | RunStarted
    | TextGrew
    | ReasoningGrew
    | ToolCallGrew
    | ToolCalled
    | ToolStarted
    | ToolHanded
    | ToolProgressed
    | ToolFinished
    | ApprovalAsked
    | ApprovalResolved
    | QuestionAsked
    | QuestionAnswered
    | HookFired
    | Noticed
    | CareTold
    | LimitReached
    | Controlled
    | RunWaits
    | SubagentTold
    | StepRestarted
    | Compacted
    | TitleChanged
    | UsageCounted
    | MessageFinished
    | RunFailed
    | RunDone
)
Fact = (
    CancelRequested
    | ModelReplied
    | ModelSwitched
    | ReasoningSealed
    | InstructionsAdded
    | Pushed
    | OutputRefused
    | OutputAccepted
)
RunEvent = Told | Fact


class Stamped(msgspec.Struct, frozen=True, gc=False):
    """An event with its number; `seq` is 0 for a fact that is not told."""

    seq: Seq
    event: RunEvent
