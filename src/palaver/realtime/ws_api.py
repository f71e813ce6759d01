"""What a plain GET hears where WebSockets are opened: that they are; and how the API's description tells of them."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from palaver.core.errors import PalaverError
from palaver.identity.door import SECURED
from palaver.kit.answers import problems


class UpgradeRequired(PalaverError):
    """A plain request where a WebSocket is opened."""

    status = 426
    code = "upgrade_required"
    title = "Open a WebSocket here"


_SAYS: dict[int | str, dict[str, Any]] = {101: {"description": "The socket is open."}} | problems(
    _426="This is no WebSocket handshake."
)
_HOW = (
    "Commands, answers and events are JSON texts; see docs/decisions/0028-sockets.md. A credential goes with the "
    "handshake: a header, the cookie, the subprotocol `palaver.bearer.TOKEN` beside `palaver`, or `?ticket=`. Closing "
    "codes: 4401 unauthenticated, 4403 not from here or not allowed, 4404 no such session, 4408 idle, 4413 too large, "
    "4429 too many sockets, 1012 restarting."
)


def routes() -> APIRouter:
    """Where sockets are opened."""
    router = APIRouter(tags=["sockets"])

    @router.get(
        "/api/v1/ws",
        operation_id="open_socket",
        summary="One WebSocket for any number of sessions",
        description=_HOW,
        status_code=101,
        responses=_SAYS,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def socket() -> Response:
        raise UpgradeRequired(headers={"Upgrade": "websocket", "Connection": "Upgrade"})

    @router.get(
        "/ws/chat/{session_id}",
        operation_id="open_session_socket",
        summary="A WebSocket that hears one session from the start",
        description=_HOW,
        status_code=101,
        responses=_SAYS,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def session_socket(session_id: str) -> Response:
        raise UpgradeRequired(headers={"Upgrade": "websocket", "Connection": "Upgrade"})

    return router
