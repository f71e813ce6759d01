"""Anthropic's own client, unchanged, over Palaver: text, streams, thoughts, tools, images, documents, errors."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import anthropic
import httpx
import pytest
from anthropic import AsyncAnthropic, beta_async_tool

from tests.journeys.acting import call, calls, says
from tests.journeys.house import House, Opening, Person
from tests.journeys.test_openai_chat import PIXEL
from tests.promises import keeps
from tests.vendor import FakeVendor
from tests.vendor.script import Drop, Reply, Stall, failure, said
from tests.vendor.spoken import Answer, Say, Think

pytestmark = pytest.mark.timeout(120)

MODEL = "fake/gpt-5.4"
WEATHER: Any = {
    "name": "weather",
    "description": "How the weather is.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
SAMPLED = {"anthropic-version": "2023-06-01"}  # the version that has temperatures
CACHED: Any = {"cache_control": {"type": "ephemeral"}}


@pytest.fixture
async def house(open_house: Opening, vendor: FakeVendor) -> House:
    """A server whose other vendor speaks Anthropic's messages."""
    other = f'\n[providers.claude]\nkind = "anthropic_messages"\nbase_url = "{vendor.url}"\napi_key = "sk-fake"\n'
    return await open_house(other + 'models = ["claude-opus-4-5", "claude-haiku-4-5"]\n')


@pytest.fixture
async def client(house: House, owner: Person) -> AsyncIterator[AsyncAnthropic]:
    """The official client with an API key of the owner's."""
    key = (await owner.post("/api/v1/api-keys", {"name": "anthropic"}))["key"]
    async with AsyncAnthropic(base_url=house.url, api_key=key, max_retries=0, timeout=30) as client:
        yield client


def user(content: Any) -> Any:
    """A message of the user."""
    return {"role": "user", "content": content}


async def ask(client: AsyncAnthropic, *messages: Any, **more: Any) -> Any:
    """A whole answer."""
    return await client.messages.create(**{"model": MODEL, "max_tokens": 99, "messages": list(messages), **more})


async def sessions(owner: Person) -> list[dict[str, Any]]:
    """The owner's sessions."""
    return (await owner.get("/sessions"))["items"]


