"""The directory of ThroughLine, asked beside everything else: nobody's answer waits for it, or fails with it.

It tells what it was told before, for as long as that is kept, and nothing otherwise; what ships is always there. It
does not know what is ours.
"""

import asyncio
import contextlib
import logging
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import quote, urlencode

import msgspec

from palaver.care.resources.listing import Listing, ListingRefused, listing
from palaver.care.resources.resource import Resource
from palaver.care.resources.settings import ThroughLineSettings
from palaver.kit.clock import Clock
from palaver.kit.http import AddressRefused, Fetched, FetchFailed, Guard, Outside

log = logging.getLogger(__name__)

LARGEST = 262_144  # bytes of an answer: a short list is a small part of that
REST = timedelta(minutes=5)  # after a failure: with two calls a try, that stays below the 1,000 that a day has
REST_WHEN_REFUSED = timedelta(hours=1)  # after a 429: its window moves on by the hour
_EARLY = timedelta(seconds=30)  # before a token runs out, a new one is asked for
_UNSAID = 300.0  # seconds that a token is used for where it does not say
_DAY = 86_400.0


class DirectoryFailed(Exception):
    """It did not answer, or not so that it can be shown; its words are for operators and hold no secret."""

    def __init__(self, says: str, rest: timedelta = REST) -> None:
        self.rest = rest
        super().__init__(says)


class _Token(msgspec.Struct):
    access_token: Annotated[str, msgspec.Meta(pattern=r"^[\x21-\x7e]{1,8000}$")]
    expires_in: float | None = None


class ThroughLine:
    """Asks it: one call for a token while that holds, and one for a country's priority helplines."""

    def __init__(self, settings: ThroughLineSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._token: tuple[str, datetime] | None = None
        # the operator named it: it may well be a server of theirs that passes on
        guard = Guard(schemes=frozenset({"http", "https"}), private=True)
        self._outside = Outside(guard, deadline=settings.timeout_seconds, limit=LARGEST)

    async def helplines(self, country: str) -> Listing:
        """What it lists for a country. Raises DirectoryFailed."""
        asked = {"country_code": country.lower(), "topic": self._settings.topic, "priority_only": "true"}
        url = f"{self._settings.url}/helplines?{urlencode(asked, quote_via=quote)}"
        try:
            answered = await self._ask(url)
            if answered.status == 401:  # a token can be taken back before its time
                self._token = None
                answered = await self._ask(url)
            _check(answered)
            return listing(answered.body, country, self._clock.now().date())
        except (FetchFailed, AddressRefused, ListingRefused) as error:
            raise DirectoryFailed(str(error)) from error

    async def close(self) -> None:
        """Close its connections."""
        await self._outside.close()

    async def _ask(self, url: str) -> Fetched:
        bearer = {"authorization": f"Bearer {await self._bearer()}", "accept": "application/json"}
        return await self._outside.send("GET", url, headers=bearer)

    async def _bearer(self) -> str:
        if self._token is None or self._clock.now() >= self._token[1]:
            self._token = await self._fresh()
        return self._token[0]

    async def _fresh(self) -> tuple[str, datetime]:
        secret = self._settings.client_secret
        form = {
            "grant_type": "client_credentials",
            "client_id": self._settings.client_id or "",
            "client_secret": secret.get_secret_value() if secret else "",
        }
        answered = await self._outside.send(
            "POST", self._settings.token_url, body=urlencode(form).encode(),
            headers={"content-type": "application/x-www-form-urlencoded", "accept": "application/json"},
        )  # fmt: skip
        _check(answered)
        try:
            token = msgspec.json.decode(answered.body, type=_Token)
        except (msgspec.DecodeError, RecursionError) as error:
            raise DirectoryFailed("It gave no token that can be read.") from error
        lasts = timedelta(seconds=min(max(token.expires_in or _UNSAID, 0), _DAY))
        return token.access_token, self._clock.now() + lasts - _EARLY


def _check(answered: Fetched) -> None:
    if answered.status == 429:
        raise DirectoryFailed("It takes no more calls for now (429).", REST_WHEN_REFUSED)
    if answered.status != 200:
        raise DirectoryFailed(f"It answered with status {answered.status}.")


class Directory:
    """What it listed, by country, with its age. `run` never returns: start it in the house's task group.

    At most every country waits to be asked for, each once; after a failure all of them wait.
    """

    def __init__(self, settings: ThroughLineSettings, clock: Clock, home: str | None = None) -> None:
        self._asked = ThroughLine(settings, clock)
        self._clock = clock
        self._home = home
        self._keep = timedelta(hours=settings.keep_hours)
        self._kept: dict[str, tuple[Listing, datetime]] = {}
        self._wanted: dict[str, None] = {}
        self._news = asyncio.Event()
        self.trouble: str | None = None

    def look(self, country: str) -> tuple[Resource, ...]:
        """What is known of a country now; where that is nothing, or half as old as it may be, it is asked for later."""
        kept, at = self._kept.get(country, (None, None))
        age = self._keep if at is None else self._clock.now() - at
        if age >= self._keep / 2:
            self._wanted[country] = None
            self._news.set()
        return kept.services if kept is not None and age < self._keep else ()

    async def run(self) -> None:
        """Ask for what is wanted, one after the other; the country of this server is never let grow old."""
        while True:
            if self._home is not None:
                self.look(self._home)
            while self._wanted:
                await self._clock.sleep(await self.ask(next(iter(self._wanted))))
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._keep.total_seconds() / 2):
                    await self._news.wait()

    async def ask(self, country: str) -> timedelta:
        """Ask for a country; how long to rest before the next."""
        del self._wanted[country]
        try:
            found = await self._asked.helplines(country)
        except DirectoryFailed as error:
            self.trouble = str(error)
            self._wanted[country] = None  # behind the others
            log.warning("ThroughLine could not be asked, and what ships is told: %s", error)
            return error.rest
        self.trouble = None
        self._kept[country] = (found, self._clock.now())
        if found.skipped:
            log.warning("ThroughLine's list for %s is not shown: %d of it cannot be.", country, found.skipped)
        return timedelta(0)

    def state(self) -> dict[str, object]:
        """What health tells of it: countries that are known, entries that were of no use, and what is wrong."""
        skipped = sum(found.skipped for found, _ in self._kept.values())
        return {"countries": len(self._kept), "skipped": skipped, "trouble": self.trouble}

    async def close(self) -> None:
        """Close its connections."""
        await self._asked.close()
