"""Who helps, over HTTP; it translates and decides nothing."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from palaver.care.resources.choosing import Wish
from palaver.care.resources.countries import COUNTRIES, country_of, language_of
from palaver.care.resources.service import Help
from palaver.care.resources.told import told
from palaver.core.care import CareResource, Kind
from palaver.core.errors import Invalid
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit.answers import answer, described, problems

_REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="The key may not read about care.",
    _422="No such country, language or kind.",
)


class CareResourceList(msgspec.Struct, frozen=True):
    """Services that help, the best match first; emergency numbers and directories end it, so it is never empty."""

    items: list[CareResource]


Country = Annotated[
    str | None,
    Query(
        description="Where the person is: a code after ISO 3166-1 alpha-2.",
        json_schema_extra={"enum": sorted(COUNTRIES)},
    ),
]
Language = Annotated[
    str | None,
    Query(
        max_length=35,
        pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$",
        description="What they speak best, such as sw or en-GB; services in other languages are told as well.",
    ),
]
Kinds = Annotated[
    list[Kind] | None, Query(max_length=10, description="What is wanted, the most wanted first; left out, everything.")
]
Limit = Annotated[
    int, Query(ge=1, le=50, description="How many come before the emergency numbers and directories at most.")
]


def _wish(country: Country = None, language: Language = None, kind: Kinds = None) -> Wish:
    return Wish(
        None if country is None else _where(country),
        None if language is None else language_of(language),
        tuple(kind or ()),
    )


def routes(helping: Help, door: Door) -> APIRouter:
    """GET /api/v1/care/resources; `door` tells who asks."""
    router = APIRouter(prefix="/api/v1/care", tags=["care"])

    @router.get(
        "/resources",
        operation_id="list_care_resources",
        summary="Who helps people in need, by country, language and kind",
        responses=described(CareResourceList) | _REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def list_care_resources(
        principal: Annotated[Principal, Depends(door)], wish: Annotated[Wish, Depends(_wish)], limit: Limit = 10
    ) -> Response:
        """Each with the page it was read on, the day of that, and whether a person has confirmed it.

        Without a country only what is for the whole world is told.
        """
        return answer(CareResourceList([told(one) for one in helping.find(wish, limit)]))

    return router


def _where(text: str) -> str:
    found = country_of(text)
    if found is None:
        says = f"{text!r} is no country code after ISO 3166-1 alpha-2, such as KE."
        raise Invalid(says, errors=[{"loc": ["query", "country"], "msg": says, "type": "country"}])
    return found
