"""Signing in by another issuer, for browsers: away to it, and back; it translates and decides nothing."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from palaver.identity.cookies import Cookies
from palaver.identity.oidc.service import LIFETIME, Back, OidcSignIn, SignInFailed
from palaver.identity.presented import by_https
from palaver.identity.settings import IdentitySettings
from palaver.identity.sign_ins import Place
from palaver.kit.answers import problems

COOKIE = "palaver_oidc"
HOST_COOKIE = f"__Host-{COOKIE}"
ONWARD = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
UNKNOWN = problems(_404="Nobody signs in by such an issuer here.", _422="A field is wrong.")

Issuer = Annotated[str, Path(max_length=40)]


def routes(
    sign_in: OidcSignIn, cookies: Cookies, settings: IdentitySettings, address: str | None
) -> APIRouter:  # fmt: skip
    """Below /api/v1/auth/oidc. `address` is what people know the server by, where its operator says that."""
    router = APIRouter(prefix="/api/v1/auth/oidc", tags=["auth"])
    always = settings.cookie_secure == "always"

    def base(request: Request) -> str:
        return address.rstrip("/") if address else _base(request, secure=secure(request))

    def secure(request: Request) -> bool:
        return always or by_https(request.scope)

    @router.get(
        "/{issuer_id}",
        status_code=303,
        operation_id="begin_oidc_sign_in",
        summary="Sign in by another issuer",
        description="For browsers: leads to the issuer, which leads back to the callback.",
        responses={303: {"description": "On to the issuer, or to `/#sign-in-failed=away`."}} | UNKNOWN,
        response_class=Response,
    )
    async def begin(request: Request, issuer_id: Issuer) -> Response:
        try:
            begun = await sign_in.begin(issuer_id, base(request))
        except SignInFailed as failed:
            return _failed(failed)
        onward = RedirectResponse(begun.url, 303, ONWARD)
        held = int(LIFETIME.total_seconds())
        onward.set_cookie(_name(secure(request)), begun.binding.reveal(), max_age=held, **_marks(secure(request)))
        return onward

    @router.get(
        "/{issuer_id}/callback",
        status_code=303,
        operation_id="end_oidc_sign_in",
        summary="Come back from another issuer",
        description="Where the issuer leads the browser that began. Sets the cookie and leads to the page; where "
        "nobody is signed in, the page is told why: `/#sign-in-failed=` expired, denied, away, refused, not_allowed, "
        "unknown_user, disabled.",
        responses={303: {"description": "Signed in: on to `/`. Or on to `/#sign-in-failed=…`."}} | UNKNOWN,
        response_class=Response,
    )
    async def end(
        request: Request,
        issuer_id: Issuer,
        *,
        state: Annotated[str | None, Query(description="What was sent along.")] = None,
        code: Annotated[str | None, Query(description="What is exchanged for tokens.")] = None,
        error: Annotated[str | None, Query(description="Why the issuer gives no code.")] = None,
        iss: Annotated[str | None, Query(description="Who the issuer says that it is.")] = None,
    ) -> Response:
        name = _name(secure(request))
        back = Back(request.cookies.get(name), state, code, error, iss)
        try:
            secret = await sign_in.finish(issuer_id, back, base(request), _place(request))
        except SignInFailed as failed:
            return _forget(request, _failed(failed), name)
        return _forget(request, cookies.give(request, RedirectResponse("/", 303, ONWARD), secret), name)

    def _forget(request: Request, response: Response, name: str) -> Response:
        response.delete_cookie(name, **_marks(secure(request)))
        return response

    return router


def _failed(failed: SignInFailed) -> Response:
    return RedirectResponse(f"/#sign-in-failed={failed.code}", 303, ONWARD)


def _name(secure: bool) -> str:
    return HOST_COOKIE if secure else COOKIE


def _marks(secure: bool) -> dict[str, Any]:
    return {"path": "/", "httponly": True, "samesite": "lax", "secure": secure}


def _base(request: Request, *, secure: bool) -> str:
    return f"{'https' if secure else 'http'}://{request.headers.get('host', '')}"


def _place(request: Request) -> Place:
    return Place(request.headers.get("user-agent", ""), request.client.host if request.client else "")
