"""Every call that other protocols' clients make, by those who have no business there: a new one cannot be forgotten."""

import asyncio
import re
from pathlib import Path
from typing import Any

from fastapi.routing import APIRoute

from palaver.entry.agency import open_agency
from palaver.entry.compose import build
from palaver.entry.database import open_database
from palaver.entry.doors import surfaces
from palaver.entry.settings import load_settings
from palaver.kit.clock import SystemClock
from tests.journeys.accounts import worthless
from tests.journeys.client_bodies import AG_UI, AI_SDK, CHAT, CONVERSATION, MESSAGES, RESPONSES, VECTORS
from tests.journeys.house import Answer, House, Person
from tests.journeys.streams import PATIENCE
from tests.journeys.test_matrix import kept
from tests.promises import keeps

PLANTED = "kingfisher"
INITIALIZE: dict[str, Any] = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
# Every call, and a body of it that is right. What stands in braces is something that somebody owns.
CALLS: dict[str, Any] = {
    "POST /v1/chat/completions": CHAT,
    "POST /v1/messages": MESSAGES,
    "POST /v1/messages/count_tokens": MESSAGES,
    "GET /v1/models": None,
    "GET /v1/models/{model_id:path}": None,
    "POST /v1/embeddings": VECTORS,
    "POST /v1/audio/transcriptions": None,
    "POST /v1/responses": RESPONSES,
    "GET /v1/responses/{name}": None,
    "POST /v1/responses/{name}/cancel": None,
    "DELETE /v1/responses/{name}": None,
    "GET /v1/responses/{name}/input_items": None,
    "POST /v1/conversations": CONVERSATION,
    "GET /v1/conversations/{name}": None,
    "POST /v1/conversations/{name}": {"metadata": {"topic": "y"}},
    "DELETE /v1/conversations/{name}": None,
    "GET /v1/conversations/{name}/items": None,
    "POST /v1/conversations/{name}/items": {"items": CONVERSATION["items"][:1]},
    "GET /v1/conversations/{name}/items/{item}": None,
    "DELETE /v1/conversations/{name}/items/{item}": None,
    "POST /ag-ui": AG_UI,
    "POST /api/ai-sdk/chat": AI_SDK,
    "GET /api/ai-sdk/chat/{chat_id}/stream": None,
    "POST /api/ai-sdk/chat/{chat_id}/stop": None,
    "POST /mcp": INITIALIZE,
    "GET /mcp": None,
    "DELETE /mcp": None,
    "GET /.well-known/oauth-protected-resource/mcp": None,
    "GET /.well-known/oauth-protected-resource": None,
}
OPEN = {name for name in CALLS if "/.well-known/" in name}
# Whose tools ask for their scopes one by one, and what a key for the models may see.
NARROW = {name for name in CALLS if name.endswith("/mcp") or "/v1/models" in name} | OPEN
# What is named anew by everybody who names it: two people's chats of one name are two chats.
OWN_NAMES = {"POST /ag-ui", "POST /api/ai-sdk/chat"}


async def test_every_call_of_a_surface_stands_in_the_table(tmp_path: Path) -> None:
    loaded = load_settings({"PALAVER_HOME": str(tmp_path)})
    async with open_database(loaded.settings) as database, asyncio.TaskGroup() as tasks:
        clock = SystemClock()
        agency = await open_agency(loaded.settings, database, loaded.environment, tasks=tasks, clock=clock)
        house = build(loaded, database, agency, tasks=tasks, clock=clock)
        routes = [one for router in surfaces(house) for one in router.routes if isinstance(one, APIRoute)]
        await house.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
    assert {f"{method} {one.path}" for one in routes for method in one.methods} == CALLS.keys()


