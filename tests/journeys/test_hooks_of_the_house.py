"""Hooks: where they may lead, whose turns they hear of, functions of packages, and what outlives a restart."""

import signal
import sys
from pathlib import Path

import pytest

from tests.journeys.acting import (
    ask_until_waiting,
    call,
    calls,
    decide,
    decided,
    ended,
    file_of,
    of_type,
    results,
    says,
    told_results,
    write,
)
from tests.journeys.hook_receivers import OPEN, SECRETS, hook, keys_of, operator, receiving
from tests.journeys.house import Opening
from tests.journeys.packages import package
from tests.journeys.test_bad_input import assert_problem
from tests.mcp.party import PLAIN
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)

YES = {"decision": "allow"}
CALLBACKS = """
import asyncio, time

async def allows(question):
    return {"decision": "allow", "reason": f"{question.tool_name} is fine"}

def denies(question):
    return {"decision": "deny", "reason": "the package says no"}

def edits(question):
    return {"decision": "allow", "modified_input": {**question.tool_input, "content": "from the package"}}

def raises(question):
    raise RuntimeError("swordfish")

def silent(question):
    return None

def odd(question):
    return {"verdict": "allow"}

async def hangs(question):
    await asyncio.Event().wait()

def blocks(question):
    time.sleep(3)

nothing = 7
"""


@keeps("hooks:outside-only")
async def test_a_hook_at_a_private_address_is_refused_or_counts_as_a_no(
    open_house: Opening, vendor: FakeVendor
) -> None:
    async with receiving() as receiver:
        url = receiver.says("one", YES)
        port = url.rsplit(":", 1)[1]
        private = [url.replace("http:", "https:"), "https://10.0.0.1/", "https://[::1]/x", "https://169.254.169.254/"]
        file = operator("PreToolUse", f"https://127.0.0.1:{port}")
        house = await open_house(file + "matcher = 'LS'\n")
        owner = await house.owner()
        for one in [*private, url, "ftp://example.com/", "https://ada:pw@example.com/", "nonsense"]:
            body = {"prompt": "x", "hooks": {"PreToolUse": [hook(one)]}}
            refused = assert_problem(await owner.call("POST", "/query", body), 422, "invalid")
            assert refused["errors"][0]["loc"] == ["body", "hooks", "PreToolUse", 0, "url"]
            stored = {"name": "one", "event": "PreToolUse", "url": one}
            assert_problem(await owner.call("POST", "/hooks", stored), 422, "invalid")
        # a name is looked up when it is asked
        vendor.next(calls(write("c1", "a.txt", "x")), says("done"))
        named = {"PreToolUse": [hook(f"https://localhost:{port}")]}
        events = await owner.ask("go", hooks=named, allowed_tools=["Write"])
        (told,) = of_type(events, "hook")
        assert (told["ok"], told["decision"]) == (False, "deny")
        assert "address that is not allowed" in told["reason"]
        assert file_of(house, events[0].data["session_id"], "a.txt") is None
        # the operator's own settings open it as little as anybody's
        vendor.next(calls(call("c1", "LS")), says("done"))
        assert not of_type(await owner.ask("go"), "hook")[0]["ok"]
        assert receiver.asked == []


@keeps("hooks:fail-closed")
async def test_a_stored_hook_that_an_operator_shut_out_since_refuses_calls_and_nothing_else(
    open_house: Opening, vendor: FakeVendor
) -> None:
    async with receiving() as receiver:
        house = await open_house(OPEN)
        owner = await house.owner()
        for event in ("PreToolUse", "Stop"):
            body = {"name": event, "event": event, "url": receiver.says("one", YES), "secret": SECRETS["user"]}
            await owner.post("/hooks", body)
        await house.end()
        settings = house.home / "palaver.toml"
        settings.write_text(settings.read_text().replace(OPEN, ""))
        await house.start()
        vendor.next(calls(call("c1", "LS")), says("done"))
        events = await owner.ask("go")
        assert [(one["hook_event"], one["ok"]) for one in of_type(events, "hook")] == [
            ("PreToolUse", False), ("Stop", False),
        ]  # fmt: skip
        assert "Not allowed" in told_results(vendor)["c1"]
        assert of_type(events, "message")[0]["message"]["text"] == "done"
        assert receiver.asked == []
        for one in (await owner.get("/hooks"))["items"]:
            assert (await owner.call("DELETE", f"/hooks/{one['id']}")).status == 204
        vendor.next(calls(call("c1", "LS")), says("done"))
        assert results(of_type(await owner.ask("go"), "message")[0]["message"])["c1"]["ok"]


async def test_a_persons_hooks_hear_of_that_persons_turns_only_and_shared_ones_of_everybodys(
    open_house: Opening, vendor: FakeVendor
) -> None:
    async with receiving() as receiver:
        house = await open_house(OPEN)
        owner, ada = await house.owner(), await house.stranger()
        await owner.post("/hooks", {"name": "own", "event": "Stop", "url": receiver.says("own", {})})
        shared = {"name": "shared", "event": "Stop", "url": receiver.says("shared", {}), "shared": True}
        await owner.post("/hooks", shared)
        await ada.post("/hooks", {"name": "ada", "event": "Stop", "url": receiver.says("ada", {})})
        vendor.next(says("one"), says("two"))
        await ada.ask("go")
        assert sorted(name for name, *_ in receiver.asked) == ["ada", "shared"]
        receiver.asked.clear()
        await owner.ask("go")
        assert sorted(name for name, *_ in receiver.asked) == ["own", "shared"]


