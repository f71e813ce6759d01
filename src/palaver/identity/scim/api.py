"""SCIM over HTTP (RFC 7644); it translates and decides nothing. Its errors take their shape where all errors do."""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple, cast

import msgspec
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from palaver.core.errors import Invalid, NotFound, NotImplementedYet
from palaver.core.principal import Principal
from palaver.identity.door import Door
from palaver.identity.scim import documents, filters
from palaver.identity.scim.directory_groups import DirectoryGroups
from palaver.identity.scim.resources import Resource, projected
from palaver.identity.scim.service import DirectoryUsers
from palaver.identity.scopes import SCIM

PREFIX = "/scim/v2"
MEDIA = "application/scim+json"

_encode = msgspec.json.Encoder().encode


class _Asked(NamedTuple):
    """What a list is asked for; places are counted from 1."""

    filter: str | None
    start: int
    most: int
    only: frozenset[str]
    without: frozenset[str]

    @property
    def members(self) -> bool:
        """Whether the members of groups are wanted."""
        return "members" not in self.without and (not self.only or any(one.startswith("members") for one in self.only))


def routes(users: DirectoryUsers, groups: DirectoryGroups, door: Door, largest_page: int) -> APIRouter:
    """Everything below /scim/v2. The standard describes it: our own document is about our own API."""
    router = APIRouter()
    may = door.needs(SCIM)
    for below in (_users(users, may, largest_page), _groups(groups, may, largest_page), _about(may, largest_page)):
        router.routes.extend(below.routes)
    return router


def _about(may: Any, largest_page: int) -> APIRouter:
    router = APIRouter(prefix=PREFIX, include_in_schema=False, dependencies=[Depends(may)])

    @router.get("/ServiceProviderConfig")
    async def configuration(request: Request) -> Response:
        return _answer(documents.configuration(_base(request), largest_page))

    @router.get("/ResourceTypes")
    async def types(request: Request) -> Response:
        found = documents.resource_types(_base(request))
        return _answer(documents.listed(found, len(found)))

    @router.get("/ResourceTypes/{name}")
    async def one_type(request: Request, name: str) -> Response:
        return _answer(_named(documents.resource_types(_base(request)), name))

    @router.get("/Schemas")
    async def schemas(request: Request) -> Response:
        found = documents.schemas(_base(request))
        return _answer(documents.listed(found, len(found)))

    @router.get("/Schemas/{name}")
    async def one_schema(request: Request, name: str) -> Response:
        return _answer(_named(documents.schemas(_base(request)), name))

    @router.api_route("/{other}", methods=["GET", "POST"])
    async def later(other: str) -> Response:
        if other in {"Me", "Bulk", ".search"}:
            raise NotImplementedYet("This part of SCIM is not offered here; see ServiceProviderConfig.")
        raise NotFound("There is no such resource.")

    return router


def _users(users: DirectoryUsers, may: Any, largest_page: int) -> APIRouter:
    router = APIRouter(prefix=PREFIX + "/Users", include_in_schema=False)

    @router.get("", dependencies=[Depends(may)])
    async def find(request: Request) -> Response:
        asked = _asked(request, largest_page)
        total, found = await users.find(asked.filter, asked.start - 1, asked.most, _base(request))
        return _listed(found, total, asked)

    @router.post("")
    async def create(request: Request, principal: Annotated[Principal, Depends(may)]) -> Response:
        return _made(request, await users.create(await _body(request), principal, _base(request)))

    @router.get("/{user_id}", dependencies=[Depends(may)])
    async def get(request: Request, user_id: str) -> Response:
        return _one(request, await users.get(user_id, _base(request)))

    @router.put("/{user_id}")
    async def replace(request: Request, user_id: str, principal: Annotated[Principal, Depends(may)]) -> Response:
        return _one(request, await users.replace(user_id, await _body(request), principal, _base(request)))

    @router.patch("/{user_id}")
    async def patch(request: Request, user_id: str, principal: Annotated[Principal, Depends(may)]) -> Response:
        return _one(request, await users.patch(user_id, await _changes(request), principal, _base(request)))

    @router.delete("/{user_id}", status_code=204)
    async def remove(user_id: str, principal: Annotated[Principal, Depends(may)]) -> Response:
        await users.remove(user_id, principal)
        return Response(status_code=204)

    return router


