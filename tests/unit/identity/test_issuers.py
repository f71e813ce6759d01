from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import jwt
import pytest

from palaver.core.errors import Unauthenticated
from palaver.identity.issuers import Issuers
from palaver.identity.jwks import HttpKeys
from palaver.identity.refusals import (
    ClaimMissing,
    SignatureWrong,
    TokenExpired,
    TokenMalformed,
    TokenNotYetValid,
    UnknownSigningKey,
    WrongAudience,
    WrongIssuer,
)
from palaver.identity.settings import IdentitySettings
from palaver.kit.clock import ManualClock
from tests.unit.identity.fake_issuer import FakeIssuer, PrivateKey, ec_key, public, rsa_key

RSA, EC = rsa_key("one"), ec_key("two")


def settings(issuer: FakeIssuer, **more: Any) -> IdentitySettings:
    return IdentitySettings.model_validate({"issuers": [{"issuer": issuer.url, "audience": "palaver", **more}]})


@pytest.fixture
async def fetch() -> AsyncIterator[HttpKeys]:
    fetch = HttpKeys(IdentitySettings())
    yield fetch
    await fetch.close()


@pytest.fixture
def issuers(issuer: FakeIssuer, fetch: HttpKeys, clock: ManualClock) -> Issuers:
    issuer.keys = [public(RSA, "one"), public(EC, "two")]
    return Issuers(settings(issuer), fetch, clock)


@pytest.mark.parametrize(("key", "kid"), [(RSA, "one"), (EC, "two")])
async def test_a_token_says_who_is_asking(issuers: Issuers, issuer: FakeIssuer, key: PrivateKey, kid: str) -> None:
    foreigner = (await issuers.read(issuer.token(key, kid, email="ada@example.org", name="Ada"))).foreigner
    assert foreigner[:4] == (issuer.url, "ada", "ada@example.org", "Ada")


@pytest.mark.parametrize(
    ("claims", "refusal"),
    [
        ({"aud": "somebody-else"}, WrongAudience),
        ({"aud": None}, WrongAudience),
        ({"aud": ["somebody-else", "palaver"]}, None),
        ({"iss": "https://elsewhere.example"}, WrongIssuer),
        ({"iss": None}, WrongIssuer),
        ({"exp": 1}, TokenExpired),
        ({"exp": None}, ClaimMissing),
        ({"exp": "never"}, TokenMalformed),
        ({"exp": float("inf")}, TokenMalformed),
        ({"exp": float("nan")}, TokenMalformed),
        ({"exp": 10**400}, TokenMalformed),
        ({"nbf": 3_999_999_999}, TokenNotYetValid),
        ({"sub": None}, ClaimMissing),
        ({"sub": ""}, ClaimMissing),
        ({"sub": "a\x00b"}, ClaimMissing),
        ({"sub": "x" * 256}, ClaimMissing),
    ],
)
async def test_what_a_token_claims_is_checked_and_the_refusal_says_what_is_wrong(
    issuers: Issuers, issuer: FakeIssuer, claims: dict[str, Any], refusal: type[Unauthenticated] | None
) -> None:
    token = issuer.token(EC, "two", **claims)
    if refusal is None:
        assert (await issuers.read(token)).foreigner.subject == "ada"
        return
    with pytest.raises(refusal):
        await issuers.read(token)


async def test_clocks_may_differ_a_little(issuers: Issuers, issuer: FakeIssuer, clock: ManualClock) -> None:
    now = clock.now().timestamp()
    await issuers.read(issuer.token(EC, "two", exp=now - 29, nbf=now + 29))
    for off in ({"exp": now - 31}, {"nbf": now + 31}):
        with pytest.raises((TokenExpired, TokenNotYetValid)):
            await issuers.read(issuer.token(EC, "two", **off))


async def test_signatures_must_be_of_the_published_key(issuers: Issuers, issuer: FakeIssuer) -> None:
    with pytest.raises(SignatureWrong):
        await issuers.read(issuer.token(ec_key("stranger"), "two"))
    with pytest.raises(UnknownSigningKey):
        await issuers.read(issuer.token(EC, "nobody"))
    with pytest.raises(SignatureWrong):  # the key is there, and of the other kind
        await issuers.read(issuer.token(EC, "one"))


async def test_the_algorithm_is_not_the_tokens_to_choose(issuers: Issuers, issuer: FakeIssuer) -> None:
    claims = {"iss": issuer.url, "aud": "palaver", "sub": "ada", "exp": 4_000_000_000}
    public_text = public(RSA, "one")["n"]
    for token in (
        jwt.encode(claims, None, "none", headers={"kid": "one"}),
        jwt.encode(claims, public_text, "HS256", headers={"kid": "one"}),
        jwt.encode(claims, RSA, "RS512", headers={"kid": "one"}),
    ):
        with pytest.raises(SignatureWrong):
            await issuers.read(token)
    assert issuer.fetched == 0


@pytest.mark.parametrize("text", ["", "a", "a.b.c", "eyJhbGciOiJSUzI1NiJ9.e30", "..", "é.é.é", "[" * 5000 + ".e30.x"])
async def test_what_is_no_token_is_told_so(issuers: Issuers, text: str) -> None:
    with pytest.raises(Unauthenticated):
        await issuers.read(text)


async def test_a_key_id_must_be_text(issuers: Issuers, issuer: FakeIssuer) -> None:
    claims = {"iss": issuer.url, "aud": "palaver", "sub": "ada", "exp": 4_000_000_000}
    sound = jwt.encode(claims, EC, "ES256", headers={"kid": "two"})
    header = jwt.utils.base64url_encode(b'{"alg":"ES256","kid":["two"]}').decode()
    with pytest.raises(TokenMalformed):
        await issuers.read(".".join([header, *sound.split(".")[1:]]))


async def test_required_claims_stand_in_for_an_audience(
    issuer: FakeIssuer, fetch: HttpKeys, clock: ManualClock
) -> None:
    issuer.keys = [public(EC, "two")]
    wanted = settings(issuer, audience=None, required_claims={"azp": "https://app.example"}, subject_claim="uid")
    issuers = Issuers(wanted, fetch, clock)
    token = issuer.token(EC, "two", aud=None, azp="https://app.example", uid="u1", sub=None)
    assert (await issuers.read(token)).foreigner.subject == "u1"
    with pytest.raises(ClaimMissing):
        await issuers.read(issuer.token(EC, "two", azp="https://evil.example", uid="u1"))


async def test_only_the_algorithms_that_are_set_are_taken(
    issuer: FakeIssuer, fetch: HttpKeys, clock: ManualClock
) -> None:
    issuer.keys = [public(RSA, "one"), public(EC, "two")]
    issuers = Issuers(settings(issuer, algorithms=["ES256"]), fetch, clock)
    await issuers.read(issuer.token(EC, "two"))
    with pytest.raises(SignatureWrong):
        await issuers.read(issuer.token(RSA, "one"))


async def test_a_verified_token_need_not_be_verified_again_until_time_or_keys_change(
    issuers: Issuers, issuer: FakeIssuer, clock: ManualClock
) -> None:
    verified = await issuers.read(issuer.token(EC, "two", exp=clock.now().timestamp() + 3600))
    assert issuers.holds(verified)
    clock.advance(timedelta(minutes=10))
    await issuers.refresh()
    assert not issuers.holds(verified)
    again = await issuers.read(issuer.token(EC, "two", exp=clock.now().timestamp() + 60))
    assert issuers.holds(again)
    clock.advance(timedelta(seconds=91))
    assert not issuers.holds(again)
