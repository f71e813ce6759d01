"""MCP servers in turns: programs of the operator's, of people and of requests, over real pipes and processes."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.acting import (
    ask_until_waiting,
    call,
    calls,
    decide,
    decided,
    ended,
    of_type,
    results,
    says,
    told_results,
)
from tests.journeys.house import House, Opening, Person
from tests.journeys.streams import Event, assert_whole
from tests.journeys.test_bad_input import assert_problem
from tests.mcp.party import OBLIGING, PLAIN, alive, until
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(180)

ALL = ["mcp__s__*", "mcp__u__*"]


def operated(name: str, script: str = PLAIN, more: str = "") -> str:
    """An operator's server as it stands in the settings."""
    return f'\n[mcp.servers.{name}]\ncommand = "{sys.executable}"\nargs = ["-W", "ignore", "{script}"]\n{more}\n'


def program(script: str = PLAIN, **env: str) -> dict[str, Any]:
    """A server as it stands on a shelf, or in a request."""
    return {"command": sys.executable, "args": ["-W", "ignore", script], **({"env": env} if env else {})}


def offered(vendor: FakeVendor, number: int = -1) -> set[str]:
    """The tools of servers that a model was told of."""
    tools = vendor.heard[number].body.get("tools") or []
    return {one["function"]["name"] for one in tools if one["function"]["name"].startswith("mcp__")}


def result_of(events: list[Event], call_id: str = "c1") -> dict[str, Any]:
    """What came of a call."""
    return next(one for one in of_type(events, "tool_result") if one["call_id"] == call_id)


async def used(person: Person, vendor: FakeVendor, name: str, **arguments: Any) -> dict[str, Any]:
    """The result of one call of a tool that needs nobody's yes."""
    vendor.next(calls(call("c1", name, **arguments)), says("done"))
    return result_of(await person.ask("go", allowed_tools=ALL))


