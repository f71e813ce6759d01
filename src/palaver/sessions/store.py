"""Every query about sessions and their messages, and the one place that decides who may see them.

All of them are scripts (`storage.script`). A session in which a user takes no part is not found, and so are its
messages; what a role may do there is `access`'s table. Lists are `listing_store`'s.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Select, and_, bindparam, case, delete, func, insert, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from palaver.core.errors import NotFound
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.core.messages import Author, Message, Siblings
from palaver.core.room import MemberRole
from palaver.identity.groups.store import holders_of
from palaver.sessions import access, shares_store, shown
from palaver.sessions.access import Act
from palaver.sessions.members_tables import members
from palaver.sessions.record import (
    body_of,
    message_of,
    rendered,
    session_body,
    session_of,
    tree_body,
    tree_of,
    without_help,
)
from palaver.sessions.session import Session
from palaver.sessions.sharing.tables import session_groups
from palaver.sessions.tables import messages, sessions
from palaver.sessions.tree import Line, Place, Reach, Tree
from palaver.storage.script import Row, Script, Statement, changed, first, rows


class Kept(NamedTuple):
    """A session with what clients do not see of it."""

    session: Session
    tree: Tree
    head: Place | None
    role: MemberRole = "owner"  # what whoever asked for it is there
    room: bool = False  # whether others than its owner take part in it, or did

    @property
    def seen(self) -> Session:
        """The session as whoever asked for it sees it."""
        return msgspec.structs.replace(self.session, role=self.role) if self.room else self.session


class Found(NamedTuple):
    """A message as a session has it, and where."""

    place: Place
    session_id: SessionId
    text: str
    body: bytes
    metadata: bytes | None
    user_id: UserId
    shared: bool = False

    @property
    def brought(self) -> bool:
        """Whether its document says itself who wrote it: it came from elsewhere."""
        return b',"author":{"user_id":null,' in self.body

    def message(
        self, siblings: Siblings | None = None, author: Author | None = None, *, reader: UserId | None = None
    ) -> Message:
        """The message as a value, as `reader` may see it; without one, as everybody may."""
        return message_of(self._body_for(reader), self.text, self.metadata, siblings, author=author)

    def json(
        self, siblings: Siblings | None = None, author: Author | None = None, *, reader: UserId | None = None
    ) -> bytes:
        """The message as clients see it; `reader` as above."""
        return rendered(self._body_for(reader), self.text, self.metadata, siblings, author=author)

    def _body_for(self, reader: UserId | None) -> bytes:
        return self.body if reader == self.user_id else without_help(self.body)


# A subagent's session belongs to the one that it works for, and whoever takes part there sees it too.
_TAKES_PART = and_(
    members.c.session_id == func.coalesce(sessions.c.root_id, sessions.c.id), members.c.user_id == bindparam("user_id")
)
_THROUGH_A_GROUP = and_(
    session_groups.c.session_id == func.coalesce(sessions.c.root_id, sessions.c.id),
    session_groups.c.group_id.in_(holders_of("user_id")),
)


def visible_to() -> ColumnElement[bool]:
    """Which sessions someone may see: their own, and those in which they take part, alone or by a group."""
    return or_(
        owned_by(),
        select(members.c.role).where(_TAKES_PART).exists(),
        select(session_groups.c.role).where(_THROUGH_A_GROUP).exists(),
    )


def owned_by() -> ColumnElement[bool]:
    """Which sessions are somebody's own."""
    return sessions.c.user_id == bindparam("user_id")


def role_of() -> ColumnElement[str | None]:
    """What somebody is in a session, the highest of what they are alone and by groups; null for a stranger."""
    taken: ColumnElement[str | None] = select(members.c.role).where(_TAKES_PART).scalar_subquery()
    by_group: ColumnElement[str | None] = (
        select(func.min(session_groups.c.role)).where(_THROUGH_A_GROUP).scalar_subquery()  # an editor before a viewer
    )
    return case(
        (owned_by(), "owner"), (taken == "editor", "editor"), (by_group == "editor", "editor"),
        else_=func.coalesce(taken, by_group),
    )  # fmt: skip


