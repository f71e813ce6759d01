"""Personal data in a text over HTTP; it translates, decides nothing and keeps nothing."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from palaver.care.redaction.entity import KINDS, Kind
from palaver.care.redaction.service import Redacted, Redaction
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit.answers import answer, described, problems

REFUSED = problems(_401="No credential, or one that does not hold.", _422="A field is missing, unknown or wrong.")


class ToRedact(BaseModel):
    """A text that is to be read for personal data. Nothing of it is kept."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(min_length=1, max_length=100_000)
    kinds: list[Kind] | None = Field(
        None, min_length=1, description="What is looked for; everything where it is left out."
    )


def routes(redaction: Redaction, door: Door) -> APIRouter:
    """What can be asked about personal data."""
    router = APIRouter(prefix="/api/v1/care", tags=["care"])

    @router.post(
        "/redact",
        operation_id="redact_text",
        summary="A text without personal data",
        responses=described(Redacted) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def redact(principal: Annotated[Principal, Depends(door)], asked: ToRedact) -> Response:
        """Ages, years and quantities stay. `coverage` says how much of each kind is found."""
        kinds = tuple(dict.fromkeys(asked.kinds)) if asked.kinds else KINDS
        return answer(await redaction.redact(asked.text, kinds))

    return router
