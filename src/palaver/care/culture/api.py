"""Culture over HTTP: what is known, and what a text says by it; it translates, decides nothing and keeps nothing."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from palaver.care.culture.analysing import CultureAnalysis
from palaver.care.culture.service import Culture, CultureFoundList, CultureWish
from palaver.care.resources.countries import country_of
from palaver.core.errors import Invalid
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit.answers import answer, described, problems

_REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="The key may not read about care.",
    _422="A field is missing, unknown or wrong.",
)


class ToSearchCulture(BaseModel):
    """What is looked for in what is known about a culture. Nothing of it is kept."""

    model_config = ConfigDict(extra="forbid", strict=True)

    query: str = Field(min_length=1, max_length=2_000)
    regions: list[str] = Field([], max_length=20, description="Only what holds there: country codes such as KE.")
    limit: int = Field(8, ge=1, le=50, description="How many are told at most.")


class ToAnalyseCulture(BaseModel):
    """A text that is to be read in its culture. Nothing of it is kept."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(min_length=1, max_length=100_000)
    answer: str | None = Field(
        None, max_length=100_000, description="An answer to it that is to be checked for judging a people."
    )


def routes(culture: Culture, door: Door) -> APIRouter:
    """What can be asked about culture."""
    router = APIRouter(prefix="/api/v1/care/culture", tags=["care"])

    @router.post(
        "/search",
        operation_id="search_culture",
        summary="What is known about a people's words and ways",
        responses=described(CultureFoundList) | _REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def search(principal: Annotated[Principal, Depends(door)], asked: ToSearchCulture) -> Response:
        """Finds by words, and by meaning where a model for vectors is configured; nothing far away is told."""
        wish = CultureWish(asked.query, tuple(map(_region, asked.regions)), asked.limit)
        return answer(await culture.search(wish, principal))

    @router.post(
        "/analyse",
        operation_id="analyse_culture",
        summary="What a text says in its culture",
        responses=described(CultureAnalysis) | _REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def analyse(principal: Annotated[Principal, Depends(door)], asked: ToAnalyseCulture) -> Response:
        """Tells languages, phrases and questions that may follow. It has no level and finds no danger."""
        return answer(await culture.analyse(asked.text, asked.answer))

    return router


def _region(text: str) -> str:
    if (found := country_of(text)) is not None:
        return found
    says = f"{text!r} is no country code after ISO 3166-1 alpha-2, such as KE."
    raise Invalid(says, errors=[{"loc": ["body", "regions"], "msg": says, "type": "country"}])
