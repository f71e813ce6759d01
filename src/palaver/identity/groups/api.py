"""Organisations and groups over HTTP; it translates and decides nothing."""

from typing import Annotated, Self

import msgspec
from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.responses import Response

from palaver.core.errors import Invalid
from palaver.core.ids import UserId
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.identity.groups.group import Belongs, Group, GroupRole, Kind
from palaver.identity.groups.service import Teams
from palaver.kit.answers import answer, described, problems
from palaver.kit.pages import BadCursor, cursor, position

REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="Your role there does not allow it.",
    _404="There is no such thing, or it is none of yours.",
    _422="A field is missing, unknown or wrong.",
)
CHANGING = problems(_409="The name is taken, it would have no owner, or a directory keeps it.", _503="Try again.")
GONE = {204: {"description": "Done."}}

Name = Annotated[str, Field(min_length=1, max_length=200)]
_Id = Annotated[str, Field(min_length=1, max_length=64)]
_Cursor = Annotated[str | None, Query(alias="cursor", max_length=200)]
_Limit = Annotated[int, Query(ge=1, le=200)]


class GroupList(msgspec.Struct, frozen=True):
    """A page of organisations or groups, oldest first."""

    items: list[Group]
    next_cursor: str | None


class BelongsList(msgspec.Struct, frozen=True):
    """A page of those who belong to one."""

    items: list[Belongs]
    next_cursor: str | None


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class OrganisationIn(_Body):
    """An organisation that is to be."""

    name: Name
    owner_id: _Id | None = Field(None, description="Whose it is; left out, the caller's.")


class GroupIn(_Body):
    """A group that is to be."""

    name: Name
    organisation_id: _Id | None = Field(None, description="The organisation it belongs to; left out, the house.")


class NameIn(_Body):
    """Another name."""

    name: Name


class BelongsIn(_Body):
    """Somebody who shall belong to it."""

    user_id: _Id | None = Field(None, description="The person's id.")
    email: Annotated[str, Field(min_length=3, max_length=320, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$")] | None = Field(
        None, description="Or their e-mail address, where you may know who is here."
    )

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.user_id is None) == (self.email is None):
            raise ValueError("give user_id or email, and not both")
        return self

    def whom(self) -> str:
        """The one of the two that was given."""
        return self.email or self.user_id or ""


class OrganisationMemberIn(BelongsIn):
    """Somebody who shall belong to an organisation, or in another role."""

    role: GroupRole = Field("member", description="Owners and admins keep it, members see it.")


def routes(teams: Teams, door: Door) -> APIRouter:
    """Everything about organisations and groups."""
    router = APIRouter(prefix="/api/v1", tags=["teams"])
    _organisations(router, teams, door)
    _groups(router, teams, door)
    for kind in ("organisation", "group"):
        _one(router, teams, door, kind)
        _members(router, teams, door, kind)
    _joining(router, teams, door)
    return router