async def test_a_server_of_the_operators_is_offered_asked_about_and_called(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(operated("s", OBLIGING))
    owner = await house.owner()
    vendor.next(
        calls(
            call("c1", "mcp__s__echo", text="hello"), call("c2", "mcp__s__picture"), call("c3", "mcp__s__structured")
        ),
        says("done"),
    )
    heard = await ask_until_waiting(owner, "go", allowed_tools=["mcp__s__picture", "mcp__s__structured"])
    assert {"mcp__s__echo", "mcp__s__wish", "mcp__s__read_resource"} <= offered(vendor)
    asked = of_type(heard, "approval")
    assert [(one["name"], one["arguments"]) for one in asked] == [("mcp__s__echo", {"text": "hello"})]
    assert {one["server"] for one in of_type(heard, "tool_call")} == {"s"}
    await decided(owner, heard[0].run_id, "c1", "approve")
    message = await ended(owner, heard[0].run_id)
    found = results(message)
    assert (found["c1"]["ok"], found["c1"]["content"]) == (True, "hello")
    (picture,) = found["c2"]["parts"]
    assert (picture["type"], picture["url"][:22]) == ("image", "data:image/png;base64,")
    assert json.loads(found["c3"]["content"]) == {"answer": 42}
    assert_whole(await owner.whole(heard[0].run_id))
    # what a server says of its own tools is believed only where an operator says so
    assert (await used(owner, vendor, "mcp__s__fail", why="no luck"))["ok"] is False
    resource = await used(owner, vendor, "mcp__s__read_resource", uri="memo://hello")
    assert "Hello from a resource" in resource["content"]


async def test_a_server_whose_word_counts_is_not_asked_about_where_it_only_reads(
    open_house: Opening, vendor: FakeVendor
) -> None:
    owner = await (await open_house(operated("s", more="trust_annotations = true"))).owner()
    vendor.next(calls(call("c1", "mcp__s__echo", text="hello")), says("done"))
    assert result_of(await owner.ask("go"))["content"] == "hello"
    vendor.next(calls(call("c1", "mcp__s__pid")), says("done"))
    assert of_type(await ask_until_waiting(owner, "go"), "approval")


@keeps("questions:answered")
async def test_a_server_asks_the_person_in_the_middle_of_a_call(open_house: Opening, vendor: FakeVendor) -> None:
    owner = await (await open_house(operated("s"))).owner()
    for decision, answers, expected in (
        ("answer", [["red"], ["3"], ["Yes"], []], {"colour": "red", "count": 3, "sure": True}),
        ("reject", None, None),
    ):
        vendor.next(calls(call("c1", "mcp__s__wish")), says("done"))
        async with owner.query("go", allowed_tools=ALL) as stream:
            asked = await stream.until("question")
            assert [one["header"] for one in asked.data["questions"]] == ["colour", "How many", "sure", "note"]
            assert "What do you wish for?" in asked.data["questions"][0]["question"]
            (item,) = (await owner.get("/approvals"))["items"]
            assert (item["kind"], item["call_id"]) == ("question", asked.data["call_id"])
            more = {"answers": answers} if answers else {}
            reply = await decide(owner, asked.run_id, asked.data["call_id"], decision, **more)
            assert reply.status == 200, reply.body
            events = await stream.rest()
        assert of_type(events, "question_answered")[0]["by"] == "person"
        said = json.loads(result_of(events)["content"])
        assert said.get("content") == expected
        assert said["action"] == ("accept" if expected else said["action"])
        assert (await owner.get("/approvals"))["items"] == []


async def test_progress_is_told_and_a_cancelled_call_is_cancelled_at_the_server(
    open_house: Opening, vendor: FakeVendor, tmp_path: Path
) -> None:
    house = await open_house(operated("s"))
    owner = await house.owner()
    vendor.next(calls(call("c1", "mcp__s__steps", count=3)), says("done"))
    events = await owner.ask("go", allowed_tools=ALL)
    assert next(one["content"] for one in of_type(events, "tool_progress")).startswith("step 1")
    file = tmp_path / "waiting"
    vendor.next(calls(call("c1", "mcp__s__wait", path=str(file))), says("done"))
    async with owner.query("go", allowed_tools=ALL) as stream:
        started = await stream.until("tool_started")
        await until(lambda: file.exists() and "begun" in file.read_text())
        await owner.post(f"/runs/{started.run_id}/cancel")
        events = await stream.rest()
    await until(lambda: "cancelled" in file.read_text())
    assert events[-1].data["finish_reason"] == "interrupted"
    vendor.forget()
    pid = int(file.read_text().split()[1])
    assert alive(pid)  # the call was cancelled, and nobody else's with it
    assert (await used(owner, vendor, "mcp__s__pid"))["content"] == str(pid)


@keeps("mcp:away")
async def test_an_agent_goes_on_without_servers_that_are_not_there_and_is_told_so(
    open_house: Opening, vendor: FakeVendor, tmp_path: Path
) -> None:
    dead = tmp_path / "dead.py"
    dead.write_text("import sys; sys.stderr.write('no licence: swordfish'); sys.exit(3)")
    owner = await (await open_house(operated("s") + operated("dead", str(dead)) + "[mcp]\npatience = 5\n")).owner()
    vendor.next(calls(call("c1", "mcp__dead__any"), call("c2", "mcp__s__echo", text="here")), says("done"))
    events = await owner.ask("go", allowed_tools=ALL)
    notices = of_type(events, "notice")
    assert ["dead" in one["message"] for one in notices if "left_out" not in one["code"]] == [True]
    assert result_of(events, "c2")["content"] == "here"
    assert "There is no tool 'mcp__dead__any' here." in told_results(vendor)["c1"]
    assert of_type(events, "message")[0]["message"]["text"] == "done"
    listed = {one["name"]: one for one in (await owner.get("/mcp-servers"))["items"]}
    assert listed["dead"]["status"]["state"] == "failed"
    assert listed["s"]["status"]["state"] == "ready"
    assert "echo" in listed["s"]["status"]["tools"]


@keeps("mcp:killed", "mcp:nothing-left")
async def test_a_server_that_dies_in_a_call_fails_that_call_and_is_there_for_the_next_one(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(operated("s", more="min = 1\nmax = 2"))
    owner = await house.owner()
    first = await used(owner, vendor, "mcp__s__pid")
    vendor.next(calls(call("c1", "mcp__s__die")), calls(call("c2", "mcp__s__pid")), says("done"))
    events = await owner.ask("go", allowed_tools=ALL)
    assert result_of(events, "c1")["ok"] is False
    second = result_of(events, "c2")
    assert (second["ok"], second["content"] != first["content"]) == (True, True)
    detailed = await owner.get("/health/detailed")
    (agents,) = [one["detail"] for one in detailed["checks"] if one["name"] == "agents"]
    (row,) = [one for one in agents["mcp_servers"] if one["name"] == "s"]
    assert row["restarts"] >= 1
    assert row["total"] == row["free"] + row["lent"]
    shown = (await owner.call("GET", "/metrics")).body.decode()
    for state in ("free", "lent"):
        assert f'palaver_mcp_instances{{server="s",state="{state}"}}' in shown
    assert 'palaver_mcp_restarts_total{server="s"}' in shown
    child = await used(owner, vendor, "mcp__s__child")
    await house.end()
    for one in (second, child):
        await until(lambda one=one: not alive(int(one["content"])))


async def test_what_a_request_says_wins_over_a_person_and_a_person_over_the_operator(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(operated("s", more='env = { WHO = "operator" }') + operated("t"))
    owner, other = await house.owner(), await house.stranger()

    async def who(person: Person, **more: Any) -> str:
        vendor.next(calls(call("c1", "mcp__s__environment")), says("done"))
        content = result_of(await person.ask("go", allowed_tools=ALL, **more))["content"]
        return json.loads(content)["WHO"]

    assert await who(owner) == "operator"
    made = await owner.post("/mcp-servers", {"name": "s", **program(WHO="person")})
    assert await who(owner) == "person"
    assert await who(owner, mcp_servers={"s": program(WHO="request")}) == "request"
    assert await who(other) == "operator"
    for said, names in (({}, set()), ({"s": None}, {"t"}), ({"t": None}, {"s"})):
        vendor.next(says("done"))
        await owner.ask("go", mcp_servers=said)
        assert {one.split("__")[1] for one in offered(vendor)} == names, said
    assert (await owner.call("DELETE", f"/mcp-servers/{made['id']}")).status == 204
    assert await who(owner) == "operator"


@keeps("mcp:own-servers", "mcp:secrets")
async def test_peoples_servers_are_their_own_and_their_secrets_are_nowhere_to_be_seen(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(mcp__allow_user_stdio="true")
    owner, ada = await house.owner(), await house.stranger()
    pids: dict[str, str] = {}
    everything: list[Event] = []
    for name, person in (("owner", owner), ("ada", ada)):
        await person.post("/mcp-servers", {"name": "s", **program(TOKEN="tok-swordfish-1")})
        vendor.next(calls(call("c1", "mcp__s__pid")), says("done"))
        events = await person.ask("go", allowed_tools=ALL)
        pids[name] = result_of(events)["content"]
        everything += events
    assert pids["owner"] != pids["ada"]
    inline = {"u": program(TOKEN="tok-swordfish-2")}
    vendor.next(calls(call("c1", "mcp__u__pid")), says("done"))
    everything += await owner.ask("go", allowed_tools=ALL, mcp_servers=inline)
    (listed,) = (await ada.get("/mcp-servers"))["items"]
    assert listed["env"] == {"TOKEN": "•••"}
    shown = str(await owner.get("/mcp-servers")) + str(await ada.get(f"/mcp-servers/{listed['id']}"))
    shown += str(await owner.get("/health/detailed")) + (await owner.call("GET", "/metrics")).body.decode()
    rows = b"".join(path.read_bytes() for path in house.home.rglob("palaver.db*"))
    assert "tok-swordfish" not in shown
    assert b"tok-swordfish" not in rows
    assert b"tok-swordfish" not in b"".join(one.raw for one in everything)
    assert "tok-swordfish" not in house.log.read_text()


async def test_programs_are_defined_by_administrators_only_and_no_more_once_that_is_closed(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(mcp__allow_user_stdio="true")
    owner, ada = await house.owner(), await house.stranger()
    made = await ada.post("/mcp-servers", {"name": "s", **program()})
    assert (await used(ada, vendor, "mcp__s__echo", text="open"))["content"] == "open"
    await house.end()
    house.settings["PALAVER_MCP__ALLOW_USER_STDIO"] = "false"
    await house.start()
    assert_problem(await ada.call("POST", "/mcp-servers", {"name": "t", **program()}), 403, "forbidden")
    body = {"prompt": "x", "mcp_servers": {"t": program()}}
    assert_problem(await ada.call("POST", "/query", body), 403, "forbidden")
    vendor.next(says("done"))
    events = await ada.ask("go")
    assert offered(vendor) == set()
    (notice,) = of_type(events, "notice")
    assert "s" in notice["message"]
    assert "administrators" in notice["message"]
    refused = await ada.call("GET", f"/mcp-servers/{made['id']}/offer")
    assert_problem(refused, 403, "forbidden")
    await owner.post("/mcp-servers", {"name": "s", **program(), "shared": True})
    vendor.next(calls(call("c1", "mcp__s__echo", text="shared")), says("done"))
    assert (await ada.call("DELETE", f"/mcp-servers/{made['id']}")).status == 204
    events = await ada.ask("go", allowed_tools=ALL)
    assert result_of(events)["content"] == "shared"


async def test_servers_at_private_addresses_are_not_reached_for_people(open_house: Opening, vendor: FakeVendor) -> None:
    house: House = await open_house()
    owner = await house.owner()
    for url in ("http://127.0.0.1:1/", "https://10.0.0.1/mcp", "https://[::1]/"):
        assert_problem(await owner.call("POST", "/mcp-servers", {"name": "s", "url": url}), 422, "invalid")
        body = {"prompt": "x", "mcp_servers": {"s": {"url": url}}}
        assert_problem(await owner.call("POST", "/query", body), 422, "invalid")
    await owner.post("/mcp-servers", {"name": "s", "url": "https://localhost:1/mcp"})
    vendor.next(says("done"))
    events = await owner.ask("go")
    assert "private" in of_type(events, "notice")[0]["message"]
    assert of_type(events, "message")[0]["message"]["text"] == "done"
