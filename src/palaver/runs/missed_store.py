"""Which runs of a session somebody missed who was away; what was told of them is the journal's."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from palaver.core.ids import RunId, SessionId
from palaver.runs.tables import runs
from palaver.storage.script import Script, Statement, first, rows

_IN = runs.c.session_id == bindparam("session_id")
_BEGUN = runs.c.started_at.is_not(None)
_LATEST = Statement(select(runs.c.id).where(_IN, _BEGUN).order_by(runs.c.started_at.desc(), runs.c.id.desc()).limit(1))
_AFTER = Statement(
    select(runs.c.id)
    .where(_IN, _BEGUN, runs.c.started_at > bindparam("began"))
    .order_by(runs.c.started_at.desc(), runs.c.id.desc())
    .limit(bindparam("most"))
)


def latest(session_id: SessionId) -> Script[RunId | None]:
    """The run that began last in a session."""
    row = yield from first(_LATEST(session_id=session_id))
    return row[0] if row else None


def begun_after(session_id: SessionId, began: str, most: int) -> Script[Sequence[RunId]]:
    """The last `most` of those that began after a moment, oldest first."""
    found = yield from rows(_AFTER(session_id=session_id, began=began, most=most))
    return [row[0] for row in reversed(found)]
