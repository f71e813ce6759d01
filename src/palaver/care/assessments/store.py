"""Every query about assessments. Scripts (`storage.script`); who may see them is decided by who runs them."""

from typing import Any, cast

from sqlalchemy import Text, and_, bindparam, delete, exists, func, or_, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from palaver.care.assessments.assessment import Assessment, graver, signals_body, signals_of
from palaver.care.assessments.tables import risk_assessments
from palaver.care.counts import store as counts
from palaver.care.crisis.finding import Level
from palaver.care.escalations.tables import escalation_events, escalations
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.storage.script import Script, Statement, changed, first, rows

_c = risk_assessments.c
_PUT = Statement(
    insert_or(risk_assessments)
    .values({column.name: bindparam(column.name) for column in _c})
    .on_conflict_do_nothing(index_elements=["message_id"])
)
_RAISED = ("level", "own", "course", "signals", "version")
_RAISE = Statement(
    update(risk_assessments)
    .where(_c.message_id == bindparam("message"))
    .values({name: bindparam(f"now_{name}") for name in _RAISED})
)
_COURSE = Statement(
    select(_c.course)
    .where(
        _c.session_id == bindparam("session"),
        _c.user_id == bindparam("whose"),
        _c.message_id != bindparam("message"),
    )
    .order_by(_c.created_at.desc(), _c.id.desc())
    .limit(1)
)
_DAY = func.substr(_c.created_at, 1, 10)
_DAYS = Statement(
    select(_DAY, _c.own)
    .where(_c.user_id == bindparam("whose"), _c.created_at >= bindparam("since"))
    .group_by(_DAY, _c.own)
)
_OF_MESSAGE = Statement(select(*_c).where(_c.message_id == bindparam("message")))

_SESSION = bindparam("in_session", type_=Text)
_THEIRS = and_(_c.user_id == bindparam("whose"), or_(_SESSION.is_(None), _c.session_id == _SESSION))
_PAGE = Statement(
    select(*_c)
    .where(_THEIRS, tuple_(_c.created_at, _c.id) < tuple_(bindparam("before"), bindparam("before_id")))
    .order_by(_c.created_at.desc(), _c.id.desc())
    .limit(bindparam("limit"))
)
_FORGET = Statement(delete(risk_assessments).where(_THEIRS))
_ESCALATED = Statement(
    select(*_c)
    .where(
        _c.id.in_(
            select(escalation_events.c.assessment_id).where(
                escalation_events.c.escalation_id == bindparam("escalation"),
                escalation_events.c.assessment_id.is_not(None),
            )
        ),
        exists().where(
            escalations.c.id == bindparam("escalation"), escalations.c.claimed_by == bindparam("claimed_by")
        ),
    )
    .order_by(_c.created_at.desc(), _c.id.desc())
    .limit(bindparam("limit"))
)
_CLAIMED = Statement(
    select(escalations.c.user_id).where(
        escalations.c.id == bindparam("escalation"), escalations.c.claimed_by == bindparam("claimed_by")
    )
)
START = ("~", "")  # sorts after every instant


def keep(one: Assessment) -> Script[Assessment | None]:
    """Write an assessment down; gives the one that its message had before, which stays."""
    row = one._asdict() | {"known": int(one.known), "signals": signals_body(one.signals)}
    return None if (yield _PUT(**row)).count == 1 else (yield from _of_message(one.message_id))


def add(one: Assessment) -> Script[Assessment]:
    """What was found later in a message that is assessed already; gives what stands there now, never less than before.

    Where somebody deleted it meanwhile, nothing is kept.
    """
    kept = yield from _of_message(one.message_id)
    if kept is None:
        return one
    made = graver(kept, one)
    row = made._asdict() | {"signals": signals_body(made.signals)}
    yield _RAISE(message=one.message_id, **{f"now_{name}": row[name] for name in _RAISED})
    if made.level != kept.level:
        kind = "noticed" if kept.known else "unread"
        yield from counts.moved(kept.created_at[:7], kind, kept.level, made.level)
    return made


def course(session_id: SessionId, user_id: UserId, message_id: MessageId) -> Script[float]:
    """What has added up of what somebody wrote in a session, without this message; 0 where nothing was assessed."""
    row = yield from first(_COURSE(session=session_id, whose=user_id, message=message_id))
    return cast("float", row[0]) if row else 0.0


def gravest_by_day(user_id: UserId, since: str) -> Script[dict[str, Level]]:
    """The gravest of what somebody wrote on each day since then, by its date; days without a message are not there."""
    found: dict[str, Level] = {}
    for day, own in (yield _DAYS(whose=user_id, since=since)).rows:
        found[day] = max(found.get(day, Level.none), Level[own])
    return found


def _of_message(message_id: MessageId) -> Script[Assessment | None]:
    row = yield from first(_OF_MESSAGE(message=message_id))
    return _assessment(row) if row else None


def page(
    user_id: UserId, session_id: SessionId | None, before: tuple[str, str], limit: int
) -> Script[list[Assessment]]:  # fmt: skip
    """Those of somebody's own messages, of one session or of all, the newest first."""
    asked = {"whose": user_id, "in_session": session_id, "before": before[0], "before_id": before[1], "limit": limit}
    return list(map(_assessment, (yield from rows(_PAGE(**asked)))))


def forget(user_id: UserId, session_id: SessionId | None) -> Script[int]:
    """Delete those of somebody's own messages; how many that were."""
    return (yield from changed(_FORGET(whose=user_id, in_session=session_id)))


def claimed(escalation_id: str, by: UserId) -> Script[UserId | None]:
    """Whom an escalation is about, if this person has claimed it."""
    row = yield from first(_CLAIMED(escalation=escalation_id, claimed_by=by))
    return UserId(row[0]) if row else None


def escalated(escalation_id: str, by: UserId, limit: int) -> Script[list[Assessment]]:
    """Those that an escalation is about, if this person has claimed it, the newest first."""
    found = yield from rows(_ESCALATED(escalation=escalation_id, claimed_by=by, limit=limit))
    return list(map(_assessment, found))


def _assessment(row: Any) -> Assessment:
    one = Assessment(*row)
    return one._replace(known=bool(one.known), signals=signals_of(cast("Any", one.signals)))
