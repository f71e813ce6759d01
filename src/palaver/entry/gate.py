"""What every request passes first and every response last: its id, its bounds, its headers, its line in the log.

Pure ASGI, so that a stream pays for it once and not per event. Who is asking is the door's business.
"""

import logging
import re
import time
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from datetime import timedelta
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from palaver.core.errors import Misdirected, PayloadTooLarge, RateLimited, UnsupportedMediaType
from palaver.entry import problem
from palaver.entry.network import answers_to
from palaver.identity.limits.service import TOLL, Rates, Toll
from palaver.kit.ids import new_id
from palaver.observability.logs import request_id
from palaver.observability.metrics import Metrics
from palaver.observability.origin import asked_from
from palaver.surfaces.errors import shape_of

log = logging.getLogger("palaver.requests")

LARGEST_BODY = 1_048_576  # bytes of JSON
LARGEST_HISTORY = 33_554_432  # the same where clients send all that was said, with images, again and again
API = ("/api/v1/", "/v1/", "/api/ai-sdk/", "/ag-ui", "/mcp", "/scim/")
FORMS = "/v1/audio/"  # recordings come in forms
HISTORIES = ("/v1/", "/api/ai-sdk/", "/ag-ui")

# What takes more than JSON and counts what comes itself, piece by piece.
_STREAMED = frozenset({("POST", "/api/v1/sessions/import"), ("POST", "/api/v1/files")})
_FILES = re.compile(r"/api/v1/(?:(?:sessions|projects)/[^/]+/)?files")  # forms are posted there
_FILE = re.compile(r"/api/v1/(?:sessions|projects)/[^/]+/files/.+", re.DOTALL)  # and files are put there as they are
_MOVE = re.compile(r"/api/v1/(?:sessions|projects)/[^/]+/files/move")

_KEPT_ID = re.compile(rb"[A-Za-z0-9._:-]{1,128}")
_BODY_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_EVERYWHERE = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
# What the page never asks a browser for; nothing on it may then.
_UNUSED = (
    "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "hid", "magnetometer", "microphone",
    "midi", "payment", "publickey-credentials-get", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
_PAGES = [
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"origin-agent-cluster", b"?1"),
    (b"x-dns-prefetch-control", b"off"),  # the names in links are looked up when somebody follows them
    (b"permissions-policy", ", ".join(f"{name}=()" for name in _UNUSED).encode()),
]
# Of pages that say nothing themselves; the page and the API's description do, with a number for each answer (`web`).
_PAGE_POLICY = (
    b"default-src 'none'; img-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "
    b"frame-ancestors 'none'; sandbox"
)
_NOT_US = "The server is not asked under this name. Its operator names those that it has by network.hosts."
# What is no page has an origin of its own where a browser shows it all the same.
_API_POLICY = b"default-src 'none'; frame-ancestors 'none'; sandbox"


Wrap = Callable[[ASGIApp], ASGIApp]


def _as_it_is(app: ASGIApp) -> ASGIApp:
    return app


class Gate:
    """Wraps the application; what `across` puts around it stands around the gate's own refusals, too."""

    def __init__(
        self,
        app: ASGIApp,
        metrics: Metrics,
        across: Wrap = _as_it_is,
        *,
        sockets: ASGIApp | None = None,
        hosts: Sequence[str] = (),
        rates: Rates | None = None,
        https_for: timedelta = timedelta(0),
    ) -> None:
        self._app = across(app)
        self._sockets = sockets or app
        self._across = across
        self._metrics = metrics
        self._hosts = hosts
        self._rates = rates if rates is not None and rates.enabled else None
        self._transport = _transport(https_for)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope[TOLL] = self._rates.toll(scope, scope["method"]) if self._rates else None
            passage = _Passage(self._app, scope, self._metrics, self._across)
            passage.transport = self._transport if scope.get("scheme") == "https" else ()
            await passage.go(receive, send, self._hosts)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A WebSocket, whose page's origin is looked at where it is opened; its whole life has one id."""
        headers = dict(scope["headers"])
        mark = request_id.set(_id_of(headers))
        came = asked_from.set(_address_of(scope))
        try:
            if _is_meant(headers, self._hosts):
                scope[TOLL] = self._rates.toll(scope, "") if self._rates else None
                await self._sockets(scope, receive, send)
            else:  # answered before it is opened; browsers tell their page only that it failed
                await send({"type": "websocket.http.response.start", "status": Misdirected.status, "headers": []})
                await send({"type": "websocket.http.response.body", "body": b""})
        finally:
            asked_from.reset(came)
            request_id.reset(mark)


