"""The audit log of a real server: what is written into it, who reads it, and what its command says of it."""

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.journeys.acting import ask_until_waiting, bash, calls
from tests.journeys.house import PASSWORD, House, Opening, Person
from tests.journeys.test_command_line import Home
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(90)

SAID = "kingfisher"  # in all that anybody says, and in no entry
HOOK = {"url": "https://example.com/", "events": ["run.finished"], "description": SAID}
SERVER = {"name": SAID, "url": "https://example.com/mcp", "headers": {"X-Key": SAID}}


@pytest.fixture
async def house(open_house: Opening) -> House:
    """A server whose administrators may go without asking."""
    return await open_house("[agents]\nallow_bypass = 'admins'\n")


async def acts(house: House, owner: Person, vendor: FakeVendor) -> tuple[Person, list[str]]:
    """Ada and the administrator do everything that is written down; every secret that was in it."""
    ada = await house.stranger()
    email = (await ada.get("/auth/me"))["user"]["email"]
    nobody = house.person("")
    for body in ({"email": email, "password": "wrong wrong wrong"}, {"email": f"{SAID}@example.org", "password": SAID}):
        assert (await nobody.call("POST", "/auth/login", body)).status == 401
    signed = (await nobody.call("POST", "/auth/login", {"email": email, "password": PASSWORD})).json
    old = signed["refresh_token"]
    fresh = (await nobody.call("POST", "/auth/refresh", {"refresh_token": old})).json
    assert (await nobody.call("POST", "/auth/refresh", {"refresh_token": old})).status == 401
    desk = (await nobody.call("POST", "/auth/login", {"email": email, "password": PASSWORD})).json
    await nobody.call("POST", "/auth/logout", {"refresh_token": desk["refresh_token"]})
    changed = await ada.post("/auth/password", {"current_password": PASSWORD, "new_password": f"{SAID} {SAID}"})
    ada.token = changed["access_token"]
    key = await ada.post("/api-keys", {"name": SAID})
    await ada.call("DELETE", f"/api-keys/{key['id']}")
    hook = await ada.post("/webhooks", HOOK)
    turned = await ada.post(f"/webhooks/{hook['id']}/rotate", {})
    await ada.call("DELETE", f"/webhooks/{hook['id']}")
    server = await ada.post("/mcp-servers", SERVER)
    await ada.call("DELETE", f"/mcp-servers/{server['id']}")
    session = await ada.post("/sessions", {"title": SAID})
    eve = await house.stranger()
    reader = (await eve.get("/auth/me"))["user"]["id"]
    await ada.post(f"/sessions/{session['id']}/members", {"user_id": reader, "role": "viewer"})
    await ada.call("DELETE", f"/sessions/{session['id']}/members", params={"user_id": reader})
    invited = await ada.post(f"/sessions/{session['id']}/invitations", {})
    await eve.post("/invitations/accept", {"token": invited["token"]})
    await ada.call("GET", "/export", params={"format": "json"})
    vendor.next(calls(bash("call_1", f"echo {SAID}")))
    heard = await ask_until_waiting(ada, SAID)
    run = heard[0].data["run_id"]
    await ada.post(f"/runs/{run}/answers", {"call_id": "call_1", "decision": "approve", "remember": "session"})
    grant = (await ada.get("/grants"))["items"][0]["id"]
    await ada.call("DELETE", f"/grants/{grant}")
    await owner.post("/query/single", {"prompt": SAID, "permission_mode": "bypassPermissions"})
    secrets = [old, fresh["refresh_token"], fresh["access_token"], desk["refresh_token"], changed["access_token"]]
    return ada, [*secrets, key["key"], hook["secret"], turned["secret"], invited["token"], PASSWORD, SAID, email]


WRITTEN = {
    "house.started", "auth.signed_in", "auth.sign_in_failed", "auth.refresh_reused", "auth.signed_out",
    "user.password_set", "webhook.created", "webhook.secret_rotated", "webhook.deleted", "mcp_server.created",
    "mcp_server.deleted", "member.added", "member.removed", "member.invited", "member.joined", "data.exported",
    "grant.given", "grant.revoked", "permission.bypassed",
}  # fmt: skip


