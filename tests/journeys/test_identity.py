"""Signing in to a running Palaver, as browsers, programs, operators and other issuers' users do it."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from palaver.identity.scopes import ADMIN, needed
from palaver.kit.ids import new_id
from tests.unit.identity.fake_issuer import FakeIssuer, ec_key, fake_issuer, public, rsa_key

PASSWORD = "correct horse battery"
PATIENCE = 30


@dataclass
class House:
    """A running server, its home, the link that it printed, and a client without cookies."""

    url: str
    link: str
    home: Path
    client: aiohttp.ClientSession

    async def call(self, method: str, path: str, token: str | None = None, **more: Any) -> tuple[int, Any]:
        headers = {**more.pop("headers", {}), **({"Authorization": f"Bearer {token}"} if token else {})}
        async with self.client.request(method, self.url + path, headers=headers, **more) as reply:
            text = await reply.text()
            return reply.status, await reply.json(content_type=None) if text else None

    async def register(self) -> dict[str, Any]:
        """Somebody new."""
        body = {"email": f"{new_id('ada')}@example.org", "password": PASSWORD, "name": "Ada"}
        status, signed_in = await self.call("POST", "/api/v1/auth/register", json=body)
        assert status == 201, signed_in
        return signed_in

    async def login(self, email: str, password: str = PASSWORD) -> tuple[int, Any]:
        return await self.call("POST", "/api/v1/auth/login", json={"email": email, "password": password})

    def palaver(self, *words: str, said: str = "") -> str:
        """One command of the command line, and what it prints."""
        command = [Path(sys.executable).with_name("palaver"), *words]
        environment = os.environ | {"PALAVER_HOME": str(self.home)}
        done = subprocess.run(
            command, check=True, input=said, env=environment, text=True, stdout=subprocess.PIPE, timeout=PATIENCE
        )
        return done.stdout.strip()


@contextmanager
def serving(home: Path, file: str = "", **settings: str) -> Iterator[tuple[str, str]]:
    """`palaver serve` with these settings of identity: its URL and its link."""
    (home / "palaver.toml").write_text(file)
    environment = os.environ | {"PALAVER_HOME": str(home), "PALAVER_PORT": "0"}
    environment |= {f"PALAVER_IDENTITY__{name.upper()}": value for name, value in settings.items()}
    command = [Path(sys.executable).with_name("palaver"), "serve"]
    with (home / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
        assert process.stdout is not None
        try:
            link = process.stdout.readline().strip()
            assert "/signin?token=" in link, (home / "log").read_text()
            yield link.partition("/signin")[0], link
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, str]]:
    """One server for all tests that need no settings of their own but that anybody may register."""
    home = tmp_path_factory.mktemp("home")
    with serving(home, registration="open") as (url, link):
        yield home, url, link


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as client:
        yield client


@pytest.fixture
def house(shared: tuple[Path, str, str], client: aiohttp.ClientSession) -> House:
    home, url, link = shared
    return House(url, link, home, client)


Opening = Callable[..., AbstractContextManager[House]]


@pytest.fixture
def open_house(tmp_path: Path, client: aiohttp.ClientSession) -> Opening:
    """A server with settings of the test's own."""

    @contextmanager
    def opening(file: str = "", **settings: str) -> Iterator[House]:
        with serving(tmp_path, file, **settings) as (url, link):
            yield House(url, link, tmp_path, client)

    return opening


@pytest.fixture
async def issuer() -> AsyncIterator[FakeIssuer]:
    async with fake_issuer() as issuer:
        issuer.keys = [public(rsa_key("one"), "one")]
        yield issuer


def accepting(issuer: FakeIssuer) -> str:
    return f'[[identity.issuers]]\nissuer = "{issuer.url}"\naudience = "palaver"\n'


def cookie_of(reply: aiohttp.ClientResponse) -> str:
    return reply.headers["Set-Cookie"].partition(";")[0]


