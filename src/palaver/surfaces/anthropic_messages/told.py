"""What is told of a run as the events of a message of Anthropic's, and a finished one as one object; it asks nobody.

Blocks begin and end in their order, one at a time. Calls are told at the end: whole, fitting their schema, and in the
order in which they were made. The seal of a thought is ours (`asked.py` says why). Which sequence stopped an answer is
not known, as most vendors do not say it: the reason is `end_turn` then.
"""

from collections.abc import Mapping
from itertools import groupby
from typing import Any, Literal

import msgspec

from palaver.core.errors import coded
from palaver.core.events import RunDone, RunFailed, RunStarted, StepRestarted, ToolCalled, ToolHanded
from palaver.core.ids import Seq
from palaver.core.messages import FinishReason, Message, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from palaver.core.usage import Usage
from palaver.runs.records import GROWTH, kind
from palaver.runs.told import Told
from palaver.surfaces.asking import WAITS
from palaver.surfaces.errors import Wrong, anthropic_error

_REASONS: Mapping[FinishReason, str] = {"length": "max_tokens", "tool_calls": "tool_use"}
_RESTARTED = "The answer began anew, which a stream of this protocol cannot say; ask again."

Open = Literal["text", "thinking"]
Thoughts = Literal["told", "sealed", "kept"]  # as they come, only that there were some, or not at all


class _Usage(msgspec.Struct):
    usage: Usage | None = None


class _Finished(msgspec.Struct):
    """What is read of the finished message."""

    message: _Usage


_encode = msgspec.json.Encoder().encode
_started = msgspec.json.Decoder(RunStarted)
_called = msgspec.json.Decoder(ToolCalled)
_handed = msgspec.json.Decoder(ToolHanded)
_finished = msgspec.json.Decoder(_Finished)
_restarted = msgspec.json.Decoder(StepRestarted)
_failed = msgspec.json.Decoder(RunFailed)
_done = msgspec.json.Decoder(RunDone)

_EMPTY: Mapping[Open, dict[str, Any]] = {
    "text": {"type": "text", "text": ""},
    "thinking": {"type": "thinking", "thinking": "", "signature": ""},
}
_GROWS: Mapping[Open, bytes] = {
    "text": b'{"type":"text_delta","text":"',
    "thinking": b'{"type":"thinking_delta","thinking":"',
}

_TEXT, _REASONING = GROWTH
_KEY = b'"content":"'  # behind it stands the piece, then the end of the string and of the object
_END = b'"}}\n\n'


def _growth(numbered: tuple[Seq, bytes]) -> bytes:
    """How a line begins that carries a piece of text; nothing for every other one."""
    line = numbered[1]
    return _TEXT if line.startswith(_TEXT) else _REASONING if line.startswith(_REASONING) else b""


def event(what: str, **fields: Any) -> bytes:
    """One event of a stream."""
    return b"event: %b\ndata: %b\n\n" % (what.encode(), _encode({"type": what, **fields}))


PING = event("ping")


