"""Secrets are planted wherever anything comes in; then everything that comes out is looked through for them."""

import asyncio
import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.journeys.house import House, Opening, Person
from tests.journeys.test_command_line import Home
from tests.promises import keeps
from tests.vendor import FakeVendor
from tests.vendor.script import Reply

pytestmark = pytest.mark.timeout(120)


class Planting:
    """Hands secrets out, each another one, and finds those that came out somewhere."""

    def __init__(self) -> None:
        self._planted: dict[str, str] = {}

    def __call__(self, where: str, *, like: str = "{}") -> str:
        body = f"{len(self._planted):02d}Zq7Kx" + "Vw9" * 9 + "Aa"
        self._planted[where] = body
        return like.format(body)

    def told_in(self, text: str) -> list[str]:
        """Where the secrets were planted that stand in a text."""
        return [where for where, secret in self._planted.items() if secret in text]


def configured(plant: Planting) -> str:
    """Settings with a secret in each place that may have one."""
    return f"""
[providers.hidden]
kind = "openai_chat"
base_url = "http://127.0.0.1:9/v1"
api_key = "{plant("a provider's key", like="sk-{}")}"
models = ["one"]
headers = {{ "X-Custom" = "{plant("a provider's header")}" }}
[web]
search = "brave"
search_key = "{plant("the search key")}"
[[hooks.operator]]
event = "SessionEnd"
url = "https://127.0.0.1:9/hook/{plant("the path of a hook's url")}"
secret = "{plant("an operator's hook", like="whsec_{}")}"
[mcp.servers.theirs]
url = "http://127.0.0.1:9/mcp"
headers = {{ Authorization = "Bearer {plant("an operator's MCP header")}" }}
"""


async def plant_everywhere(house: House, ada: Person, plant: Planting, vendor: FakeVendor) -> list[str]:
    """Ask for all kinds of things, most of them wrong; what was answered to somebody who did not plant it."""
    answers: list[str] = []

    async def call(method: str, path: str, json_: Any = None, **more: Any) -> None:
        reply = await ada.call(method, path, json_, **more)
        answers.append(
            f"{path[:12].partition('?')[0]} {reply.status} {reply.headers} {reply.body.decode(errors='replace')}"
        )

    nobody = house.person("")
    for name, value in {
        "Authorization": plant("a bearer", like="Bearer {}"),
        "X-API-Key": plant("an API key", like="plv_" + "0" * 32 + "_{}"),
        "Cookie": plant("a cookie", like="palaver_session={}; other=1"),
        "Sec-WebSocket-Protocol": plant("a subprotocol", like="palaver.bearer.{}"),
        "Proxy-Authorization": plant("a proxy's credential", like="Basic {}"),
    }.items():
        reply = await nobody.call("GET", "/sessions", headers={name: value})
        answers.append(f"{reply.status} {reply.headers} {reply.body.decode()}")
    await call("GET", f"/ws?ticket={plant('a ticket')}")
    await call("GET", f"/sessions?token={plant('a token in a query')}&cursor=x")
    await call("GET", f"/sessions/{plant('a path')}")
    async with house.client.get(f"{house.url}/signin?token={plant('a sign-in token')}") as reply:
        answers.append(await reply.text())
    password = plant("a password", like="pw {}")
    body = {"email": "ada@example.org", "password": password}
    await call("POST", "/auth/login", body)
    await call("POST", "/auth/login", {**body, "password": 7, "more": plant("an unknown field of a sign-in")})
    await call("POST", "/auth/refresh", {"refresh_token": plant("a refresh token")})
    await call("POST", "/auth/password", {"current_password": plant("a wrong password"), "new_password": "x"})
    await call("POST", "/invitations/accept", {"token": plant("an invitation")})
    await call("POST", "/auth/login", data=f'{{"password": "{plant("broken JSON")}', headers=JSON)
    headers = {"Authorization": plant("an MCP header", like="Bearer {}"), "X-Api": plant("another MCP header")}
    server = {"name": "planted", "url": "https://mcp.invalid/mcp", "headers": headers}
    await call("POST", "/mcp-servers", server)
    await call("POST", "/mcp-servers", {**server, "name": "n", "headers": {"X": plant("a wrong MCP header"), "Y": 7}})
    hook = {"name": "h", "event": "SessionEnd", "url": "https://h.invalid/", "secret": plant("a hook", like="whsec_{}")}
    await call("POST", "/hooks", hook)
    vendor.next(failing(plant("a vendor's error", like="Incorrect API key provided: sk-{}")))
    await call("POST", "/query/single", {"prompt": "Hello"})
    vendor.next(failing(plant("a header that a vendor repeats", like="Bearer {} was refused")))
    await call("POST", "/query/single", {"prompt": "Hello"})
    await call("POST", "/query/single", {"prompt": "Hello", "model": "hidden/one"})
    inline = {"one": {"url": "https://mcp.invalid/x", "headers": {"Authorization": plant("an inline MCP server")}}}
    await call("POST", "/query/single", {"prompt": "Hello", "mcp_servers": inline})
    return answers


