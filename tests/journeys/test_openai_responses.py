"""OpenAI's own client, unchanged, over Palaver's responses: text, streams, tools, forms, errors, resume, background."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI
from pydantic import BaseModel

from tests.journeys.acting import call, calls, says
from tests.journeys.house import House, Person
from tests.journeys.test_openai_chat import PIXEL
from tests.promises import keeps
from tests.vendor import FakeVendor
from tests.vendor.script import Drop, Reply, Stall, failure, finish, said

pytestmark = pytest.mark.timeout(120)

MODEL = "fake/gpt-5.4"
TOOL: Any = {
    "type": "function",
    "name": "weather",
    "description": "How the weather is.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
    "strict": True,
}


@pytest.fixture
async def client(house: House, owner: Person) -> AsyncIterator[AsyncOpenAI]:
    """The official client with an API key of the owner's."""
    key = (await owner.post("/api/v1/api-keys", {"name": "openai"}))["key"]
    async with AsyncOpenAI(base_url=f"{house.url}/v1", api_key=key, max_retries=0, timeout=30) as client:
        yield client


async def sessions(owner: Person) -> list[dict[str, Any]]:
    """The owner's sessions."""
    return (await owner.get("/sessions"))["items"]


@keeps("surfaces:responses")
async def test_a_question_is_answered_and_can_be_read_again(
    client: AsyncOpenAI, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(says("Hello yourself."))
    made = await client.responses.create(
        model=MODEL,
        instructions="Be brief.",
        input=[{"role": "developer", "content": "Be kind."}, {"role": "user", "content": "Hello"}],
        temperature=0.5,
        max_output_tokens=99,
        metadata={"project": "x"},
    )
    assert (made.output_text, made.status, made.model, made.object) == (
        "Hello yourself.",
        "completed",
        MODEL,
        "response",
    )
    assert made.usage is not None
    assert made.usage.total_tokens == made.usage.input_tokens + made.usage.output_tokens
    assert (made.instructions, made.temperature, made.max_output_tokens) == ("Be brief.", 0.5, 99)
    assert (made.metadata, made.error, made.store if hasattr(made, "store") else True) == ({"project": "x"}, None, True)
    told = vendor.heard[-1].body["messages"][0]["content"]
    assert told.startswith("Be brief.\n\nBe kind.")
    assert await client.responses.retrieve(made.id) == made
    (session,) = await sessions(owner)
    question, answer = await owner.messages(session["id"])
    assert (question["text"], answer["text"], question["metadata"]) == ("Hello", "Hello yourself.", {"project": "x"})


@keeps("surfaces:responses")
async def test_a_stream_tells_every_event_in_order(client: AsyncOpenAI, vendor: FakeVendor) -> None:
    stream = await client.responses.create(model="fake/fake-n3-r2-d1", input="Count", stream=True)
    events = [event async for event in stream]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    kinds = [event.type for at, event in enumerate(events) if at == 0 or events[at - 1].type != event.type]
    assert kinds == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.reasoning_summary_part.added",
        "response.reasoning_summary_text.delta",
        "response.reasoning_summary_text.done",
        "response.reasoning_summary_part.done",
        "response.output_item.done",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    last = events[-1]
    assert last.type == "response.completed"
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert (last.response.output_text, text) == (text, "part 0 part 1 part 2 ")
    assert [item.type for item in last.response.output] == ["reasoning", "message"]
    assert await client.responses.retrieve(last.response.id) == last.response


async def test_a_conversation_goes_on_after_a_response_and_a_second_answer_to_it_is_a_branch(
    client: AsyncOpenAI, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(says("Answer 0"), says("Answer 1"), says("Answer 2"), says("Answer 3"))
    first = await client.responses.create(model=MODEL, input=[{"role": "developer", "content": "Rhyme."}, user("Zero")])
    second = await client.responses.create(model=MODEL, input="One", previous_response_id=first.id)
    assert second.previous_response_id == first.id
    told = vendor.heard[-1].body["messages"]
    assert told[0]["content"].startswith("Rhyme.")  # what the client's makers say stands for all that follows
    assert [one["content"] for one in told[1:]] == ["Zero", "Answer 0", "One"]
    await client.responses.create(model=MODEL, input="Another one", previous_response_id=first.id)
    (session,) = await sessions(owner)
    branch = await owner.messages(session["id"])
    assert [one["text"] for one in branch] == ["Zero", "Answer 0", "Another one", "Answer 2"]
    items = [item async for item in client.responses.input_items.list(second.id, order="asc")]
    assert [item.content[0].text for item in items if item.type == "message"] == ["Zero", "Answer 0", "One"]  # type: ignore[union-attr]
    history = [user("Zero"), {"role": "assistant", "content": "Answer 0"}, user("One")]
    history += [{"role": "assistant", "content": "Answer 1"}, user("Two")]
    chat: Any = [{"role": "developer", "content": "Rhyme."}, *history]
    await client.chat.completions.create(model=MODEL, messages=chat)  # the other protocol finds the same session
    (session,) = await sessions(owner)
    assert [one["text"] for one in await owner.messages(session["id"])][-3:] == ["Answer 1", "Two", "Answer 3"]


@keeps("surfaces:one-session")
async def test_what_chat_completions_began_goes_on_here_and_back(
    client: AsyncOpenAI, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(says("Zero."), says("One."), says("Two."))
    history: list[Any] = [user("0")]
    got = await client.chat.completions.create(model=MODEL, messages=history)
    history += [{"role": "assistant", "content": got.choices[0].message.content}, user("1")]
    made = await client.responses.create(model=MODEL, input=history)
    history += [one.model_dump(exclude_none=True) for one in made.output]
    made = await client.responses.create(model=MODEL, input=[*history, user("2")])
    assert made.output_text == "Two."
    (session,) = await sessions(owner)
    assert [one["text"] for one in await owner.messages(session["id"])] == ["0", "Zero.", "1", "One.", "2", "Two."]


@keeps("surfaces:responses")
@pytest.mark.parametrize("resent", [False, True])
async def test_tools_are_the_clients_to_call_and_what_came_of_them_goes_on(
    client: AsyncOpenAI, owner: Person, vendor: FakeVendor, resent: bool
) -> None:
    vendor.next(calls(call("a", "weather", city="Graz"), call("b", "weather", city="Wien"), text="Let me see."))
    made = await client.responses.create(
        model=MODEL, input="How is the weather?", tools=[TOOL], tool_choice="required", parallel_tool_calls=True
    )
    assert [item.type for item in made.output] == ["message", "function_call", "function_call"]
    asked = [item for item in made.output if item.type == "function_call"]
    assert [(one.call_id, json.loads(one.arguments)) for one in asked] == [
        ("a", {"city": "Graz"}),
        ("b", {"city": "Wien"}),
    ]
    assert (made.status, made.tool_choice, made.tools[0].to_dict()) == ("completed", "required", TOOL)
    brought: list[Any] = [
        {"type": "function_call_output", "call_id": one.call_id, "output": f"sun in {one.call_id}"} for one in asked
    ]
    vendor.next(says("Sun everywhere."))
    if resent:
        before: list[Any] = [user("How is the weather?"), *made.output]
        made = await client.responses.create(model=MODEL, input=before + brought, tools=[TOOL])
    else:
        made = await client.responses.create(model=MODEL, input=brought, tools=[TOOL], previous_response_id=made.id)
    assert made.output_text == "Sun everywhere."
    told = [one for one in vendor.heard[-1].body["messages"] if one["role"] == "tool"]
    assert [one["tool_call_id"] for one in told] == ["a", "b"]
    (session,) = await sessions(owner)
    assert [one["role"] for one in await owner.messages(session["id"])] == ["user", "assistant", "tool", "assistant"]


async def test_calls_in_a_stream_are_whole_and_fit_their_schema(client: AsyncOpenAI, vendor: FakeVendor) -> None:
    vendor.next(calls(call("a", "weather", town="Graz")))
    vendor.next(calls(call("b", "weather", city="Graz"), call("c", "weather", city="Wien"), text="So:"))
    async with client.responses.stream(model=MODEL, input="And?", tools=[TOOL]) as stream:
        events = [event async for event in stream]
        last = await stream.get_final_response()
    kinds = [event.type.removeprefix("response.") for event in events if event.type != "response.output_text.delta"]
    one = ["output_item.added", "function_call_arguments.delta", "function_call_arguments.done", "output_item.done"]
    assert kinds[2:-1] == [
        "output_item.added", "content_part.added", "output_text.done", "content_part.done", "output_item.done",
        *one, *one,
    ]  # fmt: skip
    made = [item for item in last.output if item.type == "function_call"]
    assert [(item.call_id, item.parsed_arguments) for item in made] == [
        ("b", {"city": "Graz"}),
        ("c", {"city": "Wien"}),
    ]
    assert [item.id for item in (await client.responses.retrieve(last.id)).output] == [item.id for item in last.output]


class Number(BaseModel):
    """What an answer is to say."""

    n: int


async def test_an_answer_follows_its_schema_in_streams_too(client: AsyncOpenAI, vendor: FakeVendor) -> None:
    for _ in range(2):
        vendor.next(says('{"n": "no number"}'), says('{"n": 3}'))
    made = await client.responses.parse(model="fake/some-model", input="How many?", text_format=Number)
    assert made.output_parsed == Number(n=3)
    assert made.text is not None
    assert made.text.format is not None
    assert made.text.format.type == "json_schema"
    async with client.responses.stream(model="fake/some-model", input="How many?", text_format=Number) as stream:
        done = [event async for event in stream if event.type == "response.output_text.done"]
        last = await stream.get_final_response()
    assert ([event.parsed for event in done], last.output_parsed) == ([Number(n=3)], Number(n=3))


async def test_images_reach_the_model(client: AsyncOpenAI, vendor: FakeVendor) -> None:
    image = {"type": "input_image", "image_url": f"data:image/png;base64,{PIXEL}", "detail": "auto"}
    content: Any = [{"type": "input_text", "text": "What is it?"}, image]
    made = await client.responses.create(model=MODEL, input=[{"role": "user", "content": content}])
    asked = vendor.heard[-1].body["messages"][-1]["content"]
    assert [part["type"] for part in asked] == ["text", "image_url"]
    (item,) = [item async for item in client.responses.input_items.list(made.id)]
    assert item.type == "message"
    assert [part.type for part in item.content] == ["input_text", "input_image"]


@keeps("surfaces:refused-by-name")
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"store": False}, "store"),
        ({"include": ["reasoning.encrypted_content"]}, "include"),
        ({"truncation": "disabled"}, "truncation"),
        ({"max_tool_calls": 3}, "max_tool_calls"),
        ({"top_logprobs": 2}, "top_logprobs"),
        ({"prompt": {"id": "x"}}, "prompt"),
        ({"temperature": 3}, "temperature"),
        ({"text": {"verbosity": "low"}}, "text.verbosity"),
        ({"reasoning": {"summary": "detailed"}}, "reasoning.summary"),
        ({"extra_body": {"whatever": 1}}, "whatever"),
        ({"tools": [{"type": "web_search"}]}, "tools.0"),
        ({"tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": []}}, "tool_choice"),
        ({"input": []}, None),
        ({"input": [{"role": "assistant", "content": "Only me."}]}, None),
        ({"input": [{"type": "computer_call_output", "call_id": "a", "output": {}}]}, "input.0"),
        ({"input": [{"role": "user", "content": [{"type": "input_audio"}]}]}, "input.0"),
        ({"input": [{"type": "function_call_output", "call_id": "a", "output": "b"}]}, None),
        ({"input": [{"type": "item_reference", "id": "msg_nothing"}]}, "input"),
        ({"previous_response_id": "resp_" + "0" * 32}, "previous_response_id"),
        ({"previous_response_id": "resp_" + "0" * 32, "conversation": "conv_" + "0" * 32}, "previous_response_id"),
        ({"stream_options": {"include_obfuscation": True}}, "stream_options"),
    ],
)
async def test_what_cannot_be_honoured_is_refused_by_name(
    client: AsyncOpenAI, wrong: dict[str, Any], field: str | None
) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await client.responses.create(**{"model": MODEL, "input": "Hello", **wrong})
    assert isinstance(refused.value.body, dict)
    assert field is None or refused.value.body["param"].startswith(field)
    assert field is None or field.split(".")[0] in refused.value.body["message"]


