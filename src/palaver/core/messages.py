"""Messages and the parts they are made of, exactly as clients see them; not how they are stored."""

from typing import Any, Literal

import msgspec

from palaver.core.care import HelpShown
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.core.usage import Usage

MessageRole = Literal["user", "assistant", "system", "tool"]
MessageStatus = Literal["complete", "partial", "error"]
FinishReason = Literal["stop", "length", "tool_calls", "interrupted", "error"]


class _Part(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True, forbid_unknown_fields=True
):
    """What every kind of part has in common: its tag `type`."""


class TextPart(_Part, frozen=True, tag="text"):
    """Plain text or Markdown."""

    text: str


class ImagePart(_Part, frozen=True, tag="image"):
    """An image: a `data:` or `https:` URL, or a file as in `FilePart`; `width` and `height` are pixels."""

    url: str | None = None
    file_id: str | None = None
    path: str | None = None
    name: str | None = None
    media_type: str | None = None
    size: int | None = None
    width: int | None = None
    height: int | None = None


class FilePart(_Part, frozen=True, tag="file"):
    """A file. In messages of people, `file_id` has its content for good, and `path` is where it lay for tools.

    `size` is bytes. Files that tools made have a `path` only.
    """

    file_id: str | None = None
    path: str | None = None
    name: str | None = None
    media_type: str | None = None
    size: int | None = None


class AudioPart(_Part, frozen=True, tag="audio"):
    """A recording: a `data:` URL or the id of an uploaded file."""

    url: str | None = None
    file_id: str | None = None
    media_type: str | None = None


class ReasoningPart(_Part, frozen=True, tag="reasoning"):
    """What a model thought aloud; `signature` is the vendor's seal, kept for the next call.

    A seal begins with the provider's kind and a colon; other kinds of providers leave sealed thoughts out.
    """

    text: str
    signature: str | None = None


class ToolCallPart(_Part, frozen=True, tag="tool_call"):
    """A call that a model asks for; `server` is the MCP server whose tool it is."""

    call_id: str
    name: str
    arguments: dict[str, Any]
    server: str | None = None


class ToolResultPart(_Part, frozen=True, tag="tool_result"):
    """What came of a call: text for the model, and images and files that came with it."""

    call_id: str
    ok: bool
    content: str
    truncated: bool = False
    parts: tuple[ImagePart | FilePart, ...] = ()


Part = TextPart | ImagePart | FilePart | AudioPart | ReasoningPart | ToolCallPart | ToolResultPart


class MessageError(msgspec.Struct, frozen=True):
    """Why a message is not whole: one of our stable codes and a sentence for people."""

    code: str
    message: str


class Siblings(msgspec.Struct, frozen=True):
    """How many messages share this one's parent, and which of them this is, from 0."""

    count: int = 1
    index: int = 0


class Summary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The receipt of a summary: which messages of its branch it stands for, and what that saves.

    Both messages are inclusive; the originals remain where they are. `extractive`: sentences that were picked, not
    written, because the model cannot summarise. `checked`: a second look compared it with the originals, and `repaired`
    it where something was missing. `undone`: it was taken back, and the originals are told again.
    """

    from_message_id: MessageId
    to_message_id: MessageId
    messages: int
    tokens_before: int
    tokens_after: int
    because: Literal["asked", "full"] = "asked"
    checked: bool = False
    repaired: bool = False
    extractive: bool = False
    focus: str | None = None
    undone: bool = False


class Author(msgspec.Struct, frozen=True):
    """The person who wrote a message; `user_id` is null where the message was brought from elsewhere.

    `kind` is `human` where somebody from the team answers instead of a model; `user_id` is null then, too.
    """

    user_id: UserId | None
    name: str
    kind: Literal["human"] | msgspec.UnsetType = msgspec.UNSET


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One node of a session's tree. `text` is its text parts joined; times are RFC 3339 UTC.

    `summary` stands only in messages that sum up earlier ones, `author` only in messages of people: in sessions in
    which more than one takes part, or did, and where somebody from the team answered instead of a model. `help` is who
    was said to help before this answer, where that was; only whoever was answered sees it.
    """

    id: MessageId
    session_id: SessionId
    parent_id: MessageId | None = None
    role: MessageRole
    parts: tuple[Part, ...] = ()
    text: str = ""
    model: str | None = None
    provider: str | None = None
    usage: Usage | None = None
    latency_ms: float | None = None
    status: MessageStatus = "complete"
    finish_reason: FinishReason | None = None
    error: MessageError | None = None
    structured_output: Any = None
    summary: Summary | msgspec.UnsetType = msgspec.UNSET
    siblings: Siblings = Siblings()
    metadata: dict[str, Any] = {}
    author: Author | msgspec.UnsetType = msgspec.UNSET
    help: HelpShown | msgspec.UnsetType = msgspec.UNSET
    created_at: str


def text_of(parts: tuple[Part, ...]) -> str:
    """The text parts joined, nothing between them."""
    return "".join(part.text for part in parts if isinstance(part, TextPart))
