"""Time travel over HTTP: forks and the shape of a session; it translates and decides nothing."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from starlette.responses import Response

from palaver.core.errors import Invalid
from palaver.core.ids import MessageId, SessionId
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit import asked
from palaver.kit.answers import answer, described, problems
from palaver.sessions.forking import Forking, Wish
from palaver.sessions.incoming import refuse_unwritable
from palaver.sessions.neighbours import CheckMode
from palaver.sessions.session import Session
from palaver.sessions.shape import Shape, Shapes

REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="The credential does not allow it.",
    _404="No such session, message or checkpoint.",
    _422="A field is missing, unknown or wrong.",
)
CHANGING = REFUSED | problems(_503="The database cannot be written now.")
BUSY = problems(_409="The session is being rewound, or moves on all the time.", _507="The disk is full.")

MessageIn = Annotated[str, Field(min_length=1, max_length=64)]


class ForkIn(BaseModel):
    """Where a fork begins, and what it is called."""

    model_config = ConfigDict(extra="forbid", strict=True)

    message_id: MessageIn | None = Field(
        None, description="The last message that the fork shares; without it, the one at the session's head."
    )
    title: Annotated[str, Field(max_length=200), StringConstraints(strip_whitespace=True, min_length=1)] | None = None

    @model_validator(mode="after")
    def _writable(self) -> "ForkIn":
        refuse_unwritable(self.title)
        return self


class ShapeIn(BaseModel):
    """Which page of a tree."""

    model_config = ConfigDict(extra="forbid")

    cursor: Annotated[str, Field(max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 200


class Travel(NamedTuple):
    """What goes back in a session, and beside it."""

    forking: Forking
    shapes: Shapes


def routes(travel: Travel, check_mode: CheckMode, door: Door) -> APIRouter:
    """Forks and trees; `check_mode` says whether a person may let agents act as freely as the forked session does."""
    router = APIRouter(prefix="/api/v1/sessions/{session_id}", tags=["sessions"])

    @router.post(
        "/fork",
        status_code=201,
        operation_id="fork_session",
        summary="Begin a session that goes on from a message of this one; this one stays as it is",
        responses=described(Session, 201, says="Made.") | CHANGING | BUSY,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def fork(
        session_id: str, principal: Annotated[Principal, Depends(door)], body: ForkIn | None = None
    ) -> Response:
        wish = Wish(SessionId(session_id), *_said(body))
        check_mode(principal, await travel.forking.mode(principal.user_id, wish.session_id))
        return answer(await travel.forking.fork(principal.user_id, wish), 201)

    @router.get(
        "/tree",
        operation_id="get_session_tree",
        summary="Every message of every branch in a few words, parents before their children",
        responses=described(Shape) | REFUSED,
        openapi_extra=SECURED | asked.takes_query(ShapeIn),
        response_class=Response,
    )
    async def shape(session_id: str, request: Request, principal: Annotated[Principal, Depends(door)]) -> Response:
        wanted = _query(request)
        return answer(await travel.shapes.page(principal.user_id, SessionId(session_id), wanted.cursor, wanted.limit))

    return router


def _said(body: ForkIn | None) -> tuple[MessageId | None, str | None]:
    if body is None:
        return None, None
    return MessageId(body.message_id) if body.message_id else None, body.title


def _query(request: Request) -> ShapeIn:
    try:
        return asked.query(request, ShapeIn)
    except ValidationError as error:
        raise Invalid.about(error.errors(include_url=False), "query") from None