@keeps("hooks:every-event", "approvals:durable")
async def test_hooks_of_a_run_that_waits_are_asked_after_a_restart_with_their_secrets(
    open_house: Opening, vendor: FakeVendor
) -> None:
    async with receiving() as receiver:
        house = await open_house(OPEN)
        owner = await house.owner()
        after = {"PostToolUse": [hook(receiver.says("after", {}), SECRETS["request"])]}
        stored = {"name": "stop", "event": "Stop", "url": receiver.says("stop", {}), "secret": SECRETS["user"]}
        made = await owner.post("/hooks", stored)
        vendor.next(calls(write("c1", "a.txt", "x")), says("done"))
        run_id = (await ask_until_waiting(owner, "go", hooks=after))[0].run_id
        await house.end(signal.SIGKILL)
        await house.start()
        assert (await owner.call("DELETE", f"/hooks/{made['id']}")).status == 204  # of later turns
        await decided(owner, run_id, "c1", "approve")
        await ended(owner, run_id)
        assert [(name, keys_of(headers, body)) for name, _, headers, body in receiver.asked] == [
            ("after", ["request"]), ("stop", ["user"]),
        ]  # fmt: skip


async def test_somebody_is_notified_of_what_waits_for_a_person(open_house: Opening, vendor: FakeVendor) -> None:
    async with receiving() as receiver:
        owner = await (await open_house(OPEN)).owner()
        given = {"Notification": [hook(receiver.says("tell", {}))]}
        questions = [{"header": "Colour", "question": "Which colour?", "options": [{"label": "red"}]}]
        vendor.next(calls(call("c1", "AskUserQuestion", questions=questions)), says("done"))
        run_id = (await ask_until_waiting(owner, "go", hooks=given))[0].run_id
        (told,) = [said for _, said, _, _ in receiver.asked]
        assert (told["kind"], told["call_id"], told["message"]) == ("question", "c1", "Which colour?")
        assert (await decide(owner, run_id, "c1", "answer", answers=[["red"]])).status == 200
        assert results(await ended(owner, run_id))["c1"]["ok"]
        wish = {"s": {"command": sys.executable, "args": ["-W", "ignore", PLAIN]}}
        vendor.next(calls(call("c1", "mcp__s__wish")), says("done"))
        async with owner.query("go", hooks=given, allowed_tools=["mcp__s__*"], mcp_servers=wish) as stream:
            asked = await stream.until("question")
            reply = await decide(owner, asked.run_id, asked.data["call_id"], "reject")
            assert reply.status == 200
            await stream.rest()
        told = receiver.asked[-1][1]
        assert (told["kind"], told["call_id"]) == ("question", asked.data["call_id"])


@pytest.mark.parametrize("event", ["Notification", "PreToolUse"])
async def test_a_hook_that_hangs_keeps_nobody_from_answering_or_cancelling(
    open_house: Opening, vendor: FakeVendor, event: str
) -> None:
    async with receiving() as receiver:
        owner = await (await open_house(OPEN)).owner()
        url = receiver.at("hangs", receiver.hangs)
        vendor.next(calls(write("c1", "a.txt", "x")), says("done"))
        async with owner.query("go", hooks={event: [hook(url, timeout=300 if event == "PreToolUse" else 2)]}) as stream:
            if event == "PreToolUse":
                called = await stream.until("tool_call")
                await owner.post(f"/runs/{called.run_id}/cancel")
                assert (await stream.rest())[-1].data["finish_reason"] == "interrupted"
            else:
                asked = await stream.until("approval")
                await decided(owner, asked.run_id, "c1", "approve")
                (message,) = of_type(await stream.rest(), "message")
                assert results(message["message"])["c1"]["ok"]


@keeps("hooks:fail-closed", "hooks:input")
async def test_functions_of_packages_are_hooks_too(open_house: Opening, vendor: FakeVendor, tmp_path: Path) -> None:
    names = ["allows", "denies", "edits", "raises", "silent", "odd", "hangs", "blocks", "nothing", "gone"]
    points = {name: f"watchers:{name}" for name in names} | {"broken": "no_such_module:none"}
    packages = package(tmp_path, "watchers", CALLBACKS, {"palaver.hooks": points})
    outcomes = {
        "allows": (True, "allow"), "denies": (True, "deny"), "edits": (True, "allow"), "silent": (True, None),
        "raises": (False, "deny"), "odd": (False, "deny"), "hangs": (False, "deny"), "blocks": (False, "deny"),
        "nothing": (False, "deny"), "gone": (False, "deny"), "broken": (False, "deny"), "absent": (False, "deny"),
    }  # fmt: skip
    for name, (ok, decision) in outcomes.items():
        file = f'\n[[hooks.operator]]\nevent = "PreToolUse"\ncallback = "{name}"\ntimeout = 1\n'
        house = await open_house(file, home=name, packages=packages)
        owner = await house.owner()
        vendor.next(calls(write("c1", "a.txt", "mine")), says("done"))
        events = await owner.ask("go", permission_mode="acceptEdits")
        (told,) = of_type(events, "hook")
        assert (told["name"], told["ok"], told.get("decision")) == (f"operator:{name}", ok, decision), name
        there = file_of(house, events[0].data["session_id"], "a.txt")
        assert there == {"edits": "from the package", "allows": "mine", "silent": "mine"}.get(name), name
        assert "swordfish" not in str([event.data for event in events])
        if name in {"gone", "broken", "absent", "nothing"}:
            assert f"The hook {name}" in house.log.read_text()
        await house.kill()
