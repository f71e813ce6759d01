"""A conversation that was brought from elsewhere, and the tree that it becomes here; it reads and stores nothing.

Ids are those of where it comes from until `plant` gives it new ones.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from palaver.core.ids import MessageId, SessionId
from palaver.core.messages import Message, Siblings, Summary, TextPart, text_of
from palaver.kit.clock import stamp
from palaver.sessions.session import Session
from palaver.sessions.tree import Line, Place, Tree

LONGEST_TITLE = 200  # characters, as for a title that is given by hand


class Broken(Exception):
    """What was brought cannot be read; `at` is where in the document, `$` being the whole of it."""

    def __init__(self, says: str, at: str = "$") -> None:
        super().__init__(says)
        self.at = at


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation: a message's parent stands before it. `lines` are the messages that begin the tree's lines."""

    session: Session
    messages: tuple[Message, ...]
    lines: tuple[MessageId, ...] = ()


class Planted(NamedTuple):
    """The same with ids of this house, each message with its place."""

    session: Session
    tree: Tree
    head: Place | None
    messages: tuple[tuple[Message, Place], ...]


def plant(brought: Brought, session_id: SessionId, fresh: Callable[[], str]) -> Planted:
    """The tree of a conversation, all ids new; `Broken` where its messages are no tree."""
    ids = _new_ids(brought, fresh)
    places, tree = _grow(brought, session_id, ids)
    old_head = brought.session.head_message_id
    if old_head is not None and old_head not in places:
        raise Broken("names a message that is not there", "$.session.head_message_id")
    session = msgspec.structs.replace(
        brought.session,
        id=session_id,
        head_message_id=None if old_head is None else ids[old_head],
        active_run_id=None,
        run_id=None,
        status="idle" if brought.session.status in {"running", "waiting"} else brought.session.status,
        message_count=len(brought.messages),
    )
    messages = tuple((_renamed(one, session_id, ids), places[one.id]) for one in brought.messages)
    return Planted(session, tree, None if old_head is None else places[old_head], messages)


def instant(given: str | float | None, at: str, otherwise: str = "") -> str:
    """A time as it is stored; `Broken` where it is none."""
    if given is None:
        return otherwise
    try:
        if isinstance(given, str):
            found = datetime.fromisoformat(given)
            return stamp(found if found.tzinfo else found.replace(tzinfo=UTC))
        return stamp(datetime.fromtimestamp(given, UTC))
    except (ValueError, OverflowError, OSError):
        raise Broken("is not a time", at) from None


def writable(text: str) -> str:
    """A text without NUL, which databases do not take."""
    return text.replace("\x00", "\ufffd")


def plain(text: str) -> tuple[TextPart, ...]:
    """A text as a message's parts; none where there is nothing."""
    return (TextPart(text=text),) if text else ()


def titled(title: str | None) -> str | None:
    """A title in the length that titles have here."""
    return " ".join(writable(title).split())[:LONGEST_TITLE] or None if title else None


def _new_ids(brought: Brought, fresh: Callable[[], str]) -> dict[MessageId, MessageId]:
    ids: dict[MessageId, MessageId] = {}
    for index, message in enumerate(brought.messages):
        if message.id in ids:
            raise Broken(f"message {index + 1} has the id of an earlier one")
        if message.parent_id is not None and message.parent_id not in ids:
            raise Broken(f"message {index + 1} names a parent that does not stand before it")
        ids[message.id] = MessageId(fresh())
    for begins in brought.lines:
        if begins not in ids:
            raise Broken("names a message that is not there", "$.lines")
    return ids


def _grow(brought: Brought, trunk: SessionId, ids: dict[MessageId, MessageId]) -> tuple[dict[MessageId, Place], Tree]:
    """Each message continues its parent's line, or begins one where it is said to or the line went on already."""
    order = {begins: at for at, begins in enumerate(brought.lines)}
    roots = [one.id for one in brought.messages if one.parent_id is None]
    first = min(roots, key=lambda one: order.get(one, len(order)), default=None)
    lines: dict[str, Line] = {trunk: Line(trunk, None, 0, 0)}
    rank = {str(trunk): -1}
    places: dict[MessageId, Place] = {}
    for message in brought.messages:
        above = places[message.parent_id] if message.parent_id is not None else None
        depth = above.depth + 1 if above else 0
        line = lines[above.line if above else trunk]
        goes_on = line.end == depth and message.id not in order if above else message.id == first
        if goes_on:
            lines[line.id] = Line(line.id, line.parent, line.start, depth + 1)
        else:
            new = ids[message.id]
            rank[new] = order.get(message.id, len(order))
            lines[new] = Line(new, line.id, depth, depth + 1)
            line = lines[new]
        places[message.id] = Place(line.id, depth)
    return places, Tree(tuple(sorted(lines.values(), key=lambda one: rank[one.id])))


def _renamed(message: Message, session_id: SessionId, ids: dict[MessageId, MessageId]) -> Message:
    summary = message.summary
    if isinstance(summary, Summary):
        summary = msgspec.structs.replace(
            summary,
            from_message_id=ids.get(summary.from_message_id, summary.from_message_id),
            to_message_id=ids.get(summary.to_message_id, summary.to_message_id),
        )
    return msgspec.structs.replace(
        message,
        id=ids[message.id],
        session_id=session_id,
        parent_id=None if message.parent_id is None else ids[message.parent_id],
        text=text_of(message.parts),
        summary=summary,
        siblings=Siblings(),
    )
