"""Second factors over HTTP: the second step of signing in, and one's own factor; it translates and decides nothing."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Depends, Request
from pydantic import Field
from starlette.responses import Response

from palaver.core.principal import Principal
from palaver.identity.accounts import Accounts
from palaver.identity.door import SECURED, Door
from palaver.identity.refusals import ScopeMissing
from palaver.identity.schemas import Body, SignedIn
from palaver.identity.second_factor.service import Pending, SecondFactors
from palaver.identity.store import User
from palaver.kit.answers import answer, described, problems
from palaver.kit.sealed import Sealed

REFUSED = problems(
    _401="No credential that holds, or a wrong password or code.",
    _403="An API key cannot do this; nor can users of another issuer.",
    _422="A field is missing, unknown or wrong.",
    _429="Too many wrong codes; see Retry-After.",
)
NO_STORE = {"Cache-Control": "no-store"}

Code = Annotated[str, Field(min_length=6, max_length=32, examples=["123456"])]
Opened = Callable[[Request, User], Awaitable[Response]]


class SecondStep(Body):
    """The second step of signing in: a code of the app, or a backup code."""

    token: Sealed[str]
    code: Code


class PasswordShown(Body):
    """The password that signs in now; left out where there is none."""

    current_password: Sealed[str] | None = None


class CodeShown(Body):
    """A code of the app."""

    code: Code


class Removal(Body):
    """The password, and a code of the app or a backup code."""

    current_password: Sealed[str] | None = None
    code: Code


class SecondFactorWanted(msgspec.Struct, frozen=True):
    """The password was right. `token` opens nothing but the second step, within `expires_in` seconds."""

    status: Literal["second_factor"]
    token: str
    expires_in: int
    methods: list[str]


class SecondFactorView(msgspec.Struct, frozen=True):
    """Whether signing in asks for a second factor, and how many backup codes are left."""

    enabled: bool
    backup_codes_left: int


class NewSecret(msgspec.Struct, frozen=True):
    """A secret for an authenticator app, as text and for a QR code. It counts once a code of it was shown."""

    secret: str
    uri: str


class BackupCodes(msgspec.Struct, frozen=True):
    """Codes to keep on paper; each works once, and they are told this one time."""

    backup_codes: list[str]


def wanted(pending: Pending) -> Response:
    """The answer to a right password where a second factor is asked for."""
    told = SecondFactorWanted("second_factor", pending.token.reveal(), pending.expires_in, ["totp", "backup_code"])
    return answer(told, 202, NO_STORE)


def routes(factors: SecondFactors, accounts: Accounts, door: Door, opened: Opened) -> APIRouter:
    """The second step of signing in, and everything below /api/v1/auth/second-factor."""
    router = APIRouter(prefix="/api/v1/auth", tags=["auth"])
    _step(router, factors, accounts, opened)
    _own(router, factors, door)
    _setting_up(router, factors, accounts, door)
    return router


def _step(router: APIRouter, factors: SecondFactors, accounts: Accounts, opened: Opened) -> None:
    @router.post(
        "/login/second-factor",
        operation_id="login_with_second_factor",
        summary="Show the second factor, and be signed in",
        description="After `POST /auth/login` answered 202. A code works once, also when two come with it at the same "
        "moment; after five wrong ones the password is asked for again.",
        responses=described(SignedIn)
        | problems(
            _401="The code is wrong or was used, or the token is over.",
            _422="A field is missing, unknown or wrong.",
            _429="Too many wrong codes; see Retry-After.",
        ),
        response_class=Response,
    )
    async def step(request: Request, body: SecondStep) -> Response:
        user_id = await factors.finish(body.token, body.code, address_of(request))
        return await opened(request, await accounts.get(user_id))


def _own(router: APIRouter, factors: SecondFactors, door: Door) -> None:
    @router.get(
        "/second-factor",
        operation_id="get_second_factor",
        summary="Whether you sign in with two factors",
        responses=described(SecondFactorView) | problems(_401="No credential, or one that does not hold."),
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def about(principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(SecondFactorView(*await factors.about(principal.user_id)))


def _setting_up(router: APIRouter, factors: SecondFactors, accounts: Accounts, door: Door) -> None:
    async def person(principal: Annotated[Principal, Depends(door)]) -> Principal:
        if principal.via == "key":
            raise ScopeMissing("An API key cannot look after second factors; sign in.")
        return principal

    @router.post(
        "/second-factor/totp",
        operation_id="begin_second_factor",
        summary="Get a secret for an authenticator app",
        description="Nothing is asked for until a code of it was confirmed.",
        responses=described(NewSecret) | REFUSED | problems(_409="There is a second factor."),
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def begin(
        request: Request, body: PasswordShown, principal: Annotated[Principal, Depends(person)]
    ) -> Response:
        user = await accounts.check_password(principal.user_id, body.current_password, address=address_of(request))
        begun = await factors.begin(user)
        return answer(NewSecret(begun.secret.reveal(), begun.uri.reveal()), headers=NO_STORE)

    @router.post(
        "/second-factor/totp/confirm",
        operation_id="confirm_second_factor",
        summary="Show that the app works: signing in asks for it from now on",
        description="The answer has ten backup codes, this one time.",
        responses=described(BackupCodes) | REFUSED | problems(_409="There is none that waits to be confirmed."),
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def confirm(request: Request, body: CodeShown, principal: Annotated[Principal, Depends(person)]) -> Response:
        return _codes(await factors.confirm(principal.user_id, body.code, address_of(request)))

    @router.post(
        "/second-factor/backup-codes",
        operation_id="renew_backup_codes",
        summary="Get ten new backup codes; the old ones are void",
        responses=described(BackupCodes) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def renew(request: Request, body: CodeShown, principal: Annotated[Principal, Depends(person)]) -> Response:
        return _codes(await factors.renew_codes(principal.user_id, body.code, address_of(request)))

    @router.delete(
        "/second-factor",
        status_code=204,
        operation_id="remove_second_factor",
        summary="Sign in with the password alone from now on",
        responses={204: {"description": "Done."}} | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def remove(request: Request, body: Removal, principal: Annotated[Principal, Depends(person)]) -> Response:
        address = address_of(request)
        await accounts.check_password(principal.user_id, body.current_password, address=address)
        await factors.check(principal.user_id, body.code, address)
        await factors.remove(principal.user_id, principal.user_id, address)
        return Response(status_code=204)


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else ""


def _codes(fresh: Sequence[Sealed[str]]) -> Response:
    return answer(BackupCodes([one.reveal() for one in fresh]), headers=NO_STORE)
