"""Every query about who takes part in sessions, who is invited, and what they have read; all scripts."""

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import Text, bindparam, delete, func, insert, literal_column, select, union_all, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from palaver.core.errors import NotFound
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.core.messages import Author
from palaver.core.room import MemberRole
from palaver.identity.naming import called
from palaver.identity.tables import users
from palaver.sessions.listing_store import groups_of
from palaver.sessions.members_tables import invitations, members, read_marks
from palaver.sessions.record import tree_of
from palaver.sessions.sharing.tables import session_groups
from palaver.sessions.store import Kept as Held
from palaver.sessions.tables import sessions
from palaver.storage.script import Row, Script, Statement, changed, first, rows

MOST_ROOMS = 200  # whose lines are searched besides one's own messages; the newest ones

_IN = members.c.session_id == bindparam("session")
_IT = (_IN, members.c.user_id == bindparam("user"))
_OWNER = Statement(
    select(sessions.c.user_id, func.coalesce(sessions.c.root_id, sessions.c.id)).where(sessions.c.id == bindparam("id"))
)
_ROLE = Statement(select(members.c.role).where(*_IT))
_ADD = insert_or(members).values({c.name: bindparam(c.name) for c in members.c})
_JOIN = Statement(
    _ADD.on_conflict_do_update(index_elements=["user_id", "session_id"], set_={"role": _ADD.excluded.role})
)
_LEAVE = Statement(delete(members).where(*_IT))
_JOINED = Statement(select(members.c.session_id).where(members.c.user_id == bindparam("user")))
_COUNT = Statement(select(func.count()).select_from(members).where(_IN))
_OPEN = Statement(
    update(sessions)
    .where((sessions.c.id == bindparam("session")) | (sessions.c.root_id == bindparam("session")), sessions.c.room == 0)
    .values(room=1)
)
_BELOW = Statement(select(sessions.c.id).where(sessions.c.root_id == bindparam("session")))
_MARK_OF = read_marks.c.session_id == bindparam("session")
_MEMBERS = Statement(
    select(members.c.user_id, users.c.name, users.c.email, members.c.role, members.c.joined_at, read_marks.c.message_id)
    .join_from(members, users, users.c.id == members.c.user_id)
    .outerjoin(
        read_marks, (read_marks.c.session_id == members.c.session_id) & (read_marks.c.user_id == members.c.user_id)
    )
    .where(_IN)
    .order_by(members.c.joined_at, members.c.user_id)
)
_OWNED = Statement(
    select(users.c.id, users.c.name, users.c.email, read_marks.c.message_id)
    .join_from(sessions, users, users.c.id == sessions.c.user_id)
    .outerjoin(read_marks, (read_marks.c.session_id == sessions.c.id) & (read_marks.c.user_id == users.c.id))
    .where(sessions.c.id == bindparam("session"))
)
_READ = insert_or(read_marks).values({c.name: bindparam(c.name) for c in read_marks.c})
_MARK = Statement(
    _READ.on_conflict_do_update(
        index_elements=["session_id", "user_id"], set_={"message_id": _READ.excluded.message_id}
    )
)
_UNMARK = Statement(delete(read_marks).where(_MARK_OF, read_marks.c.user_id == bindparam("user")))
_PERSON = Statement(select(users.c.name, users.c.email).where(users.c.id == bindparam("id")))
_TREES = Statement(
    union_all(
        select(sessions.c.tree, sessions.c.activity).where(
            sessions.c.user_id == bindparam("user"), sessions.c.room != literal_column("0", Text())
        ),
        select(sessions.c.tree, sessions.c.activity)
        .join_from(members, sessions, sessions.c.id == members.c.session_id)
        .where(members.c.user_id == bindparam("user")),
    )
    .order_by(literal_column("activity", Text()).desc())
    .limit(MOST_ROOMS)
)
_TREES_OF_GROUP = Statement(
    select(sessions.c.tree, session_groups.c.activity)
    .join_from(session_groups, sessions, sessions.c.id == session_groups.c.session_id)
    .where(session_groups.c.group_id == bindparam("group"), session_groups.c.archived == 0)
    .order_by(session_groups.c.activity.desc())
    .limit(MOST_ROOMS)
)

_INVITE = Statement(insert(invitations))
_THEIRS = invitations.c.session_id == bindparam("session")
_VALID = (invitations.c.expires_at > bindparam("now"), invitations.c.uses_left > 0)
_INVITATIONS = Statement(select(*invitations.c).where(_THEIRS, *_VALID).order_by(invitations.c.id))
_INVITED = Statement(
    update(invitations)
    .where(invitations.c.hash == bindparam("of"), *_VALID)
    .values(uses_left=invitations.c.uses_left - 1)
    .returning(invitations.c.session_id, invitations.c.role)
)
_REVOKE = Statement(delete(invitations).where(_THEIRS, invitations.c.id == bindparam("one")))
_EXPIRED = Statement(delete(invitations).where(_THEIRS, invitations.c.expires_at <= bindparam("now")))


