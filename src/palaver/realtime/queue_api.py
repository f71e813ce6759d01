"""The live queue of escalations over HTTP; it translates and decides nothing."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from palaver.care.escalations.api import AT, REFUSED
from palaver.care.escalations.service import Escalations
from palaver.identity.door import SECURED
from palaver.realtime.api import LAST, STREAM, Desk, number_of
from palaver.realtime.queue import Queue, QueueRendering
from palaver.realtime.sse import EventStream, Pulse


def routes(escalations: Escalations, queue: Queue, desk: Desk, pulse: Pulse) -> APIRouter:
    """What those who answer follow."""
    router = APIRouter(tags=["care"])

    @router.get(
        f"{AT}/events",
        operation_id="follow_escalations",
        summary="The live queue: what happens to which escalation, for counsellors and administrators",
        responses=STREAM | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def follow(
        request: Request, after: Annotated[int | None, Query(ge=0)] = None, last: LAST = None
    ) -> Response:  # fmt: skip
        await escalations.may_follow(await desk.who(request))
        feed = queue.feed(after if after is not None else number_of(last) if last else None)
        try:
            return EventStream(feed, pulse, await feed.past(), rendering=QueueRendering())
        except BaseException:
            feed.close()
            raise

    return router
