"""How a run ends, in words: the finished message and the last events; it writes nothing and asks nobody."""

from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

import msgspec

from palaver.core.care import HelpShown
from palaver.core.events import (
    ApprovalResolved,
    LimitReached,
    MessageFinished,
    ModelReplied,
    QuestionAnswered,
    RunDone,
    RunEvent,
    ToolFinished,
    ToolHanded,
    UsageCounted,
)
from palaver.core.messages import (
    ImagePart,
    Message,
    MessageStatus,
    Part,
    ReasoningPart,
    Siblings,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    text_of,
)
from palaver.core.usage import Usage
from palaver.inference.port import ResolvedModel
from palaver.runs.calls import CallEvent, CallState, evolve
from palaver.runs.joining import standing_in
from palaver.runs.live import Live
from palaver.runs.machine import Ending
from palaver.runs.steps import parts

_encode = msgspec.json.Encoder().encode

# What a call that nobody answered ends with, by how far it had come.
CUT_SHORT: dict[CallState, str] = {
    "asked": "Interrupted: the turn ended before this call began.",
    "waiting": "Interrupted: the turn ended before the person answered.",
    "approved": "Interrupted: the turn ended before this call began.",
    "started": "Interrupted: the turn ended before this call did; it may have taken effect.",
}


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
    cut = _interrupted(live)
    said = parts(run.steps, reduce(evolve, cut, run.calls))
    message = msgspec.structs.replace(
        so_far(live),
        parts=said,
        usage=usage,
        status=_status(run.ending),
        finish_reason=run.ending.reason,
        error=run.ending.error,
        structured_output=run.steps.output,
        latency_ms=round(milliseconds, 3) if standing_in.stand_in(live.prompt) is None else None,
        created_at=at,
    )
    said_all = isinstance(live.settled, ModelReplied | LimitReached) or run.ending.reason == "tool_calls"
    turns = run.steps.count + (0 if said_all else 1)
    settled = None if isinstance(live.settled, ToolHanded | ToolFinished) else live.settled  # they are written already
    done = RunDone(finish_reason=run.ending.reason, duration_ms=round(milliseconds, 3), turns=turns)
    counted = UsageCounted(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cached_tokens=usage.cached_tokens,
        cost_usd=usage.cost_usd,
        context_tokens=run.steps.context_tokens or usage.input_tokens + usage.output_tokens,
        context_limit=live.model.context_window if live.model else None,
    )
    first: list[RunEvent] = [*cut, *([settled] if settled else []), counted]
    return End(first, message, done)


def so_far(live: Live) -> Message:
    """The answer as far as it goes."""
    run = live.fold()
    said = parts(run.steps, run.calls)
    return Message(
        id=live.message_id,
        session_id=live.session_id,
        parent_id=live.user_message_id,
        role="assistant",
        parts=said,
        text=text_of(said),
        model=run.model,
        provider=run.provider,
        status="partial",
        author=standing_in.author(live.prompt),
        help=_help(live),
        created_at="",
    )


def _interrupted(live: Live) -> list[CallEvent]:
    """An ending for every call that has none: whoever hears the stream can close what it has opened."""
    open_calls = [call for call in live.run.calls if call.open]
    asked = [call.id for call in open_calls if call.state == "waiting" and not call.asked_yes]
    asked += live.unanswered
    return [
        *(ApprovalResolved(call_id=call.id, decision="reject", by="cancel") for call in open_calls if call.asked_yes),
        *(QuestionAnswered(call_id=which, answers=None, by="cancel") for which in asked),
        *(
            ToolFinished(call_id=call.id, ok=False, content=CUT_SHORT[call.state], duration_ms=0, truncated=False)
            for call in open_calls
        ),
    ]


def _help(live: Live) -> HelpShown | msgspec.UnsetType:
    """Who was told to help; nothing where the answer itself says it, for clients that show no events."""
    told, prompt = live.run.helps, live.prompt
    if told is None or (prompt.eventless and prompt.recipe.output_format is None):
        return msgspec.UNSET
    return HelpShown(resources=told.resources, message=told.message, escalation_id=told.escalation_id)


def _status(settled: Ending) -> MessageStatus:
    if settled.reason == "error":
        return "error"
    return "partial" if settled.reason == "interrupted" or settled.error else "complete"


def priced(usage: Usage, model: ResolvedModel | None) -> Usage:
    """The usage with what it costs, where the model's price is known."""
    if model is None or model.price is None:
        return usage
    return msgspec.structs.replace(usage, cost_usd=model.price.cost(usage))


def asked_text(live: Live) -> str:
    """Everything the model was told in words, for counting: calls and what came of them too."""
    if live.view is None:
        return ""
    said = [_words(part) for turn in live.view.turns for part in turn.parts]
    return "\n".join([live.view.system or "", *said])


def asked_images(live: Live) -> int:
    """How many images the model was shown."""
    if live.view is None:
        return 0
    shown = [inner for turn in live.view.turns for part in turn.parts for inner in _inside(part)]
    return sum(isinstance(part, ImagePart) for part in shown)


def _words(part: Part) -> str:
    match part:
        case TextPart(text=text) | ReasoningPart(text=text):
            return text
        case ToolCallPart(name=name, arguments=arguments):
            return f"{name} {_encode(arguments).decode()}"
        case ToolResultPart(content=content):
            return content
        case _:
            return ""


def _inside(part: Part) -> Sequence[Part]:
    return part.parts if isinstance(part, ToolResultPart) else (part,)
