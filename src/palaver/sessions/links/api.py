"""Share links over HTTP: for a session's owner, and the page for whoever has one; it translates and decides nothing."""

import asyncio
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from starlette.responses import HTMLResponse, Response

from palaver.core.errors import NotFound
from palaver.core.ids import MessageId, SessionId
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit.answers import answer, described, problems
from palaver.sessions.api import INVALID, REFUSED
from palaver.sessions.links import page as pages
from palaver.sessions.links.service import AT, PAGE, ShareLink, ShareLinks, Shown, Wish


def _text(given: object) -> object:
    if given is None or isinstance(given, str):
        return given
    raise ValueError("A time is written as text, like 2031-01-01T00:00:00Z.")


Time = Annotated[AwareDatetime, BeforeValidator(_text)]
LINKS = "/sessions/{session_id}/share-links"
CHANGING = INVALID | problems(_409="Nothing was said yet, or there are as many as can be.", _503="Try again.")
_AT_ONCE = 2  # pages that are made at a time; the others wait
_HTML = {"content": {"text/html": {"schema": {"type": "string"}}}}


class ShareLinkList(msgspec.Struct, frozen=True):
    """The share links of a session that hold, oldest first."""

    items: list[ShareLink]
    next_cursor: str | None = None


class ShareLinkIn(BaseModel):
    """A share link that is to be."""

    model_config = ConfigDict(extra="forbid")

    message_id: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        None, description="The last message that is shown; left out, the newest of the present branch."
    )
    expires_at: Time | None = Field(None, description="Until when it holds; left out, for 30 days.")
    authors: bool = Field(False, strict=True, description="Whether it says what people are called.")
    tools: bool = Field(False, strict=True, description="Whether it shows calls of tools and what they said.")
    reasoning: bool = Field(False, strict=True, description="Whether it shows what models thought aloud.")

    def wish(self) -> Wish:
        """The same as a value."""
        tip = MessageId(self.message_id) if self.message_id else None
        return Wish(tip, self.expires_at, self.authors, self.tools, self.reasoning)


def routes(links: ShareLinks, door: Door) -> APIRouter:
    """Everything about share links."""
    router = APIRouter(tags=["sessions"])
    _owners(router, links, door)
    _readers(router, links)
    return router


def _owners(router: APIRouter, links: ShareLinks, door: Door) -> None:
    at = "/api/v1" + LINKS

    @router.get(
        at,
        operation_id="list_share_links",
        summary="The share links of a session that hold",
        responses=described(ShareLinkList) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def listed(session_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(ShareLinkList(await links.listed(principal.user_id, SessionId(session_id))))

    @router.post(
        at,
        status_code=201,
        operation_id="create_share_link",
        summary="Let whoever has a link read a frozen branch; the link is in this answer only",
        description="It shows the messages up to one of them, and nothing that is said later. System prompts are never "
        "shown. It ends with its time, when it is revoked, and when the session or a message of it is deleted.",
        responses=described(ShareLink, 201, says="Made.") | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def make(session_id: str, body: ShareLinkIn, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await links.make(principal.user_id, SessionId(session_id), body.wish()), 201)

    @router.delete(
        at + "/{link_id}",
        status_code=204,
        operation_id="revoke_share_link",
        summary="Let a share link open nothing any more, at once",
        responses={204: {"description": "Done."}} | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def revoke(session_id: str, link_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        await links.revoke(principal.user_id, SessionId(session_id), link_id)
        return Response(status_code=204)


def _readers(router: APIRouter, links: ShareLinks) -> None:
    at_once = asyncio.Semaphore(_AT_ONCE)

    @router.get(
        AT + "{secret}",
        operation_id="read_shared",
        summary="A page for whoever has a share link",
        description="HTML without scripts, which loads nothing from anywhere.",
        responses={200: {"description": "The branch.", **_HTML}, 404: {"description": "No link that holds.", **_HTML}},
        response_class=HTMLResponse,
    )
    async def read(secret: str, page: Annotated[int, Query(ge=0, le=100_000)] = 0) -> Response:
        try:
            shown = await links.opened(secret, page)
        except NotFound:
            return HTMLResponse(pages.nothing(), 404, pages.HEADERS)
        async with at_once:
            return HTMLResponse(await asyncio.to_thread(_rendered, shown), 200, pages.HEADERS)


def _rendered(shown: Shown) -> str:
    link = shown.link
    turn = (shown.start, PAGE, shown.total)
    return pages.page(link.title, shown.messages, tools=bool(link.tools), reasoning=bool(link.reasoning), turn=turn)
