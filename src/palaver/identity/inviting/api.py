"""Invitations to the house over HTTP, for administrators; it translates and decides nothing."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BeforeValidator, Field
from starlette.responses import Response

from palaver.core.principal import Principal, Role
from palaver.identity.door import SECURED, Door
from palaver.identity.inviting.service import Inviting, Wish
from palaver.identity.inviting.store import Invitation
from palaver.identity.letters.links import Links
from palaver.identity.schemas import Body, Email, as_text
from palaver.kit.answers import answer, described, problems

REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="Only administrators may do that.",
    _422="A field is missing, unknown or wrong.",
)


class InvitationWish(Body):
    """Whom to invite. Left out: whoever has the link, as a member, for as long as the settings say."""

    email: Email | None = None
    role: Role = "member"
    expires_at: Annotated[AwareDatetime, BeforeValidator(as_text)] | None = Field(
        None, examples=["2031-01-01T00:00:00Z"]
    )


class HouseInvitation(msgspec.Struct, frozen=True):
    """An invitation to the house, without its secret."""

    id: str
    email: str | None
    role: Role
    created_at: str
    expires_at: str
    used_at: str | None


class NewHouseInvitation(HouseInvitation, frozen=True):
    """An invitation with its link, which is told this one time."""

    link: str


class HouseInvitationList(msgspec.Struct, frozen=True):
    """Invitations to the house, oldest first."""

    items: list[HouseInvitation]
    next_cursor: str | None


def routes(inviting: Inviting, door: Door, links: Links) -> APIRouter:
    """Everything below /api/v1/users/invitations."""
    router = APIRouter(prefix="/api/v1/users/invitations", tags=["users"])
    admin = door.needs("admin")

    @router.get(
        "",
        operation_id="list_house_invitations",
        summary="List invitations to the house",
        responses=described(HouseInvitationList) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def listing(
        principal: Annotated[Principal, Depends(admin)],
        cursor: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Response:
        found = await inviting.page(cursor, limit)
        return answer(HouseInvitationList([_view(one) for one in found.items], found.next_cursor))

    @router.post(
        "",
        status_code=201,
        operation_id="create_house_invitation",
        summary="Invite somebody to make an account",
        description="The link is in this answer and never told again; where an address is named and letters are sent, "
        "it is mailed there, too. It works once.",
        responses=described(NewHouseInvitation, 201, says="Made.") | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def create(
        request: Request, body: InvitationWish, principal: Annotated[Principal, Depends(admin)]
    ) -> Response:
        wish = Wish(body.email, body.role, body.expires_at)
        made, secret = await inviting.create(principal.user_id, wish, address=_address(request))
        link = links.to("register", secret.reveal(), str(request.base_url))
        return answer(NewHouseInvitation(*made, link), 201, {"Cache-Control": "no-store"})

    @router.delete(
        "/{invitation_id}",
        status_code=204,
        operation_id="withdraw_house_invitation",
        summary="Withdraw an invitation to the house",
        responses={204: {"description": "Done."}} | REFUSED | problems(_404="There is no such invitation."),
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def withdraw(
        request: Request, invitation_id: str, principal: Annotated[Principal, Depends(admin)]
    ) -> Response:
        await inviting.withdraw(principal.user_id, invitation_id, address=_address(request))
        return Response(status_code=204)

    return router


def _address(request: Request) -> str | None:
    return request.client.host if request.client else None


def _view(one: Invitation) -> HouseInvitation:
    return HouseInvitation(*one)