@keeps("audit:acts")
async def test_every_act_is_written_down_with_who_and_whence_and_without_a_word_of_what_was_said(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    ada, secrets = await acts(house, owner, vendor)
    found = (await owner.get("/audit", params={"limit": 500}))["items"]
    assert {one["kind"] for one in found} >= WRITTEN
    whole = json.dumps(found) + house.log.read_text()
    assert [one for one in secrets if one in whole] == []
    me = (await ada.get("/auth/me"))["user"]["id"]
    by_her = [one for one in found if one["actor_id"] == me]
    assert {one["address"] for one in by_her} == {"127.0.0.1"}
    assert all(one["request_id"] for one in by_her)
    failed = [one for one in found if one["kind"] == "auth.sign_in_failed"]
    assert [(one["actor_id"], one["subject"]) for one in failed] == [(None, None), (None, me)]
    (started,) = [one for one in found if one["kind"] == "house.started"]
    assert "agents.allow_bypass" in started["detail"]["settings"].split()

    assert (await ada.call("GET", "/audit")).status == 403
    assert (await ada.call("GET", "/audit/export")).status == 403
    hers = (await owner.get("/audit", params={"actor_id": me, "kind": "webhook"}))["items"]
    assert [one["kind"] for one in hers] == ["webhook.deleted", "webhook.secret_rotated", "webhook.created"]
    between = {"since": hers[-1]["at"], "until": hers[0]["at"], "kind": "webhook.created"}
    assert (await owner.get("/audit", params=between))["items"] == hers[-1:]
    assert await paged(owner, 7) == found
    assert (await owner.call("GET", "/audit", params={"cursor": "x"})).status == 422
    lines = (await owner.call("GET", "/audit/export")).body.decode().splitlines()
    exported = [json.loads(line) for line in lines]
    assert exported[: len(found)] == found[::-1]
    assert exported[len(found) :][0]["kind"] == "audit.exported"


async def paged(owner: Person, limit: int) -> list[dict[str, Any]]:
    """The whole list, page by page."""
    found: list[dict[str, Any]] = []
    more: dict[str, Any] = {}
    while True:
        page = await owner.get("/audit", params={"limit": limit, **more})
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        more = {"cursor": page["next_cursor"]}


@keeps("audit:append-only")
async def test_the_server_and_its_command_line_write_one_chain_and_a_changed_entry_is_named(
    house: House, owner: Person
) -> None:
    home = Home(house.home)
    await house.stranger()
    email = "eve@example.org"
    assert (await home.does("user", "create", email, typed=f"{PASSWORD}\n"))[0] == 0
    assert (await home.does("user", "password", email, typed=f"{PASSWORD} {PASSWORD}\n"))[0] == 0
    await house.stranger()
    code, said, _ = await home.does("audit", "verify")
    assert (code, "are as they were written" in said) == (0, True), said
    code, listed, _ = await home.does("audit", "list", "--kind", "user")
    assert "user.password_set" in listed
    code, lines, _ = await home.does("audit", "export")
    assert code == 0
    export = house.home / "export.jsonl"
    export.write_text(lines)
    assert (await home.does("audit", "verify", "--file", str(export)))[0] == 0
    export.write_text(lines.replace("user.password_set", "user.password_got"))
    changed = json.loads(next(line for line in lines.splitlines() if "user.password_set" in line))["n"]
    code, said, _ = await home.does("audit", "verify", "--file", str(export))
    assert (code, f"BROKEN at entry {changed}:" in said) == (1, True), said

    with closing(sqlite3.connect(house.database)) as link, link:
        link.execute("drop trigger audit_log_is_kept")
        ((last,),) = link.execute("select max(n) from audit_log").fetchall()
        link.execute("delete from audit_log where n = ?", (last,))
    code, said, _ = await home.does("audit", "verify")
    assert (code, f"BROKEN at entry {last}:" in said) == (1, True), said
