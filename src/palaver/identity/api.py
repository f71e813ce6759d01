"""Identity over HTTP: accounts, signing in and out, API keys; it translates and decides nothing."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from palaver.core.errors import Forbidden, Unauthenticated
from palaver.core.principal import Principal
from palaver.identity import devices_api, schemas
from palaver.identity.api_keys import api as api_keys_api
from palaver.identity.cookies import Cookies
from palaver.identity.door import SECURED
from palaver.identity.inviting import api as inviting
from palaver.identity.oidc import api as oidc_api
from palaver.identity.presented import cookies_in
from palaver.identity.refusals import LinkRefused, OriginRefused, ScopeMissing
from palaver.identity.registering import api as registering
from palaver.identity.registering.api import Opened
from palaver.identity.removing import api as removing_api
from palaver.identity.scim import api as scim_api
from palaver.identity.second_factor import api as second_factor
from palaver.identity.service import Identity
from palaver.identity.service_accounts import api as service_accounts_api
from palaver.identity.settings import IdentitySettings
from palaver.identity.sign_ins import Place
from palaver.identity.store import User
from palaver.identity.users import api as users
from palaver.kit.answers import answer, described, problems

UNAUTHENTICATED = problems(_401="No credential, or one that does not hold.")
INVALID = problems(_422="A field is missing, unknown or wrong.")
BUSY = problems(
    _429="Too many wrong passwords; see Retry-After.", _503="Too many sign-ins at this moment, or no database."
)


def routes(identity: Identity, settings: IdentitySettings) -> APIRouter:
    """Everything below /api/v1/auth, /api/v1/users and /api/v1/api-keys, and the sign-in link."""
    router = APIRouter()
    cookies = Cookies(settings)
    opened = _opening(identity, cookies)
    for below in (
        _signing_in(identity, cookies, opened),
        _signed_in(identity, cookies),
        second_factor.routes(identity.people.factors, identity.accounts, identity.door, opened),
        registering.routes(identity.people.registering, identity.people.factors, opened),
        inviting.routes(identity.people.inviting, identity.door, identity.ground.links),
        users.routes(identity.people.users, identity.door, identity.ground.links),
        removing_api.routes(identity.people.removing, identity.door),
        devices_api.routes(identity.devices, identity.door),
        oidc_api.routes(identity.oidc, cookies, settings, identity.ground.links.base),
        api_keys_api.routes(identity.keys, identity.leaks, identity.door),
        scim_api.routes(*identity.directory, identity.door, settings.scim.largest_page),
        service_accounts_api.routes(identity.service_accounts, identity.door),
    ):
        router.routes.extend(below.routes)  # `include_router` would make everything of them once more
    return router


def _opening(identity: Identity, cookies: Cookies) -> Opened:
    async def opened(request: Request, user: User, status: int = 200) -> Response:
        tokens, secret = await identity.sign_ins.open(
            user.id, cookie=identity.door.may_hand_cookie(request.scope), place=_place(request)
        )
        response = answer(schemas.signed_in(tokens, user), status, NO_STORE)
        return cookies.give(request, response, secret) if secret else response

    return opened


def _signing_in(identity: Identity, cookies: Cookies, opened: Opened) -> APIRouter:  # a list of routes
    router = APIRouter(tags=["auth"])

    @router.post(
        "/api/v1/auth/login",
        operation_id="login",
        summary="Sign in with e-mail address and password",
        description="Also sets the cookie `palaver_session` (by https `__Host-palaver_session`), unless a page of "
        "another origin asks.",
        responses=described(schemas.SignedIn)
        | described(
            second_factor.SecondFactorWanted,
            202,
            says="Right so far; a second factor is asked for, or a letter with a link comes first.",
        )
        | problems(_401="E-mail address or password wrong.")
        | INVALID
        | BUSY,
    )
    async def login(request: Request, body: schemas.Login) -> Response:
        user = await identity.accounts.by_password(body.email, body.password, _address(request))
        if identity.people.registering.unverified(user):
            identity.people.registering.post_verification(body.email)
            return registering.letter_first()
        pending = await identity.people.factors.asked_of(user)
        return second_factor.wanted(pending) if pending else await opened(request, user)

    @router.post(
        "/api/v1/auth/refresh",
        operation_id="refresh_tokens",
        summary="Exchange a refresh token for the next pair of tokens",
        description="Each refresh token works once. If one comes a second time, every token of its sign-in is revoked.",
        responses=described(schemas.SignedIn) | problems(_401="Unknown, expired or used before.") | INVALID,
    )
    async def refresh(body: schemas.Refresh) -> Response:
        user_id, tokens = await identity.sign_ins.refresh(body.refresh_token)
        return answer(schemas.signed_in(tokens, await identity.accounts.get(user_id)), headers=NO_STORE)

    @router.post(
        "/api/v1/auth/logout",
        status_code=204,
        operation_id="logout",
        summary="Sign out",
        description="Ends, at once, the sign-ins of the cookie, the access token and the refresh token that are sent.",
        responses=problems(_403="The cookie came from another origin's page.") | INVALID,
    )
    async def logout(request: Request, body: schemas.Logout | None = None) -> Response:
        await _end(identity, request, body)
        return cookies.take(request, Response(status_code=204))

    @router.get(
        "/signin",
        status_code=303,
        operation_id="follow_sign_in_link",
        summary="Follow a sign-in link",
        description="Uses the link's one-time token up, sets the cookie and leads to the page.",
        responses={303: {"description": "Signed in; on to `/`."}} | problems(_401="Used before, or too old.") | INVALID,
        response_class=Response,
    )
    async def sign_in(request: Request, token: Annotated[str, Query(max_length=200)]) -> Response:
        onward = RedirectResponse("/", 303, NO_STORE | {"Referrer-Policy": "no-referrer"})
        try:
            bearer = await identity.one_time.use(token, "sign_in")
        except LinkRefused:
            if not await _already(identity, request):
                raise
            return onward
        return cookies.give(request, onward, await identity.sign_ins.open_browser(bearer.user_id, _place(request)))

    return router


def _signed_in(identity: Identity, cookies: Cookies) -> APIRouter:
    router = APIRouter(tags=["auth"])
    accounts, door = identity.accounts, identity.door

    @router.get(
        "/api/v1/auth/me",
        operation_id="who_am_i",
        summary="Who am I",
        description="Also makes the cookie of a browser last anew.",
        responses=described(schemas.Me) | UNAUTHENTICATED,
        openapi_extra=SECURED,
    )
    async def who_am_i(request: Request, principal: Annotated[Principal, Depends(door)]) -> Response:
        response = answer(schemas.me(principal, await accounts.get(principal.user_id)), headers=NO_STORE)
        secret = door.cookie(request.scope)
        return cookies.give(request, response, secret) if secret else response

    @router.post(
        "/api/v1/auth/password",
        operation_id="set_password",
        summary="Set a new password",
        description="Ends every sign-in of the user, answers with a new one, and leaves API keys as they are.",
        responses=described(schemas.SignedIn)
        | UNAUTHENTICATED
        | problems(_403="An API key cannot do this; nor can users of another issuer.")
        | INVALID
        | BUSY,
        openapi_extra=SECURED,
    )
    async def set_password(
        request: Request, body: schemas.PasswordChange, principal: Annotated[Principal, Depends(door)]
    ) -> Response:
        if principal.via == "key":
            raise ScopeMissing("An API key cannot set a password; sign in.")
        user = await accounts.change_password(
            principal.user_id, body.current_password, body.new_password, address=_address(request)
        )
        tokens, secret = await identity.sign_ins.open(user.id, cookie=principal.via == "cookie", place=_place(request))
        response = answer(schemas.signed_in(tokens, user), headers=NO_STORE)
        return cookies.give(request, response, secret) if secret else response

    @router.post(
        "/api/v1/auth/ticket",
        operation_id="create_ticket",
        summary="Get a one-time ticket for a WebSocket",
        description="For clients that can send neither header nor cookie: `/api/v1/ws?ticket=…`, once, soon.",
        responses=described(schemas.TicketInfo) | UNAUTHENTICATED,
        openapi_extra=SECURED,
    )
    async def ticket(principal: Annotated[Principal, Depends(door)]) -> Response:
        secret, expires_in = await identity.one_time.ticket(principal)
        return answer(schemas.TicketInfo(secret.reveal(), expires_in), headers=NO_STORE)

    @router.post(
        "/api/v1/users/sync",
        tags=["users"],
        operation_id="sync_user",
        summary="Make the user of an external issuer known",
        description="Takes over e-mail address and name from the token. May be called at any time, from several places "
        "at once. Other endpoints make a user at first sight as well.",
        responses=described(schemas.Synced)
        | UNAUTHENTICATED
        | problems(_503="The issuer's keys cannot be fetched; see Retry-After."),
        openapi_extra=SECURED,
    )
    async def sync(request: Request) -> Response:
        foreigner = await door.foreigner(request.scope)
        if foreigner is None:
            return answer(schemas.Synced("exists", (await door.who(request.scope)).user_id))
        status, user = await accounts.sync(foreigner)
        return answer(schemas.Synced(status, user.id))

    return router


NO_STORE = {"Cache-Control": "no-store"}  # what is answered is a secret, or about one


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _place(request: Request) -> Place:
    return Place(request.headers.get("user-agent", ""), _address(request))


async def _end(identity: Identity, request: Request, body: schemas.Logout | None) -> None:
    """End the sign-ins of both cookies, where a browser has two, and of the tokens that are sent."""
    sent = cookies_in(request.scope)
    if sent and not identity.door.from_our_pages(request.scope):
        raise OriginRefused
    for other in sent[1:]:
        await identity.sign_ins.end(other, None, None)
    refresh = body.refresh_token if body else None
    await identity.sign_ins.end(sent[0] if sent else None, refresh, _family(identity, request))


def _family(identity: Identity, request: Request) -> str | None:
    """The access token's sign-in; one that does not hold has nothing left to end."""
    try:
        return identity.door.family(request.scope)
    except Unauthenticated:
        return None


async def _already(identity: Identity, request: Request) -> bool:
    """Whether this browser is signed in: a link that was followed twice is no reason to stop a person."""
    try:
        await identity.door.who(request.scope)
    except (Unauthenticated, Forbidden):
        return False
    return True
