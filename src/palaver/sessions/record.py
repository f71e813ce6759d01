"""How sessions and messages become stored bytes and those become clients' JSON; it reads and writes no database.

A message's text is stored once, in a column of its own. So that a page of messages costs no assembly, the rest of the
document is kept as the JSON that clients get, and the text, the siblings and the metadata are spliced in.
"""

from typing import Any

import msgspec

from palaver.core.care import HelpShown
from palaver.core.ids import MessageId, SessionId
from palaver.core.messages import (
    Author,
    FinishReason,
    Message,
    MessageError,
    MessageRole,
    MessageStatus,
    Part,
    Siblings,
    Summary,
    TextPart,
)
from palaver.core.usage import Usage
from palaver.sessions.session import Session
from palaver.sessions.tree import Tree

_encode = msgspec.json.Encoder().encode
_ONLY_CHILD = b',"siblings":{"count":1,"index":0},"metadata":'


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A message without text, siblings and metadata. `parts` stand last, and only where they are not just the text."""

    id: MessageId
    session_id: SessionId
    parent_id: MessageId | None
    role: MessageRole
    model: str | None
    provider: str | None
    usage: Usage | None
    latency_ms: float | None
    status: MessageStatus
    finish_reason: FinishReason | None
    error: MessageError | None
    structured_output: Any = None
    summary: Summary | msgspec.UnsetType = msgspec.UNSET
    author: Author | msgspec.UnsetType = msgspec.UNSET
    help: HelpShown | msgspec.UnsetType = msgspec.UNSET
    created_at: str
    parts: tuple[Part, ...] | msgspec.UnsetType = msgspec.UNSET


_kept = msgspec.json.Decoder(_Kept)
_session = msgspec.json.Decoder(Session)
_tree = msgspec.json.Decoder(Tree)
_metadata = msgspec.json.Decoder(dict[str, Any])
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


def body_of(message: Message) -> bytes:
    """The document to store beside the message's text. Its author stands there only where it was brought."""
    plain = len(message.parts) == 1 and message.parts[0] == TextPart(text=message.text)
    return _encode(
        _Kept(
            id=message.id,
            session_id=message.session_id,
            parent_id=message.parent_id,
            role=message.role,
            model=message.model,
            provider=message.provider,
            usage=message.usage,
            latency_ms=message.latency_ms,
            status=message.status,
            finish_reason=message.finish_reason,
            error=message.error,
            structured_output=message.structured_output,
            summary=message.summary,
            author=message.author,
            help=message.help,
            created_at=message.created_at,
            parts=msgspec.UNSET if plain else message.parts,
        )
    )


def without_help(body: bytes) -> bytes:
    """A message's document for everybody but whoever was answered: what they were told of who helps is theirs."""
    if b'"help":' not in body:
        return body
    fields = _fields.decode(body)
    fields.pop("help", None)
    return _encode(fields)


def rendered(
    body: bytes, text: str, metadata: bytes | None, siblings: Siblings | None = None, *, author: Author | None = None
) -> bytes:
    """The message as clients see it, in JSON; `author` where the document does not say who that is."""
    quoted = _encode(text)
    parts = b"" if body.endswith(b"]}") else b',"parts":[{"type":"text","text":' + quoted + b"}]"
    family = _ONLY_CHILD if siblings is None else b',"siblings":' + _encode(siblings) + b',"metadata":'
    end = b"}" if author is None else b',"author":' + _encode(author) + b"}"
    return b"".join((body[:-1], parts, b',"text":', quoted, family, metadata or b"{}", end))


def message_of(
    body: bytes, text: str, metadata: bytes | None, siblings: Siblings | None = None, *, author: Author | None = None
) -> Message:
    """The message as a value."""
    kept = _kept.decode(body)
    return Message(
        id=kept.id,
        session_id=kept.session_id,
        parent_id=kept.parent_id,
        role=kept.role,
        parts=(TextPart(text=text),) if kept.parts is msgspec.UNSET else kept.parts,
        text=text,
        model=kept.model,
        provider=kept.provider,
        usage=kept.usage,
        latency_ms=kept.latency_ms,
        status=kept.status,
        finish_reason=kept.finish_reason,
        error=kept.error,
        structured_output=kept.structured_output,
        summary=kept.summary,
        siblings=siblings or Siblings(),
        metadata=_metadata.decode(metadata) if metadata else {},
        author=author or kept.author,
        help=kept.help,
        created_at=kept.created_at,
    )


def session_body(session: Session) -> bytes:
    """The session as clients see it, in JSON."""
    return _encode(session)


def session_of(body: bytes) -> Session:
    """The session that `session_body` wrote."""
    return _session.decode(body)


def tree_body(tree: Tree) -> bytes:
    """A tree's shape as it is stored."""
    return _encode(tree)


def tree_of(body: bytes) -> Tree:
    """The tree that `tree_body` wrote."""
    return _tree.decode(body)
