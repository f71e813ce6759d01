"""Every query about escalations; who may see and do what is decided in `service.py`."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, and_, bindparam, delete, func, insert, or_, select, update

from palaver.care.escalations.machine import LIVE, OPEN, URGENCY, Level, State, after, higher
from palaver.care.escalations.tables import escalation_events, escalation_tellings, escalations
from palaver.core.care import HelpNamed
from palaver.core.errors import NotFound
from palaver.identity.tables import users
from palaver.kit.ids import new_id
from palaver.storage.script import Row, Script, Statement, first, rows

ESCALATION = "esc"


class Begun(NamedTuple):
    """What an assessment asks for: that a human comes. `helped` are the services that the person was shown."""

    assessment_id: str
    user_id: str
    level: Level
    at: str
    session_id: str | None = None
    run_id: str | None = None
    language: str | None = None
    helped: Sequence[HelpNamed] = ()


class Kept(NamedTuple):
    """An escalation as it is stored; what its columns mean, the table says."""

    id: str
    user_id: str
    session_id: str | None
    run_id: str | None
    assessment_id: str
    level: Level
    urgency: int
    state: State
    language: str | None
    helped: str
    created_at: str
    updated_at: str
    step: int = 0
    round: int = 1
    tries: int = 0
    group_name: str | None = None
    reason: str | None = None
    deadline_at: str | None = None
    due_at: str | None = None
    claimed_by: str | None = None
    claimed_at: str | None = None
    acknowledged_at: str | None = None
    closed_at: str | None = None
    outcome: str | None = None


class Happened(NamedTuple):
    """One thing that happened to an escalation, numbered over all of them."""

    n: int
    escalation_id: str
    kind: str
    actor_id: str | None
    detail: str
    at: str


class Telling(NamedTuple):
    """Whether an alarm reached somebody on one way, and why not."""

    route: str
    told: bool
    error: str | None


def _in(states: tuple[State, ...]) -> ColumnElement[bool]:
    return or_(*(escalations.c.state == state for state in states))


_encode = msgspec.json.Encoder().encode
_columns = tuple(escalations.c[name] for name in Kept._fields)
_happened = tuple(escalation_events.c[name] for name in Happened._fields)
_IS = escalations.c.id == bindparam("key")
_PUT = Statement(insert(escalations).values({name: bindparam(name) for name in Kept._fields}))
_FIND = Statement(select(*_columns).where(_IS))
_FIXED = {"id", "user_id", "session_id", "assessment_id", "created_at"}
_CHANGING = tuple(name for name in Kept._fields if name not in _FIXED)
_SAVE = Statement(update(escalations).where(_IS).values({name: bindparam(name) for name in _CHANGING}))
_IN_SESSION = Statement(
    select(*_columns)
    .where(
        escalations.c.session_id == bindparam("session"),
        escalations.c.user_id == bindparam("whose"),
        _in(LIVE),
    )
    .limit(1)
)
_KNOWN = Statement(
    select(escalation_events.c.escalation_id).where(escalation_events.c.assessment_id == bindparam("assessment"))
)
_NOTE = Statement(
    insert(escalation_events)
    .values({name: bindparam(name) for name in ("escalation_id", "kind", "actor_id", "assessment_id", "detail", "at")})
    .returning(escalation_events.c.n)
)
_EVENTS = Statement(
    select(*_happened).where(escalation_events.c.escalation_id == bindparam("key")).order_by(escalation_events.c.n)
)
_AFTER = Statement(
    select(*_happened)
    .where(escalation_events.c.n > bindparam("n"))
    .order_by(escalation_events.c.n)
    .limit(bindparam("most"))
)
_LAST = Statement(select(func.coalesce(func.max(escalation_events.c.n), 0)))
_FREE = or_(
    escalations.c.holder.is_(None),
    escalations.c.holder == bindparam("mine"),
    escalations.c.held_until < bindparam("now"),
)
_IS_DUE = and_(escalations.c.due_at.is_not(None), escalations.c.due_at <= bindparam("now"))
_DUE = Statement(
    select(escalations.c.id)
    .where(_IS_DUE, _FREE)
    .order_by(escalations.c.urgency.desc(), escalations.c.due_at)
    .limit(bindparam("most"))
)
_NEXT_DUE = Statement(select(func.min(escalations.c.due_at)).where(escalations.c.due_at.is_not(None)))
_TAKE = Statement(
    update(escalations)
    .where(_IS, _IS_DUE, _FREE)
    .values(holder=bindparam("mine"), held_until=bindparam("until"))
    .returning(*_columns)
)
_MINE = Statement(select(escalations.c.id).where(_IS, escalations.c.holder == bindparam("mine")))
_GIVE_BACK = Statement(
    update(escalations).where(_IS, escalations.c.holder == bindparam("mine")).values(holder=None, held_until=None)
)
_FREE_ALL = Statement(update(escalations).where(escalations.c.holder.is_not(None)).values(holder=None, held_until=None))
_TELLINGS = Statement(
    select(escalation_tellings.c.route, escalation_tellings.c.told, escalation_tellings.c.error).where(
        escalation_tellings.c.escalation_id == bindparam("key"), escalation_tellings.c.round == bindparam("number")
    )
)
_UNTELL = Statement(
    delete(escalation_tellings).where(
        escalation_tellings.c.escalation_id == bindparam("key"),
        escalation_tellings.c.round == bindparam("number"),
        escalation_tellings.c.route == bindparam("way"),
    )
)
_TELL = Statement(insert(escalation_tellings))
_COUNTS = Statement(
    select(escalations.c.state, func.count())
    .where(_in(OPEN), escalations.c.updated_at >= bindparam("since"))
    .group_by(escalations.c.state)
)
_LEFT = Statement(
    select(*_columns)
    .outerjoin(users, users.c.id == escalations.c.claimed_by)
    .where(
        escalations.c.state == "acknowledged",
        or_(
            escalations.c.claimed_by.is_(None),
            users.c.disabled_at.is_not(None),
            users.c.removing_at.is_not(None),
            and_(users.c.role != "admin", users.c.role != "counsellor"),
        ),
    )
)


def begin(begun: Begun) -> Script[str]:
    """The escalation of an assessment, in whose transaction this is to run: the same one however often it is asked.

    While somebody is being called for a session, or is there, what follows in it is added to the same escalation; so is
    what makes the same assessment graver.
    """
    if known := (yield from first(_KNOWN(assessment=begun.assessment_id))):
        return (yield from _again(known[0], begun))
    row = yield from first(_IN_SESSION(session=begun.session_id, whose=begun.user_id))
    if row is not None:
        kept = _raised(Kept(*row), begun)
        yield from save(kept)
        yield from note(kept.id, "assessed", begun.at, {"level": begun.level}, assessment_id=begun.assessment_id)
        return kept.id
    made = _made(begun)
    yield _PUT(**made._asdict())
    yield from note(made.id, "created", begun.at, {"level": begun.level}, assessment_id=begun.assessment_id)
    return made.id


def _again(escalation_id: str, begun: Begun) -> Script[str]:
    kept = yield from find(escalation_id)
    if kept.state in OPEN and higher(kept.level, begun.level) != kept.level:
        yield from save(_raised(kept, begun))
        yield from note(kept.id, "assessed", begun.at, {"level": begun.level})  # whose assessment it is stands there
    return kept.id


def find(escalation_id: str) -> Script[Kept]:
    """Whatever its state; NotFound where there is none."""
    row = yield from first(_FIND(key=escalation_id))
    if row is None:
        raise NotFound("There is no such escalation.")
    return Kept(*row)


def save(kept: Kept) -> Script[None]:
    """Write down what became of one that was found."""
    yield _SAVE(key=kept.id, **{name: getattr(kept, name) for name in _CHANGING})


def note(
    escalation_id: str,
    kind: str,
    at: str,
    detail: Mapping[str, Any] = {},
    *,
    actor_id: str | None = None,
    assessment_id: str | None = None,
) -> Script[int]:
    """Something happened; gives its number."""
    done = yield from first(
        _NOTE(
            escalation_id=escalation_id,
            kind=kind,
            at=at,
            actor_id=actor_id,
            assessment_id=assessment_id,
            detail=_encode(detail).decode(),
        )
    )
    return done[0] if done else 0


def events(escalation_id: str) -> Script[list[Happened]]:
    """Everything that happened to one, in order."""
    return [Happened(*row) for row in (yield from rows(_EVENTS(key=escalation_id)))]


def events_after(number: int, most: int) -> Script[list[Happened]]:
    """What happened to any of them after a number, in order."""
    return [Happened(*row) for row in (yield from rows(_AFTER(n=number, most=most)))]


def last_event() -> Script[int]:
    """The newest number; 0 where nothing happened."""
    row = yield from first(_LAST())
    return row[0] if row else 0


def queue(states: tuple[State, ...], position: tuple[int, str, str] | None, most: int) -> Script[list[Kept]]:
    """A page of those in these states: the most urgent first, among them who waits longest."""
    urgency, since, key = position or (max(URGENCY.values()) + 1, "", "")
    asked = _queue(states)(urgency=urgency, since=since, key=key, most=most)
    return [Kept(*row) for row in (yield from rows(asked))]


def newest(states: tuple[State, ...], whose: str | None, before: str | None, most: int) -> Script[list[Kept]]:
    """A page of those in these states, of one person or of all, the newest first."""
    asked = _newest(states, of_one=whose is not None)
    values = {"whose": whose} if whose is not None else {}
    return [Kept(*row) for row in (yield from rows(asked(before=before or "~", most=most, **values)))]


def due(holder: str, now: str, most: int) -> Script[list[str]]:
    """Those that are to be looked at now and that no other process holds, the most urgent first."""
    return [row[0] for row in (yield from rows(_DUE(mine=holder, now=now, most=most)))]


def next_due() -> Script[str | None]:
    """When the next one is to be looked at."""
    row = yield from first(_NEXT_DUE())
    return row[0] if row else None


def take(escalation_id: str, holder: str, now: str, until: str) -> Script[Kept | None]:
    """Hold one until then; None where it is not due any more, or another process holds it."""
    row = yield from first(_TAKE(key=escalation_id, mine=holder, now=now, until=until))
    return Kept(*row) if row else None


def holds(escalation_id: str, holder: str) -> Script[bool]:
    """Whether this process still holds it."""
    return (yield from first(_MINE(key=escalation_id, mine=holder))) is not None


def give_back(escalation_id: str, holder: str) -> Script[None]:
    """Hold it no more."""
    yield _GIVE_BACK(key=escalation_id, mine=holder)


def free() -> Script[None]:
    """Nobody holds any: this process is the only one, and begins."""
    yield _FREE_ALL()


def tellings(escalation_id: str, number: int) -> Script[list[Telling]]:
    """Who was told of an alarm of this number, or could not be."""
    found: Sequence[Row] = yield from rows(_TELLINGS(key=escalation_id, number=number))
    return [Telling(route, bool(told), error) for route, told, error in found]


def told(escalation_id: str, number: int, telling: Telling, at: str) -> Script[None]:
    """What came of telling somebody of an alarm; the newest try counts."""
    yield _UNTELL(key=escalation_id, number=number, way=telling.route)
    yield _TELL(
        escalation_id=escalation_id,
        round=number,
        route=telling.route,
        told=int(telling.told),
        error=telling.error,
        at=at,
    )


def counts(since: str = "") -> Script[dict[str, int]]:
    """How many there are of each state that is not closed, and to which something happened since then."""
    return {row[0]: row[1] for row in (yield from rows(_COUNTS(since=since)))}


def left_alone() -> Script[list[Kept]]:
    """Those that somebody took up who is not there any more, or may not do it any more."""
    return [Kept(*row) for row in (yield from rows(_LEFT()))]


@lru_cache
def _queue(states: tuple[State, ...]) -> Statement:
    at = escalations.c
    later = or_(at.created_at > bindparam("since"), and_(at.created_at == bindparam("since"), at.id > bindparam("key")))
    beyond = or_(at.urgency < bindparam("urgency"), and_(at.urgency == bindparam("urgency"), later))
    asked = select(*_columns).where(_in(states), beyond)
    return Statement(asked.order_by(at.urgency.desc(), at.created_at, at.id).limit(bindparam("most")))


@lru_cache
def _newest(states: tuple[State, ...], *, of_one: bool) -> Statement:
    at = escalations.c
    asked = select(*_columns).where(_in(states), at.id < bindparam("before"))
    if of_one:
        asked = asked.where(at.user_id == bindparam("whose"))
    return Statement(asked.order_by(at.id.desc()).limit(bindparam("most")))


def _made(begun: Begun) -> Kept:
    return Kept(
        id=new_id(ESCALATION),
        user_id=begun.user_id,
        session_id=begun.session_id,
        run_id=begun.run_id,
        assessment_id=begun.assessment_id,
        level=begun.level,
        urgency=URGENCY[begun.level],
        state="created",
        language=begun.language,
        helped=_encode(list(begun.helped)).decode(),
        created_at=begun.at,
        updated_at=begun.at,
        due_at=begun.at,
    )


def _raised(kept: Kept, begun: Begun) -> Kept:
    """The same after one more assessment: only a higher level is an alarm of its own."""
    level = higher(kept.level, begun.level)
    if level == kept.level:
        return kept._replace(updated_at=begun.at)
    state = after(kept.state, "raise") or kept.state
    raised = kept._replace(level=begun.level, urgency=URGENCY[level], state=state, updated_at=begun.at)
    if state == "acknowledged":  # who is there sees it
        return raised
    return raised._replace(step=0, round=kept.round + 1, tries=0, deadline_at=None, due_at=begun.at)
