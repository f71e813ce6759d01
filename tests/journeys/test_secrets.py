"""Secrets that people store in a real server: sealed wherever they lie, and sealed anew while it runs."""

import asyncio
import stat

import pytest

from tests.journeys.house import House, Opening, Person
from tests.journeys.test_command_line import Home
from tests.promises import keeps

pytestmark = pytest.mark.timeout(90)

PLANTED = "heron-" + "7" * 30
INLINE = "grebe-" + "8" * 30
HOOKED = "c3RvcmstOTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk="


async def planted(ada: Person) -> tuple[str, list[str]]:
    """Ada stores a secret of every kind; the id of her server, and the secrets."""
    server = {"name": "s", "url": "https://example.com/mcp", "headers": {"Authorization": f"Bearer {PLANTED}"}}
    made = await ada.post("/mcp-servers", server)
    url = "https://example.com/hook"
    await ada.call("POST", "/hooks", {"name": "h", "event": "PreToolUse", "url": url, "secret": f"whsec_{HOOKED}"})
    hook = await ada.post("/webhooks", {"url": url, "events": ["*"]})
    inline = {"t": {"url": "https://example.com/mcp", "headers": {"Authorization": f"Bearer {INLINE}"}}}
    await ada.call("POST", "/query/single", {"prompt": "Hello", "mcp_servers": inline})
    key = await ada.post("/api-keys", {"name": "k"})
    ticket = (await ada.post("/auth/ticket"))["ticket"]
    return made["id"], [PLANTED, INLINE, HOOKED, hook["secret"].removeprefix("whsec_"), key["key"][-40:], ticket]


def everything(house: House) -> dict[str, bytes]:
    """All that lies in the home: the database with its log, and every file beside it."""
    return {str(one.relative_to(house.home)): one.read_bytes() for one in house.home.rglob("*") if one.is_file()}


@keeps("secrets:sealed")
@keeps("secrets:rotation")
async def test_no_secret_lies_in_the_home_and_their_key_is_replaced_while_the_server_runs(open_house: Opening) -> None:
    house = await open_house()
    ada = await house.stranger()
    server_id, secrets = await planted(ada)
    secrets.append(ada.token)
    kept = everything(house)
    assert [(name, one) for name, content in kept.items() for one in secrets if one.encode() in content] == []
    assert {name for name in kept if stat.S_IMODE((house.home / name).stat().st_mode) & 0o077} <= {
        "palaver.toml", "palaver.db.server-lock", "palaver.db.schema-lock", "log",
    }  # fmt: skip

    home, before = Home(house.home), kept["sealing.key"]
    code, said, err = await home.does("secrets", "rotate")
    assert (code, err) == (0, ""), said
    old = said.splitlines()[1].split()[1]
    kept = everything(house)
    assert kept["sealing.key"] != before
    assert f"sealing-{old}.key" not in kept
    async with asyncio.timeout(20):
        changed = await ada.patch(f"/mcp-servers/{server_id}", {"url": "https://example.com/other"})
        assert changed["url"] == "https://example.com/other"
        again = await ada.post("/webhooks", {"url": "https://example.com/2", "events": ["*"]})
    assert again["secret"].startswith("whsec_")
    sealed = [text for (text,) in house.rows("select cast(secrets as text) from webhooks")]
    assert sealed
    assert all(f"v2.{old}." not in text for text in sealed)
    await house.end()
    await house.start()
    assert (await ada.patch(f"/mcp-servers/{server_id}", {"url": "https://example.com/mcp"}))["url"]


async def test_keys_in_the_home_are_wrapped_by_one_that_is_not_there(open_house: Opening) -> None:
    wraps = "w" * 40
    house = await open_house(secrets__key=wraps)
    ada = await house.stranger()
    server_id, _ = await planted(ada)
    key = (house.home / "sealing.key").read_bytes()
    assert key.startswith(b"palaver wrapped key: key\n")
    home = Home(house.home)
    code, _, err = await home.does("secrets", "rotate")
    assert (code, "secrets.key" in err) == (1, True), err
    code, _, err = await home.does("secrets", "rotate", PALAVER_SECRETS__KEY=wraps)
    assert code == 0, err
    assert (await ada.patch(f"/mcp-servers/{server_id}", {"url": "https://example.com/other"}))["url"]


async def test_a_program_may_wrap_the_keys(open_house: Opening) -> None:
    house = await open_house()
    ada = await house.stranger()
    server_id, _ = await planted(ada)
    program = house.home / "kms"
    program.write_text("#!/bin/sh\nbase64 -d | tr '\\000-\\177\\200-\\377' '\\200-\\377\\000-\\177' | base64 -w0\n")
    program.chmod(0o700)
    await house.end()
    house.settings["PALAVER_SECRETS__COMMAND"] = f'["{program}"]'
    home = Home(house.home)
    code, said, err = await home.does("secrets", "rewrap", PALAVER_SECRETS__COMMAND=f'["{program}"]')
    assert (code, err) == (0, ""), said
    assert (house.home / "sealing.key").read_bytes().startswith(b"palaver wrapped key: command\n")
    await house.start()
    assert (await ada.patch(f"/mcp-servers/{server_id}", {"url": "https://example.com/other"}))["url"]
