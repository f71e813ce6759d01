"""Conversations as OpenAI's own client has them: they are sessions, and their items are what stands in messages."""

from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

from tests.journeys.acting import call, calls, says
from tests.journeys.house import House, Person
from tests.journeys.test_openai_responses import MODEL, TOOL, sessions, user
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def client(house: House, owner: Person) -> AsyncIterator[AsyncOpenAI]:
    """The official client with an API key of the owner's."""
    key = (await owner.post("/api/v1/api-keys", {"name": "openai"}))["key"]
    async with AsyncOpenAI(base_url=f"{house.url}/v1", api_key=key, max_retries=0, timeout=30) as client:
        yield client


async def test_a_conversation_is_made_changed_and_deleted(client: AsyncOpenAI, owner: Person) -> None:
    made = await client.conversations.create(metadata={"topic": "demo"}, items=[user("Hello")])
    assert (made.object, made.metadata) == ("conversation", {"topic": "demo"})
    assert await client.conversations.retrieve(made.id) == made
    changed = await client.conversations.update(made.id, metadata={"topic": "other"})
    assert (changed.id, changed.metadata) == (made.id, {"topic": "other"})
    (session,) = await sessions(owner)
    assert session["metadata"] == {"topic": "other"}
    assert made.id.partition("_")[2] == session["id"].partition("_")[2]
    gone = await client.conversations.delete(made.id)
    assert (gone.deleted, gone.object) == (True, "conversation.deleted")
    assert await sessions(owner) == []
    for act in (client.conversations.retrieve, client.conversations.delete):
        with pytest.raises(openai.NotFoundError):
            await act(made.id)


@keeps("surfaces:responses")
async def test_responses_go_on_in_a_conversation_and_their_items_stand_in_it(
    client: AsyncOpenAI, owner: Person, vendor: FakeVendor
) -> None:
    room = await client.conversations.create(items=[user("I am Ada."), {"role": "assistant", "content": "Hello, Ada."}])
    vendor.next(calls(call("a", "weather", city="Graz"), text="Let me see."), says("Sun, Ada."))
    asked = await client.responses.create(model=MODEL, input="How is it in Graz?", conversation=room.id, tools=[TOOL])
    assert asked.conversation is not None
    assert asked.conversation.id == room.id
    brought: Any = [{"type": "function_call_output", "call_id": "a", "output": "sun"}, user("And?")]
    told = await client.responses.create(model=MODEL, input=brought, conversation={"id": room.id}, tools=[TOOL])
    assert told.output_text == "Sun, Ada."
    items = [item async for item in client.conversations.items.list(room.id, order="asc", limit=3)]  # by pages of three
    assert [(item.type, getattr(item, "role", None)) for item in items] == [
        ("message", "user"),
        ("message", "assistant"),
        ("message", "user"),
        ("message", "assistant"),
        ("function_call", None),
        ("function_call_output", None),
        ("message", "user"),
        ("message", "assistant"),
    ]
    assert [item.id for item in items[3:5]] == [item.id for item in asked.output]
    for item in items:
        assert item.id is not None
        assert await client.conversations.items.retrieve(item.id, conversation_id=room.id) == item
    newest = await client.conversations.items.list(room.id, limit=1)
    assert (newest.data[0].id, newest.has_more) == (told.output[0].id, True)
    (session,) = await sessions(owner)
    roles = ["user", "assistant", "user", "assistant", "user", "assistant"]
    assert [one["role"] for one in await owner.messages(session["id"])] == roles


async def test_items_are_added_and_only_the_last_is_removed(client: AsyncOpenAI, owner: Person) -> None:
    room = await client.conversations.create()
    added = await client.conversations.items.create(room.id, items=[user("One"), user("Two")])
    assert [item.content[0].text for item in added.data if item.type == "message"] == ["One", "Two"]  # type: ignore[union-attr]
    first, last = (item.id or "" for item in added.data)
    with pytest.raises(openai.ConflictError):
        await client.conversations.items.delete(first, conversation_id=room.id)
    assert (await client.conversations.items.delete(last, conversation_id=room.id)).id == room.id
    assert [item.id async for item in client.conversations.items.list(room.id)] == [first]
    other = await client.conversations.create()
    with pytest.raises(openai.NotFoundError):
        await client.conversations.items.retrieve(first, conversation_id=other.id)
    for wrong in (
        [{"role": "developer", "content": "Rhyme."}],
        [user("x")] * 21,
        [{"type": "message", "role": "user"}],
    ):
        with pytest.raises(openai.BadRequestError):
            await client.conversations.items.create(room.id, items=wrong)


async def test_items_that_are_only_named_are_found(client: AsyncOpenAI, owner: Person, vendor: FakeVendor) -> None:
    vendor.next(says("Hello."), says("Again."))
    made = await client.responses.create(model=MODEL, input="Hello")
    again: Any = [user("Hello"), {"type": "item_reference", "id": made.output[0].id}, user("And again")]
    await client.responses.create(model=MODEL, input=again)
    (session,) = await sessions(owner)
    assert [one["text"] for one in await owner.messages(session["id"])] == ["Hello", "Hello.", "And again", "Again."]


@keeps("surfaces:one-session")
async def test_a_chat_that_began_elsewhere_is_a_conversation(client: AsyncOpenAI, owner: Person) -> None:
    await owner.ask("Hello", model=MODEL)
    (session,) = await sessions(owner)
    room = f"conv_{session['id'].partition('_')[2]}"
    items = [item async for item in client.conversations.items.list(room, order="asc")]
    assert [getattr(item, "role", None) for item in items] == ["user", "assistant"]
    await client.responses.create(model=MODEL, input="More", conversation=room)
    assert len(await owner.messages(session["id"])) == 4