@keeps("surfaces:errors")
async def test_errors_are_those_that_the_client_knows(
    client: AsyncOpenAI, house: House, owner: Person, vendor: FakeVendor
) -> None:
    async def ask(**more: Any) -> Any:
        return await client.responses.create(**{"model": MODEL, "input": "Hello", **more})

    with pytest.raises(openai.NotFoundError) as unknown:
        await ask(model="nobody/nothing")
    assert unknown.value.code == "model_not_found"
    with pytest.raises(openai.NotFoundError):
        await ask(conversation="conv_" + "0" * 32)
    with pytest.raises(openai.AuthenticationError) as nobody:
        await client.with_options(api_key="plv_wrong").responses.create(model=MODEL, input="Hello")
    assert nobody.value.code == "invalid_api_key"
    for stream in (False, True):
        for status in (429, 500):  # a vendor's trouble, whatever it is, is not the client's
            vendor.always = lambda _, status=status: failure(status, {"message": "oops"})
            with pytest.raises(openai.InternalServerError) as broken:
                await ask(stream=stream)
            assert broken.value.status_code == 502
    for name in ("resp_" + "0" * 32, "resp_x", "run_" + "0" * 32):
        for act in (client.responses.retrieve, client.responses.cancel, client.responses.delete):
            with pytest.raises(openai.NotFoundError):
                await act(name)
    for path in ("/responses/input_tokens", "/responses/compact", "/files"):
        reply = await owner.client.post(f"{house.url}/v1{path}", headers={"Authorization": f"Bearer {owner.token}"})
        assert (reply.status, (await reply.json())["error"]["code"]) == (501, "not_implemented"), path