JSON = {"Content-Type": "application/json"}


def failing(message: str) -> Any:
    """A vendor that refuses, and says too much."""
    body = json.dumps({"error": {"message": message, "type": "auth", "code": "invalid_api_key"}})
    return Reply([body.encode()], status=401, content_type="application/json")


async def told(house: House, owner: Person, ada: Person) -> dict[str, str]:
    """Everything that the server says of itself and of what happened, to whoever may hear it."""
    asked = {
        "config": "/config", "health": "/health/detailed", "metrics": "/metrics", "audit": "/audit/export",
        "stats": "/stats", "sessions": "/sessions", "servers": "/mcp-servers", "hooks": "/hooks",
        "webhooks": "/webhooks", "keys": "/api-keys", "models": "/models", "export": "/export?format=json",
    }  # fmt: skip
    found: dict[str, str] = {}
    for name, path in asked.items():
        for who in (owner, ada):
            reply = await who.call("GET", path)
            found[f"{name} {'owner' if who is owner else 'ada'}"] = reply.body.decode(errors="replace")
    for session in (await ada.get("/sessions"))["items"]:
        found[f"events {session['id']}"] = json.dumps(await ada.get(f"/sessions/{session['id']}/messages"))
    with closing(sqlite3.connect(f"file:{house.database}?mode=ro", uri=True)) as link:
        found["the database"] = "\n".join(link.iterdump())
    home = Home(house.home)
    for words in (("doctor",), ("config",), ("audit", "list")):
        code, out, err = await home.does(*words)
        found[" ".join(words)] = out + err
        assert code in {0, 1}, err
    return found


@keeps("secrets:planted")
@pytest.mark.parametrize("style", ["text", "json"])
async def test_no_secret_that_was_planted_comes_out_anywhere(
    open_house: Opening, vendor: FakeVendor, style: str
) -> None:
    plant = Planting()
    house = await open_house(configured(plant), log=style, observability__log_level="debug")
    owner, ada = await house.owner(), await house.stranger()
    answers = await plant_everywhere(house, ada, plant, vendor)
    found = await told(house, owner, ada) if style == "text" else {}
    async with asyncio.timeout(20):
        await house.end()
    leaks = {f"answer {answer[:60]}": plant.told_in(answer) for answer in answers}
    leaks |= {where: plant.told_in(text) for where, text in found.items()}
    leaks["the log"] = plant.told_in(house.log.read_text())
    assert {where: what for where, what in leaks.items() if what} == {}


@keeps("secrets:planted")
async def test_settings_that_are_refused_show_nothing_that_may_be_a_secret(
    open_house: Opening,
) -> None:
    house = await open_house()
    home, plant = Home(house.home), Planting()
    said = ""
    for settings in (
        {"PALAVER_PROVIDERS__X__API_KEY": plant("a key of a provider without a kind")},
        {"PALAVER_WEB__SEARCH_KEY": plant("a search key"), "PALAVER_WEB__SEARCH": "nothing"},
        {"PALAVER_DATABASE_URL": plant("a database's password", like="postgresql://ada:{}@db/palaver")},
        {"PALAVER_BUS_URL": plant("a bus's password", like="redis://:{}@bus/0")},
        {"PALAVER_KEY": plant("a client's key"), "PALAVER_PORT": "x"},
        {"PALAVER_SECRETS__KEY": plant("a wrapping key", like="{}x")[:20]},
        {"PALAVER_SECRET__KEY": plant("a misspelt setting")},
    ):
        for words in (("config",), ("doctor",)):
            _, out, err = await home.does(*words, **settings)
            said += out + err
            assert "Traceback" not in err
    assert plant.told_in(said) == []
