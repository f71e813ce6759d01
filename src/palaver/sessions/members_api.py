"""Who takes part in sessions, over HTTP; it translates and decides nothing."""

from datetime import timedelta
from typing import Annotated, Self

import msgspec
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.responses import Response

from palaver.core.ids import MessageId, SessionId, UserId
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit.answers import answer, described, problems
from palaver.sessions.api import INVALID, REFUSED
from palaver.sessions.members import GIVEN, Invited, Member, Members, Wish
from palaver.sessions.session import Session

SESSION = "/sessions/{session_id}"
CHANGING = INVALID | problems(_409="It does not fit who takes part now.", _503="The database cannot be written now.")
GONE = {204: {"description": "Done."}}
MOST_HOURS = 24 * 90

_Id = Annotated[str, Field(min_length=1, max_length=64)]


class MemberList(msgspec.Struct, frozen=True):
    """Everybody who takes part, the owner first."""

    items: list[Member]
    next_cursor: str | None = None


class InvitationList(msgspec.Struct, frozen=True):
    """The invitations that hold, oldest first."""

    items: list[Invited]
    next_cursor: str | None = None


class MemberIn(BaseModel):
    """Somebody who shall take part, or in another role."""

    model_config = ConfigDict(extra="forbid", strict=True)

    user_id: _Id | None = Field(None, description="The person's id.")
    email: Annotated[str, Field(min_length=3, max_length=320, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$")] | None = Field(
        None, description="Or their e-mail address, where one person here has it."
    )
    role: GIVEN = Field(description="What they may do: an editor asks and changes, a viewer reads.")

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.user_id is None) == (self.email is None):
            raise ValueError("give user_id or email, and not both")
        return self

    def whom(self) -> str:
        """The one of the two that was given."""
        return self.email or self.user_id or ""


class InvitationIn(BaseModel):
    """An invitation by link."""

    model_config = ConfigDict(extra="forbid", strict=True)

    role: GIVEN = Field("viewer", description="What whoever comes by it may do.")
    expires_in_hours: Annotated[int, Field(ge=1, le=MOST_HOURS)] = Field(72, description="How long it holds.")
    uses: Annotated[int, Field(ge=1, le=200)] = Field(1, description="How many people may come by it.")

    def wish(self) -> Wish:
        """The same as a value."""
        return Wish(self.role, timedelta(hours=self.expires_in_hours), self.uses)


class AcceptIn(BaseModel):
    """The secret of an invitation."""

    model_config = ConfigDict(extra="forbid", strict=True)

    token: Annotated[str, Field(min_length=1, max_length=200)]


class ReadIn(BaseModel):
    """The newest message that somebody has read."""

    model_config = ConfigDict(extra="forbid", strict=True)

    message_id: Annotated[str, Field(min_length=1, max_length=100)]


def routes(members: Members, door: Door) -> APIRouter:
    """Everything about taking part."""
    router = APIRouter(prefix="/api/v1", tags=["members"])
    _members(router, members, door)
    _invitations(router, members, door)
    return router


def _members(router: APIRouter, members: Members, door: Door) -> None:
    @router.get(
        SESSION + "/members",
        operation_id="list_members",
        summary="Who takes part in a session, and what they have read",
        responses=described(MemberList) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def of(session_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(MemberList(await members.of(principal.user_id, SessionId(session_id))))

    @router.post(
        SESSION + "/members",
        status_code=201,
        operation_id="add_member",
        summary="Let somebody take part in a session, or give them another role",
        description="To an address whose owner you may not know, if there is one, you get an invitation to send (202).",
        responses=described(Member, 201) | described(Invited, 202, says="An invitation.") | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def add(session_id: str, body: MemberIn, principal: Annotated[Principal, Depends(door)]) -> Response:
        added = await members.add(principal, SessionId(session_id), body.whom(), body.role)
        return answer(added, 202 if isinstance(added, Invited) else 201)

    @router.delete(
        SESSION + "/members",
        status_code=204,
        operation_id="remove_member",
        summary="Let somebody take part in a session no more, or leave it",
        description="What they listen to of it ends at once, and so does what they asked there.",
        responses=GONE | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def remove(
        session_id: str,
        principal: Annotated[Principal, Depends(door)],
        user_id: Annotated[str, Query(min_length=1, max_length=64, description="Who; oneself, to leave.")],
    ) -> Response:
        await members.remove(principal.user_id, SessionId(session_id), UserId(user_id))
        return Response(status_code=204)

    @router.post(
        SESSION + "/read",
        status_code=204,
        operation_id="mark_read",
        summary="Say up to which message you have read",
        responses=GONE | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def read(session_id: str, body: ReadIn, principal: Annotated[Principal, Depends(door)]) -> Response:
        await members.mark_read(principal.user_id, SessionId(session_id), MessageId(body.message_id))
        return Response(status_code=204)


def _invitations(router: APIRouter, members: Members, door: Door) -> None:
    @router.get(
        SESSION + "/invitations",
        operation_id="list_invitations",
        summary="The invitations to a session that hold",
        responses=described(InvitationList) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def invitations(session_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(InvitationList(await members.invitations(principal.user_id, SessionId(session_id))))

    @router.post(
        SESSION + "/invitations",
        status_code=201,
        operation_id="create_invitation",
        summary="Invite people by a link; its secret is in this answer only",
        responses=described(Invited, 201) | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def invite(session_id: str, body: InvitationIn, principal: Annotated[Principal, Depends(door)]) -> Response:
        made = await members.invite(principal.user_id, SessionId(session_id), body.wish())
        return answer(made, 201)

    @router.delete(
        SESSION + "/invitations/{invitation_id}",
        status_code=204,
        operation_id="revoke_invitation",
        summary="Let an invitation hold no more",
        responses=GONE | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def revoke(
        session_id: str, invitation_id: str, principal: Annotated[Principal, Depends(door)]
    ) -> Response:  # fmt: skip
        await members.revoke(principal.user_id, SessionId(session_id), invitation_id)
        return Response(status_code=204)

    @router.post(
        "/invitations/accept",
        operation_id="accept_invitation",
        summary="Take part in a session by an invitation",
        description="The secret is what stands behind `#invitation=` in the link.",
        responses=described(Session) | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def accept(body: AcceptIn, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await members.accept(principal.user_id, body.token))
