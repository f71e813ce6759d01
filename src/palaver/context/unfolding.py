"""One message as the turns that a model knows: an answer with calls, then their results, then more; pure.

What of it fits a window is decided in `window.py`.
"""

from collections.abc import Iterator, Sequence

import msgspec

from palaver.context.attribution import CUT, attribution, neutral
from palaver.context.people import ALONE, People
from palaver.context.untrusted import FROM_PEOPLE, as_data
from palaver.core.messages import Message, Part, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from palaver.inference.port import Turn

INTERRUPTED = "This call was interrupted; nobody knows what came of it."


def turns_of(message: Message, *, marked: bool, people: People = ALONE) -> list[Turn]:
    """A finished message, with who wrote it, where several people speak.

    Of an answer, thoughts are left out: vendors want them back only while it goes on. It goes on where the client makes
    the calls of its last step.
    """
    if message.role == "user":
        if not message.parts:
            return []
        turn = Turn("user", tuple(_neutral(part, people) for part in message.parts))
        return [_spoken(turn, people.mark(message))] if people else [turn]
    goes_on = message.finish_reason == "tool_calls"
    spoken = [part for part in message.parts if goes_on or not isinstance(part, ReasoningPart)]
    if message.role != "assistant":
        text = tuple(part for part in spoken if isinstance(part, TextPart))
        return [Turn(message.role, text)] if text else []
    if not any(isinstance(part, ToolCallPart) for part in spoken):
        return _answer(message, marked=marked)
    turns = list(_steps(spoken))
    if marked:
        turns = _attributed(turns, attribution(message))
    if turns[-1].role == "tool" and not goes_on:  # it ended before the model said what it made of the results
        turns.append(Turn("assistant", (TextPart(text=CUT),)))
    elif message.status != "complete":
        turns[-1] = Turn("assistant", (*turns[-1].parts, TextPart(text=f"\n\n{CUT}")))
    return turns


def paired(path: Sequence[Message]) -> Sequence[Message]:
    """The same messages, each result that came with a later message beside its call; one that has no call is left out.

    So come the results of calls that clients make themselves: with the message after the one that called.
    """
    if not any(_brings_results(message) for message in path):
        return path
    whole: list[Message] = []
    for message in path:
        if _brings_results(message):
            _pair(whole, message)
        else:
            whole.append(message)
    return whole


def turns_so_far(message: Message) -> list[Turn]:
    """An answer that goes on: whole, with its thoughts and their seals, for the model to go on from."""
    return list(_steps(message.parts))


def _brings_results(message: Message) -> bool:
    return message.role != "assistant" and bool(message.parts) and isinstance(message.parts[0], ToolResultPart)


def _pair(whole: list[Message], message: Message) -> None:
    results = tuple(part for part in message.parts if isinstance(part, ToolResultPart))
    rest = message.parts[len(results) :]
    if whole and whole[-1].role == "assistant":
        whole[-1] = msgspec.structs.replace(whole[-1], parts=(*whole[-1].parts, *results))
    if rest:
        whole.append(msgspec.structs.replace(message, parts=rest))


def _answer(message: Message, *, marked: bool) -> list[Turn]:
    """An answer without calls, which most are."""
    if not any(isinstance(part, TextPart) for part in message.parts):
        return []
    text = f"{attribution(message)}{message.text}" if marked else message.text
    if message.status != "complete":
        text = f"{text}\n\n{CUT}"
    return [Turn("assistant", (TextPart(text=text),))]


def _steps(parts: Sequence[Part]) -> Iterator[Turn]:
    """Answer, results, answer, …: every call with exactly one result, no result without its call."""
    results = {part.call_id: part for part in reversed(parts) if isinstance(part, ToolResultPart)}
    called: set[str] = set()
    said: list[Part] = []
    for part in parts:
        if isinstance(part, ToolResultPart):
            if said and isinstance(said[-1], ToolCallPart):
                yield from _step(said, results)
                said = []
        elif not isinstance(part, ToolCallPart):
            said.append(part)
        elif part.call_id not in called:
            called.add(part.call_id)
            said.append(part)
    yield from _step(said, results)


def _step(said: list[Part], results: dict[str, ToolResultPart]) -> Iterator[Turn]:
    calls = [part for part in said if isinstance(part, ToolCallPart)]
    if any(not isinstance(part, ReasoningPart) for part in said):
        yield Turn("assistant", tuple(said))
    if calls:
        yield Turn("tool", tuple(_result(call, results.get(call.call_id)) for call in calls))


def _result(call: ToolCallPart, result: ToolResultPart | None) -> ToolResultPart:
    if result is None:
        return ToolResultPart(call_id=call.call_id, ok=False, content=INTERRUPTED)
    if call.name in FROM_PEOPLE:
        return result
    return ToolResultPart(
        call_id=result.call_id,
        ok=result.ok,
        content=as_data(result.content),
        truncated=result.truncated,
        parts=result.parts,
    )


def _attributed(turns: list[Turn], mark: str) -> list[Turn]:
    """The turns with the mark before the first text; calls carry none."""
    for at, turn in enumerate(turns):
        for place, part in enumerate(turn.parts):
            if isinstance(part, TextPart):
                parts = (*turn.parts[:place], TextPart(text=mark + part.text), *turn.parts[place + 1 :])
                return [*turns[:at], Turn(turn.role, parts), *turns[at + 1 :]]
    return turns


def _spoken(turn: Turn, mark: str) -> Turn:
    """A person's turn with the mark before its first text, or before all where it has none."""
    (marked,) = _attributed([turn], mark)
    return marked if marked is not turn else Turn(turn.role, (TextPart(text=mark.rstrip()), *turn.parts))


def _neutral(part: Part, people: People) -> Part:
    return TextPart(text=people.neutral(neutral(part.text))) if isinstance(part, TextPart) else part
