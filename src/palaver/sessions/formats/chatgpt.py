"""ChatGPT's export: `conversations.json`, an array of conversations with a `mapping` of nodes; it writes none.

What is known of the form stands in the structs here; fields that are not named are passed over. There, every call of a
tool and every result is a node of its own; here they are parts of one answer, so nodes that follow each other without
a fork become one message.
"""

from typing import Any

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

EPOCH = "1970-01-01T00:00:00.000000Z"


class _Author(msgspec.Struct):
    role: str
    name: str | None = None


class _Thought(msgspec.Struct):
    summary: str | None = None
    content: str | None = None


class _Content(msgspec.Struct):
    content_type: str
    parts: list[Any] | None = None
    text: str | None = None
    result: str | None = None
    content: str | None = None
    thoughts: list[_Thought] = []


class _About(msgspec.Struct):
    model_slug: str | None = None
    is_visually_hidden_from_conversation: bool | None = None


class _Said(msgspec.Struct):
    author: _Author
    content: _Content
    create_time: float | None = None
    recipient: str | None = None
    metadata: _About = msgspec.field(default_factory=_About)


class _Node(msgspec.Struct):
    message: _Said | None = None
    parent: str | None = None
    children: list[str] = []


class _Conversation(msgspec.Struct):
    mapping: dict[str, _Node]
    title: str | None = None
    create_time: float | None = None
    update_time: float | None = None
    current_node: str | None = None
    conversation_id: str | None = None
    id: str | None = None
    is_archived: bool | None = None


class _Draft(msgspec.Struct):
    """A message that grows while its nodes are walked."""

    id: str
    parent: str | None
    role: str
    created_at: str
    model: str | None = None
    parts: list[Part] = []


_decode = msgspec.json.Decoder(_Conversation).decode


def brought(document: bytes) -> Brought:
    """The conversation that a document holds; msgspec's errors, and `Broken`, where it holds none."""
    told = _decode(document)
    begun = instant(told.create_time, "$.create_time", EPOCH)
    walk = _Walk(told, begun)
    walk.through()
    messages = tuple(_message(draft) for draft in walk.drafts.values())
    if told.current_node is not None and told.current_node not in told.mapping:
        raise Broken("names a node that is not there", "$.current_node")
    head = walk.stands_for.get(told.current_node) if told.current_node else None
    name = told.conversation_id or told.id
    session = Session(
        id=SessionId(name or ""),
        title=titled(told.title),
        title_source="user" if titled(told.title) else "auto",
        system_prompt=walk.system,
        archived=bool(told.is_archived),
        metadata={"imported": {"from": "chatgpt", "id": name}},
        head_message_id=MessageId(head) if head else messages[-1].id if messages else None,
        turn_count=sum(one.role == "user" for one in messages),
        created_at=begun,
        updated_at=instant(told.update_time, "$.update_time", begun),
        last_message_at=max((one.created_at for one in messages), default=None),
    )
    return Brought(session=session, messages=messages)


