"""`/api/ai-sdk/chat`: the routes; what is asked and told stands beside."""

from collections.abc import Sequence

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from palaver.core.errors import Forbidden
from palaver.core.messages import Message
from palaver.core.principal import Principal
from palaver.identity.door import Door
from palaver.runs.approvals_store import Approval
from palaver.runs.prompt import Prompt
from palaver.runs.store import Kept
from palaver.sessions.session import Session
from palaver.surfaces.ai_sdk import asked
from palaver.surfaces.ai_sdk.asked import ChatBody
from palaver.surfaces.ai_sdk.retold import retold
from palaver.surfaces.ai_sdk.told import UiStream
from palaver.surfaces.documents import Brought
from palaver.surfaces.refusing import read
from palaver.surfaces.rooms import Spot
from palaver.surfaces.talking import Chat, Decision, Talking, key_of

DOOR = "ai-sdk"
CONTINUES = "ai_sdk_message_id"  # in a question's metadata: the client's message in which the answer goes on


class Chats:
    """What the routes below share."""

    def __init__(self, talking: Talking, door: Door) -> None:
        self.talking = talking
        self._door = door

    async def who(self, request: Request) -> Principal:
        """The caller; Forbidden for a page of an origin that is not trusted."""
        principal = await self._door.who(request.scope)
        if not self._door.may_hand_cookie(request.scope):
            raise Forbidden("A page of another origin may stream only where it is trusted.")
        return principal

    async def chat(self, request: Request, principal: Principal, body: ChatBody) -> Response:
        """The newest turn of a chat, or what was decided about the one that waits."""
        turn, brought = body.turn(), list[Brought]()
        history = asked.history_of(body, brought)
        session = await self.talking.rooms.enter(principal.user_id, DOOR, body.id)
        stays = body.on_disconnect == "continue"
        kept = await self.talking.active(principal, session)
        if body.continues is not None and kept is not None and body.trigger == "submit-message":
            decisions = _decisions(body, await self.talking.waiting(principal, session))
            return await self.talking.decide(
                principal, kept, decisions, lambda beyond: _continued(kept, body, beyond), stays=stays
            )
        prompt = turn.asked(session.id)
        stream = UiStream(_tools(prompt), continues=body.continues)
        if body.trigger == "regenerate-message" and (again := await self._again(principal, session, body)):
            prompt = msgspec.structs.replace(prompt, below=again.id, parts=())
        else:
            spot = await self.talking.placed(principal, session, prompt, Chat(history, brought))
            prompt = _asked_at(prompt, spot, body)
        return await self.talking.begin(request.scope, principal, prompt, stream, stays=stays)

    async def _again(self, principal: Principal, session: Session, body: ChatBody) -> Message | None:
        """The question that is to be answered anew, if it is one of this session and was not changed."""
        rooms, user_id = self.talking.rooms, principal.user_id
        found = await rooms.message(user_id, session.id, body.message_id)
        answers = [one for one in body.messages if one.role == "assistant"]
        question = await rooms.question(
            user_id, session, found.id if found else None, answers[-1].ours if answers else None
        )
        said = "".join(str(part.get("text")) for part in body.last.parts if part.get("type") == "text")
        return question if question is not None and question.text == said else None

    async def resume(self, principal: Principal, chat_id: str) -> Response:
        """The answer that goes on in a chat, from its beginning; 204 where none does."""
        session = await self.talking.rooms.find(principal.user_id, DOOR, chat_id)
        kept = await self.talking.active(principal, session) if session else None
        if session is None or kept is None:
            return Response(status_code=204)
        chain = await self._chain(principal, session, kept)
        continues = kept.prompt.metadata.get(CONTINUES) if chain else None
        stream = UiStream(_tools(kept.prompt), continues=continues, before=retold(chain))
        return await self.talking.doorway.go_on(principal, kept, stream)

    async def _chain(self, principal: Principal, session: Session, kept: Kept) -> list[Message]:
        """What stands before a run's answer in one message of the client: answers, and what it brought for them."""
        chain: list[Message] = []
        message = await self.talking.rooms.message(principal.user_id, session.id, kept.user_message_id)
        while message is not None and message.role != "user":
            chain.insert(0, message)
            message = await self.talking.rooms.message(principal.user_id, session.id, message.parent_id)
        return chain


def routes(talking: Talking, door: Door) -> APIRouter:
    """Chats of the AI SDK."""
    router = APIRouter(prefix="/api/ai-sdk", tags=["surfaces"])
    chats = Chats(talking, door)

    @router.post("/chat")
    async def chat(request: Request) -> Response:
        principal = await chats.who(request)
        body = await read(request, ChatBody, {})
        return await chats.chat(request, principal, body)

    @router.get("/chat/{chat_id}/stream")
    async def resume(chat_id: str, request: Request) -> Response:
        return await chats.resume(await chats.who(request), chat_id)

    @router.post("/chat/{chat_id}/stop")
    async def stop(chat_id: str, request: Request) -> Response:
        await talking.stop(await chats.who(request), DOOR, chat_id)
        return Response(status_code=204)

    return router


def _tools(prompt: Prompt) -> frozenset[str]:
    return frozenset(tool.name for tool in prompt.client_tools)


def _asked_at(prompt: Prompt, spot: Spot, body: ChatBody) -> Prompt:
    below = "root" if spot.below == "head" and body.message_id is not None else spot.below
    metadata = prompt.metadata | ({CONTINUES: body.continues} if body.continues else {})
    return msgspec.structs.replace(prompt, below=below, parts=spot.parts, metadata=metadata)


def _continued(kept: Kept, body: ChatBody, beyond: int) -> UiStream:
    finished = asked.finished(body.last)
    return UiStream(_tools(kept.prompt), continues=body.continues, beyond=beyond, finished=finished)


def _decisions(body: ChatBody, waiting: Sequence[Approval]) -> list[Decision]:
    """What the person says in the newest message about what waits now."""
    open_keys = {key_of(one.run_id, one.call_id) for one in waiting}
    made = [one for one in asked.approvals(body.last) if one.key in open_keys]
    questions = {one.call_id: one for one in waiting if one.kind == "question"}
    said = [(questions.get(output.call_id), asked.answer_of(output)) for output in asked.outputs(body.last)]
    return [*made, *(Decision(key_of(one.run_id, one.call_id), given) for one, given in said if one is not None)]
