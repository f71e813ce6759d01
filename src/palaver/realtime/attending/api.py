"""A person's conversation as a stream for whoever looks after them; it translates and decides nothing."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from palaver.bus.port import Bus
from palaver.core.ids import UserId
from palaver.core.room import MemberLeft
from palaver.identity.door import SECURED
from palaver.realtime.api import STREAM, Desk
from palaver.realtime.follow import SessionFeed
from palaver.runs.joining.api import REFUSED
from palaver.runs.joining.service import Joining, Watched
from palaver.sessions.service import Sessions


class AttendedFeed(SessionFeed):
    """A session as its person follows it, until `by` looks after them no more."""

    def __init__(self, bus: Bus, desk: Desk, sessions: Sessions, *, watched: Watched, by: UserId) -> None:
        super().__init__(bus, desk.runs, sessions, user_id=watched.owner, session_id=watched.session_id)
        self._by = by

    def ends_with(self, left: MemberLeft) -> bool:
        return (self._by, self._session_id) == (left.user_id, left.session_id)


def routes(joining: Joining, desk: Desk, sessions: Sessions, bus: Bus) -> APIRouter:
    """The one stream."""
    router = APIRouter(tags=["care"])

    @router.get(
        "/api/v1/care/escalations/{escalation_id}/conversation/events",
        operation_id="follow_conversation",
        summary="What happens in the conversation, as its person hears it",
        responses=STREAM | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def follow(escalation_id: str, request: Request) -> Response:
        """For who has claimed it, where its person agreed to be read, or while they have joined."""
        principal = await desk.who(request)
        watched = await joining.watched(principal, escalation_id)
        return await desk.stream(AttendedFeed(bus, desk, sessions, watched=watched, by=principal.user_id))

    return router