class _Walk:
    """From the roots down, in the order of children; what a node says goes into the message it belongs to."""

    def __init__(self, told: _Conversation, begun: str) -> None:
        self.drafts: dict[str, _Draft] = {}
        self.stands_for: dict[str, str | None] = {}  # node → the message that ends with it
        self.system: str | None = None
        self._mapping = told.mapping
        self._begun = begun

    def through(self) -> None:
        """Walk all of it; `Broken` where a node hangs nowhere."""
        below = self._below()
        pending = [(one, False) for one in reversed(below.get(None, []))]
        while pending:
            node_id, only = pending.pop()
            node = self._mapping[node_id]
            above = self.stands_for[node.parent] if node.parent is not None else None
            self.stands_for[node_id] = self._said(node_id, node, above, only=only)
            children = below.get(node_id, [])
            pending += [(child, len(children) == 1) for child in reversed(children)]
        for node_id in self._mapping:
            if node_id not in self.stands_for:
                raise Broken("hangs on none of the roots", f"$.mapping.{node_id}.parent")

    def _below(self) -> dict[str | None, list[str]]:
        below: dict[str | None, list[str]] = {}
        for node_id, node in self._mapping.items():
            if node.parent is not None and node.parent not in self._mapping:
                raise Broken("names a node that is not there", f"$.mapping.{node_id}.parent")
            below.setdefault(node.parent, []).append(node_id)
        for parent, children in below.items():
            if parent is not None:
                place = {child: at for at, child in enumerate(self._mapping[parent].children)}
                children.sort(key=lambda child: place.get(child, len(place)))
        return below

    def _said(self, node_id: str, node: _Node, above: str | None, *, only: bool) -> str | None:
        """The message that ends with this node; the one above where it says nothing."""
        said = node.message
        if said is None or said.metadata.is_visually_hidden_from_conversation:
            return above
        role = said.author.role
        if role == "system":
            self.system = self.system or _text(said.content) or None
            return above
        if role not in {"user", "assistant", "tool"}:
            raise Broken("is no role of this form", f"$.mapping.{node_id}.message.author.role")
        draft = self.drafts[above] if above is not None else None
        goes_on = only and role != "user" and draft is not None and draft.role == "assistant"
        parts = _parts(node_id, said, draft if goes_on else None)
        if not parts:
            return above
        if not goes_on or draft is None:
            made = instant(said.create_time, f"$.mapping.{node_id}.message.create_time", self._after(draft))
            draft = _Draft(node_id, above, "user" if role == "user" else "assistant", made)
            self.drafts[node_id] = draft
        draft.model = said.metadata.model_slug or draft.model
        draft.parts = [*draft.parts, *parts]
        return draft.id

    def _after(self, draft: _Draft | None) -> str:
        return draft.created_at if draft else self._begun


def _parts(node_id: str, said: _Said, draft: _Draft | None) -> list[Part]:
    text = _text(said.content)
    if said.author.role == "tool":
        asked = next((one for one in reversed(draft.parts) if isinstance(one, ToolCallPart)), None) if draft else None
        answered = {one.call_id for one in draft.parts if isinstance(one, ToolResultPart)} if draft else set[str]()
        if asked is not None and asked.call_id not in answered:
            return [ToolResultPart(call_id=asked.call_id, ok=True, content=text)]
        call = ToolCallPart(call_id=node_id, name=said.author.name or "tool", arguments={})
        return [call, ToolResultPart(call_id=node_id, ok=True, content=text)]
    if said.content.content_type in {"thoughts", "reasoning_recap"}:
        return [ReasoningPart(text=text)] if text else []
    if said.author.role == "assistant" and (said.recipient or "all") != "all":
        return [ToolCallPart(call_id=node_id, name=said.recipient or "tool", arguments={"input": text})]
    spoken: list[Part] = [TextPart(text=text)] if text else []
    return spoken + [_file(one) for one in _objects(said.content.parts) if "asset_pointer" in one]


def _text(content: _Content) -> str:
    if content.thoughts:
        found = [thought.content or thought.summary or "" for thought in content.thoughts]
    elif content.parts is not None:
        found = [one if isinstance(one, str) else str(one.get("text") or "") for one in content.parts if _speaks(one)]
    else:
        found = [content.text or content.result or content.content or ""]
    return writable("\n".join(one for one in found if one))


def _speaks(part: Any) -> bool:
    return isinstance(part, str | dict)


def _objects(parts: list[Any] | None) -> list[dict[str, Any]]:
    return [one for one in parts or () if isinstance(one, dict)]


def _file(pointer: dict[str, Any]) -> FilePart:
    size = pointer.get("size_bytes")
    name = str(pointer["asset_pointer"]).rpartition("/")[2]
    return FilePart(name=name, size=size if isinstance(size, int) else None)


def _message(draft: _Draft) -> Message:
    parts = tuple(draft.parts)
    answers = draft.role == "assistant"
    return Message(
        id=MessageId(draft.id),
        session_id=SessionId(""),
        parent_id=MessageId(draft.parent) if draft.parent else None,
        role="assistant" if answers else "user",
        parts=parts,
        text=text_of(parts),
        model=f"openai/{draft.model}" if answers and draft.model else None,
        provider="openai" if answers else None,
        finish_reason="stop" if answers else None,
        created_at=draft.created_at,
    )
