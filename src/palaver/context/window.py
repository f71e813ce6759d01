"""What of a conversation is told to a model: the instructions and the turns, marked where several models meet; pure.

What has to give way when not everything fits is decided in `budget.py`. Where a summary stands on the path, it is told
instead of the messages that it stands for.
"""

from collections.abc import Sequence

import msgspec

from palaver.context import budget, untrusted
from palaver.context.attachments import Attachment
from palaver.context.attribution import RULE, several
from palaver.context.budget import IMAGE_TOKENS, SPARE, Measure, Spoken
from palaver.context.memory import recalling
from palaver.context.memory.recalling import NOTHING, Recalled
from palaver.context.people import RULE as PEOPLE
from palaver.context.people import People, people
from palaver.context.summary import in_force, receipt_of, section
from palaver.context.unfolding import paired, turns_of, turns_so_far
from palaver.core.ids import MessageId
from palaver.core.messages import Message, ToolCallPart
from palaver.inference.port import ToolSpec, Turn

__all__ = ["BYTES_PER_TOKEN", "IMAGE_TOKENS", "SPARE", "UNKNOWN_WINDOW", "Told", "Weights", "told"]

UNKNOWN_WINDOW = 32_768  # tokens; what small current models take
BYTES_PER_TOKEN = 3.0  # UTF-8 bytes; on the safe side of the 4 that English text has
PER_SYSTEM = 8  # what chat formats add around the instructions and the whole


class Weights(msgspec.Struct, frozen=True):
    """Tokens by part, as they were measured before the model was asked: rather too many than too few."""

    instructions: int = 0
    summary: int = 0
    memories: int = 0
    tools: int = 0
    messages: int = 0
    answer_so_far: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return (
            self.instructions + self.summary + self.memories + self.tools + self.messages + self.answer_so_far
        )  # fmt: skip


class Told(msgspec.Struct, frozen=True):
    """What the model is told: `left_out` counts the oldest messages that did not fit.

    `ids` are the messages that are told, `memories` the facts, `summary_id` the message that stands for older ones,
    and `over` how many tokens even the least that can be told is too long. `attachments` are the
    files of all messages that were considered.
    """

    system: str | None
    turns: tuple[Turn, ...]
    left_out: int
    attributed: bool
    ids: tuple[MessageId, ...] = ()
    left_out_ids: tuple[MessageId, ...] = ()
    shortened_ids: tuple[MessageId, ...] = ()
    steps_left_out: int = 0
    summary_id: MessageId | None = None
    summarized: int = 0
    weights: Weights = Weights()
    over: int = 0
    memories: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()


def size(text: str) -> float:
    """About how many tokens a text has, by its bytes."""
    return (len(text) if text.isascii() else len(text.encode("utf-8", "replace"))) / BYTES_PER_TOKEN


