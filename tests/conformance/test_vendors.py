"""Vendors as an operator has them: what they list, what they are asked with, and models that call no tools."""

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from palaver.core.ids import UserId
from palaver.core.messages import ImagePart, ToolCallPart
from palaver.core.principal import Principal
from palaver.inference.port import Ask, Finished, Piece, Remarked, TextPiece
from palaver.inference.providers.guide import Guide
from palaver.inference.service import Inference
from palaver.inference.settings import InferenceSettings, ModelFacts, ProviderSettings
from palaver.inference.wellknown import configured
from palaver.kit.clock import SystemClock
from tests.conformance.wires import KINDS, WEATHER, ask, result, said, text_in
from tests.promises import keeps
from tests.vendor import FakeVendor, Reply
from tests.vendor.script import failure
from tests.vendor.spoken import Answer, Say

ANYONE = Principal(user_id=UserId("usr_1"))
LISTED = {
    "data": [
        {
            "type": "model", "id": "claude-sonnet-5", "display_name": "Claude Sonnet 5", "lifecycle": "active",
            "max_input_tokens": 1_000_000, "max_tokens": 128_000,
            "capabilities": {
                "image_input": {"supported": True}, "structured_outputs": {"supported": True},
                "thinking": {"supported": True, "types": {"adaptive": {"supported": True}}},
            },
        },
        {"type": "model", "id": "claude-3-haiku-20240307", "display_name": "Claude Haiku 3", "lifecycle": "retired"},
        {"type": "model", "id": "claude-next"},
    ],
    "has_more": False,
}  # fmt: skip


@pytest.fixture
async def vendor() -> AsyncIterator[FakeVendor]:
    async with FakeVendor() as made:
        yield made


def house(vendor: FakeVendor, kind: Any, **more: Any) -> Inference:
    settings = InferenceSettings(local_servers={}, first_wait=0, longest_wait=0)
    providers = {"p": ProviderSettings(**{"kind": kind, "base_url": vendor.url, "models": "any", **more})}
    return Inference(settings, configured(providers, {}), Guide(SystemClock()), SystemClock(), chance=lambda: 0.5)


async def heard(inference: Inference, question: Ask) -> list[Piece]:
    model = await inference.resolve(f"p/{question.model}", ANYONE)
    async with aclosing(inference.stream(model, question)) as batches:
        return [piece async for batch in batches for piece in batch]


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_provider_answers_through_the_front_door(vendor: FakeVendor, kind: str) -> None:
    inference = house(vendor, kind, api_key="sk-1")
    pieces = await heard(inference, ask("claude-fake-n3"))
    assert text_in(pieces) == "part 0 part 1 part 2 "
    headers = vendor.heard[0].headers
    if kind == "anthropic_messages":
        assert (headers["x-api-key"], headers["anthropic-version"]) == ("sk-1", "2023-06-01")
        assert "authorization" not in headers
    else:
        assert headers["authorization"] == "Bearer sk-1"
    await inference.close()


async def test_what_anthropic_lists_is_known_of_its_models(vendor: FakeVendor) -> None:
    vendor.models = LISTED
    inference = house(vendor, "anthropic_messages", models="discover")
    await inference.look()
    listed = {one.id: one for one in await inference.models(ANYONE) if one.provider == "p"}
    assert list(listed) == ["p/claude-sonnet-5", "p/claude-next"]
    one = listed["p/claude-sonnet-5"]
    assert (one.name, one.context_window, one.max_output) == ("Claude Sonnet 5", 1_000_000, 128_000)
    assert one.capabilities == ["images", "json_schema", "reasoning", "tools"]
    vendor.next(Answer([Say("ok")]))
    await heard(inference, ask("claude-sonnet-5", effort="high"))
    assert vendor.heard[-1].body["thinking"]["type"] == "adaptive"
    await inference.close()


async def test_a_key_makes_anthropic_native() -> None:
    made = configured({}, {"ANTHROPIC_API_KEY": "sk-1", "OPENAI_API_KEY": "sk-2"})
    assert (made["anthropic"].kind, made["anthropic"].base_url) == (
        "anthropic_messages",
        "https://api.anthropic.com/v1",
    )
    assert made["openai"].kind == "openai_chat"
    relay = ProviderSettings(kind="openai_chat", base_url="http://relay/v1")
    assert configured({"anthropic": relay}, {})["anthropic"].kind == "openai_chat"