def _groups(groups: DirectoryGroups, may: Any, largest_page: int) -> APIRouter:
    router = APIRouter(prefix=PREFIX + "/Groups", include_in_schema=False)

    @router.get("", dependencies=[Depends(may)])
    async def find(request: Request) -> Response:
        asked, base = _asked(request, largest_page), _base(request)
        total, found = await groups.find(asked.filter, asked.start - 1, asked.most, base, members=asked.members)
        return _listed(found, total, asked)

    @router.post("")
    async def create(request: Request, principal: Annotated[Principal, Depends(may)]) -> Response:
        return _made(request, await groups.create(await _body(request), principal, _base(request)))

    @router.get("/{group_id}", dependencies=[Depends(may)])
    async def get(request: Request, group_id: str) -> Response:
        asked = _asked(request, largest_page)
        return _one(request, await groups.get(group_id, _base(request), members=asked.members))

    @router.put("/{group_id}")
    async def replace(request: Request, group_id: str, principal: Annotated[Principal, Depends(may)]) -> Response:
        return _one(request, await groups.replace(group_id, await _body(request), principal, _base(request)))

    @router.patch("/{group_id}")
    async def patch(request: Request, group_id: str, principal: Annotated[Principal, Depends(may)]) -> Response:
        await groups.patch(group_id, await _changes(request), principal, _base(request))
        return _one(request, await groups.get(group_id, _base(request)))

    @router.delete("/{group_id}", status_code=204)
    async def remove(group_id: str, principal: Annotated[Principal, Depends(may)]) -> Response:
        await groups.remove(group_id, principal)
        return Response(status_code=204)

    return router


def _asked(request: Request, largest_page: int) -> _Asked:
    query = request.query_params
    count = _number(query.get("count"), largest_page)
    return _Asked(
        query.get("filter"),
        max(1, _number(query.get("startIndex"), 1)),
        min(max(0, count), largest_page),
        _names(query.get("attributes")),
        _names(query.get("excludedAttributes")),
    )


def _number(text: str | None, otherwise: int) -> int:
    if text is None:
        return otherwise
    try:
        return max(-1, min(int(text), 2**31))
    except ValueError:
        raise Invalid("startIndex and count are whole numbers.") from None


def _names(text: str | None) -> frozenset[str]:
    named = (one.strip().lower() for one in (text or "").split(","))
    return frozenset(one.rpartition(":")[2] for one in named if one)


async def _body(request: Request) -> dict[str, Any]:
    try:
        return msgspec.json.decode(await request.body(), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Invalid("The body is not a JSON object.") from None


async def _changes(request: Request) -> list[object]:
    found = filters.value_of(await _body(request), "Operations")
    if not isinstance(found, list):
        raise Invalid("A change is a list of Operations.")
    return cast("list[object]", found)


def _named(found: list[Resource], name: str) -> Resource:
    for one in found:
        if one["id"] == name:
            return one
    raise NotFound("There is no such resource.")


def _listed(found: list[Resource], total: int, asked: _Asked) -> Response:
    shown = [projected(one, asked.only, asked.without) for one in found]
    return _answer(documents.listed(shown, total, asked.start))


def _one(request: Request, resource: Resource, status: int = 200) -> Response:
    query = request.query_params
    shown = projected(resource, _names(query.get("attributes")), _names(query.get("excludedAttributes")))
    return _answer(shown, status)


def _made(request: Request, resource: Resource) -> Response:
    response = _one(request, resource, 201)
    response.headers["Location"] = resource["meta"]["location"]
    return response


def _answer(told: Mapping[str, Any], status: int = 200) -> Response:
    return Response(_encode(told), status, media_type=MEDIA)


def _base(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers.get('host', '')}{PREFIX}"
