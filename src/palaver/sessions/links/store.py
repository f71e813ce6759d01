"""Every query about share links; all scripts."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, select

from palaver.core.ids import MessageId, SessionId, UserId
from palaver.identity.tables import users
from palaver.sessions.links.tables import share_links
from palaver.storage.script import Script, Statement, changed, first, rows


class Kept(NamedTuple):
    """A share link as it is stored."""

    id: str
    session_id: SessionId
    user_id: UserId
    hash: str
    message_id: MessageId
    title: str | None
    authors: int
    tools: int
    reasoning: int
    created_at: str
    expires_at: str


_columns = [share_links.c[name] for name in Kept._fields]
_OF = share_links.c.session_id == bindparam("session")
_ADD = Statement(insert(share_links))
_LISTED = Statement(
    select(*_columns).where(_OF, share_links.c.expires_at > bindparam("now")).order_by(share_links.c.id)
)
_REMOVE = Statement(delete(share_links).where(_OF, share_links.c.id == bindparam("one")))
_EXPIRED = Statement(delete(share_links).where(_OF, share_links.c.expires_at <= bindparam("now")))
_BY_HASH = Statement(
    select(*_columns)
    .join_from(share_links, users, users.c.id == share_links.c.user_id)
    .where(share_links.c.hash == bindparam("hash"), share_links.c.expires_at > bindparam("now"))
    .where(users.c.disabled_at.is_(None))
)


def add(link: Kept) -> Script[None]:
    """Insert; those of its session that are over are forgotten."""
    yield _EXPIRED(session=link.session_id, now=link.created_at)
    yield _ADD(**link._asdict())


def listed(session_id: SessionId, now: str) -> Script[Sequence[Kept]]:
    """Those of a session that hold, oldest first."""
    return [Kept(*row) for row in (yield from rows(_LISTED(session=session_id, now=now)))]


def remove(session_id: SessionId, link_id: str) -> Script[bool]:
    """It opens nothing from now on; False where there was none."""
    return (yield from changed(_REMOVE(session=session_id, one=link_id))) == 1


def by_hash(hashed: str, now: str) -> Script[Kept | None]:
    """The one that a secret opens, if it holds; one of somebody who is disabled does not."""
    row = yield from first(_BY_HASH(hash=hashed, now=now))
    return Kept(*row) if row else None
