"""Moderation over HTTP: judging a text that is brought along, and the queue; it translates and decides nothing."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from palaver.care.moderation.reviewing import ModerationItem, ModerationQueue, Reviewing
from palaver.care.moderation.service import Moderation
from palaver.care.moderation.store import Decision, State
from palaver.care.moderation.verdict import (
    ModerationAction,
    ModerationCategory,
    ModerationDirection,
    ModerationHit,
    gravest,
)
from palaver.core.errors import Invalid
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.identity.scopes import ADMIN
from palaver.kit.answers import answer, described, problems
from palaver.kit.pages import BadCursor, cursor, position

_REFUSED = problems(_401="No credential, or one that does not hold.", _422="A field is missing, unknown or wrong.")
_ADMINS = problems(
    _401="No credential, or one that does not hold.",
    _403="Only administrators may see what was flagged.",
    _422="A field is missing, unknown or wrong.",
)
_MISSING = problems(_404="There is no such item.", _503="The database cannot be written now.")


class ToModerate(BaseModel):
    """A text that is to be judged. Nothing of it is kept."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(min_length=1, max_length=100_000)
    direction: ModerationDirection = Field(
        description="`input` is what a person says, `output` what a model says: they are judged by other rules."
    )


class ModeratedText(msgspec.Struct, frozen=True):
    """What is done about a text, and why.

    `text` is what may be told of it: all where the action is `allow` or `flag`; with another text in place of what may
    not be told where it is `rewrite`; up to there, and why it ends, where it is `block`. `unknown` names other services
    that were asked and did not answer.
    """

    action: ModerationAction
    category: ModerationCategory | None
    hits: list[ModerationHit]
    text: str
    version: str
    unknown: list[str]


class ReviewIn(BaseModel):
    """Whether moderation was right about an item, and why."""

    model_config = ConfigDict(extra="forbid", strict=True)

    decision: Decision
    note: str = Field("", max_length=2_000)


def routes(moderation: Moderation, reviewing: Reviewing, door: Door) -> APIRouter:
    """What can be asked about words that may not be told."""
    router = APIRouter(prefix="/api/v1/care", tags=["care"])

    @router.post(
        "/moderate",
        operation_id="moderate_text",
        summary="Whether a text may be told",
        responses=described(ModeratedText) | _REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def moderate(principal: Annotated[Principal, Depends(door)], asked: ToModerate) -> Response:
        done = await moderation.judged(asked.text, asked.direction)
        verdict, hits = done.verdict, list(done.verdict.hits)
        category = gravest(hits).category if hits else None
        return answer(ModeratedText(verdict.action, category, hits, done.text, verdict.version, list(verdict.unknown)))

    _queue(router, reviewing, door)
    return router


def _queue(router: APIRouter, reviewing: Reviewing, door: Door) -> None:
    admins = door.needs(ADMIN)

    @router.get(
        "/moderation/queue",
        operation_id="list_moderation_queue",
        summary="What was acted on or flagged, for administrators",
        responses=described(ModerationQueue) | _ADMINS,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def some(
        principal: Annotated[Principal, Depends(admins)],
        state: Annotated[State | None, Query(description="Only these; all where it is left out.")] = None,
        at: Annotated[str | None, Query(alias="cursor", max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Response:
        """The newest first."""
        found = await reviewing.some(state, _before(at), limit)
        await reviewing.looked(principal.user_id)
        return answer(ModerationQueue(found, cursor(found[-1].id) if len(found) == limit else None))

    @router.post(
        "/moderation/queue/{item_id}/review",
        operation_id="review_moderation_item",
        summary="Say whether moderation was right",
        responses=described(ModerationItem) | _ADMINS | _MISSING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def review(
        principal: Annotated[Principal, Depends(admins)],
        item_id: Annotated[str, Path(max_length=100)],
        body: ReviewIn,
    ) -> Response:
        """Who says it again replaces what was said before."""
        return answer(await reviewing.review(item_id, body.decision, body.note, principal.user_id))


def _before(word: str | None) -> str | None:
    try:
        return position(word, tuple[str])[0] if word else None
    except BadCursor as error:
        where = {"loc": ["query", "cursor"], "msg": str(error), "type": "cursor"}
        raise Invalid(str(error), errors=[where]) from error
