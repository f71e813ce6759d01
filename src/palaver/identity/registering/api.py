"""An account of one's own over HTTP: making it, verifying its address, a new password by letter; it decides nothing."""

from typing import Literal, Protocol

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from palaver.identity.registering.service import Registering
from palaver.identity.schemas import Body, Email, Password, Registration, SignedIn
from palaver.identity.second_factor import api as second_factor
from palaver.identity.second_factor.service import SecondFactors
from palaver.identity.store import User
from palaver.kit.answers import answer, described, problems
from palaver.kit.sealed import Sealed

INVALID = problems(_422="A field is missing, unknown or wrong.")
BUSY = problems(_503="Too many sign-ins at this moment, or no database.")
USED = problems(_401="The link was used before, or is too old.")
POSTED: dict[int | str, dict[str, str]] = {202: {"description": "Whether there is such an account is not said."}}
NO_STORE = {"Cache-Control": "no-store"}


class Opened(Protocol):
    """Answers somebody who showed all that is asked for with a sign-in."""

    async def __call__(self, request: Request, user: User, status: int = 200) -> Response:
        """With tokens, and the cookie unless a page of another origin asks."""
        ...


class Address(Body):
    """An e-mail address to write to."""

    email: Email


class LinkFollowed(Body):
    """The secret of a link that was mailed."""

    token: Sealed[str]


class PasswordReset(Body):
    """The secret of a link, and the password to sign in with from now on."""

    token: Sealed[str]
    new_password: Password


class EmailWanted(msgspec.Struct, frozen=True):
    """A letter is on its way; the link in it signs in."""

    status: Literal["verify_email"]


def letter_first() -> Response:
    """The answer where the address is to be verified."""
    return answer(EmailWanted("verify_email"), 202, NO_STORE)


def routes(registering: Registering, factors: SecondFactors, opened: Opened) -> APIRouter:
    """Registering, verifying, and passwords that were forgotten; all below /api/v1/auth."""
    router = APIRouter(prefix="/api/v1/auth", tags=["auth"])
    _accounts(router, registering, factors, opened)
    _passwords(router, registering)
    return router


def _accounts(router: APIRouter, registering: Registering, factors: SecondFactors, opened: Opened) -> None:
    @router.post(
        "/register",
        status_code=201,
        operation_id="register",
        summary="Make an account, where registration is open or by invitation",
        description="Where addresses are verified, 202 comes first, for a new address and one that is taken alike; the "
        "letter says the rest.",
        responses=described(SignedIn, 201, says="Signed in.")
        | described(EmailWanted, 202, says="A letter is on its way.")
        | problems(
            _403="Registration is closed, or the invitation is missing or does not hold.",
            _409="The e-mail address is taken.",
        )
        | INVALID
        | BUSY,
        response_class=Response,
    )
    async def register(request: Request, body: Registration) -> Response:
        user = await registering.register(
            body.email, body.password, body.name, invitation=body.invitation, address=second_factor.address_of(request)
        )
        return letter_first() if user is None else await opened(request, user, 201)

    @router.post(
        "/verify",
        operation_id="verify_email",
        summary="Show by the link in a letter that the address is yours, and be signed in",
        responses=described(SignedIn)
        | described(second_factor.SecondFactorWanted, 202, says="Verified; a second factor is asked for.")
        | USED
        | INVALID,
        response_class=Response,
    )
    async def verify(request: Request, body: LinkFollowed) -> Response:
        user = await registering.verify(body.token, second_factor.address_of(request))
        pending = await factors.asked_of(user)
        return second_factor.wanted(pending) if pending else await opened(request, user)

    @router.post(
        "/verify/resend",
        status_code=202,
        operation_id="resend_verification",
        summary="Get the letter with the link once more",
        responses=POSTED | INVALID,
        response_class=Response,
    )
    async def resend(body: Address) -> Response:
        registering.post_verification(body.email)
        return Response(status_code=202)


def _passwords(router: APIRouter, registering: Registering) -> None:
    @router.post(
        "/password/forgot",
        status_code=202,
        operation_id="forgot_password",
        summary="Get a letter with a link to choose a new password",
        description="The answer is the same, as fast, whether or not somebody has this address.",
        responses=POSTED | INVALID,
        response_class=Response,
    )
    async def forgot(body: Address) -> Response:
        registering.post_reset(body.email)
        return Response(status_code=202)

    @router.post(
        "/password/reset",
        status_code=204,
        operation_id="reset_password",
        summary="Choose a new password by a link",
        description="Ends every sign-in of the user at once, on open sockets and streams too; API keys stay. Signing "
        "in asks for the second factor as ever.",
        responses={204: {"description": "Done; sign in."}} | USED | INVALID | BUSY,
        response_class=Response,
    )
    async def reset(request: Request, body: PasswordReset) -> Response:
        await registering.reset(body.token, body.new_password, second_factor.address_of(request))
        return Response(status_code=204)
