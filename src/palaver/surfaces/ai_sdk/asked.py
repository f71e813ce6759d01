"""A request of the AI SDK's chat transport as lines of a history, decisions and a turn of ours; it starts nothing.

Parts that clients keep for their own pages (data, sources, steps, thoughts) say nothing to a model and are passed over,
as the AI SDK's own servers do.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple, cast

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from palaver.core.messages import FilePart, ImagePart, Part, TextPart, ToolCallPart, ToolResultPart
from palaver.runs.answering import Answer
from palaver.runs.request import TurnIn
from palaver.sessions.incoming import IMAGE_URL, LONGEST_TEXT
from palaver.surfaces.documents import Brought
from palaver.surfaces.refusing import refused
from palaver.surfaces.rooms import Line
from palaver.surfaces.talking import Decision, document, turn_of

METADATA = "palaver"  # where our own stand in a message's metadata
_DONE = ("output-available", "output-error", "output-denied")
_PASSED = ("data-", "source-", "reasoning")
_SHOWN = (*_PASSED, "text", "file", "custom")  # of answers; what is not text says nothing to a model
_IMAGE = re.compile(IMAGE_URL)


class UiMessage(BaseModel):
    """One message as the client keeps it; its parts are read one by one."""

    model_config = ConfigDict(extra="ignore", strict=True)

    id: Annotated[str, Field(max_length=200)]
    role: Literal["system", "user", "assistant"]
    parts: Annotated[list[dict[str, Any]], Field(max_length=10_000)]
    metadata: Any = None

    @property
    def ours(self) -> str:
        """The id under which our newest answer in this message is kept."""
        given: Any = self.metadata
        about = cast("dict[str, Any]", given).get(METADATA) if isinstance(given, dict) else None
        found = cast("dict[str, Any]", about).get("message_id") if isinstance(about, dict) else None
        return found if isinstance(found, str) else self.id


class ChatBody(BaseModel):
    """The body of a request: what the transport sends, and beside it the fields of our own turns."""

    model_config = ConfigDict(extra="allow", strict=True)

    id: Annotated[str, Field(min_length=1, max_length=200)]
    messages: Annotated[list[UiMessage], Field(min_length=1, max_length=10_000)]
    trigger: Literal["submit-message", "regenerate-message"] = "submit-message"
    message_id: Annotated[str | None, Field(alias="messageId", max_length=200)] = None
    on_disconnect: Literal["continue", "stop"] = "continue"

    @property
    def last(self) -> UiMessage:
        """The newest message."""
        return self.messages[-1]

    @property
    def continues(self) -> str | None:
        """The message that the answer goes on in, where the newest one is an answer."""
        return self.last.id if self.last.role == "assistant" else None

    def turn(self) -> TurnIn:
        """What of our own turns is said."""
        said = [_text(part["text"]) for one in self.messages if one.role == "system" for part in _texts(one)]
        options: Mapping[str, Any] = self.model_extra or {}
        if said:
            options = {"system_prompt": "\n\n".join(said), **options}
        return turn_of(options)


class Output(NamedTuple):
    """What the client says came of a call."""

    call_id: str
    ok: bool
    output: Any


def history_of(asked: ChatBody, brought: list[Brought]) -> list[Line]:
    """The conversation, step by step; documents that stand in it are `brought`."""
    return [
        line
        for at, message in enumerate(asked.messages)
        if message.role != "system"
        for line in (_said(message, at, brought) if message.role == "user" else _answered(message, at))
    ]


def tool_parts(message: UiMessage) -> list[dict[str, Any]]:
    """The calls in a message."""
    return [part for part in message.parts if _tool_name(part)]


def finished(message: UiMessage) -> frozenset[str]:
    """The calls in a message that the client knows the end of."""
    return frozenset(str(part.get("toolCallId")) for part in tool_parts(message) if part.get("state") in _DONE)


def approvals(message: UiMessage) -> list[Decision]:
    """What the person decided, and we may not know yet."""
    made: list[Decision] = []
    for part in tool_parts(message):
        if part.get("state") != "approval-responded" or not isinstance(part.get("approval"), dict):
            continue
        given = cast("dict[str, Any]", part["approval"])
        reason = given.get("reason")
        said = _text(reason) if isinstance(reason, str) and reason else None
        decision = "approve" if given.get("approved") is True else "reject"
        made.append(Decision(str(given.get("id")), Answer(decision, message=said)))
    return made


def outputs(message: UiMessage) -> list[Output]:
    """What came of calls that the client made itself."""
    return [
        Output(
            str(part.get("toolCallId")), part["state"] == "output-available", part.get("output", part.get("errorText"))
        )
        for part in tool_parts(message)
        if part.get("state") in ("output-available", "output-error") and part.get("providerExecuted") is not True
    ]


def answer_of(output: Output) -> Answer:
    """What a person said to a question: `{answers: [[…]]}`, or words."""
    if not output.ok:
        return Answer("reject", message=_words(output.output) or None)
    given: Any = output.output
    lists = cast("dict[str, Any]", given).get("answers") if isinstance(given, dict) else None
    if isinstance(lists, list) and all(_strings(one) for one in cast("list[Any]", lists)):
        return Answer("answer", answers=tuple(tuple(one) for one in cast("list[list[str]]", lists)))
    return Answer("answer", message=_words(given))


def _said(message: UiMessage, at: int, brought: list[Brought]) -> list[Line]:
    read = [_user_part(part, f"messages.{at}.parts.{n}", brought) for n, part in enumerate(message.parts)]
    parts = [part for part in read if part is not None]
    if not parts:
        raise refused(f"messages.{at}.parts", "The message is empty.", "empty")
    return [Line("user", tuple(parts))]


def _user_part(part: Mapping[str, Any], where: str, brought: list[Brought]) -> Part | None:
    match part.get("type"):
        case "text":
            return TextPart(text=text) if (text := _text(part.get("text"), where)) else None
        case "file":
            return _file(part, where, brought)
        case str(kind) if kind.startswith(_PASSED):
            return None
        case kind:
            raise refused(where, f"A part of type {str(kind)[:60]!r} is not supported in users' messages.")


def _file(part: Mapping[str, Any], where: str, brought: list[Brought]) -> Part:
    media_type, url = str(part.get("mediaType") or ""), part.get("url")
    reference = part.get("providerReference")
    ours = cast("dict[str, Any]", reference).get(METADATA) if isinstance(reference, dict) else None
    image = media_type == "image" or media_type.startswith("image/")
    if isinstance(ours, str):
        return ImagePart(file_id=ours) if image else FilePart(file_id=ours)
    if image and isinstance(url, str) and _IMAGE.fullmatch(url):
        return ImagePart(url=url)
    if isinstance(url, str) and url.startswith("data:") and ";base64," in url:
        return document(str(part.get("filename") or ""), media_type, url.partition(";base64,")[2], brought, where=where)
    raise refused(where, "Give a file as a data: URL, or by providerReference.palaver: the id of an upload.")


def _answered(message: UiMessage, at: int) -> list[Line]:
    """An answer as the client keeps it: what was said and called in each step, and what came of the client's calls."""
    lines: list[Line] = []
    steps: list[list[dict[str, Any]]] = [[]]
    for part in message.parts:
        steps[-1].append(part) if part.get("type") != "step-start" else steps.append([])
    for step in filter(None, steps):
        lines += _step(step, f"messages.{at}")
    last = max((n for n, line in enumerate(lines) if line.role == "assistant"), default=None)
    if last is None:
        return [Line("assistant", (), message.ours), *lines]
    lines[last] = lines[last]._replace(ours=message.ours)
    return lines


