"""What of a conversation fits a model's window; pure, in tokens of whatever measure it is given: it counts none itself.

The order in which things give way: results of tools are shortened, the oldest first; the oldest messages are left out,
each with all its calls and results; of an answer that goes on, the oldest steps; last, its newest results are cut.
The instructions, the last message and the newest step are never left out: `over` says by how much even they are too
long.
"""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from palaver.core.ids import MessageId
from palaver.core.messages import (
    AudioPart,
    FilePart,
    ImagePart,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from palaver.inference.port import ToolSpec, Turn

Measure = Callable[[str], float]

SPARE = 0.75  # of the window may be told: estimates err, and the answer needs room
EXACT = 0.98  # the same where tokens are counted with the model's own vocabulary: chat formats add some
USUAL_ANSWER = 4_096  # tokens kept free for an answer of which nobody said how long it may get
LEAST_ANSWER = 16
IMAGE_TOKENS = 1_500  # of a large one, or one of unknown size
LEAST_IMAGE = 300  # what vendors that count tiles take for the smallest
PIXELS_PER_TOKEN = 750  # Anthropic's figure, above which OpenAI's tiles stay for most shapes
PER_TURN, PER_CALL, PER_TOOL = 4, 12, 12  # what chat formats add around each
# What is left of a result that is shortened: enough to see what it was.
HEAD, TAIL = 700, 300
LEAST_RESULT = 200  # characters of a result that stay whatever happens

_json = msgspec.json.Encoder().encode


class Spoken(msgspec.Struct, frozen=True):
    """One message as the turns that it makes."""

    message_id: MessageId
    turns: tuple[Turn, ...]


class Fitted(msgspec.Struct, frozen=True):
    """What is told, oldest first, and what gave way; `tokens` are those of `spoken`, `over` those beyond the room."""

    spoken: tuple[Spoken, ...]
    tokens: float
    over: float = 0
    left_out: tuple[MessageId, ...] = ()
    shortened: tuple[MessageId, ...] = ()
    steps_left_out: int = 0


class _Weighed(msgspec.Struct):
    """The turns of one message, and what they weigh whole and with their results shortened."""

    message_id: MessageId
    turns: list[Turn]
    weight: float
    least: float
    shortened: bool = False


def room(window: int, *, answer: int | None, exact: bool) -> float:
    """Tokens that may be told where the answer may take so many (None: nobody said how many)."""
    share = window * (EXACT if exact else SPARE)
    return min(share, window - min(answer or USUAL_ANSWER, window // 4))


def answer_room(window: int, told: int, *, wanted: int | None, most: int | None) -> int | None:
    """How long an answer may get so that it fits behind what is told; None where no bound is needed."""
    left = window - told
    return max(LEAST_ANSWER, left) if (wanted or most or 0) > left else wanted


def fit(past: Sequence[Spoken], space: float, measure: Measure, *, going_on: Spoken | None = None) -> Fitted:
    """The newest of these messages that fit into `space`; the last one always, and the answer that goes on."""
    answering = _weighed(going_on, measure, going_on=True) if going_on else None
    kept = _newest(past, space - (answering.least if answering else 0), measure)
    left_out = len(past) - len(kept)
    kept += [answering] if answering else []
    over = sum(message.weight for message in kept) - space
    over = _shorten(kept, over, measure, answering)
    while len(kept) - bool(answering) > 1 and kept[0].turns[0].role == "assistant":
        over -= kept.pop(0).weight  # a history begins with what a person said
        left_out += 1
    steps = 0
    while answering and over > 0 and len(answering.turns) > 2:
        over -= _drop_step(answering, measure)
        steps += 1
    if answering and over > 0:
        over -= _cut(answering, over, measure)
    return Fitted(
        spoken=tuple(Spoken(message.message_id, tuple(message.turns)) for message in kept),
        tokens=sum(message.weight for message in kept),
        over=max(0.0, over),
        left_out=tuple(one.message_id for one in past[:left_out]),
        shortened=tuple(message.message_id for message in kept if message.shortened),
        steps_left_out=steps,
    )


def tools_weight(specs: Sequence[ToolSpec], measure: Measure) -> float:
    """What the offer of tools weighs. Most turns are offered the very same tuple as the one before, measured alike."""
    known = _offer.get("newest")
    if known is None or known[0] is not specs or known[1] is not measure:
        known = (specs, measure, _tools_weight(specs, measure))
        if getattr(measure, "__closure__", None) is None:  # one that holds texts of a conversation is not kept
            _offer["newest"] = known
    return known[2]


# A memory of the newest result and nothing else: what is given decides what comes back.
_offer: dict[str, tuple[Sequence[ToolSpec], Measure, float]] = {}


def _tools_weight(specs: Sequence[ToolSpec], measure: Measure) -> float:
    said = (text for spec in specs for text in (f"{spec.name} {spec.description}", _json(spec.parameters).decode()))
    return PER_TOOL * len(specs) + sum(map(measure, said))


def turns_weight(turns: Sequence[Turn], measure: Measure) -> float:
    """What turns weigh as they are."""
    return sum(_turn_weight(turn, measure) for turn in turns)


def _newest(past: Sequence[Spoken], space: float, measure: Measure) -> list[_Weighed]:
    """The newest messages that fit with their results shortened, in order; one always."""
    kept: list[_Weighed] = []
    for message in reversed(past):
        weighed = _weighed(message, measure)
        space -= weighed.least
        if kept and space < 0:
            break
        kept.append(weighed)
    kept.reverse()
    return kept


def _weighed(message: Spoken, measure: Measure, *, going_on: bool = False) -> _Weighed:
    weight = least = 0.0
    last = len(message.turns) - 1 if going_on else -1
    for at, turn in enumerate(message.turns):
        weight += PER_TURN
        least += PER_TURN
        for part in turn.parts:
            whole = _weight(part, measure)
            weight += whole
            least += _weight(_shortened(part), measure) if at != last and _long(part) else whole
    return _Weighed(message.message_id, list(message.turns), weight, least)


def _shorten(kept: list[_Weighed], over: float, measure: Measure, answering: _Weighed | None) -> float:
    """Shorten results, the oldest first, until what is kept fits; an answer that goes on keeps its last ones."""
    for message in kept:
        if message.least == message.weight:
            continue
        last = len(message.turns) - 1 if message is answering else -1
        for at, turn in enumerate(message.turns):
            if over <= 0:
                return over
            if turn.role == "tool" and at != last:
                over -= _replace(message, at, measure, HEAD + TAIL)
    return over


def _replace(message: _Weighed, at: int, measure: Measure, most: int) -> float:
    """Shorten the results of one turn to so many characters; what that saves."""
    turn = message.turns[at]
    parts = tuple(_shortened(part, most) if _long(part, most) else part for part in turn.parts)
    shorter = Turn(turn.role, parts)
    saved = _turn_weight(turn, measure) - _turn_weight(shorter, measure)
    if saved <= 0:
        return 0
    message.turns[at] = shorter
    message.weight -= saved
    message.shortened = True
    return saved


def _drop_step(answering: _Weighed, measure: Measure) -> float:
    """Leave out the oldest step of an answer: what was said and called, with all its results."""
    count = 2 if answering.turns[1].role == "tool" else 1
    saved = sum(_turn_weight(turn, measure) for turn in answering.turns[:count])
    del answering.turns[:count]
    answering.weight -= saved
    return saved


def _cut(answering: _Weighed, over: float, measure: Measure) -> float:
    """Cut the newest results, the longest most, as far as it takes; what that saves."""
    results = [part for turn in answering.turns for part in turn.parts if isinstance(part, ToolResultPart)]
    most = max((len(result.content) for result in results), default=0)
    saved = 0.0
    while saved < over and most > LEAST_RESULT:
        most = max(LEAST_RESULT, most // 2)
        for at in range(len(answering.turns)):
            saved += _replace(answering, at, measure, most)
    return saved


def _long(part: Part, most: int = HEAD + TAIL) -> bool:
    """Whether a part is a result that is worth shortening."""
    return isinstance(part, ToolResultPart) and (len(part.content) > most * 1.5 or bool(part.parts))


def _shortened(part: Part, most: int = HEAD + TAIL) -> Part:
    assert isinstance(part, ToolResultPart)
    content = part.content
    if len(content) > most:
        head = most * HEAD // (HEAD + TAIL)
        tail = most - head
        left_out = len(content) - most
        content = f"{content[:head]}\n[… {left_out} characters of this result are left out …]\n{content[-tail:]}"
    return ToolResultPart(call_id=part.call_id, ok=part.ok, content=content, truncated=True)


def _turn_weight(turn: Turn, measure: Measure) -> float:
    return PER_TURN + sum(_weight(part, measure) for part in turn.parts)


def _weight(part: Part, measure: Measure) -> float:
    return _constant(part) + sum(map(measure, _texts(part)))


def _constant(part: Part) -> float:
    match part:
        case ToolCallPart():
            return PER_CALL
        case ToolResultPart(parts=parts):
            return PER_CALL + IMAGE_TOKENS * sum(isinstance(inner, ImagePart) for inner in parts)
        case ImagePart(width=int(width), height=int(height)):
            return min(IMAGE_TOKENS, max(LEAST_IMAGE, width * height / PIXELS_PER_TOKEN))
        case ImagePart() | FilePart() | AudioPart():
            return IMAGE_TOKENS
        case TextPart() | ReasoningPart():
            return 0


def _texts(part: Part) -> Iterator[str]:
    match part:
        case TextPart(text=text):
            yield text
        case ReasoningPart(text=text, signature=signature):
            yield from (text, signature or "")
        case ToolCallPart(name=name, arguments=arguments):
            yield from (name, _json(arguments).decode())
        case ToolResultPart(content=content):
            yield content
        case ImagePart() | FilePart() | AudioPart():
            pass
