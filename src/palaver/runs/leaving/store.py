"""Every query about what is not over of somebody; it ends nothing."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from palaver.core.ids import RunId, UserId
from palaver.identity.tables import users
from palaver.runs.tables import runs
from palaver.storage.script import Script, Statement, rows

_OF_USER = Statement(select(runs.c.id).where(runs.c.state != "over", runs.c.user_id == bindparam("whose")))
_OUT = Statement(
    select(runs.c.user_id)
    .join_from(runs, users, users.c.id == runs.c.user_id)
    .where(runs.c.state != "over", users.c.disabled_at.is_not(None))
    .distinct()
)


def of_user(user_id: UserId) -> Script[Sequence[RunId]]:
    """What somebody asked, in whosever session, that is not over."""
    return [row[0] for row in (yield from rows(_OF_USER(whose=user_id)))]


def of_disabled() -> Script[Sequence[UserId]]:
    """Users who may ask no more and of whom something is not over."""
    return [row[0] for row in (yield from rows(_OUT()))]
