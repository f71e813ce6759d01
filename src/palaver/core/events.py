"""The events of a run: one closed union for the journal, SSE, WebSocket, webhooks and the SDK.

Numbers, run and session stand outside (`seq`, `run_id`, `session_id` are added when an event is told).
`CancelRequested`, `ModelReplied` and `ModelSwitched` are facts that are journaled and folded, and not told: they have
no number.
"""

from typing import Any, Literal

import msgspec

from palaver.core.ids import MessageId, Seq
from palaver.core.messages import FinishReason, Message
from palaver.core.usage import Usage


class _Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", gc=False):
    """What every event has in common: its tag `type`."""


class SessionOpened(_Event, frozen=True, tag="session"):
    """Always first: which session this turn belongs to."""

    title: str | None
    created: bool


class RunStarted(_Event, frozen=True, tag="run"):
    """Who is asked, and the ids under which question and answer are kept."""

    user_message_id: MessageId | None
    message_id: MessageId
    model: str
    provider: str


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


class ToolCalled(_Event, frozen=True, tag="tool_call"):
    """A whole call that a model asks for."""

    call_id: str
    name: str
    arguments: dict[str, Any]
    server: str | None = None


class StepRestarted(_Event, frozen=True, tag="step_restarted"):
    """The model step was cut and is asked again: text since `from_seq` (inclusive) is void."""

    from_seq: Seq


class TitleChanged(_Event, frozen=True, tag="title"):
    """The session has a new title."""

    title: str


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
    """The model said all it has to say; `usage` is None where its server reported nothing."""

    finish_reason: FinishReason
    usage: Usage | None = None


class ModelSwitched(_Event, frozen=True, tag="model_switched"):
    """The model asked for failed before it said anything, and another answers."""

    model: str
    provider: str
    because: str


RunEvent = (
    SessionOpened
    | RunStarted
    | TextGrew
    | ReasoningGrew
    | ToolCallGrew
    | ToolCalled
    | StepRestarted
    | TitleChanged
    | UsageCounted
    | MessageFinished
    | RunFailed
    | RunDone
    | CancelRequested
    | ModelReplied
    | ModelSwitched
)


class Stamped(msgspec.Struct, frozen=True, gc=False):
    """An event with its number; `seq` is 0 for a fact that is not told."""

    seq: Seq
    event: RunEvent
