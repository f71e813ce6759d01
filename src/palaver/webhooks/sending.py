"""One try of one delivery, over the network; what follows from its answer is `schedule.py`'s.

Where it goes is checked when an endpoint is made, and again by every try: the address that was checked is dialled.
"""

import ipaddress
import time
from datetime import timedelta
from typing import NamedTuple

from palaver.core.errors import Invalid, Unavailable
from palaver.kit.clock import Clock, stamp
from palaver.kit.http import AddressRefused, Fetched, FetchFailed, Guard, GuardedResolver, Outside
from palaver.privacy.sealing import Sealer
from palaver.webhooks import deliveries_store, store
from palaver.webhooks.schedule import asked_for
from palaver.webhooks.settings import WebhookSettings
from palaver.webhooks.signing import headers
from palaver.webhooks.store import Secret
from palaver.webhooks.webhook import Try

READ = 4_096  # bytes of an answer that are read at all …
EXCERPT = 500  # … and characters that the log keeps of it
REFUSED = "Its address is not allowed."


class Tried(NamedTuple):
    """What came of a try, and after what time its receiver wants the next one."""

    one: Try
    asked: timedelta | None = None


class Sending:
    """Sends deliveries. Make it inside the running loop; close it at the end."""

    def __init__(self, settings: WebhookSettings, sealer: Sealer, clock: Clock) -> None:
        schemes = frozenset({"https", "http"}) if settings.allow_http else frozenset({"https"})
        self._guard = Guard(schemes=schemes, private=settings.allow_private)
        self._settings = settings
        self._sealer = sealer
        self._clock = clock
        self._outside: Outside | None = None

    async def check(self, url: str) -> None:
        """Raise `Invalid` for a URL that deliveries may not go to; a name that is not known may be known later."""
        try:
            host = self._guard.checked(url).host or ""
            await self._resolved(host)
        except AddressRefused as error:
            at = {"loc": ["body", "url"], "msg": str(error), "type": "address_refused"}
            raise Invalid(str(error), errors=[at]) from None

    def seal(self, secret: str, webhook_id: str) -> Secret:
        """A secret as it is stored."""
        return Secret(self._sealer.seal(secret, _about(webhook_id)))

    async def send(self, to: store.Kept, kept: deliveries_store.Kept) -> Tried:
        """Try once; it raises nothing."""
        now, began = self._clock.now(), time.monotonic()
        try:
            secrets = [
                self._sealer.open(one.sealed, _about(to.id))
                for one in to.secrets
                if one.until is None or one.until > stamp(now)
            ]
            signed = headers(secrets, kept.told_as, int(now.timestamp()), kept.body)
            reply = await self._network().send("POST", to.url, headers=signed, body=kept.body, cut=True)
        except AddressRefused:
            return Tried(_failed(stamp(now), began, REFUSED))
        except FetchFailed as failed:
            return Tried(_failed(stamp(now), began, str(failed)))
        except Unavailable as error:  # its secret cannot be opened: the message says what to do, and nothing of it
            return Tried(_failed(stamp(now), began, error.detail))
        return Tried(_answered(stamp(now), began, reply), asked_for(reply.headers.get("retry-after"), now))

    async def close(self) -> None:
        """Close every connection."""
        if self._outside is not None:
            await self._outside.close()

    async def _resolved(self, host: str) -> None:
        resolver = GuardedResolver(self._guard)
        try:
            ipaddress.ip_address(host)
        except ValueError:
            try:
                await resolver.resolve(host)
            except OSError:
                return
            finally:
                await resolver.close()

    def _network(self) -> Outside:
        if self._outside is None:
            self._outside = Outside(self._guard, deadline=self._settings.timeout, limit=READ)
        return self._outside


def _about(webhook_id: str) -> str:
    return f"webhook:{webhook_id}:secret"


def _failed(at: str, began: float, error: str) -> Try:
    return Try(at=at, error=error, duration_ms=_since(began))


def _answered(at: str, began: float, reply: Fetched) -> Try:
    excerpt = reply.body.decode("utf-8", "replace").replace("\x00", "")[:EXCERPT]
    error = None
    if 300 <= reply.status < 400:
        error = "It sends on to another address, which is not followed."
    elif not 200 <= reply.status < 300:
        error = f"It answered with status {reply.status}."
    return Try(at=at, status=reply.status, error=error, excerpt=excerpt, duration_ms=_since(began))


def _since(began: float) -> float:
    return round((time.monotonic() - began) * 1000, 3)
