"""`/v1/conversations` and their items: sessions and messages under other names; what they say stands in `items.py`."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BeforeValidator, Field
from starlette.responses import Response

from palaver.core.errors import Conflict, NotFound, SessionBusy
from palaver.core.ids import SessionId, UserId
from palaver.core.principal import Principal
from palaver.identity.door import Door
from palaver.kit.answers import answer
from palaver.sessions.adopting import Adopting, brought
from palaver.sessions.service import Sessions
from palaver.sessions.session import Session
from palaver.surfaces.history import Said
from palaver.surfaces.openai_responses.input_items import AnyItem, Strict
from palaver.surfaces.openai_responses.items import blocks, item_of_block, items_of
from palaver.surfaces.openai_responses.looking_up import Item, Records
from palaver.surfaces.openai_responses.names import conversation_id, seconds
from palaver.surfaces.openai_responses.pages import listed, page, paging
from palaver.surfaces.openai_responses.placing import Placing
from palaver.surfaces.refusing import read, refused

MOST_AT_ONCE = 20  # as OpenAI has it

Clear = Callable[[UserId, SessionId], Awaitable[None]]
Metadata = Annotated[dict[str, str], Field(max_length=16), BeforeValidator(lambda given: given or {})]
Items = Annotated[list[AnyItem], Field(max_length=MOST_AT_ONCE), BeforeValidator(lambda given: given or [])]


class _Begun(Strict):
    items: Items = Field(default_factory=list)
    metadata: Metadata = Field(default_factory=dict)


class _Changed(Strict):
    metadata: Metadata


class _Added(Strict):
    items: Items


def routes(there: "Conversations", clear: Clear, door: Door) -> APIRouter:
    """Conversations; `clear` ends what runs in one before it is deleted."""
    router = APIRouter(tags=["surfaces"])

    @router.post("/v1/conversations")
    async def create(request: Request) -> Response:
        return await there.create(await door.who(request.scope), await read(request, _Begun, {}))

    @router.get("/v1/conversations/{name}")
    async def get(name: str, request: Request) -> Response:
        return await there.get(await door.who(request.scope), name)

    @router.post("/v1/conversations/{name}")
    async def change(name: str, request: Request) -> Response:
        return await there.change(await door.who(request.scope), name, await read(request, _Changed, {}))

    @router.delete("/v1/conversations/{name}")
    async def delete(name: str, request: Request) -> Response:
        return await there.delete(await door.who(request.scope), name, clear)

    _items(router, there, door)
    return router


def _items(router: APIRouter, there: "Conversations", door: Door) -> None:
    @router.get("/v1/conversations/{name}/items")
    async def items(name: str, request: Request) -> Response:
        return await there.items(request, await door.who(request.scope), name)

    @router.post("/v1/conversations/{name}/items")
    async def add(name: str, request: Request) -> Response:
        return await there.add(await door.who(request.scope), name, await read(request, _Added, {}))

    @router.get("/v1/conversations/{name}/items/{item}")
    async def item(name: str, item: str, request: Request) -> Response:
        found = await there.item(await door.who(request.scope), name, item)
        return answer(item_of_block(found.message, found.block))

    @router.delete("/v1/conversations/{name}/items/{item}")
    async def remove(name: str, item: str, request: Request) -> Response:
        return await there.remove(await door.who(request.scope), name, item)


class Conversations:
    """What can be done with conversations and their items."""

    def __init__(self, placing: Placing, records: Records, sessions: Sessions, adopting: Adopting) -> None:
        self._placing = placing
        self._records = records
        self._sessions = sessions
        self._adopting = adopting

    async def create(self, principal: Principal, body: _Begun) -> Response:
        said = await self._said(principal, body.items)
        session = await self._sessions.create(principal.user_id, {"metadata": body.metadata})
        await self._put(principal, session, said)
        return answer(_told(session))

    async def get(self, principal: Principal, name: str) -> Response:
        return answer(_told(await self._records.session(principal, name)))

    async def change(self, principal: Principal, name: str, body: _Changed) -> Response:
        session = await self._records.session(principal, name)
        given = {"metadata": body.metadata}
        return answer(_told(await self._sessions.change(principal.user_id, session.id, given)))

    async def delete(self, principal: Principal, name: str, clear: Clear) -> Response:
        session = await self._records.session(principal, name)
        await clear(principal.user_id, session.id)
        await self._sessions.remove(principal.user_id, session.id)
        return answer({"id": conversation_id(session.id), "object": "conversation.deleted", "deleted": True})

    async def items(self, request: Request, principal: Principal, name: str) -> Response:
        asked = paging(request)
        session = await self._records.session(principal, name)
        branch = await self._records.branch(principal, session.id)
        return answer(page([item for message in branch.messages for item in items_of(message)], asked))

    async def add(self, principal: Principal, name: str, body: _Added) -> Response:
        session = await self._records.session(principal, name)
        said = await self._said(principal, body.items)
        if session.active_run_id is not None:
            raise SessionBusy
        await self._put(principal, session, said)
        messages = (await self._records.branch(principal, session.id)).messages
        new = messages[len(messages) - len(said) :] if said else []
        return answer(listed([item for message in new for item in items_of(message)]))

    async def item(self, principal: Principal, name: str, item: str) -> Item:
        session = await self._records.session(principal, name)
        found = await self._records.item(principal, item)
        if found.message.session_id != session.id or item_of_block(found.message, found.block) is None:
            raise NotFound(f"There is no item {item[:200]!r} in this conversation.")
        return found

    async def remove(self, principal: Principal, name: str, item: str) -> Response:
        """Only the whole last message: everything that was said after an item would go with it."""
        found = await self.item(principal, name, item)
        session = await self._records.session(principal, name)
        if session.head_message_id != found.message.id or len(blocks(found.message)) > 1:
            raise Conflict("Only the last item can be removed: what was said after it, or with it, would go as well.")
        await self._sessions.remove_message(principal.user_id, found.message.id)
        return answer(_told(await self._records.session(principal, name)))

    async def _said(self, principal: Principal, items: Any) -> list[Said]:
        instructions, said = await self._placing.said(principal, items, "items")
        if instructions:
            raise refused("items", "Instructions stand in `instructions`, with each request.")
        return said

    async def _put(self, principal: Principal, session: Session, said: list[Said]) -> None:
        if said:
            await self._adopting.adopt(principal.user_id, session.id, session.head_message_id, brought(said))


def _told(session: Session) -> dict[str, Any]:
    return {
        "id": conversation_id(session.id),
        "object": "conversation",
        "created_at": seconds(session.created_at),
        "metadata": session.metadata,
    }
