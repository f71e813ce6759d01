"""What is told of a run as chunks of a chat completion, and a finished one as one object; it asks nobody.

Calls are told once they are the client's to make: whole, and fitting their schema. Where the answer has to follow a
schema, its text is told once it does: until then it may begin anew, which this protocol has no word for.
"""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

import msgspec

from palaver.core.events import RunDone, RunFailed, RunStarted, StepRestarted, ToolCalled, ToolHanded, UsageCounted
from palaver.core.ids import Seq
from palaver.core.messages import FinishReason, Message, ReasoningPart, ToolCallPart, ToolResultPart
from palaver.core.usage import Usage
from palaver.kit.sse import PING
from palaver.runs.records import GROWTH, kind
from palaver.runs.told import Told
from palaver.surfaces.asking import WAITS
from palaver.surfaces.errors import Wrong, openai_error

DONE = b"data: [DONE]\n\n"
_REASONS: Mapping[FinishReason, str] = {"length": "length", "tool_calls": "tool_calls"}
_RESTARTED = "The answer began anew, which a stream of this protocol cannot say; ask again."

_TEXT, _REASONING = GROWTH
_KEY = b'"content":"'  # behind it stands the piece, then the end of the string and of the object

_encode = msgspec.json.Encoder().encode
_started = msgspec.json.Decoder(RunStarted)
_called = msgspec.json.Decoder(ToolCalled)
_handed = msgspec.json.Decoder(ToolHanded)
_counted = msgspec.json.Decoder(UsageCounted)
_restarted = msgspec.json.Decoder(StepRestarted)
_failed = msgspec.json.Decoder(RunFailed)
_done = msgspec.json.Decoder(RunDone)


def _growth(numbered: tuple[Seq, bytes]) -> bytes:
    """How a line begins that carries a piece of text; nothing for every other one."""
    line = numbered[1]
    return _TEXT if line.startswith(_TEXT) else _REASONING if line.startswith(_REASONING) else b""


def completion_id(run_id: str) -> str:
    """A run's id as this protocol has it."""
    return f"chatcmpl-{run_id.partition('_')[2]}"


def reason_of(reason: FinishReason | None) -> str:
    """Why an answer ended; one that was interrupted elsewhere has said what it says."""
    return _REASONS.get(reason or "stop", "stop")