async def test_an_answer_that_breaks_off_fails_in_the_stream(client: AsyncOpenAI, vendor: FakeVendor) -> None:
    vendor.next(Reply([said("Goats"), Drop()]))
    stream = await client.responses.create(model=MODEL, input="Hello", stream=True)
    events = [event async for event in stream]
    last = events[-1]
    assert last.type == "response.failed"
    assert last.response.error is not None
    assert (last.response.status, last.response.error.code, last.response.output_text) == (
        "failed",
        "server_error",
        "Goats",
    )
    assert [event.type for event in events].count("response.output_item.done") == 1
    assert (await client.responses.retrieve(last.response.id)).status == "failed"


async def test_what_is_longer_than_it_may_be_is_incomplete(client: AsyncOpenAI, vendor: FakeVendor) -> None:
    vendor.next(
        Reply([said("Goats"), finish("length", {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2})])
    )
    made = await client.responses.create(model=MODEL, input="Hello", max_output_tokens=1)
    assert made.incomplete_details is not None
    assert (made.status, made.incomplete_details.reason) == ("incomplete", "max_output_tokens")


async def test_who_goes_away_ends_the_run_unless_it_is_in_the_background(
    client: AsyncOpenAI, vendor: FakeVendor
) -> None:
    for background in (False, True):
        vendor.next(Reply([said("Goats"), Stall(), said(" and half"), finish()]))
        stream = await client.responses.create(model=MODEL, input="Hello", stream=True, background=background)
        name = ""
        async for event in stream:
            name = event.response.id if event.type == "response.created" else name
            if event.type == "response.output_text.delta":
                break
        await stream.close()
        if background:
            assert (await client.responses.retrieve(name)).status == "in_progress"
            vendor.release()
        found = await until_over(client, name)
        assert (found.status, found.output_text) == (
            ("completed", "Goats and half") if background else ("cancelled", "Goats")
        )


