"""Inference over real sockets: trying again, leaving a server alone, turning to another, and finding servers."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import HTTPConnection

from palaver.core.errors import ModelUnavailable, PalaverError
from palaver.core.ids import UserId
from palaver.core.messages import TextPart
from palaver.core.principal import Principal
from palaver.inference import failures
from palaver.inference.api import routes
from palaver.inference.port import Ask, Finished, Piece, ResolvedModel, Switched, TextPiece, Turn
from palaver.inference.providers.guide import Guide
from palaver.inference.service import Inference
from palaver.inference.settings import InferenceSettings, ModelFacts, ProviderSettings, Timeouts
from palaver.kit.clock import ManualClock, SystemClock
from tests.vendor import FakeVendor, Reply, said, stream
from tests.vendor.script import failure

ANYONE = Principal(user_id=UserId("usr_1"))
ADMIN = Principal(user_id=UserId("usr_2"), role="admin")
HELLO = Ask(model="", messages=(Turn("user", (TextPart(text="hello"),)),))


@pytest.fixture
async def vendor() -> AsyncIterator[FakeVendor]:
    async with FakeVendor() as made:
        yield made


def provider(vendor: FakeVendor, **more: Any) -> ProviderSettings:
    return ProviderSettings(base_url=vendor.url, **{"models": "any", **more})


def inference(providers: dict[str, ProviderSettings], clock: Any = None, **settings: Any) -> Inference:
    """With waits of no length, so that only their number counts; nobody looks for local servers unless told to."""
    said = {"local_servers": {}, "first_wait": 0, "longest_wait": 0, **settings}
    clock = clock or SystemClock()
    return Inference(InferenceSettings(**said), providers, Guide(clock), clock, chance=lambda: 0.5)


async def answer(house: Inference, model: ResolvedModel) -> list[Piece]:
    async with asyncio.timeout(5), aclosing(house.stream(model, HELLO)) as batches:
        return [piece async for batch in batches for piece in batch]


async def ask(house: Inference, model: str) -> list[Piece]:
    return await answer(house, await house.resolve(model, ANYONE))


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, TextPiece))


async def test_an_answer_comes_through_the_front_door(vendor: FakeVendor) -> None:
    house = inference({"fake": provider(vendor)})
    pieces = await ask(house, "fake/fake-n3")
    assert text_of(pieces) == "part 0 part 1 part 2 "
    assert (await vendor.asked()).body["model"] == "fake-n3"
    await house.close()


@pytest.mark.parametrize("status", [429, 500, 503, 529])
async def test_a_failure_before_the_first_piece_is_tried_again(vendor: FakeVendor, status: int) -> None:
    house = inference({"fake": provider(vendor)})
    vendor.next(failure(status), failure(status), stream("third time"))
    assert text_of(await ask(house, "fake/x")) == "third time"
    assert len(vendor.heard) == 3
    await house.close()


@pytest.mark.parametrize("status", [400, 401, 402, 404, 422])
async def test_what_will_not_change_is_not_tried_again(vendor: FakeVendor, status: int) -> None:
    house = inference({"fake": provider(vendor)})
    vendor.next(failure(status), stream("never"))
    with pytest.raises(PalaverError):
        await ask(house, "fake/x")
    assert len(vendor.heard) == 1
    await house.close()


async def test_operators_read_of_failures_in_the_log_and_callers_mistakes_are_not_theirs(
    vendor: FakeVendor, caplog: pytest.LogCaptureFixture
) -> None:
    house = inference({"fake": provider(vendor)}, tries=1)
    vendor.next(failure(401), failure(400))
    for _ in range(2):
        with pytest.raises(PalaverError):
            await ask(house, "fake/x")
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        "fake did not accept the server's API key (status 401). The operator has to check it."
    ]
    assert "sk-secret" not in caplog.text
    await house.close()


async def test_with_no_server_at_all_looking_waits_and_does_not_fail() -> None:
    clock = ManualClock()
    house = inference({"builtin": ProviderSettings(enabled=False)}, clock)
    async with asyncio.TaskGroup() as tasks:
        looking = tasks.create_task(house.keep_looking())
        await _until(lambda: bool(clock._sleepers), looking)
        looking.cancel()


async def test_after_the_last_try_the_error_is_told_and_may_be_tried_later(vendor: FakeVendor) -> None:
    house = inference({"fake": provider(vendor)}, tries=2)
    vendor.next(failure(429), failure(429))
    with pytest.raises(failures.ModelBusy) as raised:
        await ask(house, "fake/x")
    assert raised.value.retryable
    assert len(vendor.heard) == 2
    await house.close()


async def test_the_wait_a_vendor_asks_for_is_kept_and_a_long_one_ends_the_tries(vendor: FakeVendor) -> None:
    clock = ManualClock()
    house = inference({"fake": provider(vendor)}, clock, patience=10)
    vendor.next(failure(429, **{"retry-after": "5"}), stream("later"), failure(429, **{"retry-after": "11"}))
    async with asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(ask(house, "fake/x"))
        async with asyncio.timeout(5):
            while not clock._sleepers:
                await asyncio.wait([asking], timeout=0.01)
        clock.advance(timedelta(seconds=4.9))
        assert len(vendor.heard) == 1
        clock.advance(timedelta(seconds=0.2))
        assert text_of(await asking) == "later"
    with pytest.raises(failures.ModelBusy):
        await ask(house, "fake/x")
    assert len(vendor.heard) == 3
    await house.close()


async def test_nothing_is_tried_again_once_a_piece_was_told(vendor: FakeVendor) -> None:
    house = inference({"fake": provider(vendor, fallback=("fake/other",))})
    pieces: list[Piece] = []
    answering = house.stream(await house.resolve("fake/fake-n9-e2", ANYONE), HELLO)
    with pytest.raises(failures.ModelFailed):
        await _read_into(pieces, answering)
    assert text_of(pieces) == "part 0 part 1 "
    assert len(vendor.heard) == 1
    await house.close()


async def _read_into(pieces: list[Piece], answering: Any) -> None:
    async for batch in answering:
        pieces += batch


async def test_a_connection_the_server_has_closed_meanwhile_costs_nothing(vendor: FakeVendor) -> None:
    house = inference({"fake": provider(vendor)})
    await ask(house, "fake/fake-n1")
    port = vendor.port
    await vendor.close()
    async with FakeVendor(port) as again:
        assert text_of(await ask(house, "fake/fake-n1")) == "part 0 "
        assert len(again.heard) == 1
    await house.close()


async def test_a_server_that_keeps_failing_is_left_alone_and_tried_again_later(vendor: FakeVendor) -> None:
    clock = ManualClock()
    house = inference({"fake": provider(vendor)}, clock, tries=1, breaker_after=2, breaker_rest=30)
    vendor.next(*[failure(500)] * 2)
    for _ in range(2):
        with pytest.raises(failures.ModelFailed):
            await ask(house, "fake/x")
    with pytest.raises(failures.ProviderResting) as raised:
        await ask(house, "fake/x")
    assert raised.value.retry_after == 30
    assert len(vendor.heard) == 2
    assert (house.health()[0].name, house.health()[0].breaker, house.health()[0].ready) == ("fake", "open", False)
    clock.advance(timedelta(seconds=31))
    vendor.next(stream("well again"))
    assert text_of(await ask(house, "fake/x")) == "well again"
    assert house.health()[0].breaker == "closed"
    await house.close()


async def test_answers_that_keep_breaking_off_count_and_whole_ones_wipe_them_out(vendor: FakeVendor) -> None:
    house = inference({"fake": provider(vendor)}, breaker_after=2)
    for model, counted in (("fake-n2-x1", 1), ("fake-n2", 0), ("fake-n2-x1", 1), ("fake-n2-x1", 2)):
        try:
            await ask(house, f"fake/{model}")
        except failures.ModelBrokeOff:
            assert counted
        assert house.health()[0].failures == counted
    assert house.health()[0].breaker == "open"
    await house.close()


async def test_a_refusal_shows_that_a_server_is_well(vendor: FakeVendor) -> None:
    house = inference({"fake": provider(vendor)}, breaker_after=2, tries=1)
    for status, counted in ((500, 1), (400, 0), (500, 1), (429, 0)):
        vendor.next(failure(status))
        with pytest.raises(PalaverError):
            await ask(house, "fake/x")
        assert house.health()[0].failures == counted
    await house.close()


async def test_a_reader_who_leaves_while_a_server_is_on_trial_leaves_the_trial_to_the_next(vendor: FakeVendor) -> None:
    clock = ManualClock()
    house = inference({"fake": provider(vendor)}, clock, tries=1, breaker_after=1, breaker_rest=30)
    vendor.next(failure(500))
    with pytest.raises(failures.ModelFailed):
        await ask(house, "fake/x")
    clock.advance(timedelta(seconds=31))
    async with asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(ask(house, "fake/fake-w0"))
        heard = await vendor.asked(2)
        with pytest.raises(failures.ProviderResting):
            await ask(house, "fake/x")
        asking.cancel()
        await heard.gone()
    vendor.next(stream("well"))
    assert text_of(await ask(house, "fake/x")) == "well"
    await house.close()


async def test_another_model_answers_where_one_fails_and_says_so_first(vendor: FakeVendor) -> None:
    facts = {"second": ModelFacts(input_usd_per_mtok=1, output_usd_per_mtok=2)}
    spare = provider(vendor, facts=facts)
    house = inference({"fake": provider(vendor, fallback=("gone/x", "spare/second")), "spare": spare}, tries=1)
    vendor.next(failure(401), stream("instead"))
    pieces = await ask(house, "fake/first")
    assert isinstance(pieces[0], Switched)
    assert (pieces[0].model, pieces[0].provider) == ("spare/second", "spare")
    assert "API key" in pieces[0].because
    assert pieces[0].resolved.price is not None
    assert text_of(pieces) == "instead"
    assert [heard.body["model"] for heard in vendor.heard] == ["first", "second"]
    await house.close()


async def test_a_models_own_fallback_goes_before_its_providers(vendor: FakeVendor) -> None:
    settings = {"fallback": {"fake/first": ("fake/third",)}, "tries": 1}
    house = inference({"fake": provider(vendor, fallback=("fake/second",))}, **settings)
    vendor.next(failure(500), stream("x"), failure(500), stream("y"))
    assert (await ask(house, "fake/first"))[0].model == "fake/third"  # type: ignore[union-attr]
    assert (await ask(house, "fake/other"))[0].model == "fake/second"  # type: ignore[union-attr]
    await house.close()


async def test_where_nobody_answers_the_first_failure_is_told(vendor: FakeVendor) -> None:
    house = inference({"fake": provider(vendor, fallback=("fake/second",))}, tries=1)
    vendor.next(failure(401), failure(500))
    with pytest.raises(failures.KeyRefused):
        await ask(house, "fake/first")
    await house.close()


async def test_a_request_the_model_does_not_take_goes_nowhere_else(vendor: FakeVendor) -> None:
    house = inference({"fake": provider(vendor, fallback=("fake/second",))})
    vendor.next(failure(400, {"code": "context_length_exceeded"}))
    with pytest.raises(failures.ContextTooLong):
        await ask(house, "fake/first")
    assert len(vendor.heard) == 1
    await house.close()


async def test_closing_an_answer_closes_the_connection_at_once(vendor: FakeVendor) -> None:
    house = inference({"fake": provider(vendor)})
    waits: list[float] = []
    for number in (1, 2, 3):
        answering = house.stream(await house.resolve("fake/fake-n5-w2", ANYONE), HELLO)
        await anext(answering)
        heard = await vendor.asked(number)
        began = time.monotonic()
        await answering.aclose()
        waits.append(await heard.gone() - began)
    assert min(waits) < 0.1  # the best of three: the machine may be busy with something else
    await house.close()


@pytest.mark.parametrize("model", ["nowhere/x", "fake/missing", "fake/", "fake", "/", " "])
async def test_a_model_that_nobody_offers_is_not_known(vendor: FakeVendor, model: str) -> None:
    house = inference({"fake": provider(vendor, models=("present",))})
    with pytest.raises(failures.UnknownModel) as raised:
        await house.resolve(model, ANYONE)
    assert raised.value.status == 422
    assert raised.value.errors[0]["loc"] == ["body", "model"]
    await house.close()


async def test_a_model_that_was_added_to_a_server_is_found_without_waiting(vendor: FakeVendor) -> None:
    clock = ManualClock()
    house = inference({"fake": provider(vendor, models="discover")}, clock)
    await house.look()
    vendor.models = {"data": [{"id": "new"}]}
    with pytest.raises(failures.UnknownModel):
        await house.resolve("fake/new", ANYONE)
    clock.advance(timedelta(seconds=6))
    assert (await house.resolve("fake/new", ANYONE)).id == "fake/new"
    await house.close()


async def test_only_administrators_see_and_use_what_is_theirs(vendor: FakeVendor) -> None:
    house = inference({"fake": provider(vendor, models=("a",), admins_only=True)})
    with pytest.raises(failures.UnknownModel):
        await house.resolve("fake/a", ANYONE)
    assert (await house.resolve("fake/a", ADMIN)).model == "a"
    assert [model.id for model in await house.models(ANYONE)] == ["builtin/guide"]
    assert [model.id for model in await house.models(ADMIN)] == ["fake/a", "builtin/guide"]
    await house.close()


async def test_without_anything_configured_the_guide_answers(vendor: FakeVendor) -> None:
    house = inference({})
    await house.look()
    model = await house.resolve(None, ANYONE)
    assert model.id == "builtin/guide"
    assert text_of(await answer(house, model))
    (listed,) = await house.models(ANYONE)
    assert (listed.local, listed.ready) == (True, True)
    await house.close()


async def test_the_default_is_what_the_operator_says_then_what_is_configured(vendor: FakeVendor) -> None:
    configured = {"fake": provider(vendor, models=("first", "second"))}
    named = inference(configured, default_model="fake/second")
    unnamed = inference(configured)
    assert (await named.resolve(None, ANYONE)).id == "fake/second"
    assert (await unnamed.resolve(None, ANYONE)).id == "fake/first"
    for house in (named, unnamed):
        await house.close()


async def test_a_well_known_server_brings_a_default_and_prices(vendor: FakeVendor) -> None:
    vendor.models = {"data": [{"id": "gpt-4o"}, {"id": "gpt-4o-mini"}, {"id": "whisper-1"}]}
    house = inference({"openai": provider(vendor, models="discover")})
    await house.look()
    model = await house.resolve(None, ANYONE)
    assert (model.id, model.name, model.local) == ("openai/gpt-4o-mini", "gpt 4o mini", True)
    assert model.context_window == 128_000
    assert model.price is not None
    assert model.price.input_usd_per_mtok == 0.15
    assert {"images", "tools"} <= model.capabilities
    assert [one.id for one in await house.models(ANYONE)][:2] == ["openai/gpt-4o", "openai/gpt-4o-mini"]
    await house.close()


async def test_what_an_operator_knows_goes_before_every_other_source(vendor: FakeVendor) -> None:
    facts = ModelFacts(
        name="Ours",
        context_window=1_000,
        max_output=10,
        images=False,
        tools=False,
        reasoning=True,
        input_usd_per_mtok=1,
        cached_usd_per_mtok=0.5,
        output_usd_per_mtok=2,
    )
    house = inference({"openai": provider(vendor, facts={"gpt-4o": facts})})
    model = await house.resolve("openai/gpt-4o", ANYONE)
    assert (model.name, model.context_window, model.max_output) == ("Ours", 1_000, 10)
    assert model.capabilities == {"reasoning", "json_schema"}
    assert model.price is not None
    assert (model.price.cached_usd_per_mtok, model.price.source) == (0.5, "settings")
    await house.close()


async def test_local_servers_are_found_and_looked_for_again(vendor: FakeVendor) -> None:
    clock = ManualClock()
    house = inference({}, clock, local_servers={"ollama": vendor.url}, local_every=30)
    port = vendor.port
    async with asyncio.TaskGroup() as tasks:
        looking = tasks.create_task(house.keep_looking())
        await _until(lambda: "ollama" in [one.name for one in house.health()], looking)
        model = await house.resolve(None, ANYONE)
        assert (model.provider, model.local, model.context_window) == ("ollama", True, 4_096)
        await vendor.close()
        await _until(lambda: bool(clock._sleepers), looking)
        clock.advance(timedelta(seconds=31))
        await _until(lambda: "ollama" not in [one.name for one in house.health()], looking)
        assert (await house.resolve(None, ANYONE)).id == "builtin/guide"
        async with FakeVendor(port):
            await _until(lambda: bool(clock._sleepers), looking)
            clock.advance(timedelta(seconds=31))
            await _until(lambda: "ollama" in [one.name for one in house.health()], looking)
        looking.cancel()
    await house.close()


async def _until(true: Any, task: asyncio.Task[Any]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.wait([task], timeout=0.01)


async def test_a_local_server_that_is_not_there_says_nothing_loud(
    vendor: FakeVendor, caplog: pytest.LogCaptureFixture
) -> None:
    await vendor.close()
    house = inference({}, local_servers={"ollama": vendor.url})
    with caplog.at_level("INFO"):
        await house.look()
    assert caplog.records == []
    assert [one.name for one in house.health()] == ["builtin"]
    await house.close()


async def test_a_provider_that_is_turned_off_is_not_there(vendor: FakeVendor) -> None:
    off = ProviderSettings(enabled=False)
    house = inference({"ollama": off, "builtin": off}, local_servers={"ollama": vendor.url})
    await house.look()
    assert house.health() == []
    assert await house.models(ANYONE) == []
    await house.close()


async def test_a_refused_key_is_the_operators_to_see(vendor: FakeVendor, caplog: pytest.LogCaptureFixture) -> None:
    vendor.models_status = 401
    house = inference({"fake": provider(vendor, models=("a",), api_key="sk-secret")})
    await house.look()
    assert "API key" in (house.health()[0].trouble or "")
    assert [one.ready for one in await house.models(ANYONE)] == [False, True]
    assert "sk-secret" not in caplog.text
    await house.close()


async def test_keys_and_headers_are_sent_and_never_printed(vendor: FakeVendor) -> None:
    settings = provider(vendor, api_key="sk-secret", headers={"X-Team": "t-secret"})
    house = inference({"fake": settings, "azure": settings})
    for model in ("fake/fake-n1", "azure/fake-n1"):
        await ask(house, model)
    plain, azure = (heard.headers for heard in vendor.heard)
    assert (plain["authorization"], plain["x-team"]) == ("Bearer sk-secret", "t-secret")
    assert (azure["api-key"], "authorization" in azure) == ("sk-secret", False)
    assert "secret" not in repr(settings) + repr([server.provider for server in house._servers])
    await house.close()


async def test_a_proxy_is_used_where_one_is_set(vendor: FakeVendor) -> None:
    settings = ProviderSettings(base_url="http://models.invalid/v1", models="any", proxy=vendor.url.removesuffix("/v1"))
    house = inference({"far": settings})
    assert text_of(await ask(house, "far/fake-n1")) == "part 0 "
    assert (await vendor.asked()).headers["host"] == "models.invalid"
    await house.close()


async def test_deadlines_are_the_providers_own(vendor: FakeVendor) -> None:
    quick = provider(vendor, timeouts=Timeouts(first_token=0.4))
    house = inference({"fake": quick})
    with pytest.raises(PalaverError) as raised:
        await ask(house, "fake/fake-w0")
    assert raised.value.code == "model_timeout"
    assert len(vendor.heard) == 1  # waiting a second time would double the deadline
    await house.close()


async def test_a_first_piece_that_never_comes_because_the_socket_drops_is_tried_again(vendor: FakeVendor) -> None:
    house = inference({"fake": provider(vendor)})
    vendor.next(Reply([]), stream("now"))
    pieces = await ask(house, "fake/x")
    assert text_of(pieces) == "now"
    assert isinstance(pieces[-1], Finished)
    await house.close()


async def test_an_error_object_before_the_first_piece_is_tried_again(vendor: FakeVendor) -> None:
    house = inference({"fake": provider(vendor)})
    vendor.next(Reply([b'data: {"error":{"type":"server_error"}}\n\n']), Reply([said("x")], status=500), stream("now"))
    assert text_of(await ask(house, "fake/x")) == "now"
    await house.close()


async def test_the_list_of_models_is_told_over_http(vendor: FakeVendor) -> None:
    house = inference({"fake": provider(vendor, models=("a",))})
    app = FastAPI()

    async def door(connection: HTTPConnection) -> Principal:
        return ADMIN if "admin" in connection.headers else ANYONE

    app.include_router(routes(house, door))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
        told = (await client.get("/api/v1/models")).json()
    assert [item["id"] for item in told["items"]] == ["fake/a", "builtin/guide"]
    assert set(told["items"][0]) == {
        "id", "provider", "name", "context_window", "max_output", "capabilities", "price", "local", "ready",
    }  # fmt: skip
    await house.close()


async def test_a_server_that_refuses_connections_is_an_error_for_people(vendor: FakeVendor) -> None:
    house = inference({"fake": provider(vendor)}, tries=2)
    await vendor.close()
    with pytest.raises(ModelUnavailable, match="could not be reached"):
        await ask(house, "fake/x")
    await house.close()