class ChatStream:
    """One stream of chunks. `held` keeps text back until the answer is whole."""

    ping = PING

    def __init__(self, created: int, *, held: bool, with_usage: bool) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self._created = created
        self._held = held
        self._with_usage = with_usage
        self._head = self._open = self._content = self._reasoning = b""
        self._text: list[tuple[Seq, bytes]] = []
        self._last = 0  # the number of the last piece of text that was told
        self._over = False
        self._calls: dict[str, ToolCalled] = {}
        self._handed: set[str] = set()
        self._usage: UsageCounted | None = None

    def frames(self, told: Told) -> bytes:
        """The chunks for what is told: pieces of text that come together are one."""
        made: list[bytes] = []
        for grown, lines in groupby(told.lines, _growth):
            if self._over:
                break
            if grown:
                made.append(self._grow(grown, list(lines)))
            else:
                made += [self._other(kind(line), told, line) for _, line in lines if not self._over]
        return b"".join(made)

    def _grow(self, grown: bytes, lines: list[tuple[Seq, bytes]]) -> bytes:
        """One chunk of text; each piece is the inside of a JSON string."""
        pieces = [line[line.index(_KEY) + len(_KEY) : -2] for _, line in lines]
        text = b"".join(pieces)
        if grown == _REASONING:
            return b"%b%b%b" % (self._reasoning, text, _END)
        if self._held:
            self._text += zip((seq for seq, _ in lines), pieces, strict=True)
            return b""
        self._last = lines[-1][0]
        return b"%b%b%b" % (self._content, text, _END)

    def _other(self, what: str, told: Told, line: bytes) -> bytes:
        match what:
            case "run":
                return self._begin(told, _started.decode(line))
            case "tool_call":
                call = _called.decode(line)
                self._calls[call.call_id] = call
            case "tool_handed":
                self._handed.add(_handed.decode(line).call_id)
            case "usage":
                self._usage = _counted.decode(line)
            case "step_restarted":
                return self._restart(_restarted.decode(line).from_seq)
            case "error":
                error = _failed.decode(line)
                return self._fail(Wrong(500, error.code, error.message))
            case "waiting":
                return self._fail(Wrong(409, "waiting", WAITS))
            case "done":
                return self._end(_done.decode(line).finish_reason)
            case _:
                pass
        return b""

    def _begin(self, told: Told, started: RunStarted) -> bytes:
        head = _encode(
            {
                "id": completion_id(told.address.run_id),
                "object": "chat.completion.chunk",
                "created": self._created,
                "model": started.model,
            }
        )
        self._head = b"data: " + head[:-1]
        # Where usage is wanted, every chunk before the one that has it says that it has none.
        self._open = self._head + (b',"usage":null' if self._with_usage else b"")
        self._content = self._open + b',"choices":[{"index":0,"delta":{"content":"'
        self._reasoning = self._open + b',"choices":[{"index":0,"delta":{"reasoning_content":"'
        return self._chunk({"role": "assistant", "content": "", "refusal": None})

    def _hand(self) -> list[bytes]:
        """The calls that are the client's, in the order in which the model made them."""
        handed = (call for call in self._calls.values() if call.call_id in self._handed)
        return [
            self._chunk({"tool_calls": [{"index": at, **call_of(call.call_id, call.name, call.arguments)}]})
            for at, call in enumerate(handed)
        ]

    def _restart(self, since: Seq) -> bytes:
        self._text = [(seq, text) for seq, text in self._text if seq < since]
        return self._fail(Wrong(500, "output_invalid", _RESTARTED)) if self._last >= since else b""

    def _fail(self, wrong: Wrong) -> bytes:
        self._over = True
        return b"data: %b\n\n" % _encode({"error": openai_error(wrong)})

    def _end(self, reason: FinishReason) -> bytes:
        self._over = True
        held = b"".join([text for _, text in self._text])
        text = b"%b%b%b" % (self._content, held, _END) if held else b""
        last = self._chunk({}, reason_of(reason))
        return b"".join([text, *self._hand(), last, self._usage_chunk(), DONE])

    def _chunk(self, delta: Mapping[str, Any], reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        return b'%b,"choices":%b}\n\n' % (self._open, _encode([choice]))

    def _usage_chunk(self) -> bytes:
        if not self._with_usage or self._usage is None:
            return b""
        used = self._usage
        told = _used(used.input_tokens, used.output_tokens, used.cached_tokens)
        return b'%b,"choices":[],"usage":%b}\n\n' % (self._head, _encode(told))


_END = b'"},"logprobs":null,"finish_reason":null}]}\n\n'


def completion(message: Message, run_id: str, created: int) -> dict[str, Any]:
    """A finished answer as one object."""
    done = {part.call_id for part in message.parts if isinstance(part, ToolResultPart)}
    calls = [
        call_of(part.call_id, part.name, part.arguments)
        for part in message.parts
        if isinstance(part, ToolCallPart) and part.call_id not in done
    ]
    thoughts = "".join(part.text for part in message.parts if isinstance(part, ReasoningPart))
    said: dict[str, Any] = {
        "role": "assistant",
        "content": message.text or (None if calls else ""),
        "refusal": None,
        "annotations": [],
    }
    said |= {"reasoning_content": thoughts} if thoughts else {}
    said |= {"tool_calls": calls} if calls else {}
    usage = message.usage or Usage()
    return {
        "id": completion_id(run_id),
        "object": "chat.completion",
        "created": created,
        "model": message.model,
        "choices": [{"index": 0, "message": said, "logprobs": None, "finish_reason": reason_of(message.finish_reason)}],
        "usage": _used(usage.input_tokens, usage.output_tokens, usage.cached_tokens),
    }


def call_of(call_id: str, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """One call for the client to make."""
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": _encode(arguments).decode()}}


def _used(read: int, written: int, cached: int) -> dict[str, Any]:
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
        "prompt_tokens_details": {"cached_tokens": cached},
    }