def _one(*of: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    return select(*of).where(sessions.c.id == bindparam("id"))


_KEPT = (sessions.c.body, sessions.c.tree, sessions.c.head_line, sessions.c.head_depth)
_SEEN = Statement(_one(*_KEPT, role_of(), sessions.c.room))
_CHANGED = Statement(_one(*_KEPT, role_of(), sessions.c.room).with_for_update())
_HELD = Statement(_one(*_KEPT, sessions.c.user_id, sessions.c.room).with_for_update())
_BODY = Statement(_one(sessions.c.body, role_of(), sessions.c.room))
_INSERT = Statement(insert(sessions))
_OWNED = Statement(select(sessions.c.id).where(sessions.c.user_id == bindparam("owner")))
_CHANGING = (
    "activity",
    "archived",
    "running",
    "project_id",
    "tags",
    "title",
    "tree",
    "head_line",
    "head_depth",
    "body",
)
_UPDATE = Statement(
    update(sessions).where(sessions.c.id == bindparam("key")).values({name: bindparam(name) for name in _CHANGING})
)
_LISTED = Statement(  # what lists of those read with whom it is shared
    update(session_groups)
    .where(session_groups.c.session_id == bindparam("key"))
    .values(activity=bindparam("activity"), archived=bindparam("archived"))
)
_DELETE = Statement(delete(sessions).where(and_(sessions.c.id == bindparam("id"), owned_by())))
_INSERT_MESSAGE = Statement(insert(messages).values({c.name: bindparam(c.name) for c in messages.c if c.name != "n"}))
_MOVE = Statement(
    update(messages)
    .where(messages.c.id == bindparam("key"))
    .values(line=bindparam("line"), depth=bindparam("depth"), body=bindparam("body"))
)
_MESSAGE_COLUMNS = (
    messages.c.line,
    messages.c.depth,
    messages.c.session_id,
    messages.c.text,
    messages.c.body,
    messages.c.metadata,
    messages.c.user_id,
)
_MESSAGE = Statement(
    select(*_MESSAGE_COLUMNS, sessions.c.tree)
    .join(sessions, sessions.c.id == messages.c.session_id)
    .where(and_(messages.c.id == bindparam("id"), visible_to()))
)
_ROW = Statement(select(*_MESSAGE_COLUMNS).where(messages.c.id == bindparam("id")))
_STRETCH = Statement(
    select(*_MESSAGE_COLUMNS)
    .where(
        messages.c.line == bindparam("line"),
        messages.c.depth >= bindparam("start"),
        messages.c.depth < bindparam("end"),
    )
    .order_by(messages.c.depth)
)
_SUMMARIES = Statement(
    select(*_MESSAGE_COLUMNS)
    .where(
        messages.c.line == bindparam("line"),
        messages.c.depth >= bindparam("start"),
        messages.c.depth < bindparam("end"),
        messages.c.role == "system",
    )
    .order_by(messages.c.depth)
)
_SET_METADATA = Statement(
    update(messages).where(messages.c.id == bindparam("key")).values(metadata=bindparam("metadata"))
)


def find(
    session_id: SessionId, user_id: UserId, *, to_change: bool = False, act: Act | None = None
) -> Script[Kept]:  # fmt: skip
    """The session, for somebody who may `act` in it; else NotFound for strangers, Forbidden for others.

    With `to_change` it is held until the transaction ends, and `act` is "write" unless another one is named.
    """
    row = yield from first((_CHANGED if to_change else _SEEN)(id=session_id, user_id=user_id))
    role = row[4] if row else None
    access.check(role, act or ("write" if to_change else "read"))
    assert row is not None
    return _kept(row)._replace(role=role)


def held(session_id: SessionId) -> Script[Kept]:
    """The session, whoever's it is, held: for runs, which go on when who asked takes part no more."""
    row = yield from first(_HELD(id=session_id))
    if row is None:
        raise NotFound("There is no such session.")
    return _kept(row)


def body(session_id: SessionId, user_id: UserId) -> Script[bytes]:
    """The session as clients see it, in JSON."""
    row = yield from first(_BODY(id=session_id, user_id=user_id))
    access.check(row[1] if row else None, "read")
    assert row is not None
    return seen_as(*row)


def seen_as(told: bytes, role: MemberRole, room: int) -> bytes:
    """A session's document for somebody; plain ones are everybody's own, and say nothing of roles."""
    return told[:-1] + b',"role":"' + role.encode() + b'"}' if room else told


def create(kept: Kept, user_id: UserId, root_id: SessionId | None = None) -> Script[None]:
    """Write a new session down; `root_id` is the one that it belongs to, where a subagent talks in it."""
    run_id, room = kept.session.run_id, int(kept.room)
    yield _INSERT(id=kept.session.id, user_id=user_id, run_id=run_id, root_id=root_id, room=room, **_columns(kept))


def save(kept: Kept) -> Script[None]:
    """Write down what became of a session that was found `to_change`."""
    columns = _columns(kept)
    yield _UPDATE(key=kept.session.id, **columns)
    if kept.room:
        yield _LISTED(key=kept.session.id, activity=columns["activity"], archived=columns["archived"])


def remove(session_id: SessionId, user_id: UserId) -> Script[bool]:
    """Delete a session with all its messages."""
    return (yield from changed(_DELETE(id=session_id, user_id=user_id))) == 1


def put_message(message: Message, place: Place, user_id: UserId) -> Script[None]:
    """Write a new message down."""
    usage = message.usage
    yield _INSERT_MESSAGE(
        id=message.id,
        session_id=message.session_id,
        user_id=user_id,
        line=place.line,
        depth=place.depth,
        role=message.role,
        created_at=message.created_at,
        text=message.text,
        body=body_of(message),
        metadata=None,
        model=message.model,
        provider=message.provider,
        status=message.status,
        input_tokens=usage.input_tokens if usage else None,
        output_tokens=usage.output_tokens if usage else None,
        cost_usd=usage.cost_usd if usage else None,
        latency_ms=message.latency_ms,
        cached_tokens=usage.cached_tokens if usage else None,
    )


def move(message: Message, place: Place) -> Script[None]:
    """Let a message stand elsewhere, below another one."""
    yield _MOVE(key=message.id, line=place.line, depth=place.depth, body=body_of(message))


def message(message_id: MessageId, user_id: UserId) -> Script[Found]:
    """One message of a session that this user may see; its id says which session that is, see `shown.py`."""
    base, session_id = shown.written(message_id)
    if session_id is not None:
        row = yield from first(_SEEN(id=session_id, user_id=user_id))
        if row is None or row[4] is None:
            raise NotFound("There is no such message.")
        return (yield from in_session(_kept(row), message_id))
    row = yield from first(_MESSAGE(id=base, user_id=user_id))
    if row is None or tree_of(row[-1]).line(row[0]).shared:  # shown by others only: the session that wrote it is gone
        raise NotFound("There is no such message.")
    return _found(row)


def in_session(kept: Kept, message_id: MessageId) -> Script[Found]:
    """One message of this session; where it is shared, the id under which it was written names it as well."""
    base, session_id = shown.written(message_id)
    row = yield from first(_ROW(id=base))
    line = _line(kept.tree, Place(row[0], row[1])) if row is not None else None
    if row is None or line is None or session_id not in {None, kept.session.id if line.shared else None}:
        raise NotFound("There is no such message in this session.")
    return (yield from _shared(row, kept.session.id)) if line.shared else _found(row)


def stretch(reach: Reach, session_id: SessionId) -> Script[Sequence[Found]]:
    """The messages of one stretch of a line of this session, which was found before; oldest first."""
    found = yield from rows(_STRETCH(line=reach.line, start=reach.start, end=reach.end))
    if not reach.shared:
        return [_found(row) for row in found]
    notes = yield from shares_store.notes(session_id, reach)
    return [_as_shown(row, session_id, notes) for row in found]


def summaries(reach: Reach, session_id: SessionId) -> Script[Sequence[Found]]:
    """The summaries in one stretch of a line of this session, which was found before; oldest first."""
    found = yield from rows(_SUMMARIES(line=reach.line, start=reach.start, end=reach.end))
    return [_as_shown(row, session_id, {}) if reach.shared else _found(row) for row in found]


def set_metadata(message_id: MessageId, metadata: bytes | None) -> Script[None]:
    """Change what a client keeps beside a message that was just written."""
    yield _SET_METADATA(key=message_id, metadata=metadata)


def change_metadata(found: Found, metadata: bytes | None) -> Script[None]:
    """Change what a client keeps beside a message, for its session and no other one."""
    if found.shared:
        yield from shares_store.note(found.session_id, found.place, metadata)
    else:
        yield from shares_store.note_what_was(found.place, found.metadata)
        yield from set_metadata(found.message().id, metadata)


def _columns(kept: Kept) -> dict[str, object]:
    session = kept.session
    return {
        "activity": session.last_message_at or session.created_at,
        "archived": int(session.archived),
        "running": int(session.active_run_id is not None),
        "project_id": session.project_id,
        "tags": "\n" + "\n".join(session.tags) + "\n" if session.tags else "",
        "title": (session.title or "").casefold(),
        "tree": tree_body(kept.tree),
        "head_line": kept.head.line if kept.head else None,
        "head_depth": kept.head.depth if kept.head else None,
        "body": session_body(session),
    }


def _kept(row: Row) -> Kept:
    head = None if row[2] is None else Place(row[2], row[3])
    return Kept(session_of(row[0]), tree_of(row[1]), head, room=bool(row[5]))


def _line(shape: Tree, place: Place) -> Line | None:
    """The line that this place stands in, if the tree holds the place."""
    for line in shape.lines:
        if line.id == place.line:
            return line if line.start <= place.depth < line.end else None
    return None


def _found(row: Row) -> Found:
    return Found(Place(row[0], row[1]), row[2], row[3], row[4], row[5], row[6])


def _shared(row: Row, session_id: SessionId) -> Script[Found]:
    notes = yield from shares_store.notes(session_id, Reach(row[0], row[1], row[1] + 1))
    return _as_shown(row, session_id, notes)


def _as_shown(row: Row, session_id: SessionId, notes: Mapping[int, bytes | None]) -> Found:
    body, metadata = shown.as_shown(row[4], session_id), notes.get(row[1], row[5])
    return Found(Place(row[0], row[1]), session_id, row[3], body, metadata, row[6], shared=True)


def every_own(user_id: UserId) -> Script[Sequence[SessionId]]:
    """Every session that is somebody's own, for whoever takes leave of them."""
    return [SessionId(row[0]) for row in (yield _OWNED(owner=user_id)).rows]
