"""Users over HTTP, for administrators; it translates and decides nothing."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from starlette.responses import Response

from palaver.core.ids import UserId
from palaver.core.principal import Principal, Role
from palaver.identity.door import SECURED, Door
from palaver.identity.letters.links import Links
from palaver.identity.schemas import Body, Email, Name, Password
from palaver.identity.users.service import By, Users
from palaver.identity.users.store import Changes, Listed
from palaver.kit.answers import answer, described, problems
from palaver.kit.clock import stamp

REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="Only administrators may do that.",
    _422="A field is missing, unknown or wrong.",
)
UNKNOWN = problems(_404="There is no such user.")
LAST = problems(_409="This is the last administrator.")
GONE = {204: {"description": "Done."}}
NO_STORE = {"Cache-Control": "no-store"}


class NewUser(Body):
    """A user whom an administrator makes. Without a password, a reset link lets them choose one."""

    email: Email
    password: Password | None = None
    name: Name | None = Field(None, examples=["Ada"])
    role: Role = "member"


class UserChanges(Body):
    """What shall become of a user; what is left out stays."""

    name: Name | None = None
    role: Role | None = None
    disabled: bool | None = Field(None, strict=True)


class UserView(msgspec.Struct, frozen=True, kw_only=True):
    """A user as told to administrators. `issuer` is null for who signs in here with a password."""

    id: str
    email: str | None
    name: str | None
    role: Role
    issuer: str | None
    second_factor: bool
    created_at: str
    verified_at: str | None
    disabled_at: str | None


class UserList(msgspec.Struct, frozen=True):
    """Users, oldest first."""

    items: list[UserView]
    next_cursor: str | None


class LinkMade(msgspec.Struct, frozen=True):
    """A link that works once; it is told this one time."""

    link: str
    expires_at: str


def routes(users: Users, door: Door, links: Links) -> APIRouter:
    """Everything below /api/v1/users but invitations."""
    router = APIRouter(prefix="/api/v1/users", tags=["users"])
    _all(router, users, door)
    _one(router, users, door)
    _acts(router, users, door, links)
    return router


def _all(router: APIRouter, users: Users, door: Door) -> None:
    admin = door.needs("admin")

    @router.get(
        "",
        operation_id="list_users",
        summary="List users, oldest first",
        description="For administrators. `q` is looked for in e-mail addresses and names.",
        responses=described(UserList) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def page(
        principal: Annotated[Principal, Depends(admin)],
        q: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
        cursor: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Response:
        found = await users.page(cursor, limit, q)
        return answer(UserList([_view(one) for one in found.items], found.next_cursor))

    @router.post(
        "",
        status_code=201,
        operation_id="create_user",
        summary="Make a user",
        responses=described(UserView, 201, says="Made.") | REFUSED | problems(_409="The e-mail address is taken."),
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def create(request: Request, body: NewUser, principal: Annotated[Principal, Depends(admin)]) -> Response:
        by = by_whom(request, principal)
        return answer(_view(await users.create(body.email, body.password, body.role, name=body.name, by=by)), 201)


def _one(router: APIRouter, users: Users, door: Door) -> None:
    admin = door.needs("admin")

    @router.get(
        "/{user_id}",
        operation_id="get_user",
        summary="One user",
        responses=described(UserView) | REFUSED | UNKNOWN,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def get(user_id: str, principal: Annotated[Principal, Depends(admin)]) -> Response:
        return answer(_view(await users.get(UserId(user_id))))

    @router.patch(
        "/{user_id}",
        operation_id="change_user",
        summary="Change a user's name or role, disable or enable them",
        description="Counts at once. Whoever is disabled is signed out, what they have open is closed, and what they "
        "asked is ended; nothing of theirs is lost. A new role closes what they have open, so that it is opened anew.",
        responses=described(UserView) | REFUSED | UNKNOWN | LAST,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def change(
        request: Request, user_id: str, body: UserChanges, principal: Annotated[Principal, Depends(admin)]
    ) -> Response:
        changes = Changes(body.name, body.role, body.disabled)
        return answer(_view(await users.change(UserId(user_id), changes, by_whom(request, principal))))


def _acts(router: APIRouter, users: Users, door: Door, links: Links) -> None:
    admin = door.needs("admin")

    @router.post(
        "/{user_id}/password-reset",
        operation_id="create_reset_link",
        summary="Make a link by which a user chooses a new password",
        description="Hand it to nobody else. It works once; choosing a password ends every sign-in of the user.",
        responses=described(LinkMade) | REFUSED | UNKNOWN,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def reset(request: Request, user_id: str, principal: Annotated[Principal, Depends(admin)]) -> Response:
        token, until = await users.reset_token(UserId(user_id), by_whom(request, principal))
        link = links.to("reset", token.reveal(), str(request.base_url))
        return answer(LinkMade(link, stamp(until)), headers=NO_STORE)

    @router.delete(
        "/{user_id}/sign-ins",
        status_code=204,
        operation_id="sign_user_out",
        summary="Sign a user out everywhere",
        description="API keys stay.",
        responses=GONE | REFUSED | UNKNOWN,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def sign_out(request: Request, user_id: str, principal: Annotated[Principal, Depends(admin)]) -> Response:
        await users.sign_out(UserId(user_id), by_whom(request, principal))
        return Response(status_code=204)

    @router.delete(
        "/{user_id}/second-factor",
        status_code=204,
        operation_id="remove_second_factor_of_user",
        summary="Turn off the second factor of a user who lost it",
        responses=GONE | REFUSED | problems(_404="There is no such user, or they have no second factor."),
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def factor_off(request: Request, user_id: str, principal: Annotated[Principal, Depends(admin)]) -> Response:
        await users.remove_second_factor(UserId(user_id), by_whom(request, principal))
        return Response(status_code=204)


def by_whom(request: Request, principal: Principal) -> By:
    """Who acts, for the audit."""
    return By(principal.user_id, request.client.host if request.client else None)


def _view(listed: Listed) -> UserView:
    user = listed.user
    return UserView(
        id=user.id,
        email=user.email,
        name=user.name,
        role=user.role,
        issuer=user.issuer or None,
        second_factor=listed.second_factor,
        created_at=user.created_at,
        verified_at=user.verified_at,
        disabled_at=user.disabled_at,
    )
