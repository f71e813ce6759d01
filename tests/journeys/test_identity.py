"""Signing in, over a real socket, as browsers, programs and other issuers' users do it."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import aiohttp
import pytest
import uvicorn
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy import create_engine

from palaver.core.errors import PalaverError
from palaver.core.principal import Principal
from palaver.identity.api import routes
from palaver.identity.service import Identity, open_identity
from palaver.identity.settings import IdentitySettings
from palaver.kit.answers import answer, described_schemas
from palaver.kit.clock import SystemClock
from palaver.kit.sealed import Sealed
from palaver.storage.schema import metadata
from palaver.storage.sqlite import SqliteDatabase
from tests.unit.identity.fake_issuer import FakeIssuer, ec_key, fake_issuer, public, rsa_key
from tests.unit.identity.given import OURS

EMAIL, PASSWORD = "ada@example.org", "correct horse battery"


@dataclass
class House:
    """A server with identity alone, and a client without cookies."""

    url: str
    identity: Identity
    app: FastAPI
    client: aiohttp.ClientSession

    async def call(self, method: str, path: str, token: str | None = None, **more: Any) -> tuple[int, Any]:
        headers = {**more.pop("headers", {}), **({"Authorization": f"Bearer {token}"} if token else {})}
        async with self.client.request(method, self.url + path, headers=headers, **more) as reply:
            text = await reply.text()
            return reply.status, await reply.json(content_type=None) if text else None

    async def login(self, password: str = PASSWORD) -> dict[str, Any]:
        status, body = await self.call("POST", "/api/v1/auth/login", json={"email": EMAIL, "password": password})
        assert status == 200, body
        return body


def problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, PalaverError)
    headers = {**error.headers, **({"Retry-After": str(error.retry_after)} if error.retry_after else {})}
    return answer({"code": error.code, "detail": error.detail, "errors": error.errors}, error.status, headers)


def invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return answer({"code": "invalid", "errors": [{"loc": each["loc"]} for each in error.errors()]}, 422)


def application(identity: Identity, settings: IdentitySettings) -> FastAPI:
    app = FastAPI()
    app.add_exception_handler(PalaverError, problem)
    app.add_exception_handler(RequestValidationError, invalid)
    app.include_router(routes(identity, settings))

    @app.get("/api/v1/sessions")
    async def sessions(principal: Annotated[Principal, Depends(identity.door)]) -> Response:
        return answer(principal)

    @app.get("/api/v1/health/detailed")
    async def detailed(principal: Annotated[Principal, Depends(identity.door.needs("admin"))]) -> Response:
        return answer(principal)

    return app


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve([listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True


Opening = Callable[..., Any]


@pytest.fixture
async def open_house(tmp_path: Path) -> AsyncIterator[Opening]:
    engine = create_engine(f"sqlite:///{tmp_path / 'palaver.db'}")
    metadata.create_all(engine, tables=OURS)
    engine.dispose()
    async with AsyncExitStack() as opened:

        async def opening(**chosen: Any) -> House:
            settings = IdentitySettings.model_validate(chosen)
            database = SqliteDatabase(tmp_path / "palaver.db")
            opened.push_async_callback(database.close)
            identity = open_identity(database, settings, signing_key=Sealed(b"k" * 32), clock=SystemClock())
            opened.push_async_callback(identity.close)
            app = application(identity, settings)
            url = await opened.enter_async_context(serving(app))
            client = await opened.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
            return House(url, identity, app, client)

        yield opening


@pytest.fixture
async def house(open_house: Opening) -> House:
    house = await open_house(registration="open")
    await house.identity.accounts.create(EMAIL, Sealed(PASSWORD))
    return house


@pytest.fixture
async def issuer() -> AsyncIterator[FakeIssuer]:
    async with fake_issuer() as issuer:
        issuer.keys = [public(rsa_key("one"), "one")]
        yield issuer


async def test_register_sign_in_refresh_and_sign_out(house: House) -> None:
    bob = {"email": "bob@example.org", "password": PASSWORD, "name": "Bob"}
    status, registered = await house.call("POST", "/api/v1/auth/register", json=bob)
    assert (status, registered["user"]["role"], registered["expires_in"]) == (201, "member", 900)
    assert (await house.call("POST", "/api/v1/auth/register", json=bob))[0] == 409
    status, me = await house.call("GET", "/api/v1/auth/me", registered["access_token"])
    assert (status, me["user"]["name"], me["via"], me["scopes"]) == (200, "Bob", "token", None)
    status, next_ = await house.call(
        "POST", "/api/v1/auth/refresh", json={"refresh_token": registered["refresh_token"]}
    )
    assert (status, next_["user"]) == (200, registered["user"])
    status, _ = await house.call("POST", "/api/v1/auth/logout", next_["access_token"])
    assert status == 204
    for token in (registered["access_token"], next_["access_token"]):
        assert (await house.call("GET", "/api/v1/auth/me", token))[0] == 401
    status, refused = await house.call("POST", "/api/v1/auth/refresh", json={"refresh_token": next_["refresh_token"]})
    assert (status, refused["code"]) == (401, "unauthenticated")


async def test_a_refresh_token_that_is_used_twice_revokes_its_family(house: House) -> None:
    first = await house.login()
    body = {"refresh_token": first["refresh_token"]}
    _, second = await house.call("POST", "/api/v1/auth/refresh", json=body)
    assert (await house.call("POST", "/api/v1/auth/refresh", json=body))[0] == 401
    assert (await house.call("GET", "/api/v1/auth/me", second["access_token"]))[0] == 401


async def test_a_closed_house_registers_nobody(open_house: Opening) -> None:
    house = await open_house()
    body = {"email": EMAIL, "password": PASSWORD}
    assert (await house.call("POST", "/api/v1/auth/register", json=body))[0] == 403


async def test_a_sign_in_link_works_once_and_sets_a_cookie_that_scripts_cannot_see(house: House) -> None:
    owner = await house.identity.accounts.owner()
    link = f"{house.url}/signin?token={(await house.identity.one_time.sign_in_token(owner.id)).reveal()}"
    async with house.client.get(link, allow_redirects=False) as reply:
        assert (reply.status, reply.headers["Location"]) == (303, "/")
        cookie = reply.headers["Set-Cookie"]
        assert "no-store" in reply.headers["Cache-Control"]
    assert re.fullmatch(r"palaver_session=[\w-]{43}; HttpOnly; Max-Age=2592000; Path=/; SameSite=lax", cookie)
    signed_in = {"Cookie": cookie.partition(";")[0]}
    async with house.client.get(link, allow_redirects=False) as reply:
        assert reply.status == 401
    async with house.client.get(link, headers=signed_in, allow_redirects=False) as reply:
        assert reply.status == 303
    status, me = await house.call("GET", "/api/v1/auth/me", headers=signed_in)
    assert (status, me["user"]["email"], me["user"]["role"]) == (200, "owner@palaver.local", "admin")


async def test_a_browser_keeps_its_cookie_fresh_acts_from_our_pages_only_and_signs_out(house: House) -> None:
    async with house.client.post(
        f"{house.url}/api/v1/auth/login", json={"email": EMAIL, "password": PASSWORD}, headers={"Origin": house.url}
    ) as reply:
        cookie = reply.headers["Set-Cookie"].partition(";")[0]
    async with house.client.get(f"{house.url}/api/v1/auth/me", headers={"Cookie": cookie}) as reply:
        assert reply.headers["Set-Cookie"].startswith(cookie + ";")
    make = {"json": {"name": "laptop"}}
    for headers, status in [
        ({"Origin": house.url}, 201),
        ({"Sec-Fetch-Site": "same-origin"}, 201),
        ({"Origin": "https://evil.example"}, 403),
        ({}, 403),
    ]:
        got = await house.call("POST", "/api/v1/api-keys", headers={"Cookie": cookie, **headers}, **make)
        assert got[0] == status
    evil, ours = {"Cookie": cookie, "Origin": "https://evil.example"}, {"Cookie": cookie, "Origin": house.url}
    assert (await house.call("POST", "/api/v1/auth/logout", headers=evil))[0] == 403
    assert (await house.call("GET", "/api/v1/auth/me", headers={"Cookie": cookie}))[0] == 200
    async with house.client.post(f"{house.url}/api/v1/auth/logout", headers=ours) as reply:
        assert reply.status == 204
        assert "Max-Age=0" in reply.headers["Set-Cookie"]
    assert (await house.call("GET", "/api/v1/auth/me", headers={"Cookie": cookie}))[0] == 401


async def test_no_cookie_is_handed_to_a_page_of_another_origin(house: House) -> None:
    for origin, handed in (({"Origin": "https://evil.example"}, False), ({}, True)):
        async with house.client.post(
            f"{house.url}/api/v1/auth/login", json={"email": EMAIL, "password": PASSWORD}, headers=origin
        ) as reply:
            assert ("Set-Cookie" in reply.headers) is handed


async def test_the_cookie_is_marked_secure_where_the_settings_say_so(open_house: Opening) -> None:
    house = await open_house(registration="open", cookie_secure="always")
    async with house.client.post(
        f"{house.url}/api/v1/auth/register", json={"email": EMAIL, "password": PASSWORD}
    ) as reply:
        assert "Secure" in reply.headers["Set-Cookie"]


async def test_a_key_is_shown_once_works_in_both_headers_and_is_gone_when_deleted(house: House) -> None:
    token = (await house.login())["access_token"]
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


async def test_members_do_not_enter_where_administrators_do(house: House) -> None:
    owner = await house.identity.accounts.owner()
    _, key = await house.identity.keys.create(Principal(user_id=owner.id, role="admin"), "operator")
    assert (await house.call("GET", "/api/v1/health/detailed", key.reveal()))[0] == 200
    assert (await house.call("GET", "/api/v1/health/detailed", (await house.login())["access_token"]))[0] == 403


async def test_a_new_password_ends_other_sign_ins_and_answers_with_a_new_one(house: House) -> None:
    old, other = await house.login(), await house.login()
    change = {"current_password": PASSWORD, "new_password": "a better password"}
    status, new = await house.call("POST", "/api/v1/auth/password", old["access_token"], json=change)
    assert status == 200
    for tokens, expected in ((old, 401), (other, 401), (new, 200)):
        assert (await house.call("GET", "/api/v1/auth/me", tokens["access_token"]))[0] == expected
    await house.login("a better password")
    _, made = await house.call("POST", "/api/v1/api-keys", new["access_token"], json={"name": "laptop"})
    assert (await house.call("POST", "/api/v1/auth/password", made["key"], json=change))[0] == 403


async def test_a_ticket_says_how_long_it_is_good_and_opens_no_other_door(house: House) -> None:
    status, ticket = await house.call("POST", "/api/v1/auth/ticket", (await house.login())["access_token"])
    assert (status, ticket["expires_in"]) == (200, 60)
    assert (await house.call("GET", f"/api/v1/auth/me?ticket={ticket['ticket']}"))[0] == 401
    assert (await house.call("GET", f"/signin?token={ticket['ticket']}"))[0] == 401


async def test_a_user_of_an_external_issuer_syncs_from_two_places_at_once(
    open_house: Opening, issuer: FakeIssuer
) -> None:
    house = await open_house(issuers=[{"issuer": issuer.url, "audience": "palaver"}])
    token = issuer.token(rsa_key("one"), "one", email=EMAIL, name="Ada")
    both = await asyncio.gather(*(house.call("POST", "/api/v1/users/sync", token) for _ in range(2)))
    assert sorted((status, body["status"]) for status, body in both) == [(200, "created"), (200, "exists")]
    assert len({body["user_id"] for _, body in both}) == 1
    status, me = await house.call("GET", "/api/v1/auth/me", token)
    assert (status, me["user"]["email"], me["via"]) == (200, EMAIL, "issuer")
    assert issuer.fetched == 1


async def test_keys_of_an_issuer_rotate_and_it_goes_away_and_users_notice_neither(
    open_house: Opening, issuer: FakeIssuer
) -> None:
    house = await open_house(issuers=[{"issuer": issuer.url, "audience": "palaver"}], jwks_min_interval="PT0.001S")
    old = issuer.token(rsa_key("one"), "one")
    assert (await house.call("GET", "/api/v1/auth/me", old))[0] == 200
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
    house = await open_house(issuers=[{"issuer": issuer.url, "audience": "palaver"}])
    issuer.answer = aiohttp.web.Response(body=b"nonsense")
    token = issuer.token(rsa_key("one"), "one")
    async with house.client.get(f"{house.url}/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"}) as reply:
        assert reply.status == 503
        assert float(reply.headers["Retry-After"]) > 0


async def test_guessing_passwords_is_slowed_down(open_house: Opening) -> None:
    house = await open_house(login_attempts=2)
    await house.identity.accounts.create(EMAIL, Sealed(PASSWORD))
    guess = {"email": EMAIL, "password": "incorrect horse"}
    statuses = [(await house.call("POST", "/api/v1/auth/login", json=guess))[0] for _ in range(3)]
    assert statuses == [401, 401, 429]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/auth/login", {"email": EMAIL}),
        ("/api/v1/auth/login", {"email": EMAIL, "password": PASSWORD, "remember": True}),
        ("/api/v1/auth/login", {"email": EMAIL, "password": 5}),
        ("/api/v1/auth/login", {"email": "a\ud800@example.org", "password": PASSWORD}),
        ("/api/v1/auth/login", {"email": EMAIL, "password": "\ud800" * 12}),
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
    token = (await house.login())["access_token"]
    for body in (
        {"name": ""},
        {"name": " "},
        {"name": "a\ud800"},
        {"name": "a\x00b"},
        {"name": "x", "scopes": ["everything"]},
        {"name": "x", "expires_at": "2999-01-01T00:00:00"},
        {"name": "x", "expires_at": "2001-01-01T00:00:00Z"},
        {"name": "x", "expires_at": "soon"},
        {"name": "x", "user_id": "usr_1"},
    ):
        assert (await house.call("POST", "/api/v1/api-keys", token, json=body))[0] == 422


async def test_the_documentation_knows_every_route_answer_and_error(house: House) -> None:
    _, document = await house.call("GET", "/openapi.json")
    components = described_schemas()
    referred = set(re.findall(r"#/components/schemas/(\w+)", str(document["paths"])))
    assert referred <= set(components) | set(document["components"]["schemas"])
    for path, operations in document["paths"].items():
        for operation in operations.values():
            if "auth" in path or "api-keys" in path:
                assert operation["summary"]
                assert "HTTPValidationError" not in str(operation["responses"])
