"""What is told is what the types of the official clients say: every object and event, no field more, none missing."""

import json
from typing import Any

import httpx
import pytest
from anthropic import types as claude
from openai.types import CreateEmbeddingResponse
from openai.types import Model as OpenAIModel
from openai.types import chat as completions
from openai.types import conversations as rooms
from openai.types import responses as answers
from pydantic import BaseModel, TypeAdapter

from tests.journeys.acting import call
from tests.journeys.client_bodies import PIXEL
from tests.journeys.house import House, Person
from tests.vendor import FakeVendor
from tests.vendor.spoken import Answer, Say, Think

pytestmark = pytest.mark.timeout(60)

MODEL = "fake/gpt-5.4"
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
OURS = {"reasoning_content", "store"}  # thoughts as most servers tell them; what OpenAI's own API says, and npm's types
ACTED = Answer([Think(["I ", "wonder."]), Say("Let me "), Say("look."), call("a", "weather", city="Graz")])


def exact(kind: Any, told: Any) -> Any:
    """What is told, as the client's type has it; it has nothing that the type does not know."""
    found = TypeAdapter(kind).validate_python(told)
    _refuse_strange(found, told)
    return found


def _refuse_strange(found: Any, told: Any) -> None:
    if isinstance(found, list):
        for one in found:
            _refuse_strange(one, told)
    if isinstance(found, BaseModel):
        assert not set(found.model_extra or {}) - OURS, (type(found).__name__, found.model_extra, told)
        for name in found.model_fields_set:
            _refuse_strange(getattr(found, name, None), told)