def _organisations(router: APIRouter, teams: Teams, door: Door) -> None:
    @router.get(
        "/organisations",
        operation_id="list_organisations",
        summary="The organisations that you belong to; for administrators, all",
        responses=described(GroupList) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def page(
        principal: Annotated[Principal, Depends(door)], after: _Cursor = None, limit: _Limit = 50
    ) -> Response:  # fmt: skip
        return _page(await teams.page(principal, "organisation", after=_after(after), limit=limit + 1), limit)

    @router.post(
        "/organisations",
        status_code=201,
        operation_id="create_organisation",
        summary="Make an organisation; for administrators",
        responses=described(Group, 201, says="Made.") | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def create(body: OrganisationIn, principal: Annotated[Principal, Depends(door)]) -> Response:
        owner = UserId(body.owner_id) if body.owner_id else None
        return answer(await teams.found(principal, body.name, owner), 201)


def _groups(router: APIRouter, teams: Teams, door: Door) -> None:
    @router.get(
        "/groups",
        operation_id="list_groups",
        summary="The groups of your organisations, and those of the house that you are in",
        responses=described(GroupList) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def page(
        principal: Annotated[Principal, Depends(door)],
        organisation_id: Annotated[str | None, Query(max_length=64, description="Only of this one.")] = None,
        after: _Cursor = None,
        limit: _Limit = 50,
    ) -> Response:
        found = await teams.page(principal, "group", organisation_id, after=_after(after), limit=limit + 1)
        return _page(found, limit)

    @router.post(
        "/groups",
        status_code=201,
        operation_id="create_group",
        summary="Make a group, of an organisation that you keep or, for administrators, of the house",
        responses=described(Group, 201, says="Made.") | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def create(body: GroupIn, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await teams.form(principal, body.name, body.organisation_id), 201)


def _one(router: APIRouter, teams: Teams, door: Door, kind: Kind) -> None:
    at = f"/{kind}s/{{{kind}_id}}"
    alias = f"{kind}_id"

    @router.get(
        at,
        operation_id=f"get_{kind}",
        summary=f"One {kind}",
        responses=described(Group) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def get(
        group_id: Annotated[str, Path(alias=alias)], principal: Annotated[Principal, Depends(door)]
    ) -> Response:
        return answer(await teams.one(principal, kind, group_id))

    @router.patch(
        at,
        operation_id=f"change_{kind}",
        summary=f"Give one {kind} another name",
        responses=described(Group) | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def change(
        group_id: Annotated[str, Path(alias=alias)], body: NameIn, principal: Annotated[Principal, Depends(door)]
    ) -> Response:
        return answer(await teams.rename(principal, kind, group_id, body.name))

    @router.delete(
        at,
        status_code=204,
        operation_id=f"delete_{kind}",
        summary=f"Delete one {kind}; what was shared with it is not any more",
        responses=GONE | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def remove(
        group_id: Annotated[str, Path(alias=alias)], principal: Annotated[Principal, Depends(door)]
    ) -> Response:
        await teams.remove(principal, kind, group_id)
        return Response(status_code=204)


def _members(router: APIRouter, teams: Teams, door: Door, kind: Kind) -> None:
    at, alias = f"/{kind}s/{{{kind}_id}}/members", f"{kind}_id"

    @router.get(
        at,
        operation_id=f"list_{kind}_members",
        summary=f"Who belongs to one {kind}",
        responses=described(BelongsList) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def page(
        group_id: Annotated[str, Path(alias=alias)],
        principal: Annotated[Principal, Depends(door)],
        after: _Cursor = None,
        limit: _Limit = 50,
    ) -> Response:
        found = await teams.members(principal, kind, group_id, after=_after(after), limit=limit + 1)
        more = cursor(found[limit - 1].user_id) if len(found) > limit else None
        return answer(BelongsList(found[:limit], more))

    @router.delete(
        at + "/{user_id}",
        status_code=204,
        operation_id=f"remove_{kind}_member",
        summary=f"Let somebody belong to one {kind} no more, or leave it",
        description="What they saw only thereby ends at once, open streams and sockets included.",
        responses=GONE | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def take(
        group_id: Annotated[str, Path(alias=alias)], user_id: str, principal: Annotated[Principal, Depends(door)]
    ) -> Response:
        await teams.take(principal, kind, group_id, UserId(user_id))
        return Response(status_code=204)


def _joining(router: APIRouter, teams: Teams, door: Door) -> None:
    @router.post(
        "/organisations/{organisation_id}/members",
        status_code=201,
        operation_id="add_organisation_member",
        summary="Let somebody belong to one organisation, or in another role",
        responses=described(Belongs, 201) | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def join(
        organisation_id: str, body: OrganisationMemberIn, principal: Annotated[Principal, Depends(door)]
    ) -> Response:
        return answer(await teams.put(principal, "organisation", organisation_id, body.whom(), role=body.role), 201)

    @router.post(
        "/groups/{group_id}/members",
        status_code=201,
        operation_id="add_group_member",
        summary="Let somebody belong to one group",
        responses=described(Belongs, 201) | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def put(group_id: str, body: BelongsIn, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await teams.put(principal, "group", group_id, body.whom()), 201)


def _page(found: list[Group], limit: int) -> Response:
    return answer(GroupList(found[:limit], cursor(found[limit - 1].id) if len(found) > limit else None))


def _after(word: str | None) -> str:
    if not word:
        return ""
    try:
        return position(word, tuple[str])[0]
    except BadCursor as error:
        at = {"loc": ["query", "cursor"], "msg": "not a cursor of this list", "type": "bad_cursor"}
        raise Invalid("The cursor is not one of this list's.", errors=[at]) from error
