"""How a run ends, in words: the finished message and the last events; it writes nothing and asks nobody."""

from typing import NamedTuple

import msgspec

from palaver.core.events import MessageFinished, ModelReplied, RunDone, RunEvent, UsageCounted
from palaver.core.messages import Message, MessageStatus, Part, ReasoningPart, Siblings, TextPart, ToolCallPart
from palaver.core.usage import Usage
from palaver.inference.port import ResolvedModel
from palaver.runs.live import Live
from palaver.runs.machine import Ending, Run


class End(NamedTuple):
    """The last events of a run: `first`, then the message once it has its place among its siblings, then `done`."""

    first: list[RunEvent]
    message: Message
    done: RunDone

    def told(self, siblings: Siblings) -> list[RunEvent]:
        """All of them, in order."""
        message = msgspec.structs.replace(self.message, siblings=siblings)
        return [*self.first, MessageFinished(message=message), self.done]


def compose(live: Live, usage: Usage, *, at: str, milliseconds: float) -> End:
    """The end of a run whose ending is settled."""
    run = live.fold()
    assert run.ending is not None
    message = _message(live, run, run.ending, usage)
    message = msgspec.structs.replace(message, latency_ms=round(milliseconds, 3), created_at=at)
    done = RunDone(finish_reason=run.ending.reason, duration_ms=round(milliseconds, 3), turns=1)
    counted = UsageCounted(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cached_tokens=usage.cached_tokens,
        cost_usd=usage.cost_usd,
        context_tokens=usage.input_tokens + usage.output_tokens,
        context_limit=live.model.context_window if live.model else None,
    )
    first: list[RunEvent] = [ModelReplied(finish_reason=run.ending.reason, usage=run.ending.usage)]
    if live.failed is not None:
        first = [live.failed]
    return End([*first, counted], message, done)


def _message(live: Live, run: Run, settled: Ending, usage: Usage) -> Message:
    return Message(
        id=live.message_id,
        session_id=live.session_id,
        parent_id=live.user_message_id,
        role="assistant",
        parts=_parts(run),
        text=run.text,
        model=run.model,
        provider=run.provider,
        usage=usage,
        status=_status(settled),
        finish_reason=settled.reason,
        error=settled.error,
        created_at="",
    )


def _status(settled: Ending) -> MessageStatus:
    if settled.reason == "error":
        return "error"
    return "partial" if settled.reason == "interrupted" else "complete"


def _parts(run: Run) -> tuple[Part, ...]:
    parts: list[Part] = []
    if run.reasoning:
        parts.append(ReasoningPart(text=run.reasoning))
    if run.text:
        parts.append(TextPart(text=run.text))
    parts += [ToolCallPart(call_id=call.call_id, name=call.name, arguments=call.arguments) for call in run.calls]
    return tuple(parts)


def priced(usage: Usage, model: ResolvedModel | None) -> Usage:
    """The usage with what it costs, where the model's price is known."""
    if model is None or model.price is None:
        return usage
    return msgspec.structs.replace(usage, cost_usd=model.price.cost(usage))


def asked_text(live: Live) -> str:
    """Everything the model was told, for counting."""
    if live.view is None:
        return ""
    said = [part.text for turn in live.view.turns for part in turn.parts if isinstance(part, TextPart)]
    return "\n".join([live.view.system or "", *said])
