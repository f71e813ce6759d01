"""Vectors of texts over real sockets: from any server that speaks OpenAI's embeddings, whatever else it speaks."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from palaver.core.errors import Invalid, ModelTimeout, PalaverError
from palaver.inference import failures
from palaver.inference.providers.guide import Guide
from palaver.inference.service import Inference
from palaver.inference.settings import InferenceSettings, ModelFacts, ProviderSettings, Timeouts
from palaver.kit.clock import SystemClock
from palaver.observability.metrics import Metrics
from tests.vendor import FakeVendor, Reply
from tests.vendor.script import failure
from tests.vendor.vectors import LENGTH, vector

METRICS = Metrics()


@pytest.fixture
async def vendor() -> AsyncIterator[FakeVendor]:
    async with FakeVendor() as made:
        yield made


@pytest.fixture
async def house(vendor: FakeVendor, request: pytest.FixtureRequest) -> AsyncIterator[Inference]:
    said: dict[str, Any] = {"local_servers": {}, "first_wait": 0, "longest_wait": 0}
    facts = {"priced": ModelFacts(input_usd_per_mtok=2.0, output_usd_per_mtok=0.0)}
    providers = {
        "chat": ProviderSettings(base_url=vendor.url, facts=facts, timeouts=Timeouts(first_token=0.3)),
        "responses": ProviderSettings(base_url=vendor.url, kind="openai_responses"),
        "anthropic": ProviderSettings(base_url=vendor.url, kind="anthropic_messages"),
    }
    made = Inference(InferenceSettings(**said), providers, Guide(SystemClock()), SystemClock(), metrics=METRICS)
    yield made
    await made.close()


def as_json(value: object) -> Reply:
    return Reply([json.dumps(value).encode()], content_type="application/json")


@pytest.mark.parametrize("provider", ["chat", "responses"])
async def test_each_text_has_its_vector_in_the_order_of_the_texts(
    house: Inference, vendor: FakeVendor, provider: str
) -> None:
    made = await house.embed(f"{provider}/fake", ["one", "two words"])
    assert [list(one) for one in made.vectors] == [pytest.approx(vector("one")), pytest.approx(vector("two words"))]
    assert len(made.vectors[0]) == LENGTH
    assert (made.usage.input_tokens, made.usage.estimated, made.model) == (3, False, "fake")
    heard = await vendor.asked()
    assert heard.path == "/v1/embeddings"
    assert heard.body["model"] == "fake"


async def test_what_vectors_cost_is_counted(house: Inference) -> None:
    before = METRICS.embedded_tokens.of("chat")
    assert (await house.embed("chat/priced", ["a b c"])).usage.cost_usd == pytest.approx(6e-6)
    assert METRICS.embedded_tokens.of("chat") == before + 3


async def test_no_texts_need_no_server(house: Inference, vendor: FakeVendor) -> None:
    assert (await house.embed("chat/fake", [])).vectors == ()
    assert vendor.heard == []


async def test_a_failure_is_tried_again_and_then_raised(house: Inference, vendor: FakeVendor) -> None:
    vendor.next(failure(503), failure(429))
    assert len((await house.embed("chat/fake", ["x"])).vectors) == 1
    assert len(vendor.heard) == 3
    vendor.next(failure(500), failure(500), failure(500))
    with pytest.raises(failures.ModelFailed):
        await house.embed("chat/fake", ["x"])


async def test_a_server_that_says_nothing_is_not_waited_for(house: Inference) -> None:
    with pytest.raises(ModelTimeout):
        await house.embed("chat/fake-w1", ["x"])


@pytest.mark.parametrize(("status", "error"), [(404, failures.UnknownModel), (401, failures.KeyRefused)])
async def test_a_refusal_says_why(house: Inference, vendor: FakeVendor, status: int, error: type[PalaverError]) -> None:
    vendor.next(failure(status))
    with pytest.raises(error):
        await house.embed("chat/fake", ["x"])


@pytest.mark.parametrize(
    "reply",
    [
        "no object",
        {"data": []},
        {"data": [{"index": 0, "embedding": [1.0]}]},
        {"data": [{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": [1.0, 2.0]}]},
        {"data": [{"index": 0, "embedding": [1.0]}, {"index": 0, "embedding": [1.0]}]},
        {"data": [{"index": 0, "embedding": ["x"]}, {"index": 1, "embedding": [1.0]}]},
        {"data": [{"index": 0, "embedding": "AAAA"}, {"index": 1, "embedding": []}]},
    ],
)
async def test_what_is_no_vector_for_each_text_is_not_taken(house: Inference, vendor: FakeVendor, reply: Any) -> None:
    vendor.next(as_json(reply))
    with pytest.raises(failures.NotUnderstood):
        await house.embed("responses/fake", ["x", "y"])


async def test_a_server_of_another_kind_is_not_asked(house: Inference, vendor: FakeVendor) -> None:
    for model in ("anthropic/x", "builtin/guide"):
        with pytest.raises(Invalid, match="makes no vectors"):
            await house.embed(model, ["x"])
    for unknown in ("nobody/x", "chat/", "x"):
        with pytest.raises(failures.UnknownModel):
            await house.embed(unknown, ["x"])
    assert vendor.heard == []