class MessageStream:
    """One stream of events. `held` keeps text back until the answer is whole."""

    ping = PING

    def __init__(self, *, held: bool, thoughts: Thoughts, headers: Mapping[str, str]) -> None:
        self.headers = [(name.encode(), value.encode()) for name, value in headers.items()]
        self._held = held
        self._thoughts: Thoughts = thoughts
        self._seal = ""
        self._open: Open | None = None
        self._index = -1
        self._grows = b""
        self._last = 0  # the number of the last event that cannot be taken back any more
        self._text: list[tuple[int, bytes]] = []
        self._calls: dict[str, ToolCalled] = {}
        self._handed: set[str] = set()
        self._usage: Usage | None = None
        self._over = False

    def frames(self, told: Told) -> bytes:
        """The events for what is told: pieces of text that come together are one."""
        made: list[bytes] = []
        for grown, lines in groupby(told.lines, _growth):
            if grown:
                made.append(self._grow(grown, list(lines)))
            else:
                made += [self._other(kind(line), line) for _, line in lines]
        return b"".join(made)

    def _grow(self, grown: bytes, lines: list[tuple[Seq, bytes]]) -> bytes:
        """Text, or thoughts; each piece is the inside of a JSON string."""
        if self._over:
            return b""
        thought = grown == _REASONING
        if thought and self._thoughts != "told":
            return self._begin("thinking") if self._thoughts == "sealed" and self._open != "thinking" else b""
        last, pieces = lines[-1][0], [line[line.index(_KEY) + len(_KEY) : -2] for _, line in lines]
        if self._held and not thought:
            self._text += zip((seq for seq, _ in lines), pieces, strict=True)
            return b""
        self._last = last
        what: Open = "thinking" if thought else "text"
        begun = b"" if self._open == what else self._begin(what)
        return b"%b%b%b%b" % (begun, self._grows, b"".join(pieces), _END)

    def _other(self, what: str, line: bytes) -> bytes:
        if self._over:
            return b""
        match what:
            case "run":
                return self._start(_started.decode(line))
            case "tool_call":
                call = _called.decode(line)
                self._calls[call.call_id] = call
                return self._end_block()
            case "tool_handed":
                self._handed.add(_handed.decode(line).call_id)
            case "message":
                self._usage = _finished.decode(line).message.usage
            case "step_restarted":
                return self._restart(_restarted.decode(line).from_seq)
            case "error":
                return self._fail(_wrong(_failed.decode(line)))
            case "waiting":
                return self._fail(Wrong(409, "waiting", WAITS))
            case "done":
                return self._end(_done.decode(line).finish_reason)
            case _:
                pass
        return b""

    def _start(self, started: RunStarted) -> bytes:
        self._seal = seal_of(started.message_id)
        begun = _message(started.message_id, started.model, [], None)
        return event("message_start", message={**begun, "usage": used(Usage())}) + PING

    def _begin(self, what: Open) -> bytes:
        ended = self._end_block()
        self._index += 1
        self._open = what
        self._grows = b'event: content_block_delta\ndata: {"type":"content_block_delta","index":%d,"delta":%b' % (
            self._index,
            _GROWS[what],
        )
        return ended + event("content_block_start", index=self._index, content_block=_EMPTY[what])

    def _end_block(self) -> bytes:
        if self._open is None:
            return b""
        sealed = b""
        if self._open == "thinking":
            sealed = self._delta({"type": "signature_delta", "signature": self._seal})
        self._open = None
        return sealed + event("content_block_stop", index=self._index)

    def _hand(self, call: ToolCalled) -> bytes:
        self._index += 1
        block: dict[str, Any] = {"type": "tool_use", "id": call.call_id, "name": call.name, "input": {}}
        arguments = {"type": "input_json_delta", "partial_json": _encode(call.arguments).decode()}
        begun = event("content_block_start", index=self._index, content_block=block)
        return begun + self._delta(arguments) + event("content_block_stop", index=self._index)

    def _delta(self, delta: Mapping[str, Any]) -> bytes:
        return event("content_block_delta", index=self._index, delta=delta)

    def _restart(self, since: int) -> bytes:
        self._text = [(seq, text) for seq, text in self._text if seq < since]
        return self._fail(Wrong(500, "output_invalid", _RESTARTED)) if self._last >= since else b""

    def _fail(self, wrong: Wrong) -> bytes:
        self._over = True
        return event("error", error=anthropic_error(wrong))

    def _end(self, reason: FinishReason) -> bytes:
        self._over = True
        delta = {"stop_reason": reason_of(reason), "stop_sequence": None}
        last = event("message_delta", delta=delta, usage=used(self._usage or Usage()))
        calls = [self._hand(call) for call in self._calls.values() if call.call_id in self._handed]
        return b"".join([self._end_block(), self._flush(), *calls, last, event("message_stop")])

    def _flush(self) -> bytes:
        """The text that was held back, as a block."""
        if not self._text:
            return b""
        begun = self._begin("text")
        return b"%b%b%b%b%b" % (begun, self._grows, b"".join([text for _, text in self._text]), _END, self._end_block())


def message(found: Message, thoughts: Thoughts) -> dict[str, Any]:
    """A finished answer as one object."""
    content = _blocks(found, thoughts)
    told = _message(found.id, found.model, content, reason_of(found.finish_reason))
    return {**told, "usage": used(found.usage or Usage())}


def seal_of(message_id: str) -> str:
    """What stands for a vendor's seal, which stays here with the thought: the message it belongs to."""
    return f"palaver:{message_id}"


def reason_of(reason: FinishReason | None) -> str:
    """Why an answer ended; one that was interrupted elsewhere has said what it says."""
    return _REASONS.get(reason or "stop", "end_turn")


def used(usage: Usage) -> dict[str, Any]:
    """What was consumed: what came from caches and went there is counted beside the rest of the input."""
    apart = usage.cached_tokens + usage.cache_written_tokens
    told: dict[str, Any] = {
        "input_tokens": max(0, usage.input_tokens - apart),
        "cache_creation_input_tokens": usage.cache_written_tokens,
        "cache_read_input_tokens": usage.cached_tokens,
        "output_tokens": usage.output_tokens,
    }
    return told | ({"output_tokens_details": {"thinking_tokens": n}} if (n := usage.reasoning_tokens) else {})


def _message(message_id: str, model: str | None, content: list[dict[str, Any]], reason: str | None) -> dict[str, Any]:
    return {
        "id": message_id,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": reason,
        "stop_sequence": None,
    }


def _blocks(found: Message, thoughts: Thoughts) -> list[dict[str, Any]]:
    done = {part.call_id for part in found.parts if isinstance(part, ToolResultPart)}
    told: list[dict[str, Any]] = []
    for part in found.parts:
        match part:
            case ReasoningPart(text=text) if text and thoughts != "kept":
                said = text if thoughts == "told" else ""
                if told and told[-1]["type"] == "thinking":  # one thought to the client, several to the vendor
                    told[-1]["thinking"] += said
                else:
                    told.append({"type": "thinking", "thinking": said, "signature": seal_of(found.id)})
            case TextPart(text=text) if text:
                told.append({"type": "text", "text": text})
            case ToolCallPart() if part.call_id not in done:
                told.append({"type": "tool_use", "id": part.call_id, "name": part.name, "input": part.arguments})
            case _:
                pass
    return told


def _wrong(failed: RunFailed) -> Wrong:
    return Wrong(coded(failed.code).status, failed.code, failed.message)