def told(
    path: Sequence[Message],
    *,
    model: str,
    system: str | None,
    window: int | None,
    going_on: Message | None = None,
    tools: Sequence[ToolSpec] = (),
    answer: int | None = None,
    besides: tuple[Turn, ...] = (),
    recalled: Recalled = NOTHING,
    measure: Measure = size,
    exact: bool = False,
) -> Told:
    """The newest messages of a path that fit, whole; the last one always, the instructions always.

    `going_on` is the answer that the model is in the middle of: its thoughts, calls and results so far come last, and
    `besides` behind them. Of what was `recalled` is told what the turns leave room for. `answer` is how many tokens it
    may take, `exact` says that `measure` counts with the model's own vocabulary.
    """
    marked, speaking = several(path, model), people(path)
    summary, recent = in_force(path)
    spoken = _spoken(recent, marked=marked, speaking=speaking)
    answering = Spoken(going_on.id, tuple(turns_so_far(going_on))) if going_on else None
    called = bool(tools) or any(_has_calls(message) for message in recent)
    instructions = _joined(system, RULE if marked else "", PEOPLE if speaking else "", untrusted.RULE if called else "")
    earlier = section(summary) if summary else ""
    fixed = _fixed(instructions, earlier, tools, besides, measure=measure)
    space = budget.room(window or UNKNOWN_WINDOW, answer=answer, exact=exact) - fixed.total
    fitted = budget.fit(spoken, space, measure, going_on=answering)
    so_far = budget.turns_weight(fitted.spoken[-1].turns, measure) if answering else 0
    view = Told(
        _joined(instructions, earlier) or None,
        (*(turn for message in fitted.spoken for turn in message.turns), *besides),
        len(fitted.left_out),
        marked,
        ids=tuple(message.message_id for message in (fitted.spoken[:-1] if answering else fitted.spoken)),
        left_out_ids=fitted.left_out,
        shortened_ids=fitted.shortened,
        steps_left_out=fitted.steps_left_out,
        summary_id=summary.id if summary else None,
        summarized=_count(summary),
        weights=_with_turns(fixed, round(fitted.tokens), round(so_far)),
        over=round(fitted.over),
    )
    return _remembering(view, fitted, recalled, space, measure=measure)


def countable(
    path: Sequence[Message],
    *,
    model: str,
    system: str | None,
    going_on: Message | None,
    tools: Sequence[ToolSpec],
    besides: tuple[Turn, ...],
    recalled: Recalled = NOTHING,
) -> set[str]:
    """Every text that `told` would measure, for whoever counts them all at once."""
    measured: set[str] = set()

    def note(text: str) -> float:
        measured.add(text)
        return len(text)

    endless = 1 << 50
    told(
        path, model=model, system=system, window=endless, going_on=going_on, tools=tools, besides=besides,
        recalled=recalled, measure=note,
    )  # fmt: skip
    return measured


def _remembering(
    view: Told, fitted: budget.Fitted, recalled: Recalled, space: float, *, measure: Measure
) -> Told:  # fmt: skip
    """With what was recalled, as far as there is room; none where a turn had to give way."""
    if not recalled.facts or fitted.left_out or fitted.shortened or fitted.steps_left_out or fitted.over:
        return view
    facts, says, weight = recalling.told(recalled, space - fitted.tokens, measure)
    return msgspec.structs.replace(
        view,
        system=_joined(view.system, says) or None,
        weights=msgspec.structs.replace(view.weights, memories=round(weight)),
        memories=tuple(fact.id for fact in facts),
    )


def _joined(*texts: str | None) -> str:
    return "\n\n".join(text for text in texts if text)


def _fixed(
    instructions: str, earlier: str, tools: Sequence[ToolSpec], besides: tuple[Turn, ...], *, measure: Measure
) -> Weights:
    return Weights(
        instructions=round(measure(instructions) + PER_SYSTEM) if instructions else 0,
        summary=round(measure(earlier)) if earlier else 0,
        tools=round(budget.tools_weight(tools, measure)),
        answer_so_far=round(budget.turns_weight(besides, measure)),
    )


def _with_turns(fixed: Weights, turns: int, so_far: int) -> Weights:
    """With the turns, of whose tokens so many are those of the answer that goes on."""
    return msgspec.structs.replace(fixed, messages=turns - so_far, answer_so_far=fixed.answer_so_far + so_far)


def _spoken(path: Sequence[Message], *, marked: bool, speaking: People) -> list[Spoken]:
    """Those messages that make turns: of others than people, only text and calls are told."""
    spoken = (Spoken(message.id, tuple(turns_of(message, marked=marked, people=speaking))) for message in paired(path))
    return [message for message in spoken if message.turns]


def _count(summary: Message | None) -> int:
    receipt = receipt_of(summary) if summary else None
    return receipt.messages if receipt else 0


def _has_calls(message: Message) -> bool:
    return message.role == "assistant" and any(isinstance(part, ToolCallPart) for part in message.parts)
