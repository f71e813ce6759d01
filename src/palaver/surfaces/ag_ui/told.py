"""What is told of a run as events of AG-UI; it asks nobody.

Each step of an answer is one message, with the calls that it asks for; a call of the client's own tools is told once
it is the client's to make, and left pending. What waits for a person ends the run with an interrupt for each call.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from palaver.core.events import (
    ApprovalAsked,
    ApprovalResolved,
    QuestionAnswered,
    QuestionAsked,
    RunDone,
    RunFailed,
    RunStarted,
    SessionOpened,
    SubagentTold,
    TitleChanged,
    ToolCalled,
    ToolFinished,
    ToolHanded,
    UsageCounted,
)
from palaver.kit.sse import PING
from palaver.runs.records import kind
from palaver.runs.told import Told
from palaver.surfaces.ag_ui.asked import OURS
from palaver.surfaces.talking import key_of

VERSION = "1.0"
_CUSTOM = {"notice", "care", "limit", "compacted", "tool_progress", "subagent"}
_AGAIN = "The server stopped while this call ran, and nobody knows whether it took effect. Run it again?"
_APPROVING = {
    "type": "object",
    "properties": {
        "approved": {"type": "boolean"},
        "message": {"type": "string", "description": "Words for the agent."},
        "arguments": {"type": "object", "description": "What to run instead."},
    },
    "required": ["approved"],
}
_ANSWERING = {
    "type": "object",
    "properties": {"answers": {"type": "array", "items": {"type": "array", "items": {"type": "string"}}}},
    "required": ["answers"],
}

_encode = msgspec.json.Encoder().encode
_decoders = {
    name: msgspec.json.Decoder(event)
    for name, event in (
        ("session", SessionOpened),
        ("run", RunStarted),
        ("tool_call", ToolCalled),
        ("tool_handed", ToolHanded),
        ("tool_result", ToolFinished),
        ("approval", ApprovalAsked),
        ("approval_resolved", ApprovalResolved),
        ("question", QuestionAsked),
        ("question_answered", QuestionAnswered),
        ("subagent", SubagentTold),
        ("usage", UsageCounted),
        ("title", TitleChanged),
        ("error", RunFailed),
        ("done", RunDone),
    )
}


class Asked(NamedTuple):
    """What of a request stands in its stream; `finished` are the calls that the client knows the end of."""

    thread_id: str
    run_id: str
    state: Mapping[str, Any]
    messages: Sequence[Mapping[str, Any]]
    finished: frozenset[str]


def event(kind_: str, **said: Any) -> bytes:
    """One event of the stream."""
    return b"data: %b\n\n" % _encode({"type": kind_, **said})


class AgStream:
    """One stream of events. Those up to `beyond` were told in another one; `client_tools` are told once handed."""

    ping = PING

    def __init__(self, asked: Asked, client_tools: frozenset[str], *, beyond: int = 0) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self._asked = asked
        self._client_tools = client_tools
        self._beyond = beyond
        self._over = False
        self._open = ""
        self._delta = b""
        self._message_id = ""
        self._step = 1
        self._step_over = False
        self._thoughts = 0
        self._title: str | None = None
        self._model: RunStarted | None = None
        self._usage: UsageCounted | None = None
        self._calls: dict[str, ToolCalled] = {}
        self._pending: list[str] = []
        self._interrupts: dict[str, dict[str, Any]] = {}
        self._finished: list[dict[str, Any]] = []  # messages of this stream whose step is over
        self._saying: dict[str, Any] | None = None
        self._results: list[dict[str, Any]] = []

    def frames(self, told: Told) -> bytes:
        """The events for what is told."""
        made = [self._frame(told, seq, line) for seq, line in told.lines]
        if not self._over and told.last > self._beyond and kind(told.lines[-1][1]) == "waiting":
            made.append(self._finish({"type": "interrupt", "interrupts": list(self._interrupts.values())}))
        return b"".join(made)

    def _frame(self, told: Told, seq: int, line: bytes) -> bytes:
        if self._over:
            return b""
        what, known = kind(line), seq <= self._beyond
        if what in {"content", "reasoning"}:
            return b"" if known else self._grow(what, line)
        if what == "step_restarted":
            return b"" if known else self._restart()
        custom = b"" if known or what not in _CUSTOM else self._custom(what, line)
        decoder = _decoders.get(what)
        if decoder is None:
            return custom
        one = decoder.decode(line)
        made = self._tell(one, told)
        late = isinstance(one, ToolFinished) and one.call_id not in self._asked.finished
        return custom + made if not known or late or isinstance(one, RunStarted) else b""

    def _tell(self, one: Any, told: Told) -> bytes:
        match one:
            case SessionOpened():
                self._title = one.title
            case RunStarted():
                return self._start(one, told)
            case ToolCalled():
                self._calls[one.call_id] = one
                return b"" if one.name in self._client_tools else self._call(one)
            case ToolHanded():
                self._pending.append(one.call_id)
                return self._call(self._calls[one.call_id])
            case ToolFinished():
                return self._result(one)
            case RunFailed():
                self._over = True
                return self._close() + event("RUN_ERROR", message=one.message, code=one.code, usage=self._usages())
            case RunDone():
                return self._done(one)
            case _:
                return self._aside(one, told.address.run_id)
        return b""

    def _aside(self, one: Any, run_id: str) -> bytes:
        match one:
            case ApprovalAsked() | QuestionAsked():
                self._interrupt(one, run_id)
            case ApprovalResolved() | QuestionAnswered():
                self._interrupts.pop(key_of(run_id, one.call_id), None)
            case SubagentTold():
                self._below(one)
            case UsageCounted():
                self._usage = one
                return self._changed("usage", _used(one))
            case TitleChanged():
                return self._changed("title", one.title)
            case _:
                pass
        return b""

    def _start(self, started: RunStarted, told: Told) -> bytes:
        self._model = started
        self._message_id = started.message_id
        ours = {
            "session_id": told.address.session_id,
            "run_id": told.address.run_id,
            "title": self._title,
            "model": started.model,
            "provider": started.provider,
            "usage": None,
        }
        begin = event("RUN_STARTED", threadId=self._asked.thread_id, runId=self._asked.run_id, protocolVersion=VERSION)
        return begin + event("STATE_SNAPSHOT", snapshot={**self._asked.state, OURS: ours})

    def _grow(self, what: str, line: bytes) -> bytes:
        text = line[line.index(b'"content":') + 10 : -1]
        begin = b"" if self._open == what else self._begin(what)
        if what == "content":
            said = msgspec.json.decode(text)
            assert self._saying is not None
            self._saying["content"] = self._saying.get("content", "") + said
        return b"%b%b%b}\n\n" % (begin, self._delta, text)

    def _begin(self, what: str) -> bytes:
        made, self._open = self._close(), what
        self._next_step()
        if what == "content":
            name, number = "TEXT_MESSAGE", self._id()
            self._saying = self._saying or {"id": number, "role": "assistant"}
            made += event("TEXT_MESSAGE_START", messageId=number, role="assistant")
        else:
            self._thoughts += 1
            name, number = "REASONING_MESSAGE", self._thought()
            made += event("REASONING_START", messageId=number)
            made += event("REASONING_MESSAGE_START", messageId=number, role="reasoning")
        self._delta = b'data: {"type":"%b_CONTENT","messageId":%b,"delta":' % (name.encode(), _encode(number))
        return made

    def _close(self) -> bytes:
        what, self._open = self._open, ""
        if what == "content":
            return event("TEXT_MESSAGE_END", messageId=self._id())
        if what:
            number = self._thought()
            return event("REASONING_MESSAGE_END", messageId=number) + event("REASONING_END", messageId=number)
        return b""

    def _next_step(self) -> None:
        if self._step_over:
            self._step_over = False
            self._step += 1
            self._finished += [*([self._saying] if self._saying else []), *self._results]
            self._saying, self._results = None, []

    def _id(self) -> str:
        """The id of the step's message; whatever follows the dot, it is our message."""
        return self._message_id if self._step == 1 else f"{self._message_id}.{self._step}"

    def _thought(self) -> str:
        return f"{self._message_id}.thought-{self._thoughts}"

    def _restart(self) -> bytes:
        """What the step said is void: the thread is told as it was before it."""
        closed, void = self._close(), self._saying
        if void is None:
            return closed
        self._saying = None
        self._step += 1  # an id that was told is not used again
        return closed + event("MESSAGES_SNAPSHOT", messages=[*self._asked.messages, *self._finished, *self._results])

    def _call(self, call: ToolCalled) -> bytes:
        made = self._close()
        if call.call_id not in self._pending:  # the client's are told late, in the step that asked for them
            self._next_step()
        arguments = _encode(call.arguments).decode()
        self._saying = self._saying or {"id": self._id(), "role": "assistant"}
        said = {"name": call.name, "arguments": arguments}
        self._saying.setdefault("toolCalls", []).append({"id": call.call_id, "type": "function", "function": said})
        begin = event("TOOL_CALL_START", toolCallId=call.call_id, toolCallName=call.name, parentMessageId=self._id())
        return (
            made + begin + event("TOOL_CALL_ARGS", toolCallId=call.call_id, delta=arguments) + _call_end(call.call_id)
        )

    def _result(self, one: ToolFinished) -> bytes:
        call = self._calls.get(one.call_id)
        if call is None or call.name in self._client_tools:
            return b""  # it did not fit its schema, and the model was told so
        self._step_over = True
        number = f"{self._message_id}.result-{one.call_id}"
        said = {"toolCallId": one.call_id, "content": one.content, "role": "tool"}
        self._results.append({"id": number, **said})
        return event("TOOL_CALL_RESULT", messageId=number, **said)

    def _interrupt(self, one: ApprovalAsked | QuestionAsked, run_id: str, *, above: str | None = None) -> None:
        key = key_of(run_id, one.call_id)
        call_id = above or one.call_id
        said: dict[str, Any] = {"id": key, "toolCallId": call_id} if call_id in self._calls else {"id": key}
        if isinstance(one, ApprovalAsked):
            about = {"name": one.name, "arguments": one.arguments}
            said |= {"reason": "tool_call", "message": one.reason, "responseSchema": _APPROVING, "metadata": about}
        elif one.interrupted:
            said |= {"reason": "confirmation", "message": _AGAIN, "responseSchema": _APPROVING}
        else:
            message = "\n".join(question.question for question in one.questions)
            about = {"questions": msgspec.to_builtins(one.questions)}
            said |= {"reason": "input_required", "message": message, "responseSchema": _ANSWERING, "metadata": about}
        self._interrupts[key] = said | ({"expiresAt": one.expires_at} if one.expires_at else {})

    def _below(self, one: SubagentTold) -> None:
        """What a subagent asks a person is an interrupt of this run, about the call that it works for."""
        decoder = _decoders.get(str(one.event.get("type")))
        inner = decoder.decode(_encode(one.event)) if decoder else None
        if isinstance(inner, ApprovalAsked | QuestionAsked):
            self._interrupt(inner, one.child_run_id, above=one.parent_call_id)
        elif isinstance(inner, ApprovalResolved | QuestionAnswered):
            self._interrupts.pop(key_of(one.child_run_id, inner.call_id), None)

    def _changed(self, name: str, value: Any) -> bytes:
        return event("STATE_DELTA", delta=[{"op": "add", "path": f"/{OURS}/{name}", "value": value}])

    def _custom(self, what: str, line: bytes) -> bytes:
        return event("CUSTOM", name=f"{OURS}.{what}", value=msgspec.Raw(line))

    def _done(self, one: RunDone) -> bytes:
        if one.finish_reason == "interrupted":
            return self._finish({"type": "cancelled"})
        pending = {"pendingToolCallIds": self._pending} if self._pending else {}
        return self._finish({"type": "success", **pending}, {"finish_reason": one.finish_reason})

    def _finish(self, outcome: Mapping[str, Any], result: Any = None) -> bytes:
        self._over = True
        said = {"threadId": self._asked.thread_id, "runId": self._asked.run_id, "outcome": outcome}
        said |= {"result": result} if result is not None else {}
        return self._close() + event("RUN_FINISHED", **said, usage=self._usages())

    def _usages(self) -> list[dict[str, Any]]:
        if self._usage is None or self._model is None:
            return []
        return [{"provider": self._model.provider, "model": self._model.model, **_used(self._usage)}]


def _call_end(call_id: str) -> bytes:
    return event("TOOL_CALL_END", toolCallId=call_id)


def _used(usage: UsageCounted) -> dict[str, int]:
    return {
        "inputTokens": usage.input_tokens,
        "outputTokens": usage.output_tokens,
        "totalTokens": usage.input_tokens + usage.output_tokens,
        "cachedInputTokens": usage.cached_tokens,
    }
