"""Hypothesis strategies for messages and events of every kind, as journals hold them; no test stands here."""

from collections.abc import Sequence

from hypothesis import strategies as some

from palaver.core import events
from palaver.core.events import RunEvent, Stamped
from palaver.core.ids import MessageId, Seq, SessionId
from palaver.core.messages import (
    AudioPart,
    FilePart,
    ImagePart,
    Message,
    MessageError,
    ReasoningPart,
    Siblings,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    text_of,
)
from palaver.core.usage import Usage
from palaver.runs.machine import UNTOLD

# Every character there is; half a surrogate pair is none, and is refused at the door.
characters = some.characters(exclude_categories=("Cs",))
texts = some.text(characters, max_size=12)
words = some.sampled_from(['"cuts":[1]', "cuts", "\u2028", "\r\n", "\x00", "\\", '"', "é", "👩‍👩‍👧"]) | texts
names = some.sampled_from(["stop", "length", "tool_calls", "interrupted", "error"])
numbers = some.integers(0, 10**12)
floats = some.floats(0, 1e12, allow_nan=False)
objects = some.dictionaries(words, words | some.integers(-(2**53), 2**53) | some.none() | some.booleans(), max_size=3)
maybe = some.none() | words
usages = some.builds(
    Usage,
    input_tokens=numbers,
    output_tokens=numbers,
    cached_tokens=numbers,
    reasoning_tokens=numbers,
    cost_usd=some.none() | floats,
    estimated=some.booleans(),
)
text_parts = some.builds(TextPart, text=words)
parts = some.one_of(
    text_parts,
    some.builds(ImagePart, url=maybe, file_id=maybe, media_type=maybe),
    some.builds(FilePart, file_id=words, name=maybe, media_type=maybe),
    some.builds(AudioPart, url=maybe, file_id=maybe, media_type=maybe),
    some.builds(ReasoningPart, text=words, signature=maybe),
    some.builds(ToolCallPart, call_id=words, name=words, arguments=objects, server=maybe),
    some.builds(ToolResultPart, call_id=words, ok=some.booleans(), content=words, truncated=some.booleans()),
)


@some.composite
def messages(draw: some.DrawFn) -> Message:
    """Any message, its text being its text parts joined."""
    of = tuple(draw(some.lists(text_parts, min_size=1, max_size=1) | some.lists(parts, max_size=3)))
    return Message(
        id=MessageId(draw(words)),
        session_id=SessionId(draw(words)),
        parent_id=draw(some.none() | words),
        role=draw(some.sampled_from(["user", "assistant", "system", "tool"])),
        parts=of,
        text=text_of(of),
        model=draw(maybe),
        provider=draw(maybe),
        usage=draw(some.none() | usages),
        latency_ms=draw(some.none() | floats),
        status=draw(some.sampled_from(["complete", "partial", "error"])),
        finish_reason=draw(some.none() | names),
        error=draw(some.none() | some.builds(MessageError, code=words, message=words)),
        siblings=draw(some.builds(Siblings, count=numbers, index=numbers)),
        metadata=draw(objects),
        created_at=draw(words),
    )


calls = some.builds(events.ToolCalled, call_id=words, name=words, arguments=objects, server=maybe)
grown = some.one_of(
    some.builds(events.TextGrew, content=words),
    some.builds(events.ReasoningGrew, content=words),
)
said = some.one_of(
    grown, calls, some.builds(events.ToolCallGrew, call_id=words, name=words, arguments_delta=words)
)  # what a model's answer is made of
endings = some.one_of(
    some.builds(events.ModelReplied, finish_reason=names, usage=some.none() | usages),
    some.builds(events.CancelRequested, reason=some.sampled_from(["user", "new_message", "deleted"])),
    some.builds(events.RunFailed, code=words, message=words, retryable=some.booleans()),
)
started = some.builds(
    events.RunStarted, user_message_id=some.none() | words, message_id=words, model=words, provider=words
)
dones = some.builds(events.RunDone, finish_reason=names, duration_ms=floats, turns=numbers)
any_event: some.SearchStrategy[RunEvent] = some.one_of(
    grown,
    said,
    endings,
    started,
    dones,
    some.builds(events.SessionOpened, title=maybe, created=some.booleans()),
    some.builds(events.StepRestarted, from_seq=numbers),
    some.builds(events.TitleChanged, title=words),
    some.builds(
        events.UsageCounted,
        input_tokens=numbers,
        output_tokens=numbers,
        cached_tokens=numbers,
        cost_usd=some.none() | floats,
        context_tokens=numbers,
        context_limit=some.none() | numbers,
    ),
    some.builds(events.MessageFinished, message=messages()),
    some.builds(events.ModelSwitched, model=words, provider=words, because=words),
)


def numbered(told: Sequence[RunEvent], first: int = 1) -> list[Stamped]:
    """The events as a journal numbers them: each that is told has the next number, the others have none."""
    stamped: list[Stamped] = []
    for event in told:
        stamped.append(Stamped(Seq(0 if isinstance(event, UNTOLD) else first), event))
        first += not isinstance(event, UNTOLD)
    return stamped