async def test_register_sign_in_refresh_and_sign_out(house: House) -> None:
    registered = await house.register()
    assert (registered["user"]["role"], registered["expires_in"], registered["token_type"]) == ("member", 900, "bearer")
    status, me = await house.call("GET", "/api/v1/auth/me", registered["access_token"])
    assert (status, me["user"]["name"], me["via"], me["scopes"]) == (200, "Ada", "token", None)
    body = {"refresh_token": registered["refresh_token"]}
    status, again = await house.call("POST", "/api/v1/auth/refresh", json=body)
    assert (status, again["user"]) == (200, registered["user"])
    assert (await house.call("POST", "/api/v1/auth/logout", again["access_token"]))[0] == 204
    for token in (registered["access_token"], again["access_token"]):
        assert (await house.call("GET", "/api/v1/auth/me", token))[0] == 401
    body = {"refresh_token": again["refresh_token"]}
    status, refused = await house.call("POST", "/api/v1/auth/refresh", json=body)
    assert (status, refused["code"]) == (401, "unauthenticated")
    assert (await house.login(registered["user"]["email"]))[0] == 200


async def test_an_address_is_registered_once(house: House) -> None:
    body = {"email": (await house.register())["user"]["email"].upper(), "password": PASSWORD}
    status, refused = await house.call("POST", "/api/v1/auth/register", json=body)
    assert (status, refused["code"]) == (409, "conflict")


async def test_a_refresh_token_that_is_used_twice_revokes_its_family(house: House) -> None:
    first = await house.register()
    body = {"refresh_token": first["refresh_token"]}
    _, second = await house.call("POST", "/api/v1/auth/refresh", json=body)
    assert (await house.call("POST", "/api/v1/auth/refresh", json=body))[0] == 401
    assert (await house.call("GET", "/api/v1/auth/me", second["access_token"]))[0] == 401


async def test_the_printed_link_works_once_and_sets_a_cookie_that_scripts_cannot_see(house: House) -> None:
    async with house.client.get(house.link, allow_redirects=False) as reply:
        assert (reply.status, reply.headers["Location"]) == (303, "/")
        assert "no-store" in reply.headers["Cache-Control"]
        given, cookie = reply.headers["Set-Cookie"], cookie_of(reply)
    assert re.fullmatch(r"palaver_session=[\w-]{43}; HttpOnly; Max-Age=2592000; Path=/; SameSite=lax", given)
    async with house.client.get(house.link, allow_redirects=False) as reply:
        assert reply.status == 401
    async with house.client.get(house.link, headers={"Cookie": cookie}, allow_redirects=False) as reply:
        assert reply.status == 303
    status, me = await house.call("GET", "/api/v1/auth/me", headers={"Cookie": cookie})
    assert (status, me["user"]["email"], me["user"]["role"]) == (200, "owner@palaver.local", "admin")


async def test_a_browser_keeps_its_cookie_fresh_acts_from_our_pages_only_and_signs_out(house: House) -> None:
    login = {"email": (await house.register())["user"]["email"], "password": PASSWORD}
    url, ours = house.url, {"Origin": house.url}
    async with house.client.post(f"{url}/api/v1/auth/login", json=login, headers=ours) as reply:
        cookie = {"Cookie": cookie_of(reply)}
    async with house.client.get(f"{url}/api/v1/auth/me", headers=cookie) as reply:
        assert cookie_of(reply) == cookie["Cookie"]
    for headers, status in [
        (ours, 201),
        ({"Sec-Fetch-Site": "same-origin"}, 201),
        ({}, 201),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
    ]:
        made = await house.call("POST", "/api/v1/api-keys", headers=cookie | headers, json={"name": "laptop"})
        assert made[0] == status
    evil = cookie | {"Origin": "https://evil.example"}
    assert (await house.call("POST", "/api/v1/auth/logout", headers=evil))[0] == 403
    assert (await house.call("GET", "/api/v1/auth/me", headers=cookie))[0] == 200
    async with house.client.post(f"{url}/api/v1/auth/logout", headers=cookie | ours) as reply:
        assert reply.status == 204
        assert "Max-Age=0" in reply.headers["Set-Cookie"]
    assert (await house.call("GET", "/api/v1/auth/me", headers=cookie))[0] == 401