async def test_a_question_is_answered_and_stands_in_a_session_however_caches_are_marked(
    client: AsyncAnthropic, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(says("Hello yourself."))
    got = await ask(
        client,
        user([{"type": "text", "text": "Hello", **CACHED}]),
        system=[{"type": "text", "text": "Be brief."}, {"type": "text", "text": "Be kind.", **CACHED}],
        extra_body={"temperature": 0.5},
        extra_headers=SAMPLED,
        stop_sequences=["END"],
        metadata={"user_id": "u-1"},
        tools=[{**WEATHER, **CACHED}],
        service_tier="auto",
        **CACHED,
    )
    assert [block.model_dump(exclude_none=True) for block in got.content] == [
        {"type": "text", "text": "Hello yourself."}
    ]
    assert (got.type, got.role, got.stop_reason, got.stop_sequence, got.model) == (
        "message", "assistant", "end_turn", None, MODEL,
    )  # fmt: skip
    assert got.usage.input_tokens > 0
    assert got.usage.output_tokens > 0
    assert got._request_id is not None
    body = vendor.heard[-1].body
    assert (body["temperature"], body["stop"], body["max_tokens"]) == (0.5, ["END"], 99)
    assert body["messages"][0]["content"].startswith("Be brief.\n\nBe kind.")
    (session,) = await sessions(owner)
    question, answer = await owner.messages(session["id"])
    assert (question["text"], answer["id"], question["metadata"]) == ("Hello", got.id, {"user_id": "u-1"})


async def test_a_stream_tells_thoughts_text_and_calls_as_blocks_in_exact_order(
    client: AsyncAnthropic, vendor: FakeVendor
) -> None:
    made = [Think(["I ", "wonder."]), Say("Let me "), Say("look."), call("a", "weather", city="Graz")]
    vendor.next(Answer([*made, call("b", "weather", city="Wien")]))
    events: list[Any] = []
    async with client.messages.stream(
        model="claude/claude-opus-4-5",
        max_tokens=9_000,
        messages=[user("And?")],
        tools=[WEATHER],
        thinking={"type": "enabled", "budget_tokens": 3_000},
    ) as stream:
        async for event in stream:
            events.append(event)  # noqa: PERF401
        final = await stream.get_final_message()
    raw = [event.type for event in events if event.type not in {"text", "thinking", "signature", "input_json"}]
    block = ["content_block_start", "content_block_delta", "content_block_stop"]
    folded = [kind for n, kind in enumerate(raw) if kind != "content_block_delta" or raw[n - 1] != kind]
    assert folded == ["message_start", *block * 4, "message_delta", "message_stop"]
    assert [one.type for one in final.content] == ["thinking", "text", "tool_use", "tool_use"]
    thought, text, first, second = final.content
    assert (thought.thinking, text.text) == ("I wonder.", "Let me look.")
    assert thought.signature
    assert [(one.id, one.input) for one in (first, second)] == [("a", {"city": "Graz"}), ("b", {"city": "Wien"})]
    assert (final.stop_reason, final.usage.input_tokens > 0, final.usage.output_tokens > 0) == ("tool_use", True, True)
    assert vendor.heard[-1].body["thinking"] == {"type": "enabled", "budget_tokens": 2_048}


async def test_the_bytes_of_a_stream_are_named_events_and_pings(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(says("Hello."))
    body = {"model": MODEL, "max_tokens": 9, "stream": True, "messages": [user("Hello")]}
    headers = {"x-api-key": owner.token, **SAMPLED}
    async with httpx.AsyncClient(timeout=30) as web:
        got = await web.post(f"{house.url}/v1/messages", json=body, headers=headers)
    assert got.headers["request-id"] == got.headers["x-request-id"]
    blocks = [block.split("\n") for block in got.text.strip().split("\n\n")]
    told = [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]
    assert all(name == data["type"] for name, data in told)
    assert [name for name, _ in told] == [
        "message_start", "ping", "content_block_start", "content_block_delta", "content_block_stop", "message_delta",
        "message_stop",
    ]  # fmt: skip
    assert told[0][1]["message"]["stop_reason"] is None
    assert told[-2][1]["delta"] == {"stop_reason": "end_turn", "stop_sequence": None}


async def test_calls_come_back_with_their_thoughts_and_the_vendor_gets_its_own_seal(
    client: AsyncAnthropic, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(Answer([Think(["I wonder."]), call("a", "weather", city="Graz"), call("b", "weather", city="Wien")]))
    asking: Any = {"model": "claude-opus-4-5", "tools": [WEATHER], "max_tokens": 9_000}
    asking["thinking"] = {"type": "enabled", "budget_tokens": 2_048}
    history = [user("How is the weather?")]
    got = await ask(client, *history, **asking)
    assert [block.type for block in got.content] == ["thinking", "tool_use", "tool_use"]
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}
    came = [
        {"type": "tool_result", "tool_use_id": "a", "content": [{"type": "text", "text": "sun"}, image], **CACHED},
        {"type": "tool_result", "tool_use_id": "b", "content": "no such city", "is_error": True},
        {"type": "text", "text": "And now?"},
    ]
    history += [{"role": "assistant", "content": got.content}, user(came)]
    vendor.next(says("Sun."))
    assert (await ask(client, *history, **asking)).content[0].text == "Sun."
    told = vendor.heard[-1].body["messages"]
    assert [block["type"] for block in told[1]["content"]] == ["thinking", "tool_use", "tool_use"]
    assert told[1]["content"][0]["signature"].startswith("sealed_")
    first, second, words = told[2]["content"]
    assert [block["type"] for block in first["content"]] == ["text", "image"]
    assert (second["is_error"], words["text"]) == (True, "And now?")
    (session,) = await sessions(owner)
    assert [one["role"] for one in await owner.messages(session["id"])] == ["user", "assistant", "user", "assistant"]


async def test_thoughts_that_nobody_asked_for_are_not_told_and_omitted_ones_leave_their_seal(
    client: AsyncAnthropic, vendor: FakeVendor
) -> None:
    wishes: tuple[Any, ...] = ({"type": "disabled"}, {"type": "adaptive", "display": "omitted"}, {"type": "adaptive"})
    found: list[Any] = []
    for thinking in wishes:
        for stream in (False, True):
            vendor.next(Answer([Think(["Hm."]), Say("Yes.")]))
            asking: Any = {"model": MODEL, "max_tokens": 99, "messages": [user("Hello?")], "thinking": thinking}
            if stream:
                async with client.messages.stream(**asking) as heard:
                    got = await heard.get_final_message()
            else:
                got = await client.messages.create(**asking)
            found.append([getattr(block, block.type) for block in got.content])
    assert found == [["Yes."], ["Yes."], ["", "Yes."], ["", "Yes."], ["Hm.", "Yes."], ["Hm.", "Yes."]]


async def test_the_clients_own_runner_calls_its_tools_until_there_is_an_answer(
    client: AsyncAnthropic, vendor: FakeVendor
) -> None:
    @beta_async_tool
    async def weather(city: str) -> str:
        """How the weather is.

        Args:
            city: Where.
        """
        return f"sun in {city}"

    vendor.next(calls(call("a", "weather", city="Graz"), call("b", "weather", city="Wien")), says("Sun, then."))
    runner = client.beta.messages.tool_runner(
        model=MODEL, max_tokens=99, tools=[weather], messages=[user("How is the weather?")]
    )
    final = await runner.until_done()
    assert final.content[0].type == "text"
    assert final.content[0].text == "Sun, then."
    told = [one["content"] for one in vendor.heard[-1].body["messages"] if one["role"] == "tool"]
    assert [city in text for city, text in zip(("Graz", "Wien"), told, strict=True)] == [True, True]


async def test_images_and_documents_reach_the_model_and_are_found_again(
    client: AsyncAnthropic, owner: Person, vendor: FakeVendor
) -> None:
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}
    text = {"type": "text", "media_type": "text/plain", "data": "The meeting is on Monday."}
    document = {"type": "document", "source": text, "title": "Notes: one/two", "context": "From last week.", **CACHED}
    history = [user([image, document, {"type": "text", "text": "What is it?"}])]
    vendor.next(says("A pixel and notes."), says("On Monday."))
    first = await ask(client, *history)
    seen = vendor.heard[-1].body["messages"][-1]["content"]
    assert any(part["type"] == "image_url" for part in seen)
    assert "The meeting is on Monday." in json.dumps(seen)
    await ask(client, *history, {"role": "assistant", "content": first.content}, user("When?"))
    (session,) = await sessions(owner)
    assert session["message_count"] == 4
    (upload,) = (await owner.get("/files"))["items"]
    assert upload["name"] == "Notes_ one_two.txt"


async def test_an_answer_follows_its_schema_in_streams_too(client: AsyncAnthropic, vendor: FakeVendor) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    form: Any = {"format": {"type": "json_schema", "schema": schema}}
    vendor.next(says('{"n": "no number"}'), says('{"n": 3}'))
    async with client.messages.stream(
        model="fake/some-model", max_tokens=99, messages=[user("How many?")], output_config=form
    ) as stream:
        assert json.loads(await stream.get_final_text()) == {"n": 3}


async def test_tokens_are_counted_without_asking_anybody(
    client: AsyncAnthropic, owner: Person, vendor: FakeVendor
) -> None:
    few = await client.messages.count_tokens(model=MODEL, messages=[user("Hello")])
    asking: Any = {"messages": [user("Hello " * 100)], "system": "Be brief.", "tools": [WEATHER]}
    many = await client.messages.with_raw_response.count_tokens(model="claude-haiku-4-5", **asking)
    assert 0 < few.input_tokens < 20
    assert 100 < (await many.parse()).input_tokens < 1_000
    assert many.headers["x-palaver-counted"] == "estimate"
    assert not vendor.heard
    assert not await sessions(owner)


async def test_models_are_listed_as_this_client_reads_them_and_bare_names_are_found(
    client: AsyncAnthropic, vendor: FakeVendor
) -> None:
    listed = [model.id async for model in client.models.list(limit=2)]
    assert {"claude/claude-opus-4-5", "builtin/guide", "fake/fake-n5-d1"} <= set(listed)
    assert len(listed) == len(set(listed))
    assert (await client.models.retrieve("builtin/guide")).type == "model"
    vendor.next(says("Hello."))
    assert (await ask(client, user("Hello"), model="claude-haiku-4-5")).model == "claude/claude-haiku-4-5"
    assert vendor.heard[-1].path == "/v1/messages"
    with pytest.raises(anthropic.NotFoundError):
        await client.models.retrieve("nobody/nothing")


HELLO: Any = user("Hello")
CALLED: Any = {"type": "tool_use", "id": "a", "name": "w", "input": {}}
RESULT: Any = {"type": "tool_result", "tool_use_id": "nobody", "content": "x"}


@keeps("surfaces:refused-by-name")
@pytest.mark.timeout(60)
async def test_what_cannot_be_honoured_is_refused_by_name(client: AsyncAnthropic) -> None:
    wrongs: list[tuple[dict[str, Any], str]] = [
        ({"extra_body": {"top_k": 3}, "extra_headers": SAMPLED}, "top_k"),
        ({"extra_body": {"temperature": 1.5}, "extra_headers": SAMPLED}, "temperature"),
        ({"extra_body": {"temperature": 1}}, "temperature"),
        ({"service_tier": "whatever"}, "service_tier"),
        ({"extra_body": {"mcp_servers": [{"name": "x"}]}}, "mcp_servers"),
        ({"extra_body": {"whatever": 1}}, "whatever"),
        ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "web_search_20250305"),
        ({"tools": [WEATHER, WEATHER]}, "unique"),
        ({"tool_choice": {"type": "any"}}, "tool_choice"),
        ({"tool_choice": {"type": "tool", "name": "nobody"}, "tools": [WEATHER]}, "nobody"),
        ({"thinking": {"type": "enabled", "budget_tokens": 2_000}}, "budget_tokens"),
        (
            {"thinking": {"type": "adaptive"}, "extra_body": {"temperature": 0.5}, "extra_headers": SAMPLED},
            "temperature",
        ),
        ({"thinking": {"type": "between_tools"}}, "thinking"),
        ({"output_config": {"effort": "max"}}, "effort"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"messages": []}, "messages"),
        ({"messages": [user("")]}, "messages.0"),
        ({"messages": [HELLO, {"role": "assistant", "content": "Well,"}]}, "answer"),
        ({"messages": [{"role": "assistant", "content": "Well,"}, HELLO]}, "messages.0"),
        ({"messages": [user([CALLED])]}, "messages.0"),
        ({"messages": [HELLO, {"role": "assistant", "content": "Yes."}, user([RESULT])]}, "nobody"),
        (
            {"messages": [user([{"type": "search_result", "source": "x", "title": "x", "content": []}])]},
            "search_result",
        ),
        ({"extra_headers": {"anthropic-version": "2020-01-01"}}, "anthropic-version"),
        ({"extra_headers": {"anthropic-beta": "computer-use-2025-01-24"}}, "computer-use"),
    ]
    for wrong, name in wrongs:
        with pytest.raises(anthropic.BadRequestError) as refused:
            await ask(client, **{"messages": [HELLO], **wrong})
        assert isinstance(refused.value.body, dict)
        error = refused.value.body["error"]
        assert (error["type"], name in error["message"]) == ("invalid_request_error", True), (wrong, error)
        assert refused.value.request_id


