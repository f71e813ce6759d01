"""Checkpoints, rewinds, what they cannot undo, and comparisons over HTTP; it translates and decides nothing."""

from typing import Annotated, Literal, NamedTuple, TypeVar

import msgspec
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator
from starlette.responses import Response

from palaver.core.errors import Invalid
from palaver.core.ids import SessionId
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit import asked
from palaver.kit.answers import answer, described, problems
from palaver.sessions.checkpointing import Checkpointing, CheckpointList
from palaver.sessions.checkpoints import Checkpoint
from palaver.sessions.comparing import Comparing, Comparison
from palaver.sessions.effects_store import Effect
from palaver.sessions.incoming import refuse_unwritable
from palaver.sessions.ledger import Ledger
from palaver.sessions.rewinding import Rewinding, Rewound, Wish
from palaver.sessions.travel_api import CHANGING as CHANGED
from palaver.sessions.travel_api import REFUSED

CHANGING = CHANGED | problems(_409="The session is answering, or is being rewound.", _507="The disk is full.")

Asked = TypeVar("Asked", bound=BaseModel)
PointIn = Annotated[str, Field(min_length=1, max_length=64, description="A message or a checkpoint of the session.")]


class EffectList(msgspec.Struct, frozen=True):
    """What calls did outside, in the order in which they began; `next_cursor` is the `after` of the page after it."""

    items: list[Effect]
    next_cursor: str | None


class CheckpointIn(BaseModel):
    """What a checkpoint is called."""

    model_config = ConfigDict(extra="forbid", strict=True)

    label: Annotated[str, Field(max_length=200), StringConstraints(strip_whitespace=True, min_length=1)] | None = None

    @field_validator("label")
    @classmethod
    def _writable(cls, given: str | None) -> str | None:
        refuse_unwritable(given)
        return given


class RewindIn(BaseModel):
    """Where to go back to, and with what."""

    model_config = ConfigDict(extra="forbid")

    checkpoint_id: Annotated[str, Field(min_length=1, max_length=64)]
    restore: Annotated[list[Literal["messages", "files"]], Field(min_length=1, max_length=2)] = Field(
        default=["messages", "files"], description="Whether the head moves, the files become what they were, or both."
    )
    preview: bool = Field(False, description="Say what would be done and what could not be undone, and do nothing.")


class PagingIn(BaseModel):
    """Which page of checkpoints."""

    model_config = ConfigDict(extra="forbid")

    cursor: Annotated[str, Field(max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 50


class LedgerIn(BaseModel):
    """Which page of the ledger."""

    model_config = ConfigDict(extra="forbid")

    after: Annotated[str, Field(max_length=64)] = Field("", description="The id of the last effect that is known.")
    limit: Annotated[int, Field(ge=1, le=1000)] = 50


class PointsIn(BaseModel):
    """From where to where."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    start: PointIn = Field(alias="from")
    to: PointIn


class Backward(NamedTuple):
    """What goes back within a session."""

    checkpointing: Checkpointing
    rewinding: Rewinding
    comparing: Comparing
    ledger: Ledger


def routes(backward: Backward, door: Door) -> APIRouter:
    """Checkpoints, rewinds, effects and comparisons."""
    router = APIRouter(prefix="/api/v1/sessions/{session_id}", tags=["sessions"])
    _checkpoints(router, backward.checkpointing, door)
    _rewinds(router, backward, door)
    return router


def _checkpoints(router: APIRouter, checkpointing: Checkpointing, door: Door) -> None:
    @router.get(
        "/checkpoints",
        operation_id="list_checkpoints",
        summary="List the checkpoints of a session, newest first",
        responses=described(CheckpointList) | REFUSED,
        openapi_extra=SECURED | asked.takes_query(PagingIn),
        response_class=Response,
    )
    async def page(session_id: str, request: Request, principal: Annotated[Principal, Depends(door)]) -> Response:
        wanted = _query(request, PagingIn)
        found = checkpointing.page(principal.user_id, SessionId(session_id), wanted.cursor, wanted.limit)
        return answer(await found)

    @router.post(
        "/checkpoints",
        status_code=201,
        operation_id="create_checkpoint",
        summary="Set a checkpoint where a session stands now",
        responses=described(Checkpoint, 201, says="Set.") | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def create(
        session_id: str, principal: Annotated[Principal, Depends(door)], body: CheckpointIn | None = None
    ) -> Response:
        label = body.label if body else None
        return answer(await checkpointing.set(principal.user_id, SessionId(session_id), label), 201)


def _rewinds(router: APIRouter, backward: Backward, door: Door) -> None:
    @router.post(
        "/rewind",
        operation_id="rewind_session",
        summary="Go back to a checkpoint; nothing is deleted, and the answer names the checkpoint that takes it back",
        responses=described(Rewound) | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def rewind(session_id: str, body: RewindIn, principal: Annotated[Principal, Depends(door)]) -> Response:
        wish = Wish(SessionId(session_id), body.checkpoint_id, frozenset(body.restore))
        act = backward.rewinding.preview if body.preview else backward.rewinding.rewind
        return answer(await act(principal.user_id, wish))

    @router.get(
        "/effects",
        operation_id="list_effects",
        summary="What calls of a session did outside: network, MCP servers, programs",
        responses=described(EffectList) | REFUSED,
        openapi_extra=SECURED | asked.takes_query(LedgerIn),
        response_class=Response,
    )
    async def effects(session_id: str, request: Request, principal: Annotated[Principal, Depends(door)]) -> Response:
        wanted = _query(request, LedgerIn)
        found = await backward.ledger.page(principal.user_id, SessionId(session_id), wanted.after, wanted.limit)
        return answer(EffectList(*found))

    @router.get(
        "/diff",
        operation_id="compare_session",
        summary="What is different between two messages or checkpoints: messages, and files as unified diffs",
        responses=described(Comparison) | REFUSED,
        openapi_extra=SECURED | asked.takes_query(PointsIn),
        response_class=Response,
    )
    async def diff(session_id: str, request: Request, principal: Annotated[Principal, Depends(door)]) -> Response:
        wanted = _query(request, PointsIn)
        points = (wanted.start, wanted.to)
        return answer(await backward.comparing.compare(principal.user_id, SessionId(session_id), points))


def _query(request: Request, model: type[Asked]) -> Asked:
    try:
        return asked.query(request, model)
    except ValidationError as error:
        raise Invalid.about(error.errors(include_url=False), "query") from None
