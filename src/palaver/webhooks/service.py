"""What people do with their webhooks, one unit of work each; what is told when is the outbox's and the jobs'."""

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from palaver.core.audit import Audit, SecurityEvent, unheard
from palaver.core.errors import Conflict, Invalid
from palaver.core.ids import UserId
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.kit.pages import BadCursor, cursor, position
from palaver.storage.port import Database
from palaver.storage.script import Script
from palaver.webhooks import deliveries_store, store
from palaver.webhooks.jobs import Deliveries
from palaver.webhooks.outbox import Outbox, Told
from palaver.webhooks.sending import Sending
from palaver.webhooks.settings import WebhookSettings
from palaver.webhooks.signing import SECRET_BYTES, secret_of
from palaver.webhooks.webhook import (
    DELIVERY,
    WEBHOOK,
    Delivery,
    DeliveryList,
    DeliveryState,
    DeliveryWhole,
    Replayed,
    Webhook,
    WebhookList,
    WebhookWithSecret,
)

MOST_SECRETS = 5  # that are signed with at once: each makes every delivery longer
NEWEST = 1 << 62
BATCH = 100  # deliveries that are replayed in one unit of work
HELLO = b'{"type":"test","message":"This is a test. Nothing happened."}'


class Wish(NamedTuple):
    """What a person says about a webhook; None where they say nothing."""

    url: str | None = None
    events: Sequence[str] | None = None
    description: str | None = None
    enabled: bool | None = None


