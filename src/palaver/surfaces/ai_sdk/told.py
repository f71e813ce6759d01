"""What is told of a run as chunks of the AI SDK's UI message stream; it asks nobody.

Calls of ours are dynamic tools that the provider executes; calls of the client's own tools are told once they are the
client's to make. A question of an agent is a call too, whose output is what the person says.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from palaver.core.events import (
    ApprovalAsked,
    ApprovalResolved,
    QuestionAnswered,
    QuestionAsked,
    RunDone,
    RunFailed,
    RunStarted,
    SubagentTold,
    ToolCalled,
    ToolFinished,
    ToolHanded,
)
from palaver.core.messages import FilePart, ImagePart
from palaver.kit.sse import PING
from palaver.runs.records import kind
from palaver.runs.told import Told
from palaver.surfaces.ai_sdk.asked import METADATA
from palaver.surfaces.talking import key_of

HEADERS = [(b"x-vercel-ai-ui-message-stream", b"v1")]
DONE = b"data: [DONE]\n\n"
ASKING = "AskUserQuestion"  # the tool with which agents ask people
_REASONS = {"tool_calls": "tool-calls"}
_AS_DATA = {
    "usage": False, "notice": False, "care": False, "limit": False, "title": True, "compacted": True,
    "tool_progress": True,
}  # fmt: skip
_AGAIN = "The server stopped while this call ran, and nobody knows whether it took effect. Run it again?"

_encode = msgspec.json.Encoder().encode
_decoders = {
    name: msgspec.json.Decoder(event)
    for name, event in (
        ("run", RunStarted),
        ("tool_call", ToolCalled),
        ("tool_handed", ToolHanded),
        ("tool_result", ToolFinished),
        ("approval", ApprovalAsked),
        ("approval_resolved", ApprovalResolved),
        ("question", QuestionAsked),
        ("question_answered", QuestionAnswered),
        ("subagent", SubagentTold),
        ("error", RunFailed),
        ("done", RunDone),
    )
}


def chunk(**said: Any) -> bytes:
    """One chunk of the stream."""
    return b"data: %b\n\n" % _encode(said)


class UiStream:
    """One stream of chunks.

    `continues` is the message in which the client goes on, with what it knows the end of (`finished`); events up to
    `beyond` are told already. `client_tools` are told once they are handed, and `before` is told first of all.
    """

    ping = PING

    def __init__(
        self,
        client_tools: frozenset[str],
        *,
        continues: str | None = None,
        beyond: int = 0,
        finished: frozenset[str] = frozenset(),
        before: bytes = b"",
    ) -> None:
        self.headers = HEADERS
        self._client_tools = client_tools
        self._continues = continues
        self._beyond = beyond
        self._finished = finished
        self._before = before
        self._begun = self._over = False
        self._open = ""
        self._made = 0
        self._step = "closed" if continues is None or before else "over"
        self._delta = b""
        self._calls: dict[str, ToolCalled] = {}
        self._shown: set[str] = set()
        self._denied: set[str] = set()
        self._data = 0

    def frames(self, told: Told) -> bytes:
        """The chunks for what is told."""
        made = [self._frame(told, seq, line) for seq, line in told.lines]
        if not self._over and told.last > self._beyond and kind(told.lines[-1][1]) == "waiting":
            made.append(self._end("tool_calls"))
        return b"".join(made)

    def _frame(self, told: Told, seq: int, line: bytes) -> bytes:
        if self._over:
            return b""
        what = kind(line)
        if what in {"content", "reasoning"}:
            return self._grow(what, line) if seq > self._beyond else b""
        if what in _AS_DATA:
            return self._other(what, line) if seq > self._beyond else b""
        decoder = _decoders.get(what)
        if what == "step_restarted":
            return self._restart() if seq > self._beyond else b""
        if decoder is None:
            return b""
        event = decoder.decode(line)
        if isinstance(event, RunStarted):
            return self._start(told, event)
        known = self._remember(event)
        if seq <= self._beyond and not (isinstance(event, ToolFinished) and event.call_id not in self._finished):
            return b""
        return known if known is not None else self._tell(event, told.address.run_id)

    def _start(self, told: Told, started: RunStarted) -> bytes:
        about = {
            "session_id": told.address.session_id,
            "run_id": told.address.run_id,
            "message_id": started.message_id,
            "model": started.model,
            "provider": started.provider,
        }
        message_id = self._continues or started.message_id
        return chunk(type="start", messageId=message_id, messageMetadata={METADATA: about}) + self._before

    def _grow(self, what: str, line: bytes) -> bytes:
        text = line[line.index(b'"content":') + 10 : -1]
        if self._open == what:
            return b"%b%b}\n\n" % (self._delta, text)
        begin = self._close() + self._in_step()
        self._made += 1
        name = "text" if what == "content" else "reasoning"
        self._open = what
        self._delta = b'data: {"type":"%b-delta","id":"%d","delta":' % (name.encode(), self._made)
        return b"%b%b%b%b}\n\n" % (begin, chunk(type=f"{name}-start", id=str(self._made)), self._delta, text)

    def _close(self) -> bytes:
        what, self._open = self._open, ""
        return chunk(type="text-end" if what == "content" else "reasoning-end", id=str(self._made)) if what else b""

    def _in_step(self) -> bytes:
        """The next step, where the one before is over or none began."""
        before, self._step = self._step, "open"
        if before == "open":
            return b""
        return (chunk(type="finish-step") if before == "over" else b"") + chunk(type="start-step")

    def _restart(self) -> bytes:
        self._open = ""
        return chunk(type="reset-step") if self._step == "open" else b""

    def _remember(self, event: Any) -> bytes | None:
        """Keep what later events need; some are nothing to tell at once."""
        match event:
            case ToolCalled():
                self._calls[event.call_id] = event
                return b"" if event.name in self._client_tools or event.name == ASKING else None
            case ApprovalResolved(decision="reject"):
                self._denied.add(event.call_id)
            case _:
                pass
        return None

    def _tell(self, event: Any, run_id: str) -> bytes:
        match event:
            case ToolCalled():
                return self._close() + self._in_step() + self._call(event.call_id, event.name, event.arguments)
            case ToolHanded():
                call = self._calls[event.call_id]
                return self._call(call.call_id, call.name, call.arguments, ours=False, dynamic=False)
            case ToolFinished():
                return self._result(event)
            case SubagentTold():
                return self._below(event)
            case RunFailed():
                self._over = True
                return self._close() + chunk(type="error", errorText=event.message) + DONE
            case RunDone():
                return self._end(event.finish_reason)
            case _:
                return self._of_people(event, run_id)

    def _of_people(self, event: Any, run_id: str) -> bytes:
        match event:
            case ApprovalAsked():
                call = self._calls.get(event.call_id)
                changed = call is None or call.arguments != event.arguments
                shown = self._call(event.call_id, event.name, event.arguments) if changed else b""
                asked = {
                    "approvalId": key_of(run_id, event.call_id),
                    "toolCallId": event.call_id,
                    "reason": event.reason,
                }
                return shown + chunk(type="tool-approval-request", **asked)
            case ApprovalResolved():
                return self._resolved(event, run_id)
            case QuestionAsked():
                return self._question(event, run_id)
            case QuestionAnswered():
                return self._said(event)
            case _:
                return b""

    def _call(
        self, call_id: str, name: str, arguments: Mapping[str, Any], *, ours: bool = True, dynamic: bool = True
    ) -> bytes:  # fmt: skip
        """A call, in the step that is open; the client finds it by its id there."""
        self._shown.add(call_id)
        step = self._in_step() if self._step == "closed" else b""
        said: dict[str, Any] = {"toolCallId": call_id, "toolName": name, "input": arguments}
        said |= {"providerExecuted": True} if ours else {}
        said |= {"dynamic": True} if dynamic else {}
        return self._close() + step + chunk(type="tool-input-available", **said)

    def _result(self, event: ToolFinished) -> bytes:
        if not self._known(event.call_id):
            return b""
        self._step = "over" if self._step == "open" else self._step
        if not event.ok and event.call_id in self._denied:
            return chunk(type="tool-output-denied", toolCallId=event.call_id)
        if not event.ok:
            return chunk(type="tool-output-error", toolCallId=event.call_id, errorText=event.content)
        made = chunk(type="tool-output-available", toolCallId=event.call_id, output=event.content)
        return made + b"".join(map(_file, event.parts))

    def _known(self, call_id: str) -> bool:
        """Whether the client has the call: told here, or before the answer that it goes on with."""
        call = self._calls.get(call_id)
        return call_id in self._shown or (self._beyond > 0 and call is not None and call.name not in self._client_tools)

    def _resolved(self, event: ApprovalResolved, run_id: str) -> bytes:
        edited = b""
        if event.arguments is not None and (call := self._calls.get(event.call_id)):
            edited = self._call(call.call_id, call.name, event.arguments)
        said: dict[str, Any] = {"approvalId": key_of(run_id, event.call_id), "approved": event.decision == "approve"}
        said |= {"reason": event.message} if event.message else {}
        return edited + chunk(type="tool-approval-response", **said)

    def _question(self, event: QuestionAsked, run_id: str) -> bytes:
        if event.interrupted:
            asked = {"approvalId": key_of(run_id, event.call_id), "toolCallId": event.call_id, "reason": _AGAIN}
            return chunk(type="tool-approval-request", **asked)
        return self._call(event.call_id, ASKING, {"questions": event.questions}, ours=False)

    def _said(self, event: QuestionAnswered) -> bytes:
        """What was said to a tool that asked in the middle of its call; of other calls comes a result."""
        if event.call_id in self._calls or not self._known(event.call_id):
            return b""
        return chunk(type="tool-output-available", toolCallId=event.call_id, output={"answers": event.answers})

    def _below(self, event: SubagentTold) -> bytes:
        """A subagent's event; what waits for a person there is a call here."""
        made = self._datum("subagent", {**msgspec.to_builtins(event)}, transient=True)
        decoder = _decoders.get(str(event.event.get("type")))
        inner = decoder.decode(_encode(event.event)) if decoder else None
        match inner:
            case ApprovalAsked():
                key = key_of(event.child_run_id, inner.call_id)
                asked = chunk(type="tool-approval-request", approvalId=key, toolCallId=key, reason=inner.reason)
                return made + self._call(key, inner.name, inner.arguments) + asked
            case ApprovalResolved():
                key = key_of(event.child_run_id, inner.call_id)
                said = chunk(type="tool-approval-response", approvalId=key, approved=inner.decision == "approve")
                return made + (said if key in self._shown else b"")
            case ToolFinished() if key_of(event.child_run_id, inner.call_id) in self._shown:
                result = msgspec.structs.replace(inner, call_id=key_of(event.child_run_id, inner.call_id))
                return made + self._result(result)
            case _:
                return made

    def _other(self, what: str, line: bytes) -> bytes:
        return self._datum(what.replace("_", "-"), msgspec.Raw(line), transient=_AS_DATA[what])

    def _datum(self, name: str, value: Any, *, transient: bool) -> bytes:
        self._data += 1
        number = "usage" if name == "usage" else f"{name}-{self._data}"
        said: dict[str, Any] = {"id": number, "data": value}
        return chunk(type=f"data-{name}", **said, **({"transient": True} if transient else {}))

    def _end(self, reason: str) -> bytes:
        self._over = True
        step = chunk(type="finish-step") if self._step != "closed" else b""
        return self._close() + step + chunk(type="finish", finishReason=_REASONS.get(reason, reason)) + DONE


def _file(part: ImagePart | FilePart) -> bytes:
    """A file that a tool made, where it can be read at an address."""
    url = part.url if isinstance(part, ImagePart) and part.url else None
    if url is None and part.file_id:
        url = f"/api/v1/files/{part.file_id}/content"
    return chunk(type="file", url=url, mediaType=part.media_type or "application/octet-stream") if url else b""
