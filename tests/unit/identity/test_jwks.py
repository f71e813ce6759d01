import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from palaver.identity.jwks import HttpKeys, KeySet
from palaver.identity.refusals import IssuerAway, UnknownSigningKey
from palaver.identity.settings import IdentitySettings, IssuerSettings
from palaver.kit.clock import ManualClock
from tests.unit.identity.fake_issuer import FakeIssuer, ec_key, public, rsa_key

SETTINGS = IdentitySettings(jwks_timeout=timedelta(seconds=0.3), jwks_max_bytes=8192)

OpenSet = Callable[..., Awaitable[KeySet]]


@pytest.fixture
async def open_set(issuer: FakeIssuer, clock: ManualClock) -> AsyncIterator[OpenSet]:
    fetch = HttpKeys(SETTINGS)

    async def opening(**more: Any) -> KeySet:
        named = IssuerSettings.model_validate({"issuer": issuer.url, "audience": "palaver", **more})
        return KeySet(named, fetch, SETTINGS, clock)

    yield opening
    await fetch.close()


@pytest.fixture
async def keys(open_set: OpenSet, issuer: FakeIssuer) -> KeySet:
    issuer.keys = [public(rsa_key("one"), "one")]
    return await open_set()


async def test_all_who_wait_share_one_fetch_however_long_it_takes(
    keys: KeySet, issuer: FakeIssuer, clock: ManualClock
) -> None:
    issuer.gate = asyncio.Event()
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        for _ in range(10):
            tasks.create_task(keys.key("one"))
        await issuer.asked.wait()
        clock.advance(SETTINGS.jwks_min_interval * 2)
        issuer.gate.set()
    assert issuer.fetched == 1


async def test_known_keys_are_fetched_once(keys: KeySet, issuer: FakeIssuer) -> None:
    async with asyncio.TaskGroup() as tasks:
        for _ in range(50):
            tasks.create_task(keys.key("one"))
    assert (await keys.key("one")).key_id == "one"
    assert issuer.fetched == 1


async def test_a_rotation_is_followed_at_the_first_token_of_the_new_key(
    keys: KeySet, issuer: FakeIssuer, clock: ManualClock
) -> None:
    await keys.key("one")
    issuer.keys = [public(ec_key("two"), "two")]
    clock.advance(SETTINGS.jwks_min_interval)
    assert (await keys.key("two")).algorithm_name == "ES256"
    with pytest.raises(UnknownSigningKey):
        await keys.key("one")


async def test_a_storm_of_unknown_keys_causes_one_fetch_per_interval(
    keys: KeySet, issuer: FakeIssuer, clock: ManualClock
) -> None:
    await keys.key("one")
    clock.advance(SETTINGS.jwks_min_interval)
    for _ in range(2):
        answers = await asyncio.gather(*(keys.key(f"no-{n}") for n in range(100)), return_exceptions=True)
        assert {type(answer) for answer in answers} == {UnknownSigningKey}
    assert issuer.fetched == 2
    clock.advance(SETTINGS.jwks_min_interval)
    with pytest.raises(UnknownSigningKey):
        await keys.key("no-0")
    assert issuer.fetched == 3


async def test_known_keys_are_used_while_the_issuer_is_away_and_not_for_ever(
    keys: KeySet, issuer: FakeIssuer, clock: ManualClock
) -> None:
    await keys.key("one")
    issuer.answer = web.Response(status=500)
    clock.advance(SETTINGS.jwks_refresh)
    await keys.refresh()
    assert issuer.fetched == 2
    assert (await keys.key("one")).key_id == "one"
    clock.advance(SETTINGS.jwks_max_stale)
    with pytest.raises(IssuerAway) as refused:
        await keys.key("one")
    assert refused.value.retry_after
    issuer.answer = None
    clock.advance(SETTINGS.jwks_min_interval)
    assert (await keys.key("one")).key_id == "one"


async def test_an_issuer_that_was_never_reached_is_away_and_not_the_token_wrong(
    keys: KeySet, issuer: FakeIssuer
) -> None:
    issuer.answer = web.Response(status=503)
    with pytest.raises(IssuerAway):
        await keys.key("one")