async def test_no_cookie_is_handed_to_a_page_of_another_origin(house: House) -> None:
    login = {"email": (await house.register())["user"]["email"], "password": PASSWORD}
    for origin, handed in (({"Origin": "https://evil.example"}, False), ({}, True)):
        async with house.client.post(f"{house.url}/api/v1/auth/login", json=login, headers=origin) as reply:
            assert ("Set-Cookie" in reply.headers) is handed


async def test_a_house_with_settings_of_its_own_is_closed_slow_for_guessers_and_marks_its_cookie(
    open_house: Opening,
) -> None:
    with open_house(login_attempts="2", cookie_secure="always") as house:
        body = {"email": "ada@example.org", "password": PASSWORD}
        status, refused = await house.call("POST", "/api/v1/auth/register", json=body)
        assert (status, refused["code"]) == (403, "forbidden")
        house.palaver("user", "create", "ada@example.org", said=PASSWORD + "\n")
        async with house.client.post(f"{house.url}/api/v1/auth/login", json=body) as reply:
            assert reply.status == 200
            assert "; Secure" in reply.headers["Set-Cookie"]
            assert reply.headers["Set-Cookie"].startswith("__Host-palaver_session=")
        statuses = [(await house.login("ada@example.org", "incorrect horse"))[0] for _ in range(3)]
        assert statuses == [401, 401, 429]


async def test_a_key_is_shown_once_works_in_both_headers_and_is_gone_when_deleted(house: House) -> None:
    token = (await house.register())["access_token"]
    wanted = {"name": "laptop", "scopes": ["sessions:read"], "expires_at": "2999-01-01T00:00:00+02:00"}
    status, made = await house.call("POST", "/api/v1/api-keys", token, json=wanted)
    assert (status, made["scopes"], made["expires_at"]) == (201, ["sessions:read"], "2998-12-31T22:00:00.000000Z")
    key = made.pop("key")
    assert (await house.call("GET", "/api/v1/sessions", key))[0] == 200
    assert (await house.call("GET", "/api/v1/sessions", headers={"X-API-Key": key}))[0] == 200
    status, refused = await house.call("GET", "/api/v1/api-keys", key)
    assert (status, refused["code"]) == (403, "forbidden")
    assert "keys:read" in refused["detail"]
    status, listed = await house.call("GET", "/api/v1/api-keys", token)
    assert [item | {"last_used_at": None} for item in listed["items"]] == [made]
    assert listed["items"][0]["last_used_at"] is not None
    assert key.rpartition("_")[2] not in str(listed)
    assert (await house.call("DELETE", f"/api/v1/api-keys/{made['id']}", token))[0] == 204
    assert (await house.call("DELETE", f"/api/v1/api-keys/{made['id']}", token))[0] == 404
    assert (await house.call("GET", "/api/v1/sessions", key))[0] == 401


async def test_a_key_made_on_the_command_line_works_at_once_while_the_server_runs(house: House) -> None:
    key = house.palaver("key", "create", "--user", "owner@palaver.local", "--name", "operator", "--expires", "1d")
    assert (await house.call("GET", "/api/v1/health/detailed", key))[0] == 200
    member = (await house.register())["access_token"]
    assert (await house.call("GET", "/api/v1/health/detailed", member))[0] == 403


async def test_somebody_elses_key_and_an_unknown_one_answer_alike(house: House) -> None:
    mine, theirs = (await house.register())["access_token"], (await house.register())["access_token"]
    _, made = await house.call("POST", "/api/v1/api-keys", theirs, json={"name": "laptop"})
    answers = [await house.call("DELETE", f"/api/v1/api-keys/{key_id}", mine) for key_id in (made["id"], "key_unknown")]
    assert [status for status, _ in answers] == [404, 404]
    assert answers[0][1] | {"request_id": ""} == answers[1][1] | {"request_id": ""}
    assert len((await house.call("GET", "/api/v1/api-keys", theirs))[1]["items"]) == 1


