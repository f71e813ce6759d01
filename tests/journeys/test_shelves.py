"""What people keep for their agents: whose it is, who may use it, what survives, and what a turn makes of it."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from tests.journeys.house import House, Opening, Person
from tests.journeys.test_bad_input import assert_problem
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(60)

REVIEWER = {"name": "reviewer", "description": "Reviews.", "instructions": "You are the reviewer of this house."}
BODIES: Mapping[str, Mapping[str, Any]] = {
    "agents": REVIEWER,
    "skills": {"name": "notes", "description": "Release notes.", "body": "Say what changes."},
    "commands": {"name": "explain", "description": "Explains.", "body": "Explain $1 plainly."},
    "tool-presets": {"name": "safe", "tools": ["Read"]},
    "mcp-servers": {"name": "issues", "url": "https://mcp.example.com/", "headers": {"X-Key": "1-2-3"}},
    "hooks": {"name": "watch", "event": "PreToolUse", "url": "https://hooks.example.com/"},
}


async def test_what_people_keep_survives_a_restart_and_stays_theirs(house: House, owner: Person) -> None:
    stranger = await house.stranger()
    made = {path: await owner.post(f"/{path}", dict(body)) for path, body in BODIES.items()}
    await house.end()
    await house.start()
    for path, one in made.items():
        assert await owner.get(f"/{path}/{one['id']}") == one
        assert [item["id"] for item in (await owner.get(f"/{path}"))["items"]] == [one["id"]]
        assert (await stranger.get(f"/{path}"))["items"] == []
        for method, body in (("GET", None), ("PATCH", {"name": "x"}), ("DELETE", None)):
            assert_problem(await stranger.call(method, f"/{path}/{one['id']}", body), 404, "not_found")
    stored = house.rows("select brief from definitions union all select body from definition_versions")
    assert stored
    assert not any("1-2-3" in row[0] for row in stored)


async def test_what_is_shared_is_seen_by_all_and_changed_by_few(house: House, owner: Person) -> None:
    ada, bob = await house.stranger(), await house.stranger()
    made = await ada.post("/agents", REVIEWER | {"shared": True})
    assert (await bob.get(f"/agents/{made['id']}"))["source"] == "shared"
    assert_problem(await bob.call("PATCH", f"/agents/{made['id']}", {"name": "x"}), 403, "forbidden")
    assert (await owner.patch(f"/agents/{made['id']}", {"name": "renamed"}))["version"] == 2
    versions = (await ada.get(f"/agents/{made['id']}/versions"))["items"]
    assert [(one["version"], one["name"]) for one in versions] == [(2, "renamed"), (1, "reviewer")]
    for path in ("hooks", "mcp-servers"):
        body = dict(BODIES[path]) | {"shared": True}
        assert_problem(await ada.call("POST", f"/{path}", body), 403, "forbidden")
        await owner.post(f"/{path}", body)
    assert_problem(await ada.call("POST", "/mcp-servers", {"name": "sh", "command": "sh"}), 403, "forbidden")


async def test_a_key_needs_the_scope(house: House, owner: Person) -> None:
    async def key(*scopes: str) -> Person:
        made = await owner.post("/api/v1/api-keys", {"name": "narrow", "scopes": list(scopes)})
        return house.person(made["key"])

    reads, writes, other = await key("agents:read"), await key("agents:write"), await key("runs:write")
    for path, body in BODIES.items():
        assert (await reads.call("GET", f"/{path}")).status == 200
        assert_problem(await reads.call("POST", f"/{path}", dict(body)), 403, "forbidden")
        assert_problem(await other.call("GET", f"/{path}"), 403, "forbidden")
        made = await writes.post(f"/{path}", dict(body))
        assert (await writes.call("DELETE", f"/{path}/{made['id']}")).status == 204


async def test_the_operators_files_are_read_again_when_they_change(house: House, owner: Person) -> None:
    file = house.home / "agents/guard.md"
    file.parent.mkdir()
    file.write_text("---\ndescription: Guards.\n---\nBe careful.")
    page = await owner.until("/agents", lambda found: found["items"])
    (guard,) = page["items"]
    assert (guard["name"], guard["source"], guard["read_only"]) == ("guard", "disk", True)
    assert_problem(await owner.call("DELETE", f"/agents/{guard['id']}"), 409, "read_only")
    file.write_text("---\nname: guard\n---\nWithout a description.")
    page = await owner.until("/agents", lambda found: not found["items"])
    assert "guard.md" in page["problems"][0]


async def test_of_two_who_change_one_thing_at_once_one_is_told(house: House, owner: Person) -> None:
    made = await owner.post("/agents", REVIEWER)
    at = f"/agents/{made['id']}"
    both = await asyncio.gather(
        *(owner.call("PATCH", at, {"description": text}, headers={"If-Match": '"1"'}) for text in ("a", "b"))
    )
    assert sorted(one.status for one in both) == [200, 409]
    assert (await owner.get(at))["version"] == 2


async def test_an_agent_that_is_named_answers_and_one_that_is_not_there_is_refused(
    owner: Person, vendor: FakeVendor
) -> None:
    await owner.post("/agents", REVIEWER | {"model": "fake/fake-n2"})
    await owner.post("/commands", dict(BODIES["commands"]))
    events = await owner.ask("/explain trees", agent="reviewer")
    assert events[-1].data["finish_reason"] == "stop"
    asked = str(vendor.heard)
    assert "You are the reviewer of this house." in asked
    assert "Explain trees plainly." in asked
    assert_problem(await owner.call("POST", "/query", {"prompt": "x", "agent": "nobody"}), 422, "invalid")
    before = await owner.get("/sessions")
    refused = await owner.call("POST", "/query", {"prompt": "x", "output_format": {
        "type": "json_schema", "schema": {"type": "objekt"}
    }})  # fmt: skip
    assert "output_format" in str(assert_problem(refused, 422, "invalid")["errors"])
    assert await owner.get("/sessions") == before


async def test_nothing_is_bypassed_unless_the_operator_opens_it_for_administrators(open_house: Opening) -> None:
    body = {"prompt": "x", "model": "fake/fake-n1", "permission_mode": "bypassPermissions"}
    closed = await open_house()
    assert_problem(await (await closed.owner()).call("POST", "/query", body), 403, "forbidden")
    opened = await open_house('\n[agents]\nallow_bypass = "admins"\n', home="other")
    owner, stranger = await opened.owner(), await opened.stranger()
    assert (await owner.call("POST", "/query/single", body)).status == 200
    assert_problem(await stranger.call("POST", "/query", body), 403, "forbidden")