class Kept(NamedTuple):
    """Somebody who takes part; the owner since the session began."""

    user_id: UserId
    name: str
    role: MemberRole
    joined_at: str | None
    read_message_id: MessageId | None


class Invitation(NamedTuple):
    """An invitation as it is stored."""

    id: str
    session_id: SessionId
    role: MemberRole
    hash: str
    created_at: str
    expires_at: str
    uses_left: int


def root_of(session_id: SessionId) -> Script[tuple[UserId, SessionId]]:
    """Whose a session is, and which one it belongs to: mostly itself."""
    row = yield from first(_OWNER(id=session_id))
    if row is None:
        raise NotFound("There is no such session.")
    return UserId(row[0]), SessionId(row[1])


def owner_of(kept: Held, user_id: UserId) -> Script[UserId]:
    """Whose a session is that somebody found; where nobody else takes part it is theirs, and nothing is asked."""
    if not kept.room or kept.role == "owner":
        return user_id
    return (yield from root_of(kept.session.id))[0]


def role(session_id: SessionId, user_id: UserId) -> Script[MemberRole | None]:
    """What somebody is who is not the owner."""
    row = yield from first(_ROLE(session=session_id, user=user_id))
    return row[0] if row else None


def join(session_id: SessionId, user_id: UserId, role: MemberRole, now: str) -> Script[None]:
    """Somebody takes part from now on, or in another role; from the first one on the session is a room."""
    yield _JOIN(session_id=session_id, user_id=user_id, role=role, joined_at=now)
    yield from open_room(session_id)


def open_room(session_id: SessionId) -> Script[None]:
    """Others take part in a session from now on."""
    yield _OPEN(session=session_id)


def leave(session_id: SessionId, user_id: UserId) -> Script[bool]:
    """Somebody takes part no more; False where they did not."""
    yield _UNMARK(session=session_id, user=user_id)
    return (yield from changed(_LEAVE(session=session_id, user=user_id))) == 1


def count(session_id: SessionId) -> Script[int]:
    """How many take part besides the owner."""
    row = yield from first(_COUNT(session=session_id))
    return row[0] if row else 0


def below(session_id: SessionId) -> Script[list[SessionId]]:
    """The sessions of subagents that belong to a session."""
    return [SessionId(row[0]) for row in (yield from rows(_BELOW(session=session_id)))]


def everybody(session_id: SessionId) -> Script[list[Kept]]:
    """Who takes part: the owner first, then the others as they came."""
    owner = yield from first(_OWNED(session=session_id))
    found = [Kept(owner[0], called(*owner[:3]), "owner", None, owner[3])] if owner else []
    found += [Kept(row[0], called(*row[:3]), *row[3:]) for row in (yield from rows(_MEMBERS(session=session_id)))]
    return found


def mark(session_id: SessionId, user_id: UserId, message_id: MessageId) -> Script[None]:
    """Somebody has read up to this message."""
    yield _MARK(session_id=session_id, user_id=user_id, message_id=message_id)


def person(user_id: UserId) -> Script[Author]:
    """Somebody as an author; one who is gone has no name."""
    row = yield from first(_PERSON(id=user_id))
    return Author(user_id, called(user_id, *row) if row else "")


def authors(user_ids: Iterable[UserId]) -> Script[Mapping[UserId, Author]]:
    """Authors by id."""
    found: dict[UserId, Author] = {}
    for one in dict.fromkeys(user_ids):
        found[one] = yield from person(one)
    return found


def lines_shared_with(user_id: UserId) -> Script[list[str]]:
    """The lines of the rooms that somebody owns or takes part in, where others write as well; of the newest rooms."""
    found = list((yield from rows(_TREES(user=user_id))))
    for group_id in (yield from groups_of(user_id)):
        found += yield from rows(_TREES_OF_GROUP(group=group_id))
    newest = sorted(set(found), key=itemgetter(1), reverse=True)[:MOST_ROOMS]
    return [line.id for row in newest for line in tree_of(row[0]).lines]


def invite(new: Invitation) -> Script[None]:
    """Somebody may take part who has the secret; those that are over are forgotten."""
    yield _EXPIRED(session=new.session_id, now=new.created_at)
    yield _INVITE(**new._asdict())


def invited(session_id: SessionId, now: str) -> Script[list[Invitation]]:
    """The invitations that hold."""
    found: Sequence[Row] = yield from rows(_INVITATIONS(session=session_id, now=now))
    return [Invitation(*row) for row in found]


def take_up(hashed: str, now: str) -> Script[tuple[SessionId, MemberRole] | None]:
    """Use an invitation once; None where there is none that holds."""
    row = yield from first(_INVITED(of=hashed, now=now))
    return (SessionId(row[0]), row[1]) if row else None


def revoke(session_id: SessionId, invitation_id: str) -> Script[bool]:
    """Nobody can use the invitation any more; False where there was none."""
    return (yield from changed(_REVOKE(session=session_id, one=invitation_id))) == 1


def joined(user_id: UserId) -> Script[Sequence[SessionId]]:
    """The sessions of others in which somebody takes part, each by themself."""
    return [SessionId(row[0]) for row in (yield from rows(_JOINED(user=user_id)))]