class Webhooks:
    """The front door of webhooks."""

    def __init__(
        self, database: Database, sending: Sending, outbox: Outbox, jobs: Deliveries, *, settings: WebhookSettings,
        clock: Clock,
    ) -> None:  # fmt: skip
        self._database = database
        self._sending = sending
        self.outbox = outbox
        self.jobs = jobs
        self.audit: Audit = unheard
        self._settings = settings
        self._clock = clock

    async def create(self, user_id: UserId, wish: Wish) -> WebhookWithSecret:
        """A new webhook, with the secret that is never told again."""
        await self._sending.check(wish.url or "")
        webhook_id, now = new_id(WEBHOOK), self._now()
        secret = secret_of(os.urandom(SECRET_BYTES))
        kept = store.Kept(
            id=webhook_id,
            user_id=user_id,
            url=wish.url or "",
            events=" ".join(dict.fromkeys(wish.events or ())),
            description=wish.description or "",
            enabled=wish.enabled is not False,
            notice=None,
            secrets=(self._sending.seal(secret, webhook_id),),
            waiting=0,
            due_at=None,
            failing_since=None,
            failures=0,
            created_at=now,
            updated_at=now,
        )
        await self._database.write(self._create(kept))
        await self._audited("created", user_id, webhook_id)
        return WebhookWithSecret(**kept.fields(now), secret=secret)

    async def all(self, user_id: UserId) -> WebhookList:
        """All webhooks of one person."""
        now = self._now()
        return WebhookList([one.shown(now) for one in await self._database.read(store.of_user(user_id))])

    async def get(self, user_id: UserId, webhook_id: str) -> Webhook:
        """One webhook; `NotFound` where it is not this person's."""
        return (await self._database.read(store.find(webhook_id, user_id))).shown(self._now())

    async def change(self, user_id: UserId, webhook_id: str, wish: Wish) -> Webhook:
        """Change what was said; one that is enabled again, or moved, is told at once what waits for it."""
        await self.get(user_id, webhook_id)
        if wish.url is not None:
            await self._sending.check(wish.url)
        kept = await self._database.write(self._change(user_id, webhook_id, wish))
        self.jobs.wake()
        await self._audited("changed", user_id, webhook_id)
        return kept.shown(self._now())

    async def remove(self, user_id: UserId, webhook_id: str) -> None:
        """Delete a webhook with its log and all that waits."""
        await self._database.write(store.remove(webhook_id, user_id))
        await self._audited("deleted", user_id, webhook_id)

    async def rotate(self, user_id: UserId, webhook_id: str, overlap: timedelta) -> WebhookWithSecret:
        """A new secret; those before it are signed with as well, for as long as `overlap`."""
        secret = secret_of(os.urandom(SECRET_BYTES))
        sealed = self._sending.seal(secret, webhook_id)
        kept = await self._database.write(self._rotate(user_id, webhook_id, sealed, overlap))
        await self._audited("secret_rotated", user_id, webhook_id)
        return WebhookWithSecret(**kept.fields(self._now()), secret=secret)

    async def test(self, user_id: UserId, webhook_id: str) -> DeliveryWhole:
        """Send a test now, past whatever waits, once; it changes nothing but the log."""
        kept = await self._database.read(store.find(webhook_id, user_id))
        made = self.outbox.made(user_id, webhook_id, Told("webhook.test", HELLO, ""))
        tried = (await self._sending.send(kept, made)).one
        done = made.after(tried, "delivered" if tried.heard else "failed")
        await self._database.write(_log(user_id, done))
        return done.whole()

    async def deliveries(
        self, user_id: UserId, webhook_id: str, *, after: str | None, limit: int, state: DeliveryState | None
    ) -> DeliveryList:
        """A page of the log, the newest first."""
        await self.get(user_id, webhook_id)
        before = _position(after) if after else NEWEST
        found = await self._database.read(deliveries_store.page(webhook_id, before, limit + 1, state))
        more = cursor(found[limit - 1].n) if len(found) > limit else None
        return DeliveryList([one.shown() for one in found[:limit]], more)

    async def delivery(self, user_id: UserId, webhook_id: str, delivery_id: str) -> DeliveryWhole:
        """One delivery with its tries and its body."""
        await self.get(user_id, webhook_id)
        return (await self._database.read(deliveries_store.find(webhook_id, delivery_id))).whole()

    async def replay(self, user_id: UserId, webhook_id: str, delivery_id: str) -> Delivery:
        """Send one delivery again, under the id that it had, behind whatever waits."""
        made = await self._database.write(self._replay_one(user_id, webhook_id, delivery_id))
        self.jobs.wake()
        return made.shown()

    async def replay_since(self, user_id: UserId, webhook_id: str, since: datetime) -> Replayed:
        """Send everything again since an instant that does not wait anyway, in the order in which it was."""
        await self.get(user_id, webhook_id)
        numbers = range(1, await self._database.read(deliveries_store.last(webhook_id)) + 1)
        queued, at = 0, stamp(since)
        while numbers:
            batch = await self._database.write(self._replay(user_id, webhook_id, at, numbers))
            self.jobs.wake()
            if not batch:
                break
            queued += len(batch)
            numbers = range(batch[-1].n + 1, numbers.stop)
        return Replayed(queued)

    async def skip(self, user_id: UserId, webhook_id: str, delivery_id: str) -> Delivery:
        """Leave one out that waits, so that what comes behind it is told; it stays in the log, to be replayed."""
        skipped = await self._database.write(self._skip(user_id, webhook_id, delivery_id))
        self.jobs.wake()
        return skipped.shown()

    async def close(self) -> None:
        """Let other processes go on, and close every connection."""
        await self.jobs.give_up()
        await self._sending.close()

    async def _audited(self, act: str, user_id: UserId, webhook_id: str) -> None:
        await self.audit(SecurityEvent(kind=f"webhook.{act}", actor_id=user_id, subject=webhook_id))

    def _create(self, kept: store.Kept) -> Script[None]:
        if (yield from store.count(kept.user_id)) >= self._settings.per_user:
            raise Conflict(f"Nobody may have more than {self._settings.per_user} webhooks; delete one.")
        yield from store.put(kept)

    def _change(self, user_id: UserId, webhook_id: str, wish: Wish) -> Script[store.Kept]:
        kept = yield from store.find(webhook_id, user_id)
        enabled = kept.enabled if wish.enabled is None else wish.enabled
        kept = kept._replace(
            url=wish.url if wish.url is not None else kept.url,
            events=" ".join(dict.fromkeys(wish.events)) if wish.events is not None else kept.events,
            description=wish.description if wish.description is not None else kept.description,
            enabled=enabled,
            updated_at=self._now(),
        )
        if wish.enabled or wish.url is not None:  # a new beginning
            kept = kept._replace(notice=None if enabled else kept.notice, failing_since=None, failures=0)
            kept = kept._replace(due_at=self._now() if enabled and kept.waiting else None)
        elif not enabled:
            kept = kept._replace(due_at=None)
        yield from store.save(kept)
        return kept

    def _rotate(
        self, user_id: UserId, webhook_id: str, sealed: store.Secret, overlap: timedelta
    ) -> Script[store.Kept]:  # fmt: skip
        now = self._clock.now()
        kept = yield from store.find(webhook_id, user_id)
        until = stamp(now + overlap)
        old = [msgspec.structs.replace(one, until=min(one.until or until, until)) for one in kept.secrets]
        old = [one for one in old if one.until is not None and one.until > stamp(now)]
        if len(old) >= MOST_SECRETS:
            raise Conflict(f"{MOST_SECRETS} secrets count at once; wait until one ends, or rotate without an overlap.")
        kept = kept._replace(secrets=(sealed, *old), updated_at=stamp(now))
        yield from store.save(kept)
        return kept

    def _replay_one(self, user_id: UserId, webhook_id: str, delivery_id: str) -> Script[deliveries_store.Kept]:
        kept = yield from store.find(webhook_id, user_id)
        found = yield from deliveries_store.find(webhook_id, delivery_id)
        if found.state == "waiting":
            raise Conflict("This delivery waits to be sent anyway.")
        return (yield from self._again(kept, [found]))[0]

    def _skip(self, user_id: UserId, webhook_id: str, delivery_id: str) -> Script[deliveries_store.Kept]:
        yield from store.find(webhook_id, user_id)
        found = yield from deliveries_store.find(webhook_id, delivery_id)
        if found.state != "waiting":
            raise Conflict("This delivery does not wait any more.")
        head = yield from deliveries_store.head(webhook_id)
        skipped = found._replace(state="skipped")
        yield from deliveries_store.settle(skipped)
        yield from store.skipped(webhook_id, self._now(), head=head is not None and head.id == found.id)
        return skipped

    def _replay(
        self, user_id: UserId, webhook_id: str, since: str, numbers: range
    ) -> Script[list[deliveries_store.Kept]]:  # fmt: skip
        kept = yield from store.find(webhook_id, user_id)
        found = yield from deliveries_store.since(webhook_id, since, numbers, BATCH)
        if found:
            yield from self._again(kept, found)
        return found

    def _again(
        self, kept: store.Kept, found: Sequence[deliveries_store.Kept]
    ) -> Script[list[deliveries_store.Kept]]:  # fmt: skip
        if not kept.enabled:
            raise Conflict("This webhook is disabled; enable it first.")
        if kept.waiting + len(found) > self._settings.waiting:
            raise Conflict(f"No more than {self._settings.waiting} deliveries may wait; replay fewer.")
        now = self._now()
        made = [
            one._replace(
                id=new_id(DELIVERY), replay_of=one.told_as, state="waiting", tries=0, history=(), created_at=now
            )
            for one in found
        ]
        yield from deliveries_store.put(made)
        yield from store.more_wait(kept.id, len(made), now)
        return made

    def _now(self) -> str:
        return stamp(self._clock.now())


def _log(user_id: UserId, done: deliveries_store.Kept) -> Script[None]:
    """Where the webhook was deleted meanwhile there is no log either."""
    yield from store.find(done.webhook_id, user_id)
    yield from deliveries_store.put([done])


def _position(word: str) -> int:
    try:
        return position(word, tuple[int])[0]
    except BadCursor as error:
        at = {"loc": ["query", "cursor"], "msg": "not a cursor of this list", "type": "bad_cursor"}
        raise Invalid("The cursor is not one of this list's.", errors=[at]) from error