async def test_a_new_password_ends_other_sign_ins_and_answers_with_a_new_one(house: House) -> None:
    old = await house.register()
    email = old["user"]["email"]
    _, other = await house.login(email)
    change = {"current_password": PASSWORD, "new_password": "a better password"}
    status, new = await house.call("POST", "/api/v1/auth/password", old["access_token"], json=change)
    assert status == 200
    for tokens, expected in ((old, 401), (other, 401), (new, 200)):
        assert (await house.call("GET", "/api/v1/auth/me", tokens["access_token"]))[0] == expected
    assert [(await house.login(email, word))[0] for word in (PASSWORD, "a better password")] == [401, 200]
    _, made = await house.call("POST", "/api/v1/api-keys", new["access_token"], json={"name": "laptop"})
    assert (await house.call("POST", "/api/v1/auth/password", made["key"], json=change))[0] == 403


async def test_a_ticket_says_how_long_it_is_good_and_opens_no_other_door(house: House) -> None:
    status, ticket = await house.call("POST", "/api/v1/auth/ticket", (await house.register())["access_token"])
    assert (status, ticket["expires_in"]) == (200, 60)
    assert (await house.call("GET", f"/api/v1/auth/me?ticket={ticket['ticket']}"))[0] == 401
    assert (await house.call("GET", f"/signin?token={ticket['ticket']}"))[0] == 401


async def test_a_user_of_an_external_issuer_syncs_from_two_places_at_once_and_keys_rotate(
    open_house: Opening, issuer: FakeIssuer
) -> None:
    with open_house(accepting(issuer), jwks_min_interval="1ms") as house:
        old = issuer.token(rsa_key("one"), "one", email="ada@example.org", name="Ada")
        both = await asyncio.gather(*(house.call("POST", "/api/v1/users/sync", old) for _ in range(2)))
        assert sorted((status, body["status"]) for status, body in both) == [(200, "created"), (200, "exists")]
        assert len({body["user_id"] for _, body in both}) == 1
        status, me = await house.call("GET", "/api/v1/auth/me", old)
        assert (status, me["user"]["email"], me["via"]) == (200, "ada@example.org", "issuer")
        assert issuer.fetched == 1

        issuer.keys.append(public(ec_key("two"), "two"))
        new = issuer.token(ec_key("two"), "two")
        assert (await house.call("GET", "/api/v1/auth/me", new))[0] == 200
        issuer.answer = aiohttp.web.Response(status=500)
        for token in (old, new, issuer.token(ec_key("two"), "two", sub="grace")):
            assert (await house.call("GET", "/api/v1/auth/me", token))[0] == 200
        refused = [
            await house.call("GET", "/api/v1/auth/me", token)
            for token in (
                issuer.token(ec_key("two"), "two", exp=1),
                issuer.token(ec_key("two"), "two", aud="somebody-else"),
                issuer.token(ec_key("two"), "two", iss="https://elsewhere.example"),
                issuer.token(ec_key("two"), "nobody"),
            )
        ]
        assert [status for status, _ in refused] == [401] * 4
        assert len({body["detail"] for _, body in refused}) == 4


async def test_an_issuer_that_was_never_reached_makes_503_and_says_when_to_come_back(
    open_house: Opening, issuer: FakeIssuer
) -> None:
    issuer.answer = aiohttp.web.Response(body=b"nonsense")
    headers = {"Authorization": f"Bearer {issuer.token(rsa_key('one'), 'one')}"}
    with open_house(accepting(issuer)) as house:
        async with house.client.get(f"{house.url}/api/v1/auth/me", headers=headers) as reply:
            assert reply.status == 503
            assert int(reply.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/auth/login", {"email": "ada@example.org"}),
        ("/api/v1/auth/login", {"email": "ada@example.org", "password": PASSWORD, "remember": True}),
        ("/api/v1/auth/login", {"email": "ada@example.org", "password": 5}),
        ("/api/v1/auth/login", {"email": "a\ud800@example.org", "password": PASSWORD}),
        ("/api/v1/auth/login", {"email": "ada@example.org", "password": "\ud800" * 12}),
        ("/api/v1/auth/login", {"email": "a\x00@example.org", "password": PASSWORD}),
        ("/api/v1/auth/register", {"email": "bob@example.org", "password": "short"}),
        ("/api/v1/auth/register", {"email": "bob@example.org", "password": "x" * 300}),
        ("/api/v1/auth/refresh", {}),
        ("/api/v1/auth/refresh", {"refresh_token": "\ud800"}),
        ("/api/v1/auth/logout", {"refresh": "x"}),
        ("/api/v1/auth/login", []),
    ],
)
async def test_wrong_bodies_are_told_so(house: House, path: str, body: Any) -> None:
    status, refused = await house.call("POST", path, json=body)
    assert (status, refused["code"]) == (422, "invalid")


