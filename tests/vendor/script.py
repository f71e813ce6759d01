"""What the fake vendor answers, as values: statuses, headers, steps of bytes, pauses, cuts. It serves nothing."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

HEAD = {"id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": 1_790_000_000, "model": "fake"}


@dataclass(frozen=True)
class Pause:
    """Milliseconds in which nothing is sent."""

    ms: float


@dataclass(frozen=True)
class Stall:
    """Nothing more is sent, until the client goes or the vendor is told to `release`."""


@dataclass(frozen=True)
class Drop:
    """The socket is closed in the middle of the reply."""


Step = bytes | Pause | Stall | Drop


@dataclass(frozen=True)
class Reply:
    """One answer. Without `length` the body is chunked; `None` as a content type sends none."""

    steps: Sequence[Step] = ()
    status: int = 200
    content_type: str | None = "text/event-stream"
    headers: Mapping[str, str] = field(default_factory=dict)


Script = Reply | Sequence[Reply]


def chunk(delta: Mapping[str, Any], finish_reason: str | None = None, **more: Any) -> bytes:
    """One event of a stream."""
    choice = {"index": 0, "delta": dict(delta), "logprobs": None, "finish_reason": finish_reason}
    return event({**HEAD, "choices": [choice], **more})


def event(value: object) -> bytes:
    """Any value as an event."""
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def said(text: str) -> bytes:
    """An event with a piece of text."""
    return chunk({"content": text})


def finish(reason: str = "stop", usage: Mapping[str, Any] | None = None) -> bytes:
    """The event that ends an answer, and the one with the usage."""
    end = chunk({}, reason)
    return end + event({**HEAD, "choices": [], "usage": dict(usage)}) if usage else end


def done() -> bytes:
    """The end mark."""
    return b"data: [DONE]\n\n"


def stream(*texts: str, usage: Mapping[str, Any] | None = None, **reply: Any) -> Reply:
    """A whole answer, each text in a write of its own."""
    return Reply(
        [chunk({"role": "assistant", "content": ""}), *map(said, texts), finish("stop", usage), done()], **reply
    )


def failure(status: int, error: Mapping[str, Any] | None = None, **headers: str) -> Reply:
    """A refusal, with an error object as the body."""
    body = json.dumps({"error": {"message": "sk-secret-do-not-repeat", **(error or {})}}).encode()
    return Reply([body], status, "application/json", headers)


@dataclass(frozen=True)
class Knobs:
    """What a model's name asks for: `fake-n50-d20` is 50 chunks, 20 ms apart.

    n chunks · d ms between them · s characters each · p ms before the first · t tool calls · r chunks of reasoning ·
    e error event after so many chunks · x socket dropped after · w stalled after · h a status instead · u no usage ·
    a the text "part K " in place of times · g a garbage line after each chunk · c a cut: each event in two writes ·
    m no end mark · j one JSON document instead of a stream
    """

    values: Mapping[str, int]

    @classmethod
    def of(cls, model: str) -> "Knobs":
        return cls({letter: int(number or 1) for letter, number in re.findall(r"-([a-z])(\d*)(?=-|$)", model)})

    def get(self, letter: str, otherwise: int) -> int:
        return self.values.get(letter, otherwise)

    def has(self, letter: str) -> bool:
        return letter in self.values


def by_name(model: str, body: Mapping[str, Any]) -> Reply:
    """The reply that a model's name asks for."""
    knobs = Knobs.of(model)
    if knobs.has("h"):
        return failure(knobs.get("h", 500))
    if knobs.has("j") or not body.get("stream"):
        return whole(knobs)
    return Reply(_steps(knobs, body))


def whole(knobs: Knobs) -> Reply:
    """The answer as one document."""
    count = knobs.get("n", 50)
    message = {"role": "assistant", "content": "".join(text(knobs, number) for number in range(count))}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    value = {**HEAD, "object": "chat.completion", "choices": [choice], "usage": usage(count)}
    return Reply([json.dumps(value).encode()], content_type="application/json")


def usage(count: int) -> dict[str, int]:
    """What ten tokens in and `count` out are told as."""
    return {"prompt_tokens": 10, "completion_tokens": count, "total_tokens": count + 10}


def text(knobs: Knobs, number: int) -> str:
    """The text of chunk `number`."""
    return f"part {number} ".ljust(knobs.get("s", 0), "x")


def _steps(knobs: Knobs, body: Mapping[str, Any]) -> list[Step]:
    steps: list[Step] = [chunk({"role": "assistant", "content": ""})]
    if knobs.has("p"):
        steps.append(Pause(knobs.get("p", 0)))
    steps += [chunk({"reasoning_content": f"thought {number} "}) for number in range(knobs.get("r", 0))]
    tools = body.get("tools") or []
    answered = any(message.get("role") == "tool" for message in body.get("messages", []))
    if knobs.has("t") and tools and not answered:
        return steps + _calls(tools[0]["function"]["name"], knobs.get("t", 1))
    for number in range(knobs.get("n", 50)):
        if (early := _cut(knobs, number)) is not None:
            return [*steps, *early]
        steps += _one(knobs, number)
    if (early := _cut(knobs, knobs.get("n", 50))) is not None:
        return [*steps, *early]
    wanted = (body.get("stream_options") or {}).get("include_usage") and not knobs.has("u")
    steps.append(finish("stop", usage(knobs.get("n", 50)) if wanted else None))
    return steps if knobs.has("m") else [*steps, done()]


def _one(knobs: Knobs, number: int) -> list[Step]:
    data = said(text(knobs, number))
    middle = len(data) // 2
    steps: list[Step] = [data[:middle], data[middle:]] if knobs.has("c") else [data]
    if knobs.has("g"):
        steps.append(b"data: {not json \xff\n\n")
    if knobs.has("d"):
        steps.append(Pause(knobs.get("d", 0)))
    return steps


def _cut(knobs: Knobs, number: int) -> list[Step] | None:
    if number == knobs.get("e", -1):
        return [event({"error": {"message": "sk-secret-do-not-repeat", "type": "server_error", "code": "fake"}})]
    if number == knobs.get("x", -1):
        return [Drop()]
    return [Stall()] if number == knobs.get("w", -1) else None


def _calls(name: str, count: int) -> list[Step]:
    steps: list[Step] = []
    for index in range(count):
        head = {"index": index, "id": f"call_{index}", "type": "function", "function": {"name": name, "arguments": ""}}
        steps.append(chunk({"tool_calls": [head]}))
        steps += [
            chunk({"tool_calls": [{"index": index, "function": {"arguments": part}}]})
            for part in ('{"n"', f": {index}}}")
        ]
    return [*steps, finish("tool_calls"), done()]
