"""A session that wanders from vendor to vendor stays usable: foreign thoughts are left out, foreign ids translated."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from yarl import URL

from palaver.core.messages import Message, ReasoningPart, ToolCallPart
from palaver.inference.port import Provider
from palaver.inference.profiles import VENDORS
from palaver.inference.providers.openai_chat import OpenAIChat
from palaver.inference.providers.upstream import Server
from palaver.inference.settings import Timeouts
from palaver.kit.clock import SystemClock
from tests.conformance.wires import (
    KINDS,
    THINKERS,
    WEATHER,
    ask,
    asking,
    parts_of,
    pieces_of,
    provider_of,
    result,
    said,
    text_in,
)  # fmt: skip
from tests.promises import keeps
from tests.vendor import FakeVendor
from tests.vendor.spoken import Answer, Call, Say, Think


@pytest.fixture
async def vendor() -> AsyncIterator[FakeVendor]:
    async with FakeVendor() as made:
        yield made


@pytest.fixture
async def house(vendor: FakeVendor) -> AsyncIterator[dict[str, Provider]]:
    async with AsyncExitStack() as stack:
        made = {kind: provider_of(kind, vendor) for kind in KINDS}
        for provider in made.values():
            stack.push_async_callback(provider.close)
        yield made


@keeps("models:switching")
@pytest.mark.parametrize(
    "order", [(*KINDS, KINDS[0]), (KINDS[1], KINDS[2], KINDS[0], KINDS[1])], ids=["from chat", "from anthropic"]
)
async def test_a_session_goes_from_vendor_to_vendor_and_back(
    house: dict[str, Provider], vendor: FakeVendor, order: tuple[str, ...]
) -> None:
    path: list[Message] = []
    for number, kind in enumerate(order):
        path.append(said(f"Question {number}"))
        calls = [Call(f"call|{number}/{one}" + "x" * 60, "weather", ['{"n": 1}']) for one in (0, 1)]
        vendor.next(Answer([Think(["hm"]), Say("Let me see."), *calls]), Answer([Say(f"Answer {number}")]))
        model = THINKERS[kind]
        first = parts_of(await pieces_of(house[kind], ask(model, *path, effort="medium", tools=(WEATHER,))))
        running = said(*first, role="assistant", model=f"{kind}/{model}")
        last = await pieces_of(house[kind], ask(model, *path, going_on=running, effort="medium", tools=(WEATHER,)))
        assert text_in(last) == f"Answer {number}"
        path.append(said(*first, text_in(last), role="assistant", model=f"{kind}/{model}"))
    assert len(path) == 8


@pytest.mark.parametrize("kind", KINDS)
async def test_a_model_that_takes_over_in_mid_answer_leaves_foreign_thoughts_out(
    house: dict[str, Provider], vendor: FakeVendor, kind: str
) -> None:
    for other in KINDS:
        vendor.next(Answer([Think(["private thought"]), Call("c 1", "weather", ["{}"])]), Answer([Say("ok")]))
        first = parts_of(await pieces_of(house[other], ask(THINKERS[other], effort="low", tools=(WEATHER,))))
        running = said(*first, role="assistant")
        assert any(isinstance(part, ReasoningPart) for part in first)
        model = THINKERS[kind]
        question = ask(model, going_on=running, effort="low", tools=(WEATHER,))
        assert text_in(await pieces_of(house[kind], question)) == "ok"
        assert ("sealed_" in str(vendor.heard[-1].body)) == (kind == other and kind != "openai_chat")


@pytest.mark.parametrize("kind", KINDS[1:])
async def test_thoughts_of_another_model_of_the_same_vendor_are_left_out(
    house: dict[str, Provider], vendor: FakeVendor, kind: str
) -> None:
    model = THINKERS[kind]
    vendor.next(Answer([Think(["hm"]), Call("c", "weather", ["{}"])]), Answer([Say("ok")]))
    first = parts_of(await pieces_of(house[kind], ask(model, effort="low", tools=(WEATHER,))))
    running = said(*first, role="assistant")
    question = ask(f"{model}-20260101", going_on=running, effort="low", tools=(WEATHER,))
    assert text_in(await pieces_of(house[kind], question)) == "ok"
    assert "sealed_" not in str(vendor.heard[-1].body)


async def test_a_vendor_with_ids_of_its_own_form_gets_them_always_the_same(vendor: FakeVendor) -> None:
    address = Server(name="m", base=URL(vendor.url), timeouts=Timeouts(), clock=SystemClock(), headers={})
    provider = OpenAIChat(address, VENDORS["mistral"])
    calls = [ToolCallPart(call_id=one, name="weather", arguments={}) for one in ("toolu_01AbC", "abcdefgh9")]
    running = said(*calls, *(result(call.call_id) for call in calls), role="assistant")
    vendor.next(*[Answer([Say("ok")])] * 2)
    told = []
    for _ in range(2):
        await pieces_of(provider, ask("mistral-large", going_on=running, tools=(WEATHER,)))
        messages = vendor.heard[-1].body["messages"]
        told.append([call["id"] for call in messages[2]["tool_calls"]])
        assert [message["tool_call_id"] for message in messages[3:]] == told[-1]
    assert told[0] == told[1]
    assert told[0][1] == "abcdefgh9"
    assert re.fullmatch("[a-zA-Z0-9]{9}", told[0][0])
    await provider.close()


async def test_without_tools_anthropic_is_told_the_names_of_those_that_were_called() -> None:
    call = ToolCallPart(call_id="c", name="weather now?", arguments={})
    path = [said("Hi"), said(call, result("c"), "Sunny", role="assistant"), said("Thanks")]
    async with asking("anthropic_messages") as (provider, vendor):
        vendor.next(Answer([Say("ok")]))
        assert text_in(await pieces_of(provider, ask("claude-fake", *path))) == "ok"
        assert vendor.heard[-1].body["tools"] == [{"name": "weather_now_", "input_schema": {"type": "object"}}]
        assert vendor.heard[-1].body["tool_choice"] == {"type": "none"}