def _step(parts: Sequence[dict[str, Any]], where: str) -> list[Line]:
    said: list[Part] = [TextPart(text=_text(part.get("text"), where)) for part in parts if part.get("type") == "text"]
    came: list[Part] = []
    for part in parts:
        name = _tool_name(part)
        if name is None and not str(part.get("type")).startswith(_SHOWN):
            raise refused(where, f"A part of type {str(part.get('type'))[:60]!r} is not supported in answers.")
        if name is None or part.get("providerExecuted") is True or part.get("state") == "input-streaming":
            continue
        call_id, given = str(part.get("toolCallId")), part.get("input")
        arguments = cast("dict[str, Any]", given) if isinstance(given, dict) else {}
        said.append(ToolCallPart(call_id=call_id, name=name, arguments=arguments))
        if part.get("state") in ("output-available", "output-error"):
            ok = part["state"] == "output-available"
            content = _words(part.get("output") if ok else part.get("errorText"))
            came.append(ToolResultPart(call_id=call_id, ok=ok, content=content))
    lines = [Line("assistant", tuple(said))] if said else []
    return [*lines, Line("user", tuple(came))] if came else lines


def _tool_name(part: Mapping[str, Any]) -> str | None:
    kind = str(part.get("type"))
    if kind == "dynamic-tool":
        return str(part.get("toolName"))
    return kind.removeprefix("tool-") if kind.startswith("tool-") else None


def _texts(message: UiMessage) -> list[dict[str, Any]]:
    return [part for part in message.parts if part.get("type") == "text" and isinstance(part.get("text"), str)]


def _text(given: Any, where: str = "messages") -> str:
    if not isinstance(given, str) or len(given) > LONGEST_TEXT:
        raise refused(where, f"A text is a string of at most {LONGEST_TEXT} characters.", "string_type")
    return given


def _words(given: Any) -> str:
    return given if isinstance(given, str) else msgspec.json.encode(given).decode()


def _strings(given: Any) -> bool:
    return isinstance(given, list) and all(isinstance(one, str) for one in cast("list[Any]", given))
