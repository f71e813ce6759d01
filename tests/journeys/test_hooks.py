"""Hooks: whoever is to be asked about what an agent does is asked, over real sockets, and what they say counts."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from aiohttp import web

from tests.journeys.acting import (
    ask_until_waiting,
    bash,
    call,
    calls,
    decided,
    ended,
    file_of,
    of_type,
    results,
    says,
    told_results,
    write,
)
from tests.journeys.hook_receivers import EVENTS, OPEN, SECRETS, broken, hook, keys_of, operator, receiving
from tests.journeys.house import House, Opening, Person
from tests.journeys.streams import Event, assert_whole
from tests.journeys.test_bad_input import assert_problem
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)

YES = {"decision": "allow"}


def hooks_told(events: list[Event], about: str = "PreToolUse") -> list[tuple[str, bool, str | None]]:
    """What the stream says of the hooks of one event: whose, whether well, and what they decided."""
    told = [one for one in of_type(events, "hook") if one["hook_event"] == about]
    return [(one["name"].partition(":")[0], one["ok"], one.get("decision")) for one in told]


def texts_sent(vendor: FakeVendor, number: int = -1) -> str:
    """All that a model was told with one of its requests."""
    return str(vendor.heard[number].body["messages"])


@keeps("hooks:every-event")
async def test_everybody_is_asked_at_every_event_signed_and_told_of_and_no_secret_is_left_anywhere(
    open_house: Opening, vendor: FakeVendor
) -> None:
    async with receiving() as receiver:
        file = OPEN + "".join(operator(event, receiver.says("operator", {}), SECRETS["operator"]) for event in EVENTS)
        house = await open_house(file)
        owner = await house.owner()
        mine = receiver.says("user", {})
        stored = [
            await owner.post("/hooks", {"name": f"h{event}", "event": event, "url": mine, "secret": SECRETS["user"]})
            for event in EVENTS
        ]
        given = {event: [hook(receiver.says("request", {}), SECRETS["request"])] for event in EVENTS}
        task = call("c2", "Task", description="look", prompt="Look.", subagent_type="general")
        vendor.next(calls(write("c1", "a.txt", "hello")), calls(task), says("below"), says("done"))
        run_id = (await ask_until_waiting(owner, "go", hooks=given))[0].run_id
        await decided(owner, run_id, "c1", "approve")
        async with owner.follow(run_id) as stream:
            await stream.until(lambda event: event.type in {"done", "approval"} and event.data.get("call_id") != "c1")
        for item in (await owner.get("/approvals"))["items"]:
            await decided(owner, item["run_id"], item["call_id"], "approve")
        message = await ended(owner, run_id)
        events = await owner.whole(run_id)
        assert_whole(events)
        assert (await owner.call("DELETE", f"/sessions/{message['session_id']}")).status == 204
        # who was asked, and when
        asked = {(name, said["hook_event"]) for name, said, _, _ in receiver.asked}
        wanted = {(name, event) for name in SECRETS for event in EVENTS if event != "PreCompact"}
        assert asked == wanted - {("request", "SessionEnd")}  # a request is over when its session goes
        for name, said, headers, body in receiver.asked:
            assert keys_of(headers, body) == [name], said
        before = [name for name, said, _, _ in receiver.asked if (said["hook_event"], said.get("call_id")) == ("PreToolUse", "c1")]  # fmt: skip  # noqa: E501
        assert before == ["request", "user", "operator"]
        told = {(one["name"].partition(":")[0], one["hook_event"]) for one in of_type(events, "hook")}
        assert {event for _, event in told} == set(EVENTS) - {"PreCompact", "SessionEnd", "SubagentStop"}
        below = [one["event"] for one in of_type(events, "subagent")]
        assert "SubagentStop" in {one["hook_event"] for one in below if one["type"] == "hook"}
        # what they were told
        (pre,) = [said for name, said, _, _ in receiver.asked
                  if (name, said["hook_event"], said.get("call_id")) == ("user", "PreToolUse", "c1")]  # fmt: skip
        assert pre == {
            "hook_event": "PreToolUse", "session_id": message["session_id"], "run_id": run_id, "call_id": "c1",
            "permission_mode": "default", "tool_name": "Write", "tool_input": {"path": "a.txt", "content": "hello"},
        }  # fmt: skip
        await nothing_secret(house, owner, events, [one["id"] for one in stored])


async def nothing_secret(house: House, owner: Person, events: list[Event], stored: list[str]) -> None:
    """No secret of a hook stands in rows, in the log, in events or in what the API says; nor do addresses in events."""
    told = b"".join(event.raw for event in events)
    shown = str([await owner.get("/hooks"), *[await owner.get(f"/hooks/{one}") for one in stored]])
    with closing(sqlite3.connect(f"file:{house.database}?mode=ro", uri=True)) as link:
        dumped = "\n".join(link.iterdump())
    for secret in SECRETS.values():
        bare = secret.removeprefix("whsec_")
        assert bare.encode() not in told
        assert bare not in shown
        assert bare not in dumped
        assert bare not in house.log.read_text()
    assert b"/operator" not in told
    assert b"/user" not in told


@pytest.mark.parametrize("source", ["operator", "user", "request"])
@keeps("hooks:input", "approvals:exact", "policy:deny-wins")
async def test_what_each_source_says_before_a_call_counts(open_house: Opening, vendor: FakeVendor, source: str) -> None:
    async with receiving() as receiver:
        answers: list[dict[str, Any]] = []

        async def next_answer(_: web.Request) -> web.StreamResponse:
            return web.json_response(answers.pop(0))

        url = receiver.at("one", next_answer)
        house = await open_house(OPEN + (operator("PreToolUse", url) if source == "operator" else ""))
        owner = await house.owner()
        if source == "user":
            await owner.post("/hooks", {"name": "one", "event": "PreToolUse", "url": url})
        more = {"hooks": {"PreToolUse": [hook(url)]}} if source == "request" else {}

        answers[:] = [YES]
        vendor.next(calls(write("c1", "allowed.txt", "x")), says("done"))
        events = await owner.ask("go", **more)
        assert hooks_told(events) == [(source, True, "allow")]
        assert file_of(house, events[0].data["session_id"], "allowed.txt") == "x"

        answers[:] = [{"decision": "deny", "reason": "not on my watch"}]
        vendor.next(calls(write("c1", "denied.txt", "x")), says("done"))
        events = await owner.ask("go", **more)
        assert hooks_told(events) == [(source, True, "deny")]
        assert file_of(house, events[0].data["session_id"], "denied.txt") is None
        assert "not on my watch" in told_results(vendor)["c1"]

        edited = {"path": "edited.txt", "content": "theirs"}
        answers[:] = [YES | {"modified_input": edited}]
        vendor.next(calls(write("c1", "mine.txt", "mine")), says("done"))
        events = await owner.ask("go", **more)
        session_id = events[0].data["session_id"]
        assert (file_of(house, session_id, "edited.txt"), file_of(house, session_id, "mine.txt")) == ("theirs", None)
        assert of_type(events, "tool_started")[0]["arguments"] == edited

        answers[:] = [{"modified_input": edited}]
        vendor.next(calls(write("c1", "mine.txt", "mine")), says("done"))
        heard = await ask_until_waiting(owner, "go", **more)
        assert of_type(heard, "approval")[0]["arguments"] == edited
        (item,) = (await owner.get("/approvals"))["items"]
        assert item["arguments"] == edited
        await decided(owner, heard[0].run_id, "c1", "approve")
        message = await ended(owner, heard[0].run_id)
        assert file_of(house, message["session_id"], "edited.txt") == "theirs"
        assert next(part for part in message["parts"] if part["type"] == "tool_call")["arguments"] == edited

        answers[:] = [{"decision": "ask", "reason": "look twice"}]
        vendor.next(calls(call("c1", "LS")), says("done"))
        heard = await ask_until_waiting(owner, "go", **more)
        assert "look twice" in of_type(heard, "approval")[0]["reason"]
        await decided(owner, heard[0].run_id, "c1", "approve")
        assert results(await ended(owner, heard[0].run_id))["c1"]["ok"]

        answers[:] = [YES | {"modified_input": {"path": 7}}]
        vendor.next(calls(write("c1", "mine.txt", "mine")), says("done"))
        await owner.ask("go", **more)
        assert "does not fit the schema" in told_results(vendor)["c1"]
        assert answers == []


@keeps("hooks:input")
async def test_each_source_sees_what_the_one_before_made_of_a_call_and_a_deny_ends_the_asking(
    open_house: Opening, vendor: FakeVendor
) -> None:
    async with receiving() as receiver:
        first = receiver.says("request", {"modified_input": {"path": "1.txt", "content": "1"}})
        second = receiver.says("user", {"modified_input": {"path": "2.txt", "content": "2"}})
        house = await open_house(OPEN + operator("PreToolUse", receiver.says("operator", YES)))
        owner = await house.owner()
        await owner.post("/hooks", {"name": "one", "event": "PreToolUse", "url": second})
        vendor.next(calls(write("c1", "0.txt", "0")), says("done"))
        events = await owner.ask("go", hooks={"PreToolUse": [hook(first)]})
        assert [said["tool_input"]["path"] for _, said, _, _ in receiver.asked] == ["0.txt", "1.txt", "2.txt"]
        assert file_of(house, events[0].data["session_id"], "2.txt") == "2"

        receiver.asked.clear()
        receiver.says("request", {"decision": "deny"})
        vendor.next(calls(write("c1", "0.txt", "0")), says("done"))
        events = await owner.ask("go", hooks={"PreToolUse": [hook(first)]})
        assert [name for name, _, _, _ in receiver.asked] == ["request"]
        assert file_of(house, events[0].data["session_id"], "0.txt") is None


@keeps("hooks:fail-closed")
async def test_a_hook_before_a_call_that_does_not_answer_as_agreed_refuses_the_call(
    open_house: Opening, vendor: FakeVendor
) -> None:
    async with receiving() as receiver:
        house = await open_house(OPEN)
        owner = await house.owner()
        for name, behaviour in broken(receiver).items():
            url = receiver.at(name, behaviour)
            vendor.next(calls(write("c1", "a.txt", "x")), says("done"))
            events = await owner.ask("go", hooks={"PreToolUse": [hook(url, timeout=1)]}, allowed_tools=["Write"])
            assert hooks_told(events) == [("request", False, "deny")], name
            assert file_of(house, events[0].data["session_id"], "a.txt") is None, name
            assert "Not allowed" in told_results(vendor)["c1"], name
            assert events[-1].data["finish_reason"] == "stop", name
        url = receiver.at("silent", lambda _: _status(204))
        vendor.next(calls(write("c1", "a.txt", "x")), says("done"))
        events = await owner.ask("go", hooks={"PreToolUse": [hook(url)]}, allowed_tools=["Write"])
        assert file_of(house, events[0].data["session_id"], "a.txt") == "x"  # no opinion is no refusal


async def _status(status: int) -> web.StreamResponse:
    return web.Response(status=status)


async def test_all_other_hooks_that_fail_are_told_of_and_the_turn_goes_on_without_them(
    open_house: Opening, vendor: FakeVendor
) -> None:
    others = ("UserPromptSubmit", "SessionStart", "PostToolUse", "Stop", "Notification")
    async with receiving() as receiver:
        house = await open_house(OPEN + operator("SessionEnd", receiver.at("end", receiver.hangs), timeout=1))
        owner = await house.owner()
        for name, behaviour in broken(receiver).items():
            if name == "empty":
                continue  # elsewhere it is no opinion
            given = {event: [hook(receiver.at(name, behaviour), timeout=1)] for event in others}
            vendor.next(calls(bash("c1", "echo hi")), says("done"))
            heard = await ask_until_waiting(owner, "go", hooks=given)
            await decided(owner, heard[0].run_id, "c1", "approve")
            events = await owner.whole(heard[0].run_id)
            assert {one["hook_event"] for one in of_type(events, "hook") if not one["ok"]} == set(others), name
            assert all("decision" not in one for one in of_type(events, "hook"))
            assert of_type(events, "message")[0]["message"]["text"] == "done"
        assert (await owner.call("DELETE", f"/sessions/{events[0].data['session_id']}")).status == 204


async def test_a_prompt_is_refused_or_added_to_and_so_is_the_beginning_of_a_session(
    open_house: Opening, vendor: FakeVendor
) -> None:
    async with receiving() as receiver:
        owner = await (await open_house(OPEN)).owner()
        no = receiver.says("no", {"decision": "deny", "reason": "Not about that."})
        events = await owner.ask("secret plans", hooks={"UserPromptSubmit": [hook(no)]})
        (error,) = of_type(events, "error")
        assert (error["code"], error["message"], error["retryable"]) == ("forbidden", "Not about that.", False)
        assert events[-1].data["finish_reason"] == "error"
        assert vendor.heard == []
        assert receiver.asked[-1][1]["prompt"] == "secret plans"
        single = await owner.call(
            "POST", "/query/single", {"prompt": "secret plans", "hooks": {"UserPromptSubmit": [hook(no)]}}
        )
        assert_problem(single, 403, "forbidden")
        given = {
            "UserPromptSubmit": [hook(receiver.says("more", {"additional_context": "It is Tuesday."}))],
            "SessionStart": [hook(receiver.says("start", {"additional_context": "The house is blue."}))],
        }
        events = await owner.ask("hello", hooks=given)
        assert "It is Tuesday." in texts_sent(vendor)
        assert "The house is blue." in texts_sent(vendor)
        await owner.ask("again", session_id=events[0].data["session_id"], hooks=given)
        assert "It is Tuesday." in texts_sent(vendor)
        assert "The house is blue." not in texts_sent(vendor)  # it has begun before


async def test_what_came_of_a_call_is_withheld_or_added_to(open_house: Opening, vendor: FakeVendor) -> None:
    async with receiving() as receiver:
        owner = await (await open_house(OPEN)).owner()
        no = receiver.says("no", {"decision": "deny", "reason": "It holds a password."})
        for url, expected in (
            (no, "It holds a password."),
            (receiver.says("more", {"additional_context": "Checked by the house."}), "Checked by the house."),
        ):
            vendor.next(calls(bash("c1", "echo swordfish")), says("done"))
            events = await owner.ask("go", hooks={"PostToolUse": [hook(url, matcher="Bash")]}, allowed_tools=["Bash"])
            assert receiver.asked[-1][1]["tool_result"]["content"].startswith("swordfish")
            assert expected in told_results(vendor)["c1"]
            assert ("swordfish" in told_results(vendor)["c1"]) is (url != no)
            assert (b"swordfish" in b"".join(one.raw for one in events if one.type == "tool_result")) is (url != no)


async def test_an_agent_that_would_stop_goes_on_as_often_as_it_may(open_house: Opening, vendor: FakeVendor) -> None:
    async with receiving() as receiver:
        owner = await (await open_house(OPEN, hooks__continuations="2")).owner()
        url = receiver.says("more", {"decision": "deny", "reason": "Check it again."})
        vendor.next(says("one"), says("two"), says("three"))
        events = await owner.ask("go", hooks={"Stop": [hook(url)]})
        assert [(said["answer"], said.get("continued", 0)) for _, said, _, _ in receiver.asked] == [
            ("one", 0), ("two", 1), ("three", 2),
        ]  # fmt: skip
        assert "Check it again." in texts_sent(vendor)
        assert [one.get("decision") for one in of_type(events, "hook")] == ["deny", "deny", None]
        assert of_type(events, "message")[0]["message"]["text"] == "onetwothree"

        task = call("c1", "Task", description="look", prompt="Look.", subagent_type="general")
        vendor.next(calls(task), says("first"), says(" second"), says(" third"), says("done"))
        await owner.ask("go", hooks={"SubagentStop": [hook(url)]}, allowed_tools=["Task"])
        assert [said["continued"] for _, said, _, _ in receiver.asked[-2:]] == [1, 2]
        assert "third" in told_results(vendor)["c1"]


async def test_a_matcher_says_which_tools_a_hook_is_about(open_house: Opening, vendor: FakeVendor) -> None:
    async with receiving() as receiver:
        owner = await (await open_house(OPEN)).owner()
        given = {"PreToolUse": [hook(receiver.says("one", YES), matcher="Write|Edit")]}
        vendor.next(calls(write("c1", "a.txt", "x"), call("c2", "LS"), bash("c3", "echo hi")), says("done"))
        await owner.ask("go", hooks=given, allowed_tools=["Bash"])
        assert [said["tool_name"] for _, said, _, _ in receiver.asked] == ["Write"]
        for wrong in ({"matcher": "("}, {"matcher": "x" * 201}, {"timeout": 0}, {"secret": "short"}, {"more": 1}):
            body = {"prompt": "x", "hooks": {"PreToolUse": [hook(given["PreToolUse"][0]["url"]) | wrong]}}
            assert_problem(await owner.call("POST", "/query", body), 422, "invalid")
        for event, more in (("Stop", {"matcher": "Bash"}), ("Whenever", {})):
            body = {"prompt": "x", "hooks": {event: [hook("https://example.com/") | more]}}
            assert_problem(await owner.call("POST", "/query", body), 422, "invalid")
