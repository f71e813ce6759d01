"""`/ag-ui`: the route; what is asked and told stands beside."""

from typing import Any

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from palaver.core.errors import Forbidden, Invalid
from palaver.core.principal import Principal
from palaver.identity.door import Door
from palaver.runs.prompt import Prompt
from palaver.surfaces.ag_ui import asked
from palaver.surfaces.ag_ui.asked import RunInput
from palaver.surfaces.ag_ui.told import AgStream, Asked
from palaver.surfaces.documents import Brought
from palaver.surfaces.refusing import parsed, read
from palaver.surfaces.talking import Chat, Talking

DOOR = "ag-ui"


def routes(talking: Talking, door: Door) -> APIRouter:
    """Agents of AG-UI."""
    router = APIRouter(tags=["surfaces"])

    @router.post("/ag-ui")
    async def run(request: Request) -> Response:
        principal = await door.who(request.scope)
        if not door.may_hand_cookie(request.scope):
            raise Forbidden("A page of another origin may stream only where it is trusted.")
        return await _run(talking, request, principal, await read(request, RunInput, {}))

    return router


async def _run(talking: Talking, request: Request, principal: Principal, body: RunInput) -> Response:
    turn, state, brought = body.turn(), body.theirs(), list[Brought]()
    history = asked.history_of(body, brought)
    session = await talking.rooms.enter(principal.user_id, DOOR, body.thread_id)
    messages: list[Any] = parsed(await request.body())["messages"]
    about = Asked(body.thread_id, body.run_id, state, messages, asked.finished(body))
    kept = await talking.active(principal, session)
    if body.resume:
        if kept is None:
            await talking.rooms.leave_if_empty(principal.user_id, session.id)
            raise Invalid("resume: Nothing waits in this thread.")
        said = asked.decisions(body, await talking.waiting(principal, session))
        tools = _tools(kept.prompt)
        return await talking.decide(
            principal, kept, said, lambda beyond: AgStream(about, tools, beyond=beyond), stays=False
        )
    prompt = turn.asked(session.id)
    spot = await talking.placed(principal, session, prompt, Chat(history, brought))
    prompt = msgspec.structs.replace(prompt, below=spot.below, parts=spot.parts)
    return await talking.begin(request.scope, principal, prompt, AgStream(about, _tools(prompt)), stays=False)


def _tools(prompt: Prompt) -> frozenset[str]:
    return frozenset(tool.name for tool in prompt.client_tools)
