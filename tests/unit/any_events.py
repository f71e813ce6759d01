"""Hypothesis strategies for messages and events of every kind, as journals hold them; no test stands here."""

from collections.abc import Sequence
from typing import get_args

import msgspec
from hypothesis import strategies as some

from palaver.care.resources.service import Help
from palaver.care.resources.told import told
from palaver.core import events
from palaver.core.care import HelpShown, Urgency
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
from palaver.core.permissions import PermissionMode
from palaver.core.questions import Option, Question
from palaver.core.usage import Usage
from palaver.runs.calls import RUN_AGAIN
from palaver.runs.machine import UNTOLD

RESOURCES = tuple(map(told, Help().chosen("KE")))

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
    some.builds(
        ToolResultPart,
        call_id=words,
        ok=some.booleans(),
        content=words,
        truncated=some.booleans(),
        parts=some.lists(some.builds(ImagePart, url=maybe) | some.builds(FilePart, path=maybe), max_size=2).map(tuple),
    ),
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
        structured_output=draw(some.none() | objects),
        siblings=draw(some.builds(Siblings, count=numbers, index=numbers)),
        metadata=draw(objects),
        help=draw(some.sampled_from([msgspec.UNSET, HelpShown(resources=(), message="They listen.")])),
        created_at=draw(words),
    )


# Few ids, so that events speak of the same calls; the last is that of a question which a call under way asks.
call_ids = some.sampled_from(["call_1", "call_2", "call_3", "call_1.1"])
urls = some.builds(ImagePart, url=maybe)
files = some.builds(FilePart, path=maybe, size=some.none() | numbers)
options = some.builds(Option, label=words, description=words)
questions = some.lists(
    some.builds(
        Question,
        header=words,
        question=words,
        options=some.lists(options, max_size=2).map(tuple),
        multi=some.booleans(),
    ),
    max_size=2,
).map(tuple)
answers = some.none() | some.just(((RUN_AGAIN,),)) | some.lists(some.lists(words).map(tuple), max_size=2).map(tuple)
models = some.builds(
    events.ModelReplied, finish_reason=names, usage=some.none() | usages, duration_ms=floats
)  # the ends of steps

