"""Claude's export: `conversations.json`, an array of conversations with `chat_messages`; it writes none.

What is known of the form stands in the structs here; fields that are not named are passed over. Older exports have no
parents: then one message follows the other.
"""

from typing import Any, cast

import msgspec

from palaver.core.ids import MessageId, SessionId
from palaver.core.messages import (
    FilePart,
    Message,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    text_of,
)
from palaver.sessions.formats.brought import Broken, Brought, instant, titled, writable
from palaver.sessions.session import Session

ROOT = "00000000-0000-4000-8000-000000000000"  # the parent of what begins a conversation


class _Attachment(msgspec.Struct):
    file_name: str | None = None
    file_size: int | None = None
    file_type: str | None = None
    extracted_content: str | None = None


class _Content(msgspec.Struct):
    type: str
    text: str | None = None
    thinking: str | None = None
    id: str | None = None
    name: str | None = None
    input: Any = None
    tool_use_id: str | None = None
    content: Any = None
    is_error: bool | None = None


class _Said(msgspec.Struct):
    uuid: str
    sender: str
    text: str | None = None
    content: list[_Content] = []
    created_at: str | None = None
    attachments: list[_Attachment] = []
    files: list[_Attachment] = []
    parent_message_uuid: str | None = None


class _Conversation(msgspec.Struct):
    uuid: str
    chat_messages: list[_Said]
    name: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    current_leaf_message_uuid: str | None = None


_decode = msgspec.json.Decoder(_Conversation).decode


def brought(document: bytes) -> Brought:
    """The conversation that a document holds; msgspec's errors, and `Broken`, where it holds none."""
    told = _decode(document)
    begun = instant(told.created_at, "$.created_at", "1970-01-01T00:00:00.000000Z")
    messages: list[Message] = []
    for at, said in enumerate(told.chat_messages):
        before = messages[-1] if messages else None
        messages.append(_message(said, f"$.chat_messages[{at}]", before, begun))
    head = told.current_leaf_message_uuid or (messages[-1].id if messages else None)
    session = Session(
        id=SessionId(told.uuid),
        title=titled(told.name),
        title_source="user" if titled(told.name) else "auto",
        metadata={"imported": {"from": "claude", "id": told.uuid}},
        head_message_id=MessageId(head) if head else None,
        turn_count=sum(one.role == "user" for one in messages),
        created_at=begun,
        updated_at=instant(told.updated_at, "$.updated_at", begun),
        last_message_at=max((one.created_at for one in messages), default=None),
    )
    return Brought(session=session, messages=tuple(messages))


def _message(said: _Said, at: str, before: Message | None, begun: str) -> Message:
    if said.sender not in {"human", "assistant"}:
        raise Broken("is neither human nor assistant", f"{at}.sender")
    parent = said.parent_message_uuid or (before.id if before else None)
    parts = _parts(said)
    return Message(
        id=MessageId(said.uuid),
        session_id=SessionId(""),
        parent_id=None if parent in {None, ROOT} else MessageId(str(parent)),
        role="user" if said.sender == "human" else "assistant",
        parts=parts,
        text=text_of(parts),
        provider=None if said.sender == "human" else "anthropic",
        finish_reason=None if said.sender == "human" else "stop",
        created_at=instant(said.created_at, f"{at}.created_at", before.created_at if before else begun),
    )


def _parts(said: _Said) -> tuple[Part, ...]:
    parts: list[Part] = []
    for at, piece in enumerate(said.content):
        last = parts[-1] if parts else None
        parts += _part(piece, f"{said.uuid}-{at}", last)
    if not parts and said.text:
        parts.append(TextPart(text=writable(said.text)))
    for file in (*said.attachments, *said.files):
        parts.append(FilePart(name=file.file_name, media_type=_media(file.file_type), size=file.file_size))
        if file.extracted_content:
            parts.append(TextPart(text=f"\n\n{file.file_name or 'Attachment'}:\n{writable(file.extracted_content)}"))
    return tuple(parts)


def _part(piece: _Content, call_id: str, last: Part | None) -> list[Part]:
    match piece.type:
        case "text":
            return [TextPart(text=writable(piece.text))] if piece.text else []
        case "thinking":
            return [ReasoningPart(text=piece.thinking)] if piece.thinking else []
        case "tool_use":
            return [ToolCallPart(call_id=piece.id or call_id, name=piece.name or "tool", arguments=_given(piece.input))]
        case "tool_result":
            asked = last.call_id if isinstance(last, ToolCallPart) else call_id
            done = ToolResultPart(
                call_id=piece.tool_use_id or asked, ok=not piece.is_error, content=_result(piece.content)
            )
            return [done]
        case _:
            return []


def _result(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        found = [_given(piece).get("text") for piece in cast("list[Any]", content)]
        return "\n".join(one for one in found if isinstance(one, str))
    return "" if content is None else msgspec.json.encode(content).decode()


def _given(said: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", said) if isinstance(said, dict) else {"input": said}


def _media(kind: str | None) -> str | None:
    return kind if kind and "/" in kind else None
