"""Signing in by another issuer, as browsers do it; what becomes of it when the issuer or somebody between lies."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from tests.journeys.fake_provider import FakeProvider, fake_provider
from tests.journeys.house import House, Opening
from tests.promises import keeps
from tests.unit.identity.fake_issuer import rsa_key

BEGIN = "/api/v1/auth/oidc/corp"


@pytest.fixture
async def provider() -> AsyncIterator[FakeProvider]:
    async with fake_provider() as provider:
        yield provider


@dataclass
class Browser:
    """Keeps cookies, as a browser does, and follows nothing by itself."""

    house: House
    cookies: dict[str, str]

    async def get(self, url: str) -> tuple[int, str, str]:
        """Status, where it leads, and the body."""
        held = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        whole = url if url.startswith("http") else self.house.url + url
        headers = {"Cookie": held} if held else {}
        async with self.house.client.get(whole, headers=headers, allow_redirects=False) as reply:
            for name, morsel in reply.cookies.items():
                if morsel["max-age"] == "0" or not morsel.value:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
                assert morsel["httponly"]
                assert morsel["samesite"].lower() == "lax"
            return reply.status, reply.headers.get("Location", ""), await reply.text()

    async def begin(self) -> str:
        """Where the house leads it."""
        status, onward, _ = await self.get(BEGIN)
        assert status == 303, onward
        return onward

    async def sign_in(self, provider: FakeProvider, **more: str) -> str:
        """All the way; where it ends."""
        status, onward, _ = await self.get(provider.authorize(await self.begin(), **more))
        assert status == 303
        return onward

    async def me(self) -> dict[str, Any] | None:
        """Who is signed in."""
        status, _, body = await self.get("/api/v1/auth/me")
        return json.loads(body)["user"] if status == 200 else None


@keeps("identity:oidc")
async def test_a_person_signs_in_by_another_issuer_with_a_code_that_only_this_browser_can_use(
    open_house: Opening, provider: FakeProvider
) -> None:
    house = await open_house(provider.settings(groups_claim="groups", roles={"chiefs": "admin"}, sync_groups=True))
    async with house.client.get(f"{house.url}/api/v1/config") as reply:
        assert (await reply.json())["oidc"] == [{"id": "corp", "name": "Corp"}]
    provider.claims["groups"] = ["chiefs", "tea"]
    browser = Browser(house, {})
    onward = await browser.begin()
    asked = {name: values[0] for name, values in parse_qs(urlsplit(onward).query).items()}
    assert onward.startswith(f"{provider.url}/authorize?")
    assert asked["redirect_uri"] == f"{house.url}{BEGIN}/callback"
    assert asked["scope"] == "openid profile email"
    assert set(browser.cookies) == {"palaver_oidc"}
    back = provider.authorize(onward)
    assert (await browser.get(back))[:2] == (303, "/")
    assert set(browser.cookies) == {"palaver_session"}
    me = await browser.me()
    assert me is not None
    assert (me["email"], me["name"], me["role"]) == ("ada@example.org", "Ada", "admin")
    assert {name for (name,) in house.rows("select name from groups")} == {"chiefs", "tea"}
    assert (await browser.get(back))[1] == "/#sign-in-failed=expired", "a state works once"
    assert house.count("pending_sign_ins") == 0
    kept = str(house.rows("select * from users") + house.rows("select * from audit_log"))
    assert asked["state"] not in kept
    assert provider.exchanged[0]["code"] not in house.log.read_text() + kept
    assert provider.exchanged[0]["code_verifier"] not in house.log.read_text() + kept

    provider.claims |= {"groups": ["tea"], "name": "Ada L."}
    again = Browser(house, {})
    assert await again.sign_in(provider) == "/"
    assert await again.me() == me | {"role": "member", "name": "Ada L."}
    assert (await browser.me() or {})["role"] == "member", "at once, where they are signed in already"
    members = house.rows("select g.name from group_members m join groups g on g.id = m.group_id")
    assert members == [("tea",)]
    with house.writing() as link:
        link.execute("update users set disabled_at = created_at where id = ?", (me["id"],))
    assert await Browser(house, {}).sign_in(provider) == "/#sign-in-failed=disabled"
    assert await browser.me() is None


@keeps("identity:oidc:bound")
async def test_nobody_is_signed_in_by_what_another_browser_began(open_house: Opening, provider: FakeProvider) -> None:
    house = await open_house(provider.settings())
    eve, ada = Browser(house, {}), Browser(house, {})
    hers = provider.authorize(await eve.begin())
    assert (await ada.get(hers))[1] == "/#sign-in-failed=expired", "a link that somebody sent"
    await ada.begin()
    assert (await ada.get(hers))[1] == "/#sign-in-failed=expired"
    assert await ada.me() is None
    assert (await eve.get(hers))[1] == "/", "and it is not used up by that"
    both = Browser(house, {})
    back = provider.authorize(await both.begin())
    held = dict(both.cookies)
    ends = await asyncio.gather(*(Browser(house, dict(held)).get(back) for _ in range(8)))
    assert sorted(one[1] for one in ends) == ["/", *["/#sign-in-failed=expired"] * 7]
    for address in (
        "?state=x&code=y",
        "?code=y",
        "?state=x",
        "",
        "?error=access_denied",
        f"?state={'x' * 9000}&code=y",
    ):
        assert (await Browser(house, held).get(f"{BEGIN}/callback{address}"))[1] == "/#sign-in-failed=expired"
    assert (await Browser(house, {}).sign_in(provider, error="access_denied")) == "/#sign-in-failed=denied"
    assert (await Browser(house, {}).sign_in(provider, iss="https://elsewhere.example")) == "/#sign-in-failed=refused"
    assert (await Browser(house, {}).sign_in(provider, iss=provider.url)) == "/"
    for away in (f"{BEGIN}x", f"{BEGIN}x/callback?state=x&code=y", "/api/v1/auth/oidc/..%2f..%2fme"):
        status, onward, _ = await Browser(house, {}).get(away)
        assert (status, onward) == (404, "")
    status, onward, _ = await Browser(house, {}).get(
        f"{BEGIN}?next=https://elsewhere.example&redirect_uri=https://e.example"
    )
    assert "elsewhere" not in onward
    assert "e.example" not in onward


@keeps("identity:oidc:proof")
async def test_no_token_signs_anybody_in_that_the_issuer_did_not_sign_for_this_very_sign_in(
    open_house: Opening, provider: FakeProvider
) -> None:
    house = await open_house(provider.settings(), identity__jwks_min_interval="1ms")

    async def with_token(make: Any) -> str:
        browser = Browser(house, {})
        onward = await browser.begin()
        provider.token = make(provider.nonce_of(onward))
        _, end, _ = await browser.get(provider.authorize(onward))
        assert (await browser.me() is not None) is (end == "/")
        return end

    wrong: dict[str, Any] = {
        "no signature": provider.unsigned,
        "no signature, in capitals": lambda nonce: provider.unsigned(nonce, "NONE"),
        "the public key as a secret": provider.signed_with_the_public_key,
        "another issuer": lambda nonce: provider.id_token(nonce, iss="https://elsewhere.example"),
        "another party": lambda nonce: provider.id_token(nonce, aud="another"),
        "several parties": lambda nonce: provider.id_token(nonce, aud=["palaver", "another"]),
        "made for another": lambda nonce: provider.id_token(nonce, azp="another"),
        "another sign-in": lambda nonce: provider.id_token(nonce + "x"),
        "no sign-in": lambda nonce: provider.id_token(nonce, nonce=None),
        "over": lambda nonce: provider.id_token(nonce, exp=1_700_000_000),
        "never over": lambda nonce: provider.id_token(nonce, exp=None),
        "no number": lambda nonce: provider.id_token(nonce, exp=float("nan")),
        "from the future": lambda nonce: provider.id_token(nonce, iat=4_000_000_000),
        "no time": lambda nonce: provider.id_token(nonce, iat=None),
        "nobody": lambda nonce: provider.id_token(nonce, sub=None),
        "no text": lambda nonce: provider.id_token(nonce, sub=7),
        "huge": lambda nonce: provider.id_token(nonce, more="x" * 100_000),
        "not a token": lambda nonce: "ey.ey.ey",
        "deep": lambda nonce: "[" * 5000,
        "spoiled": lambda nonce: provider.id_token(nonce)[:-4] + "AAAA",
        "another key under its name": lambda nonce: _by_another_key(provider, nonce),
    }
    ends = {says: await with_token(make) for says, make in wrong.items()}
    assert {says: end for says, end in ends.items() if end != "/#sign-in-failed=refused"} == {}
    good: dict[str, Any] = {
        "as it is": provider.id_token,
        "several parties, made for us": lambda nonce: provider.id_token(nonce, aud=["other", "palaver"], azp="palaver"),
    }
    assert {says: await with_token(make) for says, make in good.items()} == dict.fromkeys(good, "/")
    assert house.count("users") == 2, "the owner, and who really signed in"


@keeps("identity:oidc:away")
async def test_while_the_issuer_is_away_nobody_new_comes_in_and_who_is_in_stays(
    open_house: Opening, provider: FakeProvider
) -> None:
    house = await open_house(provider.settings(), identity__jwks_min_interval="1ms")
    answers = {
        "down": aiohttp.web.Response(status=500),
        "garbage": aiohttp.web.Response(body=b"\xff\xfe nonsense"),
        "huge": aiohttp.web.Response(body=b'{"issuer": "' + b"x" * 300_000 + b'"}'),
        "elsewhere": aiohttp.web.Response(status=302, headers={"Location": provider.url + "/keys"}),
        "a list": aiohttp.web.Response(body=b"[]"),
        "deep": aiohttp.web.Response(body=b"[" * 50_000),
    }
    for says, answer in answers.items():
        provider.answer = answer
        assert (await Browser(house, {}).get(BEGIN))[1] == "/#sign-in-failed=away", says
    provider.answer = None
    for says, said in {
        "another issuer": {"issuer": "https://elsewhere.example"},
        "no place": {"token_endpoint": None},
        "another machine without TLS": {"authorization_endpoint": "http://elsewhere.example/authorize"},
        "no address": {"token_endpoint": "file:///etc/passwd"},
    }.items():
        provider.configuration = said
        assert (await Browser(house, {}).get(BEGIN))[1] == "/#sign-in-failed=away", says
    provider.configuration = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    browser = Browser(house, {})
    assert await browser.sign_in(provider) == "/"
    onward = await Browser(house, {}).begin()
    for answer in (answers["down"], answers["garbage"], answers["huge"]):
        late = Browser(house, {})
        onward = provider.authorize(await late.begin())
        provider.answer = answer
        assert (await late.get(onward))[1] == "/#sign-in-failed=away"
        assert await browser.me() is not None
        provider.answer = None
    asked = provider.fetched["/.well-known/openid-configuration"]
    for _ in range(5):
        await Browser(house, {}).begin()
    assert provider.fetched["/.well-known/openid-configuration"] == asked, "what it says of itself is remembered"
    provider.key, provider.kid = rsa_key("two"), "two"
    assert await Browser(house, {}).sign_in(provider) == "/", "keys that rotated are fetched"
    assert house.log.read_text().count("Traceback") == 0


async def test_only_those_come_in_whom_the_settings_let_in(open_house: Opening, provider: FakeProvider) -> None:
    domains, groups = ["example.org"], ["staff"]
    house = await open_house(
        provider.settings(allowed_domains=domains, allowed_groups=groups, groups_claim="realm_access.roles")
        + provider.settings("known", make_users=False)
    )
    staff = {"realm_access": {"roles": ["staff"]}}
    for said, end in (
        (staff | {"email_verified": True}, "/"),
        (staff | {"email_verified": False}, "/#sign-in-failed=not_allowed"),
        (staff, "/#sign-in-failed=not_allowed"),
        (staff | {"email_verified": "true"}, "/#sign-in-failed=not_allowed"),
        ({"email_verified": True}, "/#sign-in-failed=not_allowed"),
        ({"email_verified": True, "realm_access": "staff"}, "/#sign-in-failed=not_allowed"),
        (staff | {"email_verified": True, "email": "eve@example.org.evil.example"}, "/#sign-in-failed=not_allowed"),
        (staff | {"email_verified": True, "email": "eve@evil.example@example.org"}, "/#sign-in-failed=not_allowed"),
    ):
        provider.claims = {"sub": "ada", "email": "ada@example.org", "name": "Ada"} | said
        assert await Browser(house, {}).sign_in(provider) == end, said
    provider.claims, provider.userinfo = {"sub": "grace"}, {"sub": "grace", "email": "grace@example.org"}
    provider.userinfo |= {"email_verified": True} | staff
    late = await open_house(
        provider.settings(allowed_domains=domains, allowed_groups=groups, groups_claim="realm_access.roles"),
        home="late",
    )
    grace = Browser(late, {})
    assert await grace.sign_in(provider) == "/", "what is not in the token is asked for"
    assert (await grace.me() or {})["email"] == "grace@example.org"
    provider.userinfo["sub"] = "ada"
    assert await Browser(late, {}).sign_in(provider) == "/#sign-in-failed=not_allowed", "it tells of somebody else"
    by_another = Browser(house, {})
    provider.claims = {"sub": "linus", "email": "linus@example.org", "name": "Linus"}
    _, onward, _ = await by_another.get(BEGIN.replace("corp", "known"))
    assert (await by_another.get(provider.authorize(onward)))[1] == "/#sign-in-failed=unknown_user"
    provider.claims["sub"] = "ada"
    _, onward, _ = await by_another.get(BEGIN.replace("corp", "known"))
    back = provider.authorize(onward)
    assert (await by_another.get(back.replace("/known/", "/corp/")))[1] == "/#sign-in-failed=expired"
    _, onward, _ = await by_another.get(BEGIN.replace("corp", "known"))
    assert (await by_another.get(provider.authorize(onward)))[1] == "/"


def _by_another_key(provider: FakeProvider, nonce: str) -> str:
    kept, provider.key = provider.key, rsa_key("another")
    token = provider.id_token(nonce)
    provider.key = kept
    return token
