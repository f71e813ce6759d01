"""Tokens as Clerk, Auth0, Keycloak and Entra make them, and what their groups may do here."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from palaver.core.errors import Unauthenticated
from palaver.identity.oidc.claims import domain_of, groups_of
from palaver.identity.refusals import ClaimMissing, SignatureWrong, TokenMalformed, UnknownSigningKey, WrongAudience
from palaver.kit.clock import ManualClock
from palaver.storage.sqlite import SqliteDatabase
from tests.unit.identity.conftest import Open
from tests.unit.identity.fake_issuer import FakeIssuer, public, rsa_key
from tests.unit.identity.given import request

KEY = rsa_key("one")

# Who makes it: settings, claims of a token that is meant for us, and claims of those that are not.
SHAPES: dict[str, tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]] = {
    "Clerk": (
        {"required_claims": {"azp": "https://app.example.org"}},
        {"aud": None, "azp": "https://app.example.org", "sid": "sess_1", "sub": "user_2ab"},
        [{"aud": None, "azp": "https://evil.example"}, {"aud": None}],
    ),
    "Auth0": (
        {
            "audience": "https://api.example.org",
            "groups_claim": "https://example.org/roles",
            "roles": {"boss": "admin"},
        },
        {
            "aud": ["https://api.example.org", "https://corp.auth0.example/userinfo"],
            "azp": "client",
            "sub": "auth0|5f7c8ec7",
            "https://example.org/roles": ["boss"],
        },
        [{"aud": ["https://corp.auth0.example/userinfo"]}, {"aud": []}, {"aud": None}, {"aud": {"a": 1}}],
    ),
    "Keycloak": (
        {"audience": "palaver", "groups_claim": "realm_access.roles", "roles": {"boss": "admin"}},
        {
            "aud": ["account", "palaver"],
            "azp": "web",
            "sub": "f:1f5:ada",
            "realm_access": {"roles": ["offline_access", "boss"]},
        },
        [{"aud": "account"}, {"aud": ["account"]}],
    ),
    "Entra": (
        {"audience": "6731", "subject_claim": "oid", "groups_claim": "roles", "roles": {"Palaver.Admin": "admin"}},
        {"aud": "6731", "oid": "00000000-0000-0000-66f3-3332eca7ea81", "ver": "2.0", "roles": ["Palaver.Admin"]},
        [{"aud": "00000003-0000-0000-c000-000000000000", "oid": "x"}, {"aud": "6731"}],
    ),
}


@pytest.mark.parametrize("maker", SHAPES)
async def test_tokens_are_read_as_their_makers_shape_them(open_with: Open, issuer: FakeIssuer, maker: str) -> None:
    settings, claims, others = SHAPES[maker]
    issuer.keys = [public(KEY, "one")]
    identity = await open_with(issuers=[{"issuer": issuer.url, **settings}])

    def bearer(**said: Any) -> dict[str, Any]:
        return request(authorization=f"Bearer {issuer.token(KEY, 'one', **said)}")

    principal = await identity.door.who(bearer(**claims))
    assert (principal.via, principal.role) == ("issuer", "admin" if "roles" in settings else "member")
    for other in others:
        with pytest.raises((WrongAudience, ClaimMissing)):
            await identity.door.who(bearer(**other))


async def test_an_issuer_gives_a_role_and_takes_it_away_and_an_older_token_does_not_bring_it_back(
    open_with: Open, issuer: FakeIssuer, clock: ManualClock
) -> None:
    issuer.keys = [public(KEY, "one")]
    said = {"issuer": issuer.url, "audience": "palaver", "groups_claim": "groups", "roles": {"boss": "admin"}}
    identity = await open_with(issuers=[said])
    now = int(clock.now().timestamp())

    async def role(groups: Any, at: int) -> str:
        token = issuer.token(KEY, "one", groups=groups, iat=at)
        return (await identity.door.who(request(authorization=f"Bearer {token}"))).role

    assert await role(["tea"], now - 50) == "member"
    assert await role(["boss", "tea"], now - 40) == "admin"
    assert await role("boss", now - 40) == "admin"
    assert await role(["tea"], now - 30) == "member"
    assert await role(["boss"], now - 40) == "member", "that was said before"
    assert await role(["boss"], now + 10_000) == "admin"
    clock.advance(timedelta(seconds=1))
    assert await role(None, now + 20_000) == "member", "no groups at all are no groups, and no clock binds us for long"


async def test_ten_thousand_keys_that_nobody_has_are_one_fetch(
    open_with: Open, issuer: FakeIssuer, clock: ManualClock
) -> None:
    issuer.keys = [public(KEY, "one")]
    identity = await open_with(issuers=[{"issuer": issuer.url, "audience": "palaver"}])
    await identity.door.who(request(authorization=f"Bearer {issuer.token(KEY, 'one')}"))
    clock.advance(timedelta(seconds=60))
    _, body, signature = issuer.token(KEY, "one").split(".")
    for number in range(10_000):
        head = urlsafe_b64encode(json.dumps({"alg": "RS256", "kid": f"k{number}"}).encode()).rstrip(b"=").decode()
        with pytest.raises(UnknownSigningKey):
            await identity.door.who(request(authorization=f"Bearer {head}.{body}.{signature}"))
    assert issuer.fetched == 2


async def test_nobody_signs_with_what_everybody_knows_and_nothing_huge_is_looked_at(
    open_with: Open, issuer: FakeIssuer, database: SqliteDatabase
) -> None:
    issuer.keys = [public(KEY, "one")]
    identity = await open_with(issuers=[{"issuer": issuer.url, "audience": "palaver"}])
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _, body, _ = issuer.token(KEY, "one").split(".")
    for alg in ("HS256", "none", "None", "RS256 ", ""):
        head = urlsafe_b64encode(json.dumps({"alg": alg, "kid": "one"}).encode()).rstrip(b"=").decode()
        mac = urlsafe_b64encode(hmac.new(pem, f"{head}.{body}".encode(), hashlib.sha256).digest()).rstrip(b"=").decode()
        for signature in (mac, ""):
            with pytest.raises((SignatureWrong, TokenMalformed)):
                await identity.door.who(request(authorization=f"Bearer {head}.{body}.{signature}"))
    for huge in ("e" * 9_000, issuer.token(KEY, "one", more="x" * 9_000), "." * 8_000, f"{'a' * 4000}.{'b' * 4000}.c"):
        with pytest.raises(Unauthenticated):
            await identity.door.who(request(authorization=f"Bearer {huge}"))
    assert issuer.fetched == 0, "nothing is asked for them"


@pytest.mark.parametrize(
    ("claims", "claim", "found"),
    [
        ({"groups": ["a", "b", 7, "", None, "c\n"]}, "groups", {"a", "b"}),
        ({"groups": "a"}, "groups", {"a"}),
        ({"a": {"b": {"c": ["d"]}}}, "a.b.c", {"d"}),
        ({"https://x.example/groups": ["a"]}, "https://x.example/groups", {"a"}),
        ({"a": ["b"]}, "a.b", set[str]()),
        ({"groups": {"a": True}}, "groups", set[str]()),
        ({"groups": ["x" * 300]}, "groups", set[str]()),
        ({}, "groups", set[str]()),
        ({"groups": ["a"]}, None, set[str]()),
    ],
)
def test_groups_are_texts_wherever_the_claim_lies(claims: dict[str, Any], claim: str | None, found: set[str]) -> None:
    assert groups_of(claims, claim) == found


@pytest.mark.parametrize(
    ("email", "domain"),
    [("a@Example.org", "example.org"), ("a@b@c.org", None), ("a", None), ("a@", None), (7, None), (None, None)],
)
def test_the_domain_of_an_address_is_what_stands_behind_its_only_sign(email: object, domain: str | None) -> None:
    assert domain_of(email) == domain
