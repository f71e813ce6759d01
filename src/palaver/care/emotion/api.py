"""Feelings in text over HTTP; it translates, decides nothing and keeps nothing."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from palaver.care.api import REFUSED
from palaver.care.emotion.feeling import UNKNOWN, Feeling
from palaver.care.resources.countries import language_of
from palaver.care.service import Care
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit.answers import answer, described


class ToFeel(BaseModel):
    """A text whose feelings are asked for. Nothing of it is kept."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(min_length=1, max_length=100_000)
    language: str | None = Field(
        None,
        max_length=35,
        description="The text's language, where it is known: of others than English and Swahili nothing is told.",
    )


class FeelingRead(Feeling, frozen=True, kw_only=True):
    """What feelings a text shows, and which readers said so. It judges the text, and no person."""

    version: str


def routes(care: Care, door: Door) -> APIRouter:
    """What can be asked about feelings."""
    router = APIRouter(prefix="/api/v1/care", tags=["care"])

    @router.post(
        "/emotion",
        operation_id="read_emotion",
        summary="What feelings a text shows",
        responses=described(FeelingRead) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def emotion(principal: Annotated[Principal, Depends(door)], asked: ToFeel) -> Response:
        """Ekman's classes, how pleasant and how stirred; `unknown` where that is not known, never a made-up neutral."""
        felt = await care.feeling(asked.text) if _learnt(asked.language) else UNKNOWN
        return answer(FeelingRead(**msgspec.structs.asdict(felt), version=care.readers_version))

    return router


def _learnt(language: str | None) -> bool:
    return language is None or language_of(language) in {"en", "sw"}
