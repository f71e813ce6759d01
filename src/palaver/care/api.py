"""Care over HTTP: what a text says about danger; it translates, decides nothing and keeps nothing."""

from collections.abc import Callable
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from palaver.care.crisis.finding import Finding
from palaver.care.resources.countries import country_of, language_of
from palaver.care.resources.told import told
from palaver.care.service import Care
from palaver.core.care import CareResource
from palaver.core.errors import Invalid
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit.answers import answer, described, problems

REFUSED = problems(_401="No credential, or one that does not hold.", _422="A field is missing, unknown or wrong.")
UNREAD = problems(_503="The text could not be read in time: nobody knows what it says.")


class ToAssess(BaseModel):
    """A text that is to be read. Nothing of it is kept."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(min_length=1, max_length=100_000)
    language: str | None = Field(
        None, max_length=35, description="What they speak best, for who helps; every text is read in all languages."
    )
    country: str | None = Field(None, max_length=10, description="Where they are, for who helps: a code such as KE.")


class Assessed(Finding, frozen=True, kw_only=True):
    """How soon a text asks for an answer, and what in it says so. It judges the text, and no person."""

    version: str
    resources: list[CareResource]


def routes(care: Care, door: Door) -> APIRouter:
    """What can be asked about words."""
    router = APIRouter(prefix="/api/v1/care", tags=["care"])

    @router.post(
        "/assess",
        operation_id="assess_text",
        summary="How soon a text asks for an answer",
        responses=described(Assessed) | REFUSED | UNREAD,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def assess(principal: Annotated[Principal, Depends(door)], asked: ToAssess) -> Response:
        """Reads the text in every language it knows, whatever is declared."""
        country, language = _code(asked.country, "country", country_of), _code(asked.language, "language", language_of)
        found, version = await care.crisis(asked.text), care.version
        if (screened := await care.screened(asked.text, found, found.urgency)) is not None:
            found, version = screened.found, f"{version} {screened.version}"
        helpers = care.helpers(found, country, language) if found.urgency != "none" else []
        told_of = [told(one) for one in helpers]
        return answer(Assessed(**msgspec.structs.asdict(found), version=version, resources=told_of))

    return router


def _code(text: str | None, name: str, read: Callable[[str], str | None]) -> str | None:
    if text is None:
        return None
    if (found := read(text)) is not None:
        return found
    says = f"{text!r} is no {name}."
    raise Invalid(says, errors=[{"loc": ["body", name], "msg": says, "type": name}])
