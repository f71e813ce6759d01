"""What a request brings: its credential, and whether it comes from our own pages; nothing is verified here.

Pure: reads an ASGI scope's headers and query, once, for every way a credential may be sent.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qs

COOKIE = "palaver_session"
HOST_COOKIE = "__Host-palaver_session"  # see `cookies.py`
SUBPROTOCOL = "palaver.bearer."

Headers = Iterable[tuple[bytes, bytes]]

_COOKIE_START = COOKIE + "="
_HOST_START = HOST_COOKIE + "="
_BY_TLS = frozenset({"https", "wss"})
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS = frozenset({b"same-origin", b"none"})


class Presented(NamedTuple):
    """One credential as text. What a client says on purpose goes before the cookie that a browser adds by itself."""

    kind: Literal["bearer", "key", "ticket", "cookie", "nothing"]
    text: str


NOTHING = Presented("nothing", "")


def presented(scope: Mapping[str, Any], *, secure: bool = False) -> Presented:
    """The credential of a request or of a WebSocket's handshake; `secure` where https is known to be in force."""
    key = cookies = None
    for name, value in scope["headers"]:
        if name == b"authorization":
            if value[:7].lower() == b"bearer ":  # other schemes are for a proxy on the way
                return Presented("bearer", value[7:].decode("latin-1").strip())
        elif name == b"x-api-key":
            key = value
        elif name == b"cookie":
            cookies = value if cookies is None else cookies + b"; " + value
    if key is not None:
        return Presented("key", key.decode("latin-1").strip())
    if scope["type"] == "websocket":
        found = _of_websocket(scope)
        if found:
            return found
    if cookies is None:
        return NOTHING
    text = cookie_in(cookies, secure=secure or by_https(scope))
    return Presented("cookie", text) if text else NOTHING


def by_https(scope: Mapping[str, Any]) -> bool:
    """Whether the request came by TLS, as its connection or a trusted proxy says."""
    return scope.get("scheme") in _BY_TLS


def cookie_in(header: bytes, *, secure: bool) -> str | None:
    """The value of our cookie in a `Cookie` header.

    The one that no other host can have set goes first. The plain one counts for nothing where https is in force: there
    it can only have come from a page without TLS, or from a neighbour below the same domain.
    """
    plain = None
    for part in header.decode("latin-1").split(";"):
        text = part.strip()
        if text.startswith(_HOST_START):
            return text[len(_HOST_START) :]
        if plain is None and text.startswith(_COOKIE_START):
            plain = text[len(_COOKIE_START) :]
    return None if secure else plain


def cookies_in(scope: Mapping[str, Any]) -> list[str]:
    """What was sent as our cookie under either name, whether or not it counts: signing out ends both."""
    sent = header(scope["headers"], b"cookie") or b""
    parts = [part.strip().partition("=") for part in sent.decode("latin-1").split(";")]
    values = {name: value for name, _, value in reversed(parts) if name in {COOKIE, HOST_COOKIE} and value}
    return list(values.values())


def header(headers: Headers, wanted: bytes) -> bytes | None:
    """The first header of that name, which is given in lower case."""
    return next((value for name, value in headers if name == wanted), None)


def from_our_pages(scope: Mapping[str, Any], trusted: Collection[str]) -> bool:
    """Whether a browser's cookie may act here: reading always may, unless a WebSocket is opened."""
    if scope["type"] != "websocket" and scope["method"] in _READING:
        return True
    origin = header(scope["headers"], b"origin")
    if origin is None:
        # Browsers send Origin with everything that changes something; without it, and without a word about the site
        # the request comes from, no page is behind it (curl with a cookie jar, for one).
        return scope["type"] != "websocket" and header(scope["headers"], b"sec-fetch-site") in (None, *_OURS)
    return same_origin(scope, origin, trusted)


def same_origin(scope: Mapping[str, Any], origin: bytes, trusted: Collection[str]) -> bool:
    """Whether an `Origin` is ours or trusted. Schemes are not compared: a proxy may have ended TLS before us."""
    text = origin.decode("latin-1").lower()
    scheme, _, place = text.partition("://")
    host = header(scope["headers"], b"host")
    ours = host is not None and scheme in {"http", "https"} and place == host.decode("latin-1").lower()
    return ours or text in trusted


def _of_websocket(scope: Mapping[str, Any]) -> Presented | None:
    for protocol in scope.get("subprotocols", ()):
        if protocol.startswith(SUBPROTOCOL):
            return Presented("bearer", protocol[len(SUBPROTOCOL) :])
    query: bytes = scope.get("query_string", b"")
    tickets = parse_qs(query.decode("latin-1")).get("ticket") if b"ticket=" in query else None
    return Presented("ticket", tickets[0]) if tickets else None
