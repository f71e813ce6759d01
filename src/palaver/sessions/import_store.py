"""Queries about all sessions of one person, and about sessions that are still being brought; one is found in `store`.

While an upload is taken in, its sessions belong to nobody: to a user id that no user has. They become a person's all at
once, so nobody sees a half of them; what a killed server left behind is found by that user id.
"""

from sqlalchemy import bindparam, select, update

from palaver.core.ids import SessionId, UserId
from palaver.sessions.tables import sessions
from palaver.storage.script import Script, Statement, changed, rows

NOBODY = "imp"  # the prefix of such a user id

_IDS = Statement(
    select(sessions.c.id)
    .where(sessions.c.user_id == bindparam("user_id"), sessions.c.id > bindparam("after"), sessions.c.run_id.is_(None))
    .order_by(sessions.c.id)
    .limit(bindparam("limit"))
)
_GIVE = Statement(
    update(sessions).where(sessions.c.user_id == bindparam("nobody")).values(user_id=bindparam("user_id"))
)
_LEFT = Statement(
    select(sessions.c.user_id, sessions.c.id).where(
        sessions.c.user_id > f"{NOBODY}_", sessions.c.user_id < f"{NOBODY}`"
    )
)


def ids_after(user_id: UserId, after: str, limit: int) -> Script[list[SessionId]]:
    """The next sessions of a person, oldest first, archived ones too; not those in which subagents work."""
    found = yield from rows(_IDS(user_id=user_id, after=after, limit=limit))
    return [SessionId(row[0]) for row in found]


def give(nobody: UserId, user_id: UserId) -> Script[int]:
    """Make what was brought a person's; how many sessions those are."""
    return (yield from changed(_GIVE(nobody=nobody, user_id=user_id)))


def left_behind() -> Script[list[tuple[UserId, SessionId]]]:
    """The sessions that belong to nobody."""
    found = yield from rows(_LEFT())
    return [(UserId(row[0]), SessionId(row[1])) for row in found]
