"""How the terminal's requests show who is asking: by a key, or by a sign-in on this machine; it asks nothing else."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import httpx
import msgspec

from palaver.core.errors import PalaverError
from palaver.kit.clock import Clock
from palaver.kit.sealed import Sealed

# An access token is fetched anew when it would end within this time.
MARGIN = timedelta(seconds=60)


class SignInOver(PalaverError):
    """The server does not know the sign-in of this command any more."""

    title = "The sign-in is over"


class Access(Protocol):
    """Says with every request who asks."""

    @property
    def auth(self) -> httpx.Auth:
        """For requests."""
        ...

    async def end(self, http: httpx.AsyncClient) -> None:
        """Nothing will be asked any more."""
        ...


class ByKey(httpx.Auth):
    """By an API key, which stays as it is."""

    def __init__(self, key: Sealed[str]) -> None:
        self._key = key

    @property
    def auth(self) -> httpx.Auth:
        return self

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        request.headers["Authorization"] = f"Bearer {self._key.reveal()}"
        yield request

    async def end(self, http: httpx.AsyncClient) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Pair:
    """What signing in gives."""

    access_token: Sealed[str]
    refresh_token: Sealed[str]
    expires_in: float


class BySignIn(httpx.Auth):
    """By a sign-in of its own. Its access token is short and fetched anew in time; at the end the sign-in is ended."""

    def __init__(self, url: str, pair: Pair, clock: Clock) -> None:
        self._url = url
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()  # a refresh token that comes twice ends the sign-in
        self._keep(pair)

    @property
    def auth(self) -> httpx.Auth:
        return self

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        async with self._one_at_a_time:
            if self._clock.now() >= self._until:
                reply = yield httpx.Request("POST", f"{self._url}/api/v1/auth/refresh", json=self._refreshing())
                content = await reply.aread()
                if reply.status_code in (400, 401, 403):
                    raise SignInOver("The sign-in of this command is over. Start it again.")
                reply.raise_for_status()
                self._keep(msgspec.json.decode(content, type=Pair, dec_hook=_seal))
        request.headers["Authorization"] = f"Bearer {self._pair.access_token.reveal()}"
        yield request

    async def end(self, http: httpx.AsyncClient) -> None:
        await http.post(f"{self._url}/api/v1/auth/logout", json=self._refreshing())

    def _keep(self, pair: Pair) -> None:
        self._pair = pair
        self._until = self._clock.now() + timedelta(seconds=pair.expires_in) - MARGIN

    def _refreshing(self) -> dict[str, str]:
        return {"refresh_token": self._pair.refresh_token.reveal()}


def _seal(kind: type, value: object) -> Sealed[str]:
    return Sealed(str(value))
