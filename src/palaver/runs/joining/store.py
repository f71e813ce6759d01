"""What joining asks of the database besides sessions and escalations; it writes nothing."""

from sqlalchemy import bindparam, select

from palaver.core.ids import UserId
from palaver.identity.naming import called
from palaver.identity.tables import users
from palaver.sessions import store as session_store
from palaver.sessions import tree
from palaver.sessions.store import Found, Kept
from palaver.storage.script import Script, Statement, first

_NAME = Statement(select(users.c.name).where(users.c.id == bindparam("key")))
SOMEBODY = "A counsellor"  # who gave no name; never a part of an address


def name_of(user_id: UserId) -> Script[str]:
    """What somebody from the team is called by people who did not choose to meet them."""
    row = yield from first(_NAME(key=user_id))
    return called(SOMEBODY, row[0] if row else None, None)


def newest(kept: Kept, most: int) -> Script[list[Found]]:
    """The last messages on the way to a session's head, oldest first."""
    depth = kept.head.depth + 1 if kept.head else 0
    found: list[Found] = []
    for reach in tree.window(tree.path(kept.tree, kept.head), max(0, depth - most), depth):
        found += yield from session_store.stretch(reach, kept.session.id)
    return found