class Wire:
    """Requests as they are, without a client."""

    def __init__(self, house: House, owner: Person) -> None:
        self.owner = owner
        self._at: dict[str, Any] = {"base_url": f"{house.url}/v1", "timeout": 30}
        self._headers = {"Authorization": f"Bearer {owner.token}"}

    async def got(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        async with httpx.AsyncClient(**self._at, headers=self._headers | headers) as web:
            reply = await (web.get(path) if body is None else web.post(path, json=body))
        assert reply.status_code == 200, reply.text
        return reply

    async def json(self, path: str, body: Any = None, **headers: str) -> Any:
        return (await self.got(path, body, **headers)).json()

    async def events(self, path: str, body: Any, **headers: str) -> list[Any]:
        """The data of each event of a stream; what begins with a colon is silence."""
        lines = (await self.got(path, body | {"stream": True}, **headers)).text.split("\n")
        data = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
        return [json.loads(one) for one in data if one != "[DONE]"]


@pytest.fixture
def wire(house: House, owner: Person) -> Wire:
    """The owner's."""
    return Wire(house, owner)


async def test_chat_completions(wire: Wire, vendor: FakeVendor) -> None:
    function = {"name": "weather", "description": "How the weather is.", "parameters": SCHEMA}
    body = {"model": MODEL, "messages": [{"role": "user", "content": "And?"}]}
    body["tools"] = [{"type": "function", "function": function}]
    vendor.next(ACTED, ACTED)
    whole = exact(completions.ChatCompletion, await wire.json("/chat/completions", body))
    told = await wire.events("/chat/completions", body | {"stream_options": {"include_usage": True}})
    chunks = [exact(completions.ChatCompletionChunk, one) for one in told]
    assert len({chunk.id for chunk in chunks}) == 1
    assert [chunk.choices[0].finish_reason for chunk in chunks[-2:-1]] == ["tool_calls"]
    assert all("usage" in one for one in told)
    used = whole.usage
    assert (used.total_tokens, chunks[-1].usage) == (used.prompt_tokens + used.completion_tokens, used)
    assert whole.choices[0].finish_reason == "tool_calls"


async def test_responses_and_conversations(wire: Wire, vendor: FakeVendor) -> None:
    body = {"model": MODEL, "input": "And?", "tools": [{"type": "function", "name": "weather", "parameters": SCHEMA}]}
    vendor.next(ACTED, ACTED, ACTED)
    whole = exact(answers.Response, await wire.json("/responses", body))
    events = [exact(answers.ResponseStreamEvent, one) for one in await wire.events("/responses", body)]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert [item.type for item in whole.output] == ["reasoning", "message", "function_call"]
    assert events[-1].response.usage == whole.usage
    ids = [item.id for item in whole.output]
    assert (len(set(ids)), set(ids) & {item.id for item in events[-1].response.output}) == (3, set())
    room = exact(rooms.Conversation, await wire.json("/conversations", {"metadata": {"topic": "x"}}))
    image = {"type": "input_image", "image_url": f"data:image/png;base64,{PIXEL}", "detail": "auto"}
    asking = [{"role": "user", "content": [{"type": "input_text", "text": "And?"}, image]}]
    await wire.json("/responses", body | {"input": asking, "conversation": room.id})
    page = await wire.json(f"/conversations/{room.id}/items")
    exact(rooms.ConversationItemList, page)
    exact(answers.ResponseItemList, await wire.json(f"/responses/{whole.id}/input_items"))


async def test_messages(wire: Wire, vendor: FakeVendor) -> None:
    tools = [{"name": "weather", "input_schema": SCHEMA}]
    body: dict[str, Any] = {"model": MODEL, "max_tokens": 9_000, "messages": [{"role": "user", "content": "And?"}]}
    body |= {"tools": tools, "thinking": {"type": "adaptive"}}
    version = {"anthropic-version": "2023-06-01"}
    vendor.next(ACTED, ACTED)
    whole = exact(claude.Message, await wire.json("/messages", body, **version))
    told = await wire.events("/messages", body, **version)
    events = [exact(claude.RawMessageStreamEvent, one) for one in told if one["type"] != "ping"]
    assert [block.type for block in whole.content] == ["thinking", "text", "tool_use"]
    assert [event.index for event in events if event.type == "content_block_stop"] == [0, 1, 2]
    assert (whole.stop_reason, events[-2].delta.stop_reason) == ("tool_use", "tool_use")
    assert whole.usage.output_tokens == events[-2].usage.output_tokens
    asked = {name: body[name] for name in ("model", "messages", "tools")}
    exact(claude.MessageTokensCount, await wire.json("/messages/count_tokens", asked, **version))


async def test_models_and_vectors(wire: Wire) -> None:
    for one in (await wire.json("/models"))["data"]:
        exact(OpenAIModel, one)
    for one in (await wire.json("/models", **{"anthropic-version": "2023-06-01"}))["data"]:
        exact(claude.ModelInfo, one)
    told = await wire.json("/embeddings", {"model": "fake/any-embedding", "input": ["one", "two"]})
    assert len(exact(CreateEmbeddingResponse, told).data) == 2


async def test_what_is_taken_is_honoured(wire: Wire, vendor: FakeVendor) -> None:
    form = {"name": "place", "description": "Where it is.", "schema": SCHEMA, "strict": True}
    chat: dict[str, Any] = {"top_p": 0.5, "max_completion_tokens": 9, "reasoning_effort": "low", "stop": "END"}
    chat |= {"parallel_tool_calls": False, "user": "u-1", "safety_identifier": "s-1", "metadata": {"topic": "x"}}
    chat |= {"response_format": {"type": "json_schema", "json_schema": form}}
    tools = [{"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}]
    answer: dict[str, Any] = {"top_p": 0.5, "max_output_tokens": 9, "reasoning": {"effort": "low"}, "user": "u-1"}
    answer |= {"parallel_tool_calls": False, "safety_identifier": "s-1", "metadata": {"topic": "x"}}
    answer |= {"text": {"format": {"type": "json_schema", **form}}, "tools": [{"type": "function", "name": "weather"}]}
    asked = [{"role": "user", "content": "And?"}]
    for path, body in (
        ("/chat/completions", {"messages": asked, "tools": tools, **chat}),
        ("/responses", {"input": asked, **answer}),
    ):
        vendor.next(Answer([Say('{"city": "Graz"}')]))
        reply = await wire.got(path, {"model": MODEL, **body})
        heard = vendor.heard[-1].body
        limit = heard.get("max_completion_tokens") or heard["max_tokens"]
        told = (heard["top_p"], limit, heard["reasoning_effort"], heard["parallel_tool_calls"])
        assert told == (0.5, 9, "low", False), path
        assert (heard.get("stop"), "Where it is." in json.dumps(heard)) == (["END"] if "stop" in body else None, True)
        session = await wire.owner.messages(reply.headers["x-palaver-session"])
        assert session[0]["metadata"] == {"topic": "x", "user": "u-1", "safety_identifier": "s-1"}