# One strategy per kind of event: `core.events.RunEvent` has these and no others.
KINDS: dict[type[RunEvent], some.SearchStrategy[RunEvent]] = {
    events.SessionOpened: some.builds(events.SessionOpened, title=maybe, created=some.booleans()),
    events.RunStarted: some.builds(
        events.RunStarted, user_message_id=some.none() | words, message_id=words, model=words, provider=words
    ),
    events.TextGrew: some.builds(events.TextGrew, content=words),
    events.ReasoningGrew: some.builds(events.ReasoningGrew, content=words),
    events.ToolCallGrew: some.builds(events.ToolCallGrew, call_id=call_ids, name=words, arguments_delta=words),
    events.ToolCalled: some.builds(
        events.ToolCalled, call_id=call_ids, name=words, arguments=objects, server=maybe, flaw=maybe
    ),
    events.ToolStarted: some.builds(
        events.ToolStarted,
        call_id=call_ids,
        arguments=objects,
        replay_safe=some.booleans(),
        child_run_id=maybe,
        child_session_id=maybe,
    ),
    events.ToolHanded: some.builds(events.ToolHanded, call_id=call_ids),
    events.ToolProgressed: some.builds(events.ToolProgressed, call_id=call_ids, content=words),
    events.ToolFinished: some.builds(
        events.ToolFinished,
        call_id=call_ids,
        ok=some.booleans(),
        content=words,
        duration_ms=floats,
        truncated=some.booleans(),
        parts=some.lists(urls | files, max_size=2).map(tuple),
        cost_usd=floats,
    ),
    events.ApprovalAsked: some.builds(
        events.ApprovalAsked, call_id=call_ids, name=words, arguments=objects, reason=words, expires_at=maybe
    ),
    events.ApprovalResolved: some.builds(
        events.ApprovalResolved,
        call_id=call_ids,
        decision=some.sampled_from(["approve", "reject"]),
        by=some.sampled_from(["person", "expiry", "cancel"]),
        message=maybe,
        arguments=some.none() | objects,
    ),
    events.QuestionAsked: some.builds(
        events.QuestionAsked, call_id=call_ids, questions=questions, expires_at=maybe, interrupted=some.booleans()
    ),
    events.QuestionAnswered: some.builds(
        events.QuestionAnswered,
        call_id=call_ids,
        answers=answers,
        by=some.sampled_from(["person", "expiry", "cancel"]),
    ),
    events.HookFired: some.builds(
        events.HookFired,
        hook_event=words,
        name=words,
        ok=some.booleans(),
        decision=some.sampled_from([None, "allow", "deny", "ask"]),
        reason=maybe,
        call_id=some.none() | call_ids,
    ),
    events.Noticed: some.builds(events.Noticed, code=words, message=words),
    events.CareTold: some.builds(
        events.CareTold, level=some.sampled_from(get_args(Urgency)), resources=some.just(RESOURCES), message=maybe
    ),
    events.LimitReached: some.builds(events.LimitReached, code=words, message=words),
    events.Controlled: some.builds(
        events.Controlled,
        permission_mode=some.sampled_from([None, *get_args(PermissionMode)]),
        model=maybe,
        provider=maybe,
    ),
    events.RunWaits: some.builds(events.RunWaits, call_ids=some.lists(call_ids, max_size=3).map(tuple)),
    events.SubagentTold: some.builds(
        events.SubagentTold, parent_call_id=call_ids, child_run_id=words, child_session_id=words, event=objects
    ),
    events.StepRestarted: some.builds(events.StepRestarted, from_seq=numbers),
    events.Compacted: some.builds(events.Compacted, tokens_before=numbers, tokens_after=numbers, receipt_id=words),
    events.TitleChanged: some.builds(events.TitleChanged, title=words),
    events.UsageCounted: some.builds(
        events.UsageCounted,
        input_tokens=numbers,
        output_tokens=numbers,
        cached_tokens=numbers,
        cost_usd=some.none() | floats,
        context_tokens=numbers,
        context_limit=some.none() | numbers,
    ),
    events.MessageFinished: some.builds(events.MessageFinished, message=messages()),
    events.RunFailed: some.builds(events.RunFailed, code=words, message=words, retryable=some.booleans()),
    events.RunDone: some.builds(events.RunDone, finish_reason=names, duration_ms=floats, turns=numbers),
    events.CancelRequested: some.builds(
        events.CancelRequested, reason=some.sampled_from(["user", "new_message", "deleted"])
    ),
    events.ModelReplied: models,
    events.ModelSwitched: some.builds(events.ModelSwitched, model=words, provider=words, because=words),
    events.ReasoningSealed: some.builds(events.ReasoningSealed, signature=words),
    events.InstructionsAdded: some.builds(events.InstructionsAdded, text=words),
    events.Pushed: some.builds(events.Pushed, reason=words, reply=models),
    events.OutputRefused: some.builds(events.OutputRefused, problem=words, reply=models),
    events.OutputAccepted: some.builds(events.OutputAccepted, value=objects | words | some.lists(words, max_size=2)),
}


def of(*kinds: type[RunEvent]) -> some.SearchStrategy[RunEvent]:
    """Any event of these kinds."""
    return some.one_of(*(KINDS[kind] for kind in kinds))


def all_but(*kinds: type[RunEvent]) -> some.SearchStrategy[RunEvent]:
    """Any event of another kind."""
    return of(*(kind for kind in KINDS if kind not in kinds))


grown = of(events.TextGrew, events.ReasoningGrew)
spoken = of(events.TextGrew, events.ReasoningGrew, events.ReasoningSealed, events.ToolCallGrew)
called = KINDS[events.ToolCalled]
said = spoken | called  # what a model's answer is made of
endings = of(events.CancelRequested, events.RunFailed, events.LimitReached)  # whatever else is open
started = KINDS[events.RunStarted]
dones = KINDS[events.RunDone]
any_event = of(*KINDS)


def numbered(told: Sequence[RunEvent], first: int = 1) -> list[Stamped]:
    """The events as a journal numbers them: each that is told has the next number, the others have none."""
    stamped: list[Stamped] = []
    for event in told:
        stamped.append(Stamped(Seq(0 if isinstance(event, UNTOLD) else first), event))
        first += not isinstance(event, UNTOLD)
    return stamped
