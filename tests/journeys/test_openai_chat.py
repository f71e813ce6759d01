"""OpenAI's own client, unchanged, over Palaver: text, streams, tools, images, forms, errors, and one session."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

from tests.journeys.acting import call, calls, says
from tests.journeys.house import House, Person
from tests.promises import keeps
from tests.vendor import FakeVendor
from tests.vendor.script import Drop, Reply, Stall, failure, said

pytestmark = pytest.mark.timeout(120)

MODEL = "fake/gpt-5.4"
TOOL: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "How the weather is.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
PIXEL = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100"
        "c9fe92ef0000000049454e44ae426082"
    )
).decode()


@pytest.fixture
async def client(house: House, owner: Person) -> AsyncIterator[AsyncOpenAI]:
    """The official client with an API key of the owner's."""
    key = (await owner.post("/api/v1/api-keys", {"name": "openai"}))["key"]
    async with AsyncOpenAI(base_url=f"{house.url}/v1", api_key=key, max_retries=0, timeout=30) as client:
        yield client


def user(text: str) -> Any:
    """A message of the user."""
    return {"role": "user", "content": text}


async def sessions(owner: Person) -> list[dict[str, Any]]:
    """The owner's sessions."""
    return (await owner.get("/sessions"))["items"]


@keeps("surfaces:one-session")
async def test_a_question_is_answered_and_stands_in_a_session(
    client: AsyncOpenAI, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(says("Hello yourself."))
    got = await client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "system", "content": "Be brief."}, user("Hello")],
        temperature=0.5,
        max_tokens=99,
        stop=["END"],
        metadata={"project": "x"},
    )
    choice = got.choices[0]
    assert (choice.message.content, choice.finish_reason, choice.message.role) == (
        "Hello yourself.",
        "stop",
        "assistant",
    )
    assert got.usage is not None
    assert got.usage.total_tokens == got.usage.prompt_tokens + got.usage.completion_tokens
    assert (got.object, got.model, got.id.startswith("chatcmpl-")) == ("chat.completion", MODEL, True)
    body = vendor.heard[-1].body
    assert (body["temperature"], body["stop"]) == (0.5, ["END"])
    assert body["messages"][0]["content"].startswith("Be brief.")
    assert not body.get("tools")
    (session,) = await sessions(owner)
    question, answer = await owner.messages(session["id"])
    assert (question["text"], answer["text"], question["metadata"]) == ("Hello", "Hello yourself.", {"project": "x"})


@keeps("surfaces:chat")
async def test_a_stream_brings_the_text_piece_by_piece_and_the_usage_last(
    client: AsyncOpenAI, vendor: FakeVendor
) -> None:
    stream = await client.chat.completions.create(
        model="fake/fake-n7-d1", messages=[user("Count")], stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    texts = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]
    assert len(texts) > 1
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].usage is not None
    assert not chunks[-1].choices
    assert len({chunk.id for chunk in chunks}) == 1


@keeps("surfaces:histories")
async def test_a_history_that_is_sent_again_goes_on_in_its_session_and_an_edit_makes_a_branch(
    client: AsyncOpenAI, owner: Person, vendor: FakeVendor
) -> None:
    history: list[Any] = []
    for n in range(3):
        vendor.next(says(f"Answer {n}"))
        history.append(user(f"Question {n}"))
        got = await client.chat.completions.create(model=MODEL, messages=history)
        history.append({"role": "assistant", "content": got.choices[0].message.content})
    (session,) = await sessions(owner)
    assert [one["text"] for one in await owner.messages(session["id"])] == [one["content"] for one in history]
    await client.chat.completions.create(model=MODEL, messages=[*history[:2], user("Another question 1")])
    (session,) = await sessions(owner)
    branch = await owner.messages(session["id"])
    assert [one["text"] for one in branch[:3]] == ["Question 0", "Answer 0", "Another question 1"]
    assert branch[2]["siblings"] == {"count": 2, "index": 1}


@keeps("surfaces:histories")
async def test_a_history_that_began_elsewhere_is_adopted_once(
    client: AsyncOpenAI, owner: Person, vendor: FakeVendor
) -> None:
    history = [user("Who are you?"), {"role": "assistant", "content": "Somebody else."}, user("Still?")]
    vendor.next(says("No."))
    await client.chat.completions.create(model=MODEL, messages=history)
    (session,) = await sessions(owner)
    told = await owner.messages(session["id"])
    assert [one["text"] for one in told] == ["Who are you?", "Somebody else.", "Still?", "No."]
    assert told[1]["metadata"] == {"brought_by": "client"}
    again: list[Any] = [*history, {"role": "assistant", "content": "No."}, user("Sure?")]
    await client.chat.completions.create(model=MODEL, messages=again)
    assert len(await sessions(owner)) == 1


