"""How the terminal's requests show who is asking: by a key, or by a sign-in on this machine; it asks nothing else."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import aiohttp
import msgspec

from palaver.kit.clock import Clock
from palaver.kit.sealed import Sealed

# An access token is fetched anew when it would end within this time.
MARGIN = timedelta(seconds=60)


class Access(Protocol):
    """Makes the headers that every request carries."""

    async def headers(self, session: aiohttp.ClientSession) -> dict[str, str]:
        """For a request that is sent now."""
        ...

    async def end(self, session: aiohttp.ClientSession) -> None:
        """Nothing will be asked any more."""
        ...


@dataclass(frozen=True, slots=True)
class ByKey:
    """By an API key, which stays as it is."""

    key: Sealed[str]

    async def headers(self, session: aiohttp.ClientSession) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key.reveal()}"}

    async def end(self, session: aiohttp.ClientSession) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Pair:
    """What signing in gives."""

    access_token: Sealed[str]
    refresh_token: Sealed[str]
    expires_in: float


class BySignIn:
    """By a sign-in of its own. Its access token is short and fetched anew in time; at the end the sign-in is ended."""

    def __init__(self, url: str, pair: Pair, clock: Clock) -> None:
        self._url = url
        self._clock = clock
        self._keep(pair)

    async def headers(self, session: aiohttp.ClientSession) -> dict[str, str]:
        if self._clock.now() >= self._until:
            await self._refresh(session)
        return {"Authorization": f"Bearer {self._pair.access_token.reveal()}"}

    async def end(self, session: aiohttp.ClientSession) -> None:
        reply = await session.post(f"{self._url}/api/v1/auth/logout", json=self._refreshing())
        reply.release()

    async def _refresh(self, session: aiohttp.ClientSession) -> None:
        async with session.post(f"{self._url}/api/v1/auth/refresh", json=self._refreshing()) as reply:
            reply.raise_for_status()
            self._keep(msgspec.json.decode(await reply.read(), type=Pair, dec_hook=_seal))

    def _keep(self, pair: Pair) -> None:
        self._pair = pair
        self._until = self._clock.now() + timedelta(seconds=pair.expires_in) - MARGIN

    def _refreshing(self) -> dict[str, str]:
        return {"refresh_token": self._pair.refresh_token.reveal()}


def _seal(kind: type, value: object) -> Sealed[str]:
    return Sealed(str(value))