@keeps("identity:matrix")
async def test_no_surface_answers_without_a_credential_that_holds_and_is_wide_enough(house: House) -> None:
    ada = await house.stranger()
    things = await belongings(ada)
    narrow = await ada.post("/api-keys", {"name": "z", "scopes": ["models:read"]})
    tokens = (await worthless(house, ada)).values()
    for name in CALLS.keys() - OPEN:
        said = {(await called(Person(ada.client, ada.url, token), name, things)).status for token in tokens}
        assert (name, said) == (name, {401})
    for name in CALLS.keys() - NARROW:
        answer = await called(Person(ada.client, ada.url, narrow["key"]), name, things)
        assert (name, answer.status) == (name, 403)


@keeps("identity:matrix")
async def test_what_somebody_owns_is_unknown_to_others_through_every_surface(house: House, owner: Person) -> None:
    ada = await house.stranger()
    things = await belongings(ada)
    nobodys = {name: re.sub(r"[0-9a-f]", "0", value) for name, value in things.items()}
    before = kept(house, ada)
    for eve in (await house.stranger(), owner):
        for name in (name for name in CALLS if "{name}" in name or "{chat_id}" in name):
            theirs, none = await called(eve, name, things), await called(eve, name, nobodys)
            assert theirs.status == none.status, (name, theirs, none)
            assert plain(theirs, things) == plain(none, nobodys), name
            assert PLANTED.encode() not in theirs.body, name
        for field, whose in (("previous_response_id", "response"), ("conversation", "conversation")):
            asked = {"model": "fake/fake-n2-d1", "input": "what did I say?"}
            theirs = await sent(eve, "POST /v1/responses", asked | {field: things[whose]})
            none = await sent(eve, "POST /v1/responses", asked | {field: nobodys[whose]})
            assert theirs.status == none.status >= 400, (field, theirs, none)
            assert plain(theirs, things) == plain(none, nobodys), field
        for name in OWN_NAMES:
            body = CALLS[name] | {"threadId" if "ag-ui" in name else "id": things["chat"]}
            answer = await sent(eve, name, body)
            assert PLANTED.encode() not in answer.body, name
    assert kept(house, ada) == before


async def belongings(ada: Person) -> dict[str, str]:
    """A response, a conversation with an item, and a chat of hers."""
    kept_one = {"model": "fake/fake-n2-d1", "input": PLANTED, "store": True}
    response = (await sent(ada, "POST /v1/responses", kept_one)).json["id"]
    conversation = (await sent(ada, "POST /v1/conversations", CONVERSATION)).json["id"]
    item = (await sent(ada, f"GET /v1/conversations/{conversation}/items")).json["data"][-1]["id"]
    chat = AI_SDK | {"id": "chat-1", "messages": [{"id": "u", "role": "user", "parts": [_text(PLANTED)]}]}
    assert (await sent(ada, "POST /api/ai-sdk/chat", chat)).status == 200
    return {"response": response, "conversation": conversation, "item": item, "chat": "chat-1"}


async def called(who: Person, name: str, things: dict[str, str]) -> Answer:
    """One call, about these things."""
    method, path = name.split()
    whose = things["response" if "/responses/" in path else "conversation"]
    at = path.replace("{name}", whose).replace("{item}", things["item"]).replace("{chat_id}", things["chat"])
    at = at.replace("{model_id:path}", "fake/any")
    return await sent(who, f"{method} {at}", CALLS[name])


async def sent(who: Person, call: str, body: Any = None) -> Answer:
    """One request and its whole answer."""
    method, path = call.split()
    headers = {"Accept": "application/json, text/event-stream"}
    headers |= {"Authorization": f"Bearer {who.token}"} if who.token else {}
    async with (
        asyncio.timeout(PATIENCE),
        who.client.request(method, who.url + path, headers=headers, json=body) as reply,
    ):
        return Answer(reply.status, dict(reply.headers), await reply.read(), str(reply.url))


def plain(answer: Answer, things: dict[str, str]) -> str:
    """What it says, but for the names in the question and its own id."""
    said = answer.body.decode()
    for value in things.values():
        said = said.replace(value, "…")
    return re.sub(r"req_[0-9a-f]+", "req", said)


def _text(words: str) -> dict[str, str]:
    return {"type": "text", "text": words}