@keeps("surfaces:errors")
async def test_errors_are_those_that_the_client_knows(client: AsyncAnthropic, vendor: FakeVendor) -> None:
    with pytest.raises(anthropic.NotFoundError):
        await ask(client, HELLO, model="nobody/nothing")
    with pytest.raises(anthropic.NotFoundError):
        await ask(client, HELLO, extra_headers={"X-Palaver-Session": "ses_nobody"})
    with pytest.raises(anthropic.AuthenticationError) as nobody:
        await ask(client.with_options(api_key="plv_wrong"), HELLO)
    assert isinstance(nobody.value.body, dict)
    assert nobody.value.body["error"]["type"] == "authentication_error"
    with pytest.raises(anthropic.RequestTooLargeError):
        await ask(client, user("x" * 34_000_000))
    for stream in (False, True):
        for status in (429, 500, 529):  # a vendor's trouble, whatever it is, is not the client's
            vendor.always = lambda _, status=status: failure(status, {"message": "oops"})
            with pytest.raises(anthropic.InternalServerError) as broken:
                await ask(client, HELLO, stream=stream)
            assert broken.value.status_code == 502


async def test_an_answer_that_breaks_off_is_an_error_in_the_stream(client: AsyncAnthropic, vendor: FakeVendor) -> None:
    vendor.next(Reply([said("Goats"), Drop()]))
    async with client.messages.stream(model=MODEL, max_tokens=99, messages=[HELLO]) as stream:
        texts = aiter(stream.text_stream)
        assert await anext(texts) == "Goats"
        with pytest.raises(anthropic.APIStatusError) as broken:
            await anext(texts)
    assert isinstance(broken.value.body, dict)
    assert broken.value.body["error"]["type"] == "api_error"


