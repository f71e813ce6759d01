"""The moderation queue: what was acted on or flagged waits for an administrator; it judges no text itself."""

import logging
from typing import Any, NamedTuple

import msgspec

from palaver.care.moderation import store
from palaver.care.moderation.store import ITEM, Decision, Item, Review, State
from palaver.care.moderation.verdict import (
    ModerationAction,
    ModerationCategory,
    ModerationDirection,
    ModerationHit,
    Verdict,
)
from palaver.core.audit import Audit, SecurityEvent, unheard
from palaver.core.errors import NotFound
from palaver.core.ids import SessionId, UserId
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.storage.port import Database
from palaver.storage.script import Script

log = logging.getLogger(__name__)

EXCERPT = 300  # characters round what was found that an excerpt has at most


class About(NamedTuple):
    """Whose text it was."""

    user_id: UserId
    session_id: SessionId | None
    run_id: str | None
    direction: ModerationDirection


class ModerationItem(msgspec.Struct, frozen=True):
    """A text that was acted on or flagged. `excerpt` is null where words are not kept.

    `decision` says whether moderation was `right`, `wrong`, or `unclear`; it is null until somebody has looked.
    """

    id: str
    session_id: str | None
    run_id: str | None
    user_id: str
    direction: ModerationDirection
    action: ModerationAction
    category: ModerationCategory
    hits: list[ModerationHit]
    excerpt: str | None
    version: str
    state: State
    decision: Decision | None
    note: str | None
    reviewed_by: str | None
    reviewed_at: str | None
    created_at: str


class ModerationQueue(msgspec.Struct, frozen=True):
    """Some items, the newest first."""

    items: list[ModerationItem]
    next_cursor: str | None


class Reviewing:
    """What waits to be looked at."""

    def __init__(self, database: Database, clock: Clock, *, excerpts: bool, audit: Audit = unheard) -> None:
        self._database = database
        self._clock = clock
        self._excerpts = excerpts
        self.audit = audit

    def item(self, about: About, verdict: Verdict, text: str) -> Item | None:
        """What is to be looked at, if anything is."""
        category = verdict.category
        if category is None or verdict.action == "allow":
            return None
        hits = verdict.hits[:50]
        excerpt = _excerpt(text, hits) if self._excerpts else None
        return Item(
            id=new_id(ITEM),
            **about._asdict(),
            action=verdict.action,
            category=category,
            hits=hits,
            excerpt=excerpt,
            version=verdict.version,
            created_at=stamp(self._clock.now()),
        )

    def queue(self, about: About, verdict: Verdict, text: str) -> None:
        """Have it written down soon; nobody waits for it."""
        if (item := self.item(about, verdict, text)) is not None:
            self._database.post(store.put(item), durable=False, done=_queued, failed=_not_queued)

    async def some(self, state: State | None, before: str | None, size: int) -> list[ModerationItem]:
        """The newest first."""
        return [_told(one) for one in await self._database.read(store.page(state, before, size))]

    async def review(self, item_id: str, decision: Decision, note: str, by: UserId) -> ModerationItem:
        """Write down what somebody thought of it. Raises NotFound."""
        said = Review(decision, note, by, stamp(self._clock.now()))

        def write() -> Script[Item | None]:
            return (yield from store.review(item_id, said))

        if (item := await self._database.write(write())) is None:
            raise NotFound("There is no such item.")
        detail = {"decision": decision}
        await self.audit(SecurityEvent(kind="moderation.reviewed", actor_id=by, subject=item_id, detail=detail))
        return _told(item)

    async def looked(self, by: UserId) -> None:
        """Somebody looked at what others said."""
        if self._excerpts:
            await self.audit(SecurityEvent(kind="moderation.listed", actor_id=by))


def _excerpt(text: str, hits: tuple[ModerationHit, ...]) -> str:
    start = min((one.start for one in hits), default=0)
    return text[max(0, start - EXCERPT // 3) : start + EXCERPT]


def _told(item: Item) -> ModerationItem:
    fields: dict[str, Any] = item._asdict() | {"hits": list(item.hits)}
    return ModerationItem(**fields)


def _queued(_: object) -> None:
    """It stands in the database."""


def _not_queued(error: Exception) -> None:
    log.error("What moderation found was not written down", exc_info=error)
