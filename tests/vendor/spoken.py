"""What a model says, in no wire format: text, thoughts, calls, an end. Each format writes it in its own words."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.vendor.script import Drop, Knobs, Pause, Stall, text, usage


@dataclass(frozen=True)
class Say:
    """A piece of text."""

    text: str


@dataclass(frozen=True)
class Think:
    """A thought, in pieces; `hidden` ones are told only as a seal."""

    pieces: Sequence[str]
    hidden: bool = False
    sealed: bool = True

    @property
    def text(self) -> str:
        return "".join(self.pieces)


@dataclass(frozen=True)
class Call:
    """A call, with its arguments as the pieces in which they are told."""

    call_id: str
    name: str
    pieces: Sequence[str]


@dataclass(frozen=True)
class Trouble:
    """An error in the middle of the stream."""

    code: str = "server_error"


Word = Say | Think | Call | Trouble | Pause | Stall | Drop


@dataclass(frozen=True)
class Answer:
    """One answer. `together` tells calls in turns, piece by piece, where the format can."""

    words: Sequence[Word]
    reason: Literal["stop", "length", "refusal"] = "stop"
    tokens: Mapping[str, int] = field(default_factory=lambda: usage(5))
    together: bool = False

    @property
    def calls(self) -> list[Call]:
        return [word for word in self.words if isinstance(word, Call)]


def by_knobs(model: str, *, tools: Sequence[str], answered: bool) -> Answer:
    """What a model's name asks for (see `Knobs`), for formats other than chat completions."""
    knobs = Knobs.of(model)
    words: list[Word] = [Pause(knobs.get("p", 0))] if knobs.has("p") else []
    if knobs.has("r"):
        words.append(Think([f"thought {number} " for number in range(knobs.get("r", 0))]))
    if knobs.has("t") and tools and not answered:
        calls = range(knobs.get("t", 1))
        words += [Call(f"call_{index}", tools[0], ['{"n"', f": {index}}}"]) for index in calls]
        return Answer(words)
    for number in range(knobs.get("n", 50) + 1):
        if (cut := _cut(knobs, number)) is not None:
            return Answer([*words, cut])
        if number < knobs.get("n", 50):
            words.append(Say(text(knobs, number)))
            words += [Pause(knobs.get("d", 0))] if knobs.has("d") else []
    return Answer(words, tokens={} if knobs.has("u") else usage(knobs.get("n", 50)))


def _cut(knobs: Knobs, number: int) -> Word | None:
    if number == knobs.get("e", -1):
        return Trouble()
    if number == knobs.get("x", -1):
        return Drop()
    return Stall() if number == knobs.get("w", -1) else None


def seal_of(thought: str) -> str:
    """The seal of a thought, which the vendor makes and checks."""
    return "sealed_" + hashlib.sha256(b"the vendor's secret" + thought.encode()).hexdigest()[:32]


def pairs_are_whole(turns: Sequence[tuple[Literal["call", "result", "other"], str]]) -> str | None:
    """What is wrong with the calls and results of a conversation, in order; None where nothing is."""
    open_calls: list[str] = []
    for kind, call_id in turns:
        if kind == "call":
            open_calls.append(call_id)
        elif kind == "result":
            if call_id not in open_calls:
                return f"result without call: {call_id}"
            open_calls.remove(call_id)
        elif open_calls:
            return f"call without result: {open_calls}"
    return f"call without result: {open_calls}" if open_calls else None


def bad_ids(ids: Sequence[str], form: str) -> list[str]:
    """The ids that do not have the form."""
    return [one for one in ids if not re.fullmatch(form, one)]


Body = Mapping[str, Any]
