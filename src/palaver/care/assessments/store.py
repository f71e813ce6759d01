"""Every query about assessments. Scripts (`storage.script`); who may see them is decided by who runs them."""

from typing import Any, cast

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.sqlite import insert as insert_or

from palaver.care.assessments.assessment import Assessment, signals_body, signals_of
from palaver.care.assessments.tables import risk_assessments
from palaver.care.crisis.finding import Level
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.storage.script import Script, Statement, first

_c = risk_assessments.c
_PUT = Statement(
    insert_or(risk_assessments)
    .values({column.name: bindparam(column.name) for column in _c})
    .on_conflict_do_nothing(index_elements=["message_id"])
)
_COURSE = Statement(
    select(_c.course)
    .where(_c.session_id == bindparam("session"), _c.message_id != bindparam("message"))
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


def keep(one: Assessment) -> Script[Assessment | None]:
    """Write an assessment down; gives the one that its message had before, which stays."""
    row = one._asdict() | {"known": int(one.known), "signals": signals_body(one.signals)}
    return None if (yield _PUT(**row)).count == 1 else (yield from _of_message(one.message_id))


def course(session_id: SessionId, message_id: MessageId) -> Script[float]:
    """What has added up in a session, without this message of it; 0 where nothing was assessed."""
    row = yield from first(_COURSE(session=session_id, message=message_id))
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


def _assessment(row: Any) -> Assessment:
    one = Assessment(*row)
    return one._replace(known=bool(one.known), signals=signals_of(cast("Any", one.signals)))
