"""How a request becomes one of httpx: addresses, credentials, time limits, bodies; nothing is sent here."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import anyio.to_thread
import httpx

from palaver_client.errors import ConnectionBroke
from palaver_client.scripts import Request

# A stream that says nothing for three heartbeats is broken, however open its connection looks.
SILENCE = 45.0
LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=20)


@dataclass(frozen=True)
class Address:
    """Where the server is, and who asks; its text shows no secret."""

    url: str
    key: str | None = field(default=None, repr=False)
    auth: httpx.Auth | None = field(default=None, repr=False)
    timeout: float = 30.0

    def __post_init__(self) -> None:
        """Refuse what cannot be asked. What the address holds is not repeated: it may be secret."""
        try:
            url = httpx.URL(self.url)
        except (httpx.InvalidURL, TypeError):
            raise ValueError("The address of the server is no URL.") from None
        if url.scheme not in ("http", "https") or not url.host:
            raise ValueError("The address of the server begins with http:// or https:// and names a host.")
        if url.userinfo:
            raise ValueError("The address of the server holds no password: hand it over as `auth`.")

    def prepared(self, http: "httpx.Client | httpx.AsyncClient", request: Request) -> httpx.Request:
        """The request as httpx sends it."""
        who = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        body: dict[str, Any] = {}
        if request.form is not None:
            body["files"] = [("file", (name, file)) for name, file in request.form.files]
        elif request.content is not None:
            pieces = request.content()
            blocking = isinstance(http, httpx.AsyncClient) and isinstance(pieces, Iterator)
            body["content"] = _later(cast("Iterator[bytes]", pieces)) if blocking else pieces
        elif request.json is not None:
            body["json"] = request.json
        return http.build_request(
            request.method,
            # Merged here: httpx takes away what a path asks already where it is handed parameters.
            httpx.URL(self.at(request.path)).copy_merge_params(
                {name: _param(value) for name, value in request.query.items()}
            ),
            headers={**who, **request.headers},
            timeout=httpx.Timeout(self.timeout, read=SILENCE if request.streams else self.timeout),
            **body,
        )

    def at(self, path: str) -> str:
        """A whole URL of a path of the API."""
        root = self.url.rstrip("/")
        return root + (path if path.startswith(("/api/", "/v1/")) else f"/api/v1{path}")

    def away(self, error: httpx.HTTPError) -> ConnectionBroke:
        """What a connection that fails is called."""
        return ConnectionBroke(f"{self.url} does not answer ({type(error).__name__}).")


async def _later(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes, without holding up the event loop while a disk is slow."""
    while piece := await anyio.to_thread.run_sync(next, pieces, b""):
        yield piece


def headers_of(reply: httpx.Response) -> Mapping[str, str]:
    """The headers of an answer by their names in small letters."""
    return {name.lower(): value for name, value in reply.headers.items()}


def _param(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value