async def test_two_beginnings_alike_are_two_sessions_and_one_that_names_its_session_goes_on_there(
    client: AsyncOpenAI, owner: Person
) -> None:
    for _ in range(2):
        await client.chat.completions.create(model=MODEL, messages=[user("Hello")])
    first, second = await sessions(owner)
    await client.chat.completions.create(model=MODEL, messages=[user("More")], metadata={"session_id": first["id"]})
    headers = {"X-Palaver-Session": second["id"]}
    raw = await client.chat.completions.with_raw_response.create(
        model=MODEL, messages=[user("More")], extra_headers=headers
    )
    assert raw.headers["x-palaver-session"] == second["id"]
    assert [one["message_count"] for one in await sessions(owner)] == [4, 4]


@keeps("surfaces:chat")
async def test_tools_are_the_clients_to_call_and_their_results_come_with_the_next_request(
    client: AsyncOpenAI, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(calls(call("a", "weather", city="Graz"), call("b", "weather", city="Wien")))
    history: list[Any] = [user("How is the weather?")]
    got = await client.chat.completions.create(
        model=MODEL, messages=history, tools=[TOOL], tool_choice="required", parallel_tool_calls=True
    )
    assert got.choices[0].finish_reason == "tool_calls"
    made = got.choices[0].message.tool_calls
    assert made is not None
    assert [(one.id, json.loads(one.function.arguments)) for one in made if one.type == "function"] == [
        ("a", {"city": "Graz"}),
        ("b", {"city": "Wien"}),
    ]
    assert vendor.heard[-1].body["tool_choice"] == "required"
    history.append(got.choices[0].message.model_dump(exclude_none=True))
    history += [{"role": "tool", "tool_call_id": one.id, "content": f"sun in {one.id}"} for one in made]
    vendor.next(says("Sun everywhere."))
    got = await client.chat.completions.create(model=MODEL, messages=history, tools=[TOOL])
    assert got.choices[0].message.content == "Sun everywhere."
    told = [one for one in vendor.heard[-1].body["messages"] if one["role"] == "tool"]
    assert [one["tool_call_id"] for one in told] == ["a", "b"]
    (session,) = await sessions(owner)
    assert [one["role"] for one in await owner.messages(session["id"])] == ["user", "assistant", "tool", "assistant"]


@keeps("surfaces:chat")
async def test_calls_in_a_stream_are_whole_and_fit_their_schema(client: AsyncOpenAI, vendor: FakeVendor) -> None:
    vendor.next(calls(call("a", "weather", town="Graz")))
    vendor.next(calls(call("b", "weather", city="Graz"), call("c", "weather", city="Wien")))
    stream = await client.chat.completions.create(model=MODEL, messages=[user("And?")], tools=[TOOL], stream=True)
    chunks = [chunk async for chunk in stream]
    made = [one for chunk in chunks for one in chunk.choices[0].delta.tool_calls or ()]
    assert [(one.index, one.id) for one in made] == [(0, "b"), (1, "c")]
    assert chunks[-1].choices[0].finish_reason == "tool_calls"


async def test_an_answer_follows_its_schema_in_streams_too(client: AsyncOpenAI, vendor: FakeVendor) -> None:
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer"}},
        "required": ["n"],
        "additionalProperties": False,
    }
    form: Any = {"type": "json_schema", "json_schema": {"name": "number", "schema": schema, "strict": True}}
    vendor.next(says('{"n": "no number"}'))
    vendor.next(says('{"n": 3}'))
    stream = await client.chat.completions.create(
        model="fake/some-model", messages=[user("How many?")], response_format=form, stream=True
    )
    text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
    assert json.loads(text) == {"n": 3}


async def test_images_reach_the_model(client: AsyncOpenAI, vendor: FakeVendor) -> None:
    image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}
    await client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": [{"type": "text", "text": "What is it?"}, image]}]
    )
    asked = vendor.heard[-1].body["messages"][-1]["content"]
    assert [part["type"] for part in asked] == ["text", "image_url"]


async def test_models_are_listed_and_told_of_one_by_one(client: AsyncOpenAI) -> None:
    listed = [model.id async for model in client.models.list()]
    assert {"builtin/guide", "fake/fake-n5-d1"} <= set(listed)
    assert (await client.models.retrieve("builtin/guide")).owned_by == "builtin"
    with pytest.raises(openai.NotFoundError):
        await client.models.retrieve("nobody/nothing")