async def test_a_response_in_the_background_is_told_of_later_and_ends_when_it_is_cancelled(
    client: AsyncOpenAI, vendor: FakeVendor
) -> None:
    vendor.next(Reply([said("Goats"), Stall()]))
    made = await client.responses.create(model=MODEL, input="Hello", background=True)
    assert (made.status in {"queued", "in_progress"}, made.background, made.output) == (True, True, [])
    async with asyncio.timeout(30):
        async with client.responses.stream(response_id=made.id) as stream:
            async for event in stream:
                if event.type == "response.output_text.delta":
                    break
        for _ in range(2):
            ended = await client.responses.cancel(made.id)
            assert (ended.status, ended.output_text) == ("cancelled", "Goats")
        again = await client.responses.retrieve(made.id, stream=True)
        last = [event async for event in again][-1]
    assert last.type == "response.incomplete"
    assert last.response == ended


@keeps("surfaces:responses:resume")
async def test_a_stream_goes_on_by_number_across_a_kill_and_says_what_is_void(
    client: AsyncOpenAI, house: House, vendor: FakeVendor
) -> None:
    vendor.next(Reply([said("One"), said(" two"), Stall()]), says("One two three"))
    stream = await client.responses.create(model=MODEL, input="Count", stream=True, background=True)
    before: list[Any] = []
    async for event in stream:
        before.append(event)
        told = [one.delta for one in before if one.type == "response.output_text.delta"]
        if "".join(told) == "One two":
            break
    await house.kill()
    await house.start()
    name, last = before[0].response.id, before[-1].sequence_number
    async with AsyncOpenAI(base_url=f"{house.url}/v1", api_key=client.api_key, max_retries=0, timeout=30) as back:
        again = await back.responses.retrieve(name, stream=True, starting_after=last)
        after = [event async for event in again]
        whole = [event async for event in await back.responses.retrieve(name, stream=True)]
        found = await back.responses.retrieve(name)
    assert [event.sequence_number for event in before + after] == list(range(len(whole)))
    assert before + after == whole
    voided = after[0]
    assert voided.type == "response.output_item.done"
    assert voided.item.type == "message"
    assert (voided.item.status, voided.item.id) == ("incomplete", before[2].item.id)
    assert (found.output_text, [item.id for item in found.output]) == ("One two three", [f"{voided.item.id}r1"])
    assert after[-1].type == "response.completed"
    assert after[-1].response == found