@keeps("models:without-tools")
@pytest.mark.parametrize("kind", KINDS)
async def test_a_model_that_refuses_tools_answers_without_them_and_is_not_told_of_them_again(
    vendor: FakeVendor, kind: str
) -> None:
    inference = house(vendor, kind)
    refusal = failure(400, {"message": "gemma3:latest does not support tools"})
    vendor.next(refusal, Answer([Say("I cannot look.")]), Answer([Say("Still not.")]))
    call = ToolCallPart(call_id="c", name="weather", arguments={"n": 1})
    path = (said("Hi"), said(call, result("c"), "Sunny.", role="assistant"), said("And now?"))
    question = ask("gemma3", *path, tools=(WEATHER,), tool_choice="required")
    pieces = await heard(inference, question)
    assert isinstance(pieces[0], Remarked)
    assert pieces[0].code == "tools_unsupported"
    assert "gemma3" in pieces[0].message
    assert text_in(pieces) == "I cannot look."
    body = vendor.heard[-1].body
    assert not {"tools", "tool_choice"} & body.keys()
    assert "The tool weather was called" in str(body)
    assert "sunny" in str(body)
    resolved = await inference.resolve("p/gemma3", ANYONE)
    assert (resolved.tools, "tools" in resolved.capabilities) == ("no", False)
    assert text_in(await heard(inference, question)) == "Still not."
    assert len(vendor.heard) == 3
    await inference.close()


async def test_a_refusal_that_has_nothing_to_do_with_tools_of_ours_is_a_refusal(vendor: FakeVendor) -> None:
    inference = house(vendor, "openai_chat")
    vendor.next(failure(400, {"message": "this does not support tools"}))
    model = await inference.resolve("p/x", ANYONE)
    with pytest.raises(Exception, match="calls no tools"):
        await anext(inference.stream(model, ask("x")))
    assert (await inference.resolve("p/x", ANYONE)).tools == "unknown"
    await inference.close()


@pytest.mark.parametrize(
    ("model", "facts", "meant"),
    [
        ("gpt-5.4", {}, "yes"),
        ("claude-sonnet-5", {}, "yes"),
        ("o1-mini", {}, "no"),
        ("some-local-model", {}, "unknown"),
        ("some-local-model", {"tools": True}, "yes"),
        ("gpt-5.4", {"tools": False}, "no"),
    ],
)
async def test_whether_a_model_calls_tools_is_known_or_not(
    vendor: FakeVendor, model: str, facts: dict[str, Any], meant: str
) -> None:
    inference = house(vendor, "openai_chat", facts={model: ModelFacts(**facts)})
    assert (await inference.resolve(f"p/{model}", ANYONE)).tools == meant
    await inference.close()


async def test_images_of_results_are_shown_to_models_known_to_see(vendor: FakeVendor) -> None:
    inference = house(vendor, "openai_chat")
    for model in ("gpt-5.4", "some-local-model"):
        vendor.next(Answer([Say("ok")]))
        call = ToolCallPart(call_id="c", name="plot", arguments={})
        shown = result("c", "A plot.", parts=(ImagePart(url="data:image/png;base64,AA=="),))
        await heard(inference, ask(model, said("Plot"), going_on=said(call, shown, role="assistant"), tools=(WEATHER,)))
    assert ["base64" in str(one.body) for one in vendor.heard] == [True, False]
    await inference.close()


async def test_responses_keep_to_stop_sequences_that_the_vendor_does_not_know(vendor: FakeVendor) -> None:
    inference = house(vendor, "openai_responses")
    vendor.next(Answer([Say("one, t"), Say("wo, thr"), Say("ee, four"), Say("!")]))
    pieces = await heard(inference, ask("gpt-4o", stop=("three", "zzz")))
    assert text_in(pieces) == "one, two, "
    assert isinstance(pieces[-1], Finished)
    assert (pieces[-1].reason, pieces[-1].usage) == ("stop", None)
    assert "stop" not in vendor.heard[0].body
    await inference.close()


async def test_a_whole_reply_instead_of_a_stream_is_read_as_well(vendor: FakeVendor) -> None:
    message = {
        "type": "message", "role": "assistant", "model": "m", "stop_reason": "tool_use",
        "content": [{"type": "text", "text": "Hi"}, {"type": "tool_use", "id": "t", "name": "f", "input": {"n": 1}}],
        "usage": {"input_tokens": 1, "output_tokens": 2},
    }  # fmt: skip
    output = [
        {"type": "message", "content": [{"type": "output_text", "text": "Hi"}]},
        {"type": "function_call", "call_id": "t", "name": "f", "arguments": '{"n":1}'},
    ]
    response = {"model": "m", "status": "completed", "output": output, "usage": {"input_tokens": 1, "output_tokens": 2}}
    for kind, body in (("anthropic_messages", message), ("openai_responses", response)):
        inference = house(vendor, kind)
        vendor.next(Reply([json.dumps(body).encode()], content_type="application/json"))
        pieces = await heard(inference, ask("m"))
        assert pieces[0] == TextPiece("Hi")
        assert isinstance(pieces[-1], Finished)
        assert (pieces[-1].reason, pieces[-1].model) == ("tool_calls", "m")
        await inference.close()
