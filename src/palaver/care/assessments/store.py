"""Every query about assessments. Scripts (`storage.script`); who may see them is decided by who runs them."""

from typing import Any, cast

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert as insert_or

from palaver.care.assessments.assessment import Assessment, signals_body, signals_of
from palaver.care.assessments.tables import risk_assessments
from palaver.core.ids import MessageId, SessionId
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
_OF_MESSAGE = Statement(select(*_c).where(_c.message_id == bindparam("message")))


def put(one: Assessment) -> Script[bool]:
    """Write an assessment down; whether its message had none before."""
    row = one._asdict() | {"known": int(one.known), "signals": signals_body(one.signals)}
    return (yield _PUT(**row)).count == 1


def course(session_id: SessionId, message_id: MessageId) -> Script[float]:
    """What has added up in a session, without this message of it; 0 where nothing was assessed."""
    row = yield from first(_COURSE(session=session_id, message=message_id))
    return cast("float", row[0]) if row else 0.0


def of_message(message_id: MessageId) -> Script[Assessment | None]:
    """The assessment of a message."""
    row = yield from first(_OF_MESSAGE(message=message_id))
    return _assessment(row) if row else None


def _assessment(row: Any) -> Assessment:
    one = Assessment(*row)
    return one._replace(known=bool(one.known), signals=signals_of(cast("Any", one.signals)))