class _Passage:
    """One request on its way."""

    __slots__ = (
        "_across", "_app", "_began", "_id", "_metrics", "_read", "_receive", "_scope", "_send", "_status", "_toll",
        "transport",
    )  # fmt: skip

    def __init__(self, app: ASGIApp, scope: Scope, metrics: Metrics, across: Wrap) -> None:
        self._app = app
        self._across = across
        self._scope = scope
        self._metrics = metrics
        self._began = time.perf_counter()
        self._status = 0
        self._read = 0
        self._toll: Toll | None = scope[TOLL]

    async def go(self, receive: Receive, send: Send, hosts: Sequence[str]) -> None:
        self._send, self._receive = send, receive
        headers = dict(self._scope["headers"])
        self._id = _id_of(headers)
        mark = request_id.set(self._id)
        came = asked_from.set(_address_of(self._scope))
        problem.shaped.set(shape_of(self._scope["path"], versioned=b"anthropic-version" in headers))
        try:
            refusal = self._refuse(headers) if _is_meant(headers, hosts) else problem.of_error(Misdirected(_NOT_US))
            if self._toll is not None and refusal is None:
                await self._toll.enter()
            counted = self._counted(headers)
            del headers  # a stream may last for hours
            await (self._across(refusal) if refusal else self._app)(self._scope, counted, self._start)
        except (PayloadTooLarge, RateLimited) as error:
            await self._last_word(problem.of_error(error))
        except ClientDisconnect:
            self._status = self._status or 499  # nobody is there to be answered
        except Exception:  # the last place where a fault of ours can still become an answer
            log.exception("A request failed")
            await self._last_word(problem.of_fault())
        finally:
            self._note()
            asked_from.reset(came)
            request_id.reset(mark)

    def _refuse(self, headers: MutableMapping[bytes, bytes]) -> Response | None:
        if self._scope["method"] not in _BODY_METHODS:
            return None
        if headers.get(b"content-encoding", b"identity").strip().lower() != b"identity":
            return problem.of_error(UnsupportedMediaType("Send it as it is: bodies are not unpacked here."))
        if _streamed(self._scope):
            return None
        length = headers.get(b"content-length", b"")
        most = self._most()
        if length.isdigit() and int(length) > most:
            return problem.of_error(_too_large(most))
        has_body = (length and length != b"0") or b"transfer-encoding" in headers
        path = self._scope["path"]
        if (
            has_body
            and path.startswith(API)
            and not path.startswith(FORMS)
            and not _is_json(headers.get(b"content-type", b""))
        ):
            return problem.of_error(UnsupportedMediaType("Send JSON, with Content-Type: application/json."))
        return None

    def _counted(self, headers: MutableMapping[bytes, bytes]) -> Receive:
        """A body that says how long it is was judged by that; another one is counted as it comes."""
        counts = b"transfer-encoding" in headers and not _streamed(self._scope)
        return self._counting if counts else self._receive

    async def _counting(self) -> Message:
        message = await self._receive()
        self._read += len(message.get("body", b""))
        if self._read > (most := self._most()):
            raise _too_large(most)
        return message

    def _most(self) -> int:
        return LARGEST_HISTORY if self._scope["path"].startswith(HISTORIES) else LARGEST_BODY

    async def _start(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers: list[tuple[bytes, bytes]] = [*message["headers"], *_EVERYWHERE, *self.transport]
            headers.append((b"x-request-id", self._id.encode()))
            if self._toll is not None and self._toll.left is not None:
                headers += self._toll.left.headers()
            named = dict(headers)
            a_page = named.get(b"content-type", b"").startswith(b"text/html")
            if a_page:
                headers += _PAGES
            if b"content-security-policy" not in named:  # a page that needs another one says so itself
                headers.append((b"content-security-policy", _PAGE_POLICY if a_page else _API_POLICY))
            if b"cache-control" not in named and self._scope["path"].startswith(API):
                headers.append((b"cache-control", b"no-store"))
            message = {**message, "headers": headers}
            self._metrics.request_seconds.add(time.perf_counter() - self._began, self._scope["method"], self._route())
        await self._send(message)

    async def _last_word(self, response: Response) -> None:
        if not self._status:
            await self._across(response)(self._scope, self._receive, self._start)

    def _route(self) -> str:
        route: Any = self._scope.get("route")
        return getattr(route, "path", "none")

    def _note(self) -> None:
        method, route, status = self._scope["method"], self._route(), self._status or 499
        self._metrics.requests.add(method, route, str(status))
        if log.isEnabledFor(logging.DEBUG) or status >= 500:
            took = round((time.perf_counter() - self._began) * 1000, 1)
            level = logging.WARNING if status >= 500 else logging.DEBUG
            log.log(level, "%s %s", method, route, extra={"status": status, "took_ms": took})


def _transport(https_for: timedelta) -> list[tuple[bytes, bytes]]:
    seconds = int(https_for.total_seconds())
    return [(b"strict-transport-security", b"max-age=%d" % seconds)] if seconds > 0 else []


def _is_meant(headers: Mapping[bytes, bytes], hosts: Sequence[str]) -> bool:
    return not hosts or answers_to(headers.get(b"host", b""), hosts)


def _address_of(scope: Scope) -> str | None:
    client = scope.get("client")
    return client[0] if client else None


def _id_of(headers: Mapping[bytes, bytes]) -> str:
    """The client's own, where it is one."""
    kept = headers.get(b"x-request-id", b"")
    return kept.decode() if _KEPT_ID.fullmatch(kept) else new_id("req")


def _streamed(scope: Scope) -> bool:
    method, path = scope["method"], scope["path"]
    if (method, path) in _STREAMED:
        return True
    if method == "POST" and _MOVE.fullmatch(path):
        return False
    # Methods that do not take files are refused there as unknown, whatever their bodies are.
    return bool(_FILES.fullmatch(path) or _FILE.fullmatch(path))


def _too_large(most: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"A body may have {most} bytes.")


def _is_json(kind: bytes) -> bool:
    media = kind.split(b";", 1)[0].strip().lower()
    return media == b"application/json" or media.endswith(b"+json")