@keeps("surfaces:refused-by-name")
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"seed": 3}, "seed"),
        ({"n": 2}, "n"),
        ({"logprobs": True}, "logprobs"),
        ({"store": False}, "store"),
        ({"presence_penalty": 0.5}, "presence_penalty"),
        ({"temperature": 3}, "temperature"),
        ({"stop": ""}, "stop"),
        ({"stop": ["a", ""]}, "stop"),
        ({"extra_body": {"whatever": 1}}, "whatever"),
        ({"messages": [{"role": "assistant", "content": "Only me."}]}, None),
        ({"messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}]}, "messages.0"),
        ({"tools": [{"type": "custom", "custom": {"name": "x"}}]}, "tools.0"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
    ],
)
async def test_what_cannot_be_honoured_is_refused_by_name(
    client: AsyncOpenAI, wrong: dict[str, Any], field: str | None
) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await client.chat.completions.create(**{"model": MODEL, "messages": [user("Hello")], **wrong})
    assert isinstance(refused.value.body, dict)
    assert field is None or refused.value.body["param"].startswith(field)
    assert field is None or field.split(".")[0] in refused.value.body["message"]


@keeps("surfaces:errors")
async def test_errors_are_those_that_the_client_knows(client: AsyncOpenAI, house: House, vendor: FakeVendor) -> None:
    async def ask(**more: Any) -> Any:
        return await client.chat.completions.create(**{"model": MODEL, "messages": [user("Hello")], **more})

    with pytest.raises(openai.NotFoundError) as unknown:
        await ask(model="nobody/nothing")
    assert unknown.value.code == "model_not_found"
    with pytest.raises(openai.NotFoundError):
        await ask(metadata={"session_id": "ses_nobody"})
    with pytest.raises(openai.AuthenticationError) as nobody:
        await client.with_options(api_key="plv_wrong").chat.completions.create(model=MODEL, messages=[user("Hello")])
    assert nobody.value.code == "invalid_api_key"
    for stream in (False, True):
        for status in (429, 500):  # a vendor's trouble, whatever it is, is not the client's
            vendor.always = lambda _, status=status: failure(status, {"message": "oops"})
            with pytest.raises(openai.InternalServerError) as broken:
                await ask(stream=stream)
            assert broken.value.status_code == 502


async def test_an_answer_that_breaks_off_is_an_error_in_the_stream(client: AsyncOpenAI, vendor: FakeVendor) -> None:
    vendor.next(Reply([said("Goats"), Drop()]))
    stream = await client.chat.completions.create(model=MODEL, messages=[user("Hello")], stream=True)
    pieces = aiter(stream)
    texts = [(await anext(pieces)).choices[0].delta.content for _ in range(2)]
    assert texts == ["", "Goats"]
    with pytest.raises(openai.APIError):
        await anext(pieces)


async def test_who_goes_away_ends_the_run_and_what_was_said_stays(
    client: AsyncOpenAI, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(Reply([said("Goats"), Stall()]))
    stream = await client.chat.completions.create(model=MODEL, messages=[user("Hello")], stream=True)
    async for chunk in stream:
        if chunk.choices[0].delta.content:
            break
    await stream.close()
    (session,) = await sessions(owner)
    await owner.until(f"/sessions/{session['id']}", lambda found: found["status"] == "idle")
    assert [(one["text"], one["status"]) for one in await owner.messages(session["id"])][1] == ("Goats", "partial")


@keeps("surfaces:at-once")
async def test_fifty_from_one_beginning_get_fifty_answers(client: AsyncOpenAI, owner: Person) -> None:
    first = await client.chat.completions.create(model=MODEL, messages=[user("Hello")])
    begun: list[Any] = [user("Hello"), {"role": "assistant", "content": first.choices[0].message.content}]
    asked = [client.chat.completions.create(model=MODEL, messages=[*begun, user(f"Question {n}")]) for n in range(50)]
    answers = await asyncio.gather(*asked)
    assert all(answer.choices[0].finish_reason == "stop" for answer in answers)
    assert len({answer.id for answer in answers}) == 50


async def test_vectors_of_texts_are_made_by_any_server_that_makes_them(client: AsyncOpenAI, vendor: FakeVendor) -> None:
    made = await client.embeddings.create(model="fake/any-embedding", input=["one", "two"])
    plain = await client.embeddings.create(model="fake/any-embedding", input="one", encoding_format="float")
    assert [one.index for one in made.data] == [0, 1]
    assert plain.data[0].embedding == pytest.approx(made.data[0].embedding, rel=1e-6)
    assert made.usage.total_tokens > 0
    for wrong in ({"dimensions": 3}, {"input": []}, {"input": [""]}):
        with pytest.raises(openai.BadRequestError):
            await client.embeddings.create(**{"model": "fake/any-embedding", "input": "one", **wrong})
    for model in ("nobody/nothing", "builtin/guide"):
        with pytest.raises(openai.APIStatusError) as refused:
            await client.embeddings.create(model=model, input="one")
        assert refused.value.status_code in {400, 404}


async def test_speech_is_not_there_yet_and_says_so(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.APIStatusError) as refused:
        await client.audio.transcriptions.create(model="fake/any", file=("a.wav", b"RIFF", "audio/wav"))
    assert (refused.value.status_code, refused.value.code) == (501, "not_implemented")


async def test_a_history_of_a_thousand_messages_is_adopted_once_and_found_again(
    client: AsyncOpenAI, house: House, owner: Person
) -> None:
    history: list[Any] = [{"role": "assistant" if n % 2 else "user", "content": f"Message {n}"} for n in range(1_000)]
    for n in range(2):
        history.append(user(f"Question {n}"))
        got = await client.chat.completions.create(model="fake/fake-n2-d1", messages=history)
        history.append({"role": "assistant", "content": got.choices[0].message.content})
    assert len(await sessions(owner)) == 1
    said = house.rows("select role, text from messages where role != 'system' order by depth")
    assert [tuple(one) for one in said] == [(one["role"], one["content"]) for one in history]