async def test_an_issuer_that_does_not_answer_is_waited_for_until_the_deadline(
    keys: KeySet, issuer: FakeIssuer
) -> None:
    issuer.gate = asyncio.Event()
    async with asyncio.timeout(5):
        with pytest.raises(IssuerAway):
            await keys.key("one")
    issuer.gate.set()


async def test_a_refresh_takes_withdrawn_keys_away_and_only_when_it_is_due(
    keys: KeySet, issuer: FakeIssuer, clock: ManualClock
) -> None:
    await keys.refresh()
    assert issuer.fetched == 0
    await keys.key("one")
    issuer.keys = [public(rsa_key("two"), "two")]
    await keys.refresh()
    assert issuer.fetched == 1
    generation = keys.generation
    clock.advance(SETTINGS.jwks_refresh)
    await keys.refresh()
    assert keys.generation == generation + 1
    with pytest.raises(UnknownSigningKey):
        await keys.key("one")


@pytest.mark.parametrize(
    "answer",
    [
        web.Response(body=b"<html>not JSON"),
        web.Response(body=b"[]"),
        web.Response(body=b'{"keys": {}}'),
        web.Response(body=b'{"keys": [5, {}, {"kty": "RSA"}, {"kty": "EC", "crv": "P-256", "x": "!"}]}'),
        web.Response(body=b'{"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "one"}]}'),
        web.Response(body=b'{"keys": []}' + b" " * 10_000),
        web.Response(status=302, headers={"Location": "http://127.0.0.1:9/keys"}),
    ],
    ids=["garbage", "list", "object", "broken keys", "symmetric", "too long", "redirect"],
)
async def test_nonsense_does_not_replace_good_keys(
    keys: KeySet, issuer: FakeIssuer, clock: ManualClock, answer: web.Response
) -> None:
    await keys.key("one")
    issuer.answer = answer
    clock.advance(SETTINGS.jwks_refresh)
    await keys.refresh()
    assert (issuer.fetched, keys.generation) == (2, 1)
    assert (await keys.key("one")).key_id == "one"


async def test_weak_keys_and_keys_for_encryption_are_passed_over(open_set: OpenSet, issuer: FakeIssuer) -> None:
    issuer.keys = [
        public(rsa_key("weak", 1024), "weak"),
        public(rsa_key("one"), "sealed", use="enc"),
        public(ec_key("two"), "two"),
    ]
    keys = await open_set(algorithms=["RS256", "ES256"])
    assert (await keys.key("two")).key_id == "two"
    for kid in ("weak", "sealed"):
        with pytest.raises(UnknownSigningKey):
            await keys.key(kid)


async def test_a_token_without_key_id_means_the_only_key(open_set: OpenSet, issuer: FakeIssuer) -> None:
    issuer.keys = [public(ec_key("two"), None)]
    assert (await (await open_set()).key(None)).algorithm_name == "ES256"
    issuer.keys = [public(ec_key("two"), "two"), public(rsa_key("one"), "one")]
    with pytest.raises(UnknownSigningKey):
        await (await open_set()).key(None)


async def test_keys_come_from_the_configured_url_without_discovery(open_set: OpenSet, issuer: FakeIssuer) -> None:
    issuer.keys = [public(ec_key("two"), "two")]
    issuer.configuration = {"issuer": "nonsense"}
    keys = await open_set(jwks_url=issuer.keys_url)
    assert (await keys.key("two")).key_id == "two"


@pytest.mark.parametrize(
    "wrong", [{"issuer": "https://other.example"}, {"jwks_uri": 5}, {"jwks_uri": "http://a.example"}]
)
async def test_discovery_that_leads_elsewhere_is_not_followed(
    open_set: OpenSet, issuer: FakeIssuer, wrong: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    issuer.keys = [public(ec_key("two"), "two")]
    issuer.configuration = {"issuer": issuer.url, "jwks_uri": issuer.keys_url, **wrong}
    with pytest.raises(IssuerAway):
        await (await open_set()).key("two")
    assert issuer.fetched == 0
    assert "the OpenID configuration names" in caplog.text