async def test_who_goes_away_ends_the_run_and_what_was_said_stays(
    client: AsyncAnthropic, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(Reply([said("Goats"), Stall()]))
    async with client.messages.stream(model=MODEL, max_tokens=99, messages=[HELLO]) as stream:
        async for _ in stream.text_stream:
            break
    (session,) = await sessions(owner)
    await owner.until(f"/sessions/{session['id']}", lambda found: found["status"] == "idle")
    assert [(one["text"], one["status"]) for one in await owner.messages(session["id"])][1] == ("Goats", "partial")


@keeps("surfaces:histories", "surfaces:at-once")
async def test_a_history_that_is_sent_again_goes_on_in_its_session_for_fifty_at_once(
    client: AsyncAnthropic, owner: Person
) -> None:
    begun: list[Any] = [HELLO]
    for n in range(2):
        got = await ask(client, *begun, model="fake/fake-n3-d1")
        begun += [{"role": "assistant", "content": got.content}, user(f"Question {n}")]
    (session,) = await sessions(owner)
    assert session["message_count"] == 4
    asked = [ask(client, *begun[:-1], user(f"Question {n}"), model="fake/fake-n3-d1") for n in range(50)]
    answers = await asyncio.gather(*asked)
    assert len({answer.id for answer in answers}) == 50
    assert {answer.stop_reason for answer in answers} == {"end_turn"}


async def test_a_pdf_is_read_for_the_model_and_one_that_is_none_is_refused(
    client: AsyncAnthropic, vendor: FakeVendor
) -> None:
    def document(content: bytes) -> Any:
        data = base64.b64encode(content).decode()
        return {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": data}}

    with pytest.raises(anthropic.BadRequestError, match="no PDF"):
        await ask(client, user([document(b"hello")]))
    vendor.next(says("Broken."))
    await ask(client, user([document(b"%PDF-1.4\n%%EOF")]))
    assert "document.pdf" in json.dumps(vendor.heard[-1].body["messages"][-1])
