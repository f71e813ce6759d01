"""What is told of a run as the events of a response, and what they come to; it asks nobody.

The events are a fold: each of a run's own events makes the same ones, with the same numbers, whenever and by whomever
they are folded, so that a reader comes back with the last number it has. Calls are told once they are the client's to
make; text that has to follow a form is told once it does; text that is void ends as an item that stays incomplete and
does not stand in the response.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from palaver.core.events import RunDone, RunFailed, RunStarted, StepRestarted, ToolCalled
from palaver.core.ids import Seq
from palaver.core.usage import Usage
from palaver.kit.sse import PING
from palaver.runs.prompt import Prompt
from palaver.runs.records import GROWTH, kind
from palaver.runs.told import Told
from palaver.surfaces.asking import WAITS
from palaver.surfaces.openai_responses.names import born, response_id, seconds
from palaver.surfaces.openai_responses.output import Kind, Output
from palaver.surfaces.openai_responses.said_again import held, said_again

NOTHING = 1 << 62  # a number after which no event comes: for who wants the response alone

_TEXT, _THOUGHT = GROWTH
_KEY = b'"content":'  # behind it stands the piece, as a JSON string, and the end of the object

_AT_WORK = frozenset({"tool_started", "approval", "question"})  # the step that made the calls is over

_started = msgspec.json.Decoder(RunStarted)
_called = msgspec.json.Decoder(ToolCalled)
_restarted = msgspec.json.Decoder(StepRestarted)
_failed = msgspec.json.Decoder(RunFailed)
_done = msgspec.json.Decoder(RunDone)


class _OfCall(msgspec.Struct):
    call_id: str


class _Answer(msgspec.Struct):
    created_at: str
    model: str | None = None
    usage: Usage | None = None


class _Finished(msgspec.Struct):
    message: _Answer


_of_call = msgspec.json.Decoder(_OfCall)
_finished = msgspec.json.Decoder(_Finished)


class _End(NamedTuple):
    """How a response ended: its status, and the event that says so."""

    status: str
    event: str


# There is no event for one that was cancelled; what it says of itself is exact.
_ENDS: Mapping[str, _End] = {
    "stop": _End("completed", "response.completed"),
    "tool_calls": _End("completed", "response.completed"),
    "length": _End("incomplete", "response.incomplete"),
    "interrupted": _End("cancelled", "response.incomplete"),
    "error": _End("failed", "response.failed"),
}


class ResponseStream:
    """One stream of events, of those after number `after`; the response as far as it is known."""

    ping = PING

    def __init__(self, prompt: Prompt, *, after: int = -1) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self._again = said_again(prompt)
        self._output = Output(held=held(prompt), after=after)
        self._run_id = self._model = ""
        self._status = "queued"
        self._over = False
        self._answer: _Answer | None = None
        self._failure: RunFailed | None = None

    def frames(self, told: Told) -> bytes:
        """The events for what is told."""
        if len(told.lines) == 1:
            return self._frame(told, *told.lines[0])
        return b"".join([self._frame(told, seq, line) for seq, line in told.lines])

    def response(self, run_id: str, model: str) -> dict[str, Any]:
        """The response as far as it was told; run and model are for one that did not begin."""
        usage = self._answer.usage if self._answer else None
        completed = self._status == "completed" and self._answer is not None
        return {
            "id": response_id(run_id),
            "object": "response",
            "created_at": born(run_id),
            "completed_at": seconds(self._answer.created_at) if completed and self._answer else None,
            "status": self._status,
            "error": {"code": "server_error", "message": self._failure.message} if self._failure else None,
            "incomplete_details": {"reason": "max_output_tokens"} if self._status == "incomplete" else None,
            "model": self._model or model,
            "output": self._output.items,
            "usage": _used(usage) if usage else None,
            **self._again,
        }

    def _frame(self, told: Told, seq: Seq, line: bytes) -> bytes:
        if line.startswith(_TEXT):
            return self._output.grow(Kind.TEXT, seq, line[line.index(_KEY) + len(_KEY) : -1])
        if line.startswith(_THOUGHT):
            return self._output.grow(Kind.THOUGHT, seq, line[line.index(_KEY) + len(_KEY) : -1])
        return b"" if self._over else self._other(kind(line), told, seq, line)

    def _other(self, what: str, told: Told, seq: Seq, line: bytes) -> bytes:
        match what:
            case "run":
                return self._begin(told, _started.decode(line))
            case "tool_call":
                self._output.called(seq, _called.decode(line))
            case "tool_handed" | "tool_result":
                return self._output.settled(_of_call.decode(line).call_id, handed=what == "tool_handed")
            case "step_restarted":
                return self._output.void(_restarted.decode(line).from_seq)
            case "error":
                self._failure = _failed.decode(line)
            case "message":
                self._answer = _finished.decode(line).message
            case "waiting":
                return self._output.event("error", {"code": "waiting", "message": WAITS, "param": None})
            case "done":
                return self._end(_done.decode(line))
            case _ if what in _AT_WORK:
                return self._output.step_over()
            case _:
                pass
        return b""

    def _begin(self, told: Told, started: RunStarted) -> bytes:
        self._run_id, self._model = told.address.run_id, started.model
        self._output.message_id = started.message_id
        self._status = "in_progress"
        response = {"response": self.response(self._run_id, self._model)}
        first = self._output.event("response.created", response)
        return first + self._output.event("response.in_progress", response)

    def _end(self, done: RunDone) -> bytes:
        self._over = True
        self._status, event = _ENDS[done.finish_reason]
        if self._answer is not None and self._answer.model:
            self._model = self._answer.model
        rest = self._output.close(whole=self._status == "completed")
        return rest + self._output.event(event, {"response": self.response(self._run_id, self._model)})


def _used(usage: Usage) -> dict[str, Any]:
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {
            "cached_tokens": usage.cached_tokens,
            "cache_write_tokens": usage.cache_written_tokens,
        },
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }
