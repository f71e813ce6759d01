"""What people agree to, over HTTP; it translates and decides nothing."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import HTTPConnection
from starlette.responses import Response

from palaver.core.principal import Principal
from palaver.kit.answers import answer, described, problems
from palaver.privacy.consent.purposes import Purpose
from palaver.privacy.consent.service import Consent, Consents, Ledger

Verified = Callable[[HTTPConnection], Awaitable[Principal]]

_REFUSED = problems(
    _401="No credential, or one that does not hold.", _403="The key may not read or change what its user agreed to."
)
_WRITING = problems(
    _409="The words have another version by now.",
    _422="A field is missing, unknown or wrong.",
    _503="The database cannot be written now.",
)


class ConsentIn(BaseModel):
    """That the caller agrees to a purpose, or refuses it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    purpose: Purpose = Field(description="What it is about.")
    granted: bool = Field(description="Whether they agree.")
    version: int = Field(ge=1, le=1_000_000, description="Of the words they read.")


def routes(ledger: Ledger, door: Verified, secured: dict[str, Any]) -> APIRouter:
    """The caller's own consents; nobody else's can be asked for."""
    router = APIRouter(prefix="/api/v1", tags=["consents"])

    @router.get(
        "/consents",
        operation_id="get_consents",
        summary="What you agreed to and refused, and the words of each purpose",
        responses=described(Consents) | _REFUSED,
        openapi_extra=secured,
        response_class=Response,
    )
    async def of(principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await ledger.of(principal.user_id))

    @router.put(
        "/consents",
        operation_id="say_consent",
        summary="Agree to a purpose, or refuse it",
        responses=described(Consent) | _REFUSED | _WRITING,
        openapi_extra=secured,
        response_class=Response,
    )
    async def say(body: ConsentIn, principal: Annotated[Principal, Depends(door)]) -> Response:
        """What is refused stops what it covers, from the next message on, and nothing else."""
        done = await ledger.say(principal.user_id, body.purpose, granted=body.granted, version=body.version)
        return answer(done)

    return router
