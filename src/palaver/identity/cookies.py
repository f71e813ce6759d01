"""The cookie of a browser: how it is marked, made to last and taken away; whose it is, the door decides.

Where a request came by https it is called `__Host-palaver_session`. Browsers take a cookie of that name only with
`Secure`, for the whole host and from that host itself, so that neither a neighbour below the same domain nor a page
without TLS can slip one in. On plain http no browser would keep it, and there the plain name is used.
"""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from palaver.identity.presented import COOKIE, HOST_COOKIE, by_https
from palaver.identity.settings import IdentitySettings
from palaver.kit.sealed import Sealed


class Cookies:
    """How the cookie of a browser is set and taken away. HttpOnly: scripts never see it."""

    def __init__(self, settings: IdentitySettings) -> None:
        self._lifetime = int(settings.cookie_lifetime.total_seconds())
        self._always_secure = settings.cookie_secure == "always"

    def give(self, request: Request, response: Response, secret: Sealed[str] | str) -> Response:
        """Sign this browser in, or make its cookie last anew."""
        value = secret if isinstance(secret, str) else secret.reveal()
        secure = self._always_secure or by_https(request.scope)
        response.set_cookie(
            HOST_COOKIE if secure else COOKIE, value, max_age=self._lifetime, **_marks(secure=secure)
        )  # fmt: skip
        return response

    def take(self, request: Request, response: Response) -> Response:
        """Let the browser forget it, under either name."""
        secure = self._always_secure or by_https(request.scope)
        response.delete_cookie(HOST_COOKIE, **_marks(secure=True))
        response.delete_cookie(COOKIE, **_marks(secure=secure))
        return response


def _marks(*, secure: bool) -> dict[str, Any]:
    return {"path": "/", "httponly": True, "samesite": "lax", "secure": secure}