async def test_only_what_nothing_follows_is_deleted(client: AsyncOpenAI) -> None:
    first = await client.responses.create(model=MODEL, input="One")
    second = await client.responses.create(model=MODEL, input="Two", previous_response_id=first.id)
    with pytest.raises(openai.ConflictError):
        await client.responses.delete(first.id)
    await client.responses.delete(second.id)
    with pytest.raises(openai.NotFoundError):
        await client.responses.retrieve(second.id)
    await client.responses.create(model=MODEL, input="Two again", previous_response_id=first.id)


async def test_nobody_sees_what_is_anothers(client: AsyncOpenAI, house: House) -> None:
    made = await client.responses.create(model=MODEL, input="Mine")
    room = await client.conversations.create()
    other = await house.stranger()
    key = (await other.post("/api/v1/api-keys", {"name": "openai"}))["key"]
    async with AsyncOpenAI(base_url=f"{house.url}/v1", api_key=key, max_retries=0, timeout=30) as them:
        for act in (
            them.responses.retrieve,
            them.responses.cancel,
            them.responses.delete,
            them.responses.input_items.list,
        ):
            with pytest.raises(openai.NotFoundError):
                await act(made.id)
        for act in (them.conversations.retrieve, them.conversations.delete, them.conversations.items.list):
            with pytest.raises(openai.NotFoundError):
                await act(room.id)
        for wrong in (
            {"previous_response_id": made.id},
            {"input": [{"type": "item_reference", "id": made.output[0].id}]},
        ):
            with pytest.raises(openai.BadRequestError):
                await them.responses.create(**{"model": MODEL, "input": "Theirs", **wrong})


@keeps("surfaces:at-once")
async def test_fifty_after_one_response_get_fifty_answers(client: AsyncOpenAI) -> None:
    first = await client.responses.create(model=MODEL, input="Hello")
    asked = [
        client.responses.create(model=MODEL, input=f"Question {n}", previous_response_id=first.id) for n in range(50)
    ]
    answers = await asyncio.gather(*asked)
    assert all(answer.status == "completed" for answer in answers)
    assert len({answer.id for answer in answers}) == 50


def user(text: str) -> Any:
    """A message of the user."""
    return {"role": "user", "content": text}


async def until_over(client: AsyncOpenAI, name: str) -> Any:
    """The response, once it is over."""
    async with asyncio.timeout(30):
        while (found := await client.responses.retrieve(name)).status in {"queued", "in_progress"}:
            continue
    return found
