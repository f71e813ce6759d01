"""The shelves over HTTP: the same routes for every kind; it translates and decides nothing."""

import re
from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model
from starlette.responses import Response

from palaver.agents.kinds import LATER, Kind, Values, changes, creation, named, optional_fields
from palaver.agents.servers import MCP_SERVER
from palaver.agents.shelves import Page, Shelves, Window
from palaver.core.errors import Invalid
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit import asked
from palaver.kit.answers import answer, problems

REFUSED = problems(_401="No credential, or one that does not hold.", _403="The credential does not allow it.")
INVALID = problems(_422="A field is missing, unknown or wrong.")
UNKNOWN = problems(_404="There is no such thing, or it is somebody else's.")
TAKEN = problems(_409="The name is taken, or there are as many as one may have.")
PASSED = problems(_409="It was changed meanwhile, the name is taken, or it comes from the server's disk.")

IfMatch = Annotated[
    str | None, Header(alias="If-Match", max_length=40, description="The version that the change was made from.")
]


class Shelved(BaseModel):
    """What everything on a shelf has besides its own fields."""

    id: str
    version: int
    source: Annotated[str, Field(pattern="^(own|shared|disk)$")]
    shared: bool
    read_only: bool
    created_at: str
    updated_at: str


class WindowIn(BaseModel):
    """Which part of a list."""

    model_config = ConfigDict(extra="forbid")

    cursor: Annotated[str, Field(max_length=400)] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


_fields: TypeAdapter[Values] = TypeAdapter(dict[str, Any], config=ConfigDict(strict=True))


def routes(shelves: Shelves, door: Door, kinds: Iterable[Kind]) -> APIRouter:
    """Every shelf."""
    router = APIRouter()
    for kind in kinds:
        router.routes.extend(_listing(shelves, door, kind).routes)
        router.routes.extend(_changing(shelves, door, kind).routes)
    return router


def _listing(shelves: Shelves, door: Door, kind: Kind) -> APIRouter:
    router = APIRouter(prefix=f"/api/v1/{kind.path}", tags=["agents"])
    one, many = _told(kind)
    window = SECURED | asked.takes_query(WindowIn)

    @router.get(
        "",
        operation_id=f"list_{kind.name}s",
        summary=f"List {kind.many}",
        description="By name: your own, what is shared, and what is on the server's disk. Long fields are left out; "
        "ask for one to see them.",
        responses=asked.gives(many) | REFUSED | INVALID,
        openapi_extra=window,
    )
    async def page(request: Request, principal: Annotated[Principal, Depends(door)]) -> Response:
        return _page(await shelves.page(principal, kind, _window(request)))

    @router.get(
        "/{definition_id}",
        operation_id=f"get_{kind.name}",
        summary=f"One {kind.said}, whole",
        description="With its long fields; secrets are told as `•••`.",
        responses=asked.gives(one) | REFUSED | UNKNOWN,
        openapi_extra=SECURED,
    )
    async def get(definition_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return _one(await shelves.get(principal, kind, definition_id))

    @router.get(
        "/{definition_id}/versions",
        operation_id=f"list_{kind.name}_versions",
        summary=f"Every version of one {kind.said}",
        description="Newest first, whole.",
        responses=asked.gives(many) | REFUSED | UNKNOWN | INVALID,
        openapi_extra=window,
    )
    async def versions(
        definition_id: str, request: Request, principal: Annotated[Principal, Depends(door)]
    ) -> Response:
        return _page(await shelves.versions(principal, kind, definition_id, _window(request)))

    return router


def _changing(shelves: Shelves, door: Door, kind: Kind) -> APIRouter:
    router = APIRouter(prefix=f"/api/v1/{kind.path}", tags=["agents"])
    one, _ = _told(kind)

    @router.post(
        "",
        status_code=201,
        operation_id=f"create_{kind.name}",
        summary=f"Make one of the {kind.many}",
        description="It is yours; with `shared`, others may use it, too. Nobody's name is taken twice on one shelf.",
        responses=asked.gives(one, 201, says="Made.") | REFUSED | TAKEN | INVALID,
        openapi_extra=SECURED | asked.takes_body(creation(kind)),
    )
    async def create(request: Request, principal: Annotated[Principal, Depends(door)]) -> Response:
        return _one(await shelves.create(principal, kind, await _said(request)), 201)

    @router.patch(
        "/{definition_id}",
        operation_id=f"change_{kind.name}",
        summary=f"Change one of the {kind.many}",
        description="What is not said stays; null takes a field away. It becomes a new version. With `version`, or "
        "If-Match, it is refused where somebody else has changed it meanwhile.",
        responses=asked.gives(one) | REFUSED | UNKNOWN | PASSED | INVALID,
        openapi_extra=SECURED | asked.takes_body(changes(kind)),
    )
    async def change(
        definition_id: str,
        request: Request,
        principal: Annotated[Principal, Depends(door)],
        if_match: IfMatch = None,
    ) -> Response:
        values, made_from = await _said(request), _version(if_match)
        return _one(await shelves.change(principal, kind, definition_id, values, made_from=made_from))

    @router.delete(
        "/{definition_id}",
        status_code=204,
        operation_id=f"delete_{kind.name}",
        summary=f"Remove one of the {kind.many}",
        description="With all its versions.",
        responses=REFUSED | UNKNOWN | problems(_409="It comes from the server's disk."),
        openapi_extra=SECURED,
    )
    async def remove(definition_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        await shelves.remove(principal, kind, definition_id)
        return Response(status_code=204)

    return router


def _told(kind: Kind) -> tuple[type[BaseModel], type[BaseModel]]:
    """What one looks like, and a page of them; long fields are not in lists, so none but the name must be there."""
    fields = optional_fields(kind)
    fields["name"] = (str, ...)
    one = create_model(named(kind), __base__=Shelved, __cls_kwargs__=LATER, **fields)
    listed: Any = list
    more: dict[str, Any] = {"items": (listed[one], ...), "next_cursor": (str | None, ...)}
    if kind.name == MCP_SERVER:
        more["items"] = (
            listed[create_model(f"{named(kind)}Listed", __base__=one, __cls_kwargs__=LATER, status=(Any, None))],
            ...,
        )
    return one, create_model(f"{named(kind)}List", __cls_kwargs__=LATER, **more, problems=(list[str] | None, None))


def _page(page: Page) -> Response:
    told: Values = {"items": page.items, "next_cursor": page.next_cursor}
    return answer(told | ({"problems": page.problems} if page.problems else {}))


def _one(values: Values, status: int = 200) -> Response:
    return answer(values, status, {"ETag": f'"{values["version"]}"'})


async def _said(request: Request) -> Values:
    try:
        return _fields.validate_json(await request.body() or b"null")
    except ValidationError as error:
        raise Invalid.about(
            error.errors(include_url=False, include_context=False, include_input=False), "body"
        ) from None


def _window(request: Request) -> Window:
    try:
        return Window(**asked.query(request, WindowIn).model_dump())
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise Invalid.about(found, "query") from None


def _version(if_match: str | None) -> int | None:
    """The number within the quotation marks; `*` is any."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = re.fullmatch(r'\s*(?:W/)?"?([0-9]{1,9})"?\s*', if_match)
    if found is None:
        says = "a version in quotation marks, as ETag has it"
        raise Invalid.about([{"loc": ["If-Match"], "msg": says, "type": "version"}], "header")
    return int(found[1])
