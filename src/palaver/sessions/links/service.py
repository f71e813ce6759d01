"""Share links: made and revoked by a session's owner, read by whoever has one; what a page looks like is `page`'s.

What a link shows is the branch that ends with one message. Messages are never rewritten, and what follows stands below,
so that the branch is frozen by that one id. Where a message of it is deleted, its last one is as well, and the link
shows nothing any more.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from palaver.core.audit import Audit, SecurityEvent, unheard
from palaver.core.errors import Conflict, Forbidden, Invalid, NotFound
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.core.messages import Message
from palaver.identity.credentials import hashed, new_secret
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.sessions import authors, store, tree
from palaver.sessions.links import store as links_store
from palaver.sessions.links.store import Kept
from palaver.storage.port import Database
from palaver.storage.script import Script

LINK = "lnk"
AT = "/shared/"
MOST_LINKS = 100  # of one session that hold at a time
LONGEST = timedelta(days=366)
USUAL = timedelta(days=30)
PAGE = 100  # messages that one page shows
_SECRET = 43  # characters of a secret; nothing else is looked for
_NOTHING = "There is no such share link, or it holds no more."


class ShareLink(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A share link. `link` is there once, in the answer to who made it."""

    id: str
    session_id: SessionId
    message_id: MessageId
    authors: bool
    tools: bool
    reasoning: bool
    created_at: str
    expires_at: str
    link: str | None = None


class Wish(NamedTuple):
    """A share link that somebody wants to make."""

    message_id: MessageId | None = None
    expires_at: datetime | None = None
    authors: bool = False
    tools: bool = False
    reasoning: bool = False


class Shown(NamedTuple):
    """What a page shows: some messages of the branch, from `start` of `total`."""

    link: Kept
    messages: Sequence[Message]
    start: int
    total: int


class ShareLinks:
    """The front door of share links. `allowed` is the operator's word: without it none is made, and none opens."""

    def __init__(self, database: Database, clock: Clock, audit: Audit = unheard, *, allowed: bool = True) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit
        self._allowed = allowed

    async def make(self, user_id: UserId, session_id: SessionId, wish: Wish) -> ShareLink:
        """A new one, of the branch up to a message or to the head; its secret is in the answer, and nowhere else."""
        if not self._allowed:
            raise Forbidden("Sessions of this house are not shared by links.")
        secret, now = new_secret().reveal(), self._clock.now()
        until = wish.expires_at or now + USUAL
        if not now < until <= now + LONGEST:
            says = "a time that is to come, within a year"
            raise Invalid.about([{"loc": ["expires_at"], "msg": says, "type": "expires_at"}], "body")

        def write() -> Script[Kept]:
            kept = yield from store.find(session_id, user_id, to_change=True, act="own")
            tip = wish.message_id or kept.session.head_message_id
            if tip is None:
                raise Conflict("Nothing was said in this session yet.")
            tip = (yield from store.in_session(kept, tip)).message().id
            if len((yield from links_store.listed(session_id, stamp(now)))) >= MOST_LINKS:
                raise Conflict(f"{MOST_LINKS} share links hold already; revoke some first.")
            made = Kept(
                new_id(LINK), session_id, user_id, hashed(secret), tip, kept.session.title,
                int(wish.authors), int(wish.tools), int(wish.reasoning), stamp(now), stamp(until),
            )  # fmt: skip
            yield from links_store.add(made)
            return made

        made = await self._database.write(write())
        await self._tell("created", user_id, made.id, session_id)
        return msgspec.structs.replace(_told(made), link=AT + secret)

    async def listed(self, user_id: UserId, session_id: SessionId) -> list[ShareLink]:
        """Those of a session that hold, without their secrets."""

        def read() -> Script[list[ShareLink]]:
            yield from store.find(session_id, user_id, act="own")
            return [_told(one) for one in (yield from links_store.listed(session_id, stamp(self._clock.now())))]

        return await self._database.read(read())

    async def revoke(self, user_id: UserId, session_id: SessionId, link_id: str) -> None:
        """It opens nothing from the next request on."""

        def write() -> Script[None]:
            yield from store.find(session_id, user_id, to_change=True, act="own")
            if not (yield from links_store.remove(session_id, link_id)):
                raise NotFound(_NOTHING)

        await self._database.write(write())
        await self._tell("revoked", user_id, link_id, session_id)

    async def opened(self, secret: str, page: int) -> Shown:
        """What stands on a page of what a secret opens; NotFound alike for what never was, is over or was revoked."""
        if not self._allowed or len(secret) != _SECRET or not secret.isascii():
            raise NotFound(_NOTHING)
        return await self._database.read(_opened(hashed(secret), stamp(self._clock.now()), page))

    async def _tell(self, act: str, user_id: UserId, link_id: str, session_id: SessionId) -> None:
        detail = {"session_id": session_id}
        await self._audit(SecurityEvent(kind=f"share_link.{act}", actor_id=user_id, subject=link_id, detail=detail))


def _opened(hash_: str, now: str, page: int) -> Script[Shown]:
    link = yield from links_store.by_hash(hash_, now)
    if link is None:
        raise NotFound(_NOTHING)
    kept = yield from store.held(link.session_id)
    tip = (yield from store.in_session(kept, link.message_id)).place
    start, total = page * PAGE, tip.depth + 1
    found: list[store.Found] = []
    for reach in tree.window(tree.path(kept.tree, tip), start, min(start + PAGE, total)):
        found += yield from store.stretch(reach, link.session_id)
    if not found:
        raise NotFound(_NOTHING)
    by = yield from authors.of(bool(link.authors), found)
    return Shown(link, [one.message(None, authors.who(one, by)) for one in found], start, total)


def _told(link: Kept) -> ShareLink:
    return ShareLink(
        id=link.id,
        session_id=link.session_id,
        message_id=link.message_id,
        authors=bool(link.authors),
        tools=bool(link.tools),
        reasoning=bool(link.reasoning),
        created_at=link.created_at,
        expires_at=link.expires_at,
    )
