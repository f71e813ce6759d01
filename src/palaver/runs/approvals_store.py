"""Every query about what waits for people, and about what they allowed for good; all scripts (`storage.script`)."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, func, insert, literal_column, or_, select, text, tuple_, union, update

from palaver.core.errors import NotFound
from palaver.core.ids import RunId, SessionId, UserId
from palaver.core.questions import Question
from palaver.identity.groups.store import holders_of
from palaver.runs.tables import approvals, grants, runs
from palaver.sessions import store as session_store
from palaver.sessions.members_tables import members
from palaver.sessions.sharing.tables import session_groups
from palaver.sessions.tables import sessions
from palaver.storage.script import Row, Script, Statement, changed, first, rows

ApprovalKind = Literal["approval", "question"]
ApprovalState = Literal["pending", "approved", "rejected", "answered", "expired", "cancelled"]

_encode = msgspec.json.Encoder().encode
_arguments = msgspec.json.Decoder(dict[str, Any])
_questions = msgspec.json.Decoder(tuple[Question, ...])


class Approval(NamedTuple):
    """A call that waits, or waited, for a person: `digest` binds it to exactly what would be run."""

    run_id: RunId
    call_id: str
    user_id: UserId
    session_id: SessionId
    kind: ApprovalKind
    name: str
    arguments: dict[str, Any]
    digest: str
    reason: str
    questions: tuple[Question, ...]
    state: ApprovalState
    created_at: str
    expires_at: str | None
    resolved_at: str | None


class Grant(NamedTuple):
    """A rule that a person allowed for good, in one session or (None) in all of theirs."""

    id: str
    user_id: UserId
    session_id: SessionId | None
    rule: str
    created_at: str


_COLUMNS = tuple(approvals.c[name] for name in Approval._fields)
_GRANT_COLUMNS = tuple(grants.c[name] for name in Grant._fields)
_KEY = (approvals.c.run_id == bindparam("run"), approvals.c.call_id == bindparam("call"))
_PENDING = approvals.c.state == "pending"
_INSERT = Statement(insert(approvals))
_REPLACE = Statement(delete(approvals).where(*_KEY))
_ONE = Statement(select(*_COLUMNS).where(*_KEY))
_OF_RUN = Statement(select(*_COLUMNS).where(approvals.c.run_id == bindparam("run"), _PENDING))
_RESOLVE = Statement(
    update(approvals)
    .where(*_KEY, _PENDING)
    .values(state=bindparam("became"), digest=bindparam("hash"), resolved_at=bindparam("now"))
)
_CANCEL = Statement(
    update(approvals)
    .where(approvals.c.run_id == bindparam("run"), _PENDING)
    .values(state="cancelled", resolved_at=bindparam("now"))
)
_POSITION = tuple_(approvals.c.created_at, approvals.c.run_id, approvals.c.call_id)
# Where one may answer what others asked: in one's own sessions, and where one writes with others. Only rooms are looked
# for: in all other sessions it is their owner who asked.
_WAITING = approvals.alias()
_ROOMS = union(
    select(sessions.c.id).where(sessions.c.user_id == bindparam("user"), sessions.c.room != literal_column("0")),
    select(members.c.session_id).where(members.c.user_id == bindparam("user"), members.c.role == "editor"),
    select(sessions.c.id)
    .join_from(members, sessions, sessions.c.root_id == members.c.session_id)
    .where(members.c.user_id == bindparam("user"), members.c.role == "editor"),
    # by a group: of the few that wait, not of the many that are shared
    select(_WAITING.c.session_id)
    .join_from(_WAITING, sessions, sessions.c.id == _WAITING.c.session_id)
    .join(session_groups, session_groups.c.session_id == func.coalesce(sessions.c.root_id, sessions.c.id))
    .where(_WAITING.c.state == "pending", session_groups.c.role == "editor")
    .where(session_groups.c.group_id.in_(holders_of("user"))),
)
_ROOM = Statement(select(_ROOMS.subquery()))
_THERE = text("approvals.session_id in (select value from json_each(:there))")
_IS_ROOM = (
    select(sessions.c.id)
    .where(sessions.c.id == approvals.c.session_id, sessions.c.room != literal_column("0"))
    .exists()
)
_PAGE = Statement(
    select(*_COLUMNS)
    .where(approvals.c.user_id == bindparam("user"), _PENDING, ~_IS_ROOM)
    .where(tuple_(bindparam("at"), bindparam("after_run"), bindparam("after_call")) < _POSITION)
    .order_by(approvals.c.created_at, approvals.c.run_id, approvals.c.call_id)
    .limit(bindparam("most"))
)
_PAGE_OF_ROOMS = Statement(
    select(*_COLUMNS)
    .where(_THERE, _PENDING, or_(approvals.c.user_id == bindparam("user"), approvals.c.kind == "question"))
    .where(tuple_(bindparam("at"), bindparam("after_run"), bindparam("after_call")) < _POSITION)
    .order_by(approvals.c.created_at, approvals.c.run_id, approvals.c.call_id)
    .limit(bindparam("most"))
)
_ABOVE = runs.alias("above")
_BELOW = (
    select(runs.c.id)
    .join(_ABOVE, runs.c.parent_run_id == _ABOVE.c.id)
    .where(_ABOVE.c.session_id == bindparam("session"))
)
_IN_SESSION = Statement(
    select(*_COLUMNS)
    .where(_PENDING)
    .where(or_(approvals.c.session_id == bindparam("session"), approvals.c.run_id.in_(_BELOW)))
    .order_by(approvals.c.created_at)
)
_EXPIRED = Statement(
    select(*_COLUMNS).where(_PENDING, approvals.c.expires_at <= bindparam("now")).limit(bindparam("most"))
)
_GRANT = Statement(insert(grants))
_THEIRS = grants.c.user_id == bindparam("user")
_GRANTED = Statement(
    select(grants.c.rule).where(
        _THEIRS, or_(grants.c.session_id.is_(None), grants.c.session_id == bindparam("session"))
    )
)
_SAME = Statement(
    select(grants.c.id).where(
        _THEIRS,
        grants.c.rule == bindparam("words"),
        or_(grants.c.session_id == bindparam("session"), grants.c.session_id.is_(None)),
    )
)
_GRANTS = Statement(select(*_GRANT_COLUMNS).where(_THEIRS).order_by(grants.c.id))
_REVOKE = Statement(delete(grants).where(_THEIRS, grants.c.id == bindparam("grant")))


_NONE = "There is no such call that waits for you."


def put(approval: Approval) -> Script[None]:
    """A call waits from now on; one that waited before under the same id is replaced."""
    yield _REPLACE(run=approval.run_id, call=approval.call_id)
    yield _INSERT(
        **approval._asdict() | {"arguments": _encode(approval.arguments), "questions": _encode(approval.questions)}
    )


def find(run_id: RunId, call_id: str, user_id: UserId) -> Script[Approval]:
    """What waits, or waited, under this call, for somebody who may answer it; NotFound for strangers."""
    row = yield from first(_ONE(run=run_id, call=call_id))
    if row is None:
        raise NotFound(_NONE)
    found = _approval(row)
    try:
        yield from session_store.find(found.session_id, user_id, act="write")
    except NotFound:  # in the same words: whether there is one is not to be learned
        raise NotFound(_NONE) from None
    return found


def digest(run_id: RunId, call_id: str) -> Script[str | None]:
    """What was approved for this call; None where nothing was."""
    row = yield from first(_ONE(run=run_id, call=call_id))
    found = None if row is None else _approval(row)
    return found.digest if found is not None and found.state == "approved" else None


def pending(run_id: RunId) -> Script[list[Approval]]:
    """What of a run waits."""
    return [_approval(row) for row in (yield from rows(_OF_RUN(run=run_id)))]


def in_session(session_id: SessionId, user_id: UserId) -> Script[list[Approval]]:
    """What of a session, or of a subagent that works for it, waits, oldest first, for somebody who may answer it."""
    yield from session_store.find(session_id, user_id, act="write")
    return [_approval(row) for row in (yield from rows(_IN_SESSION(session=session_id)))]


def page(user_id: UserId, after: tuple[str, str, str], most: int) -> Script[list[Approval]]:
    """What waits for a person, oldest first, after a position (created_at, run, call)."""
    at, run, call = after
    found = yield from rows(_PAGE(user=user_id, at=at, after_run=run, after_call=call, most=most))
    rooms = [row[0] for row in (yield from rows(_ROOM(user=user_id)))]
    if rooms:
        there = _encode(rooms).decode()
        others = yield from rows(
            _PAGE_OF_ROOMS(user=user_id, there=there, at=at, after_run=run, after_call=call, most=most)
        )
        found = [*found, *others]
    waiting = [_approval(row) for row in found]
    return sorted(waiting, key=lambda one: (one.created_at, one.run_id, one.call_id))[:most]


def expired(now: str, most: int) -> Script[list[Approval]]:
    """What waited too long."""
    return [_approval(row) for row in (yield from rows(_EXPIRED(now=now, most=most)))]


def resolve(approval: Approval, became: ApprovalState, *, digest: str, now: str) -> Script[bool]:
    """It waits no more; False when somebody was faster."""
    done = yield from changed(_RESOLVE(run=approval.run_id, call=approval.call_id, became=became, hash=digest, now=now))
    return done == 1


def cancel(run_id: RunId, now: str) -> Script[int]:
    """Nothing of this run waits any more; how much did."""
    return (yield from changed(_CANCEL(run=run_id, now=now)))


def grant(new: Grant) -> Script[None]:
    """Remember a rule, unless it is remembered already."""
    if (yield from first(_SAME(user=new.user_id, words=new.rule, session=new.session_id))) is None:
        yield _GRANT(**new._asdict())


def granted(user_id: UserId, session_id: SessionId) -> Script[tuple[str, ...]]:
    """The rules that hold in a session."""
    return tuple(row[0] for row in (yield from rows(_GRANTED(user=user_id, session=session_id))))


def grants_of(user_id: UserId) -> Script[list[Grant]]:
    """Everything that a person allowed for good."""
    found: Sequence[Row] = yield from rows(_GRANTS(user=user_id))
    return [Grant(*row) for row in found]


def revoke(grant_id: str, user_id: UserId) -> Script[None]:
    """Allow it no more; NotFound where it is not this person's."""
    if (yield from changed(_REVOKE(user=user_id, grant=grant_id))) != 1:
        raise NotFound("There is no such grant.")


def _approval(row: Row) -> Approval:
    kept = Approval(*row)
    return kept._replace(arguments=_arguments.decode(row[6]), questions=_questions.decode(row[9]))