async def test_wrong_keys_are_told_so(house: House) -> None:
    token = (await house.register())["access_token"]
    for body in (
        {"name": ""},
        {"name": " "},
        {"name": "a\ud800"},
        {"name": "a\x00b"},
        {"name": "x", "scopes": ["everything"]},
        {"name": "x", "expires_at": "2999-01-01T00:00:00"},
        {"name": "x", "expires_at": "2001-01-01T00:00:00Z"},
        {"name": "x", "expires_at": "soon"},
        {"name": "x", "expires_at": 32_503_680_000},
        {"name": "x", "user_id": "usr_1"},
    ):
        assert (await house.call("POST", "/api/v1/api-keys", token, json=body))[0] == 422


async def test_the_documentation_says_what_each_route_is_for_and_how_to_sign_in(house: House) -> None:
    _, document = await house.call("GET", "/openapi.json")
    ours = {
        path: operations
        for path, operations in document["paths"].items()
        if path.startswith(("/api/v1/auth", "/api/v1/api-keys", "/api/v1/users/sync", "/signin"))
    }
    assert len(ours) == 26
    open_to_all = {
        "/api/v1/auth/register",
        "/api/v1/auth/login",
        "/api/v1/auth/login/second-factor",
        "/api/v1/auth/password/forgot",
        "/api/v1/auth/password/reset",
        "/api/v1/auth/verify",
        "/api/v1/auth/verify/resend",
        "/api/v1/auth/refresh",
        "/api/v1/auth/logout",
        "/api/v1/auth/oidc/{issuer_id}",
        "/api/v1/auth/oidc/{issuer_id}/callback",
        "/signin",
    }
    for path, operations in ours.items():
        for operation in operations.values():
            assert operation["summary"]
            assert ("security" in operation) is (path not in open_to_all)
    referred = set(re.findall(r"#/components/schemas/(\w+)", str(ours)))
    assert {"SignedIn", "Me", "NewKey", "KeyList", "TicketInfo", "Synced", "Problem"} <= referred
    assert referred <= set(document["components"]["schemas"])
    login = document["components"]["schemas"]["Login"]["properties"]["password"]
    assert (login["format"], login["writeOnly"]) == ("password", True)


async def test_every_endpoint_behind_the_door_has_a_scope_of_its_own_or_is_for_administrators(house: House) -> None:
    _, document = await house.call("GET", "/openapi.json")
    unplaced = {
        path
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if "security" in operation and "501" not in operation["responses"] and needed(method.upper(), path) == ADMIN
    }
    accounts, users = "/api/v1/service-accounts", "/api/v1/users"
    assert unplaced == {
        users,
        users + "/{user_id}",
        users + "/{user_id}/password-reset",
        users + "/{user_id}/second-factor",
        users + "/{user_id}/sign-ins",
        users + "/invitations",
        users + "/invitations/{invitation_id}",
        "/api/v1/health/detailed",
        "/metrics",
        "/api/v1/api-keys/leaked",
        "/api/v1/budgets",
        "/api/v1/budgets/{budget_id}",
        "/api/v1/audit",
        "/api/v1/audit/export",
        "/api/v1/care/counts",
        "/api/v1/care/moderation/queue",
        "/api/v1/care/moderation/queue/{item_id}/review",
        "/api/v1/care/policy",
        "/api/v1/care/policy/history",
        accounts,
        accounts + "/{service_account_id}",
        accounts + "/{service_account_id}/api-keys",
        accounts + "/{service_account_id}/api-keys/{key_id}",
        accounts + "/{service_account_id}/api-keys/{key_id}/rotate",
    }
