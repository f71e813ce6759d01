"""Hooks are asked at a real server that answers, denies, edits, hangs, fails and lies; and in this process."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any, get_args

import pytest
from aiohttp import web

from palaver.core.ids import RunId, SessionId
from palaver.kit.clock import ManualClock
from palaver.kit.sealed import Sealed
from palaver.tools.hooks.asking import Hooks, name_of
from palaver.tools.hooks.matching import Matcher
from palaver.tools.hooks.port import Fired, Hook, HookAnswer, HookEvent, HookQuestion
from palaver.tools.hooks.settings import HookSettings, OperatorHook
from tests.promises import keeps
from tests.unit.tools.hooks.receiver import SECRET, Receiver, elsewhere, text, verified

EVENTS: tuple[HookEvent, ...] = get_args(HookEvent)
OTHERS = [event for event in EVENTS if event != "PreToolUse"]
OPEN = HookSettings(allow_http=True, allow_private=True)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def hooks() -> AsyncIterator[Hooks]:
    made = Hooks(OPEN, ManualClock())
    yield made
    await made.close()


def asking(event: HookEvent, **fields: Any) -> HookQuestion:
    given: dict[str, Any] = {"session_id": SessionId("ses_1"), "run_id": RunId("run_1"), **fields}
    if event in {"PreToolUse", "PostToolUse"}:
        given = {"tool_name": "Bash", "tool_input": {"command": "ls"}, "call_id": "call_1", **given}
    return HookQuestion(hook_event=event, **given)


def hook(url: str, event: HookEvent = "PreToolUse", **fields: Any) -> Hook:
    return Hook(event=event, url=url, **{"source": "request", "timeout": 5, **fields})


@keeps("hooks:every-event")
@pytest.mark.parametrize("event", EVENTS)
async def test_every_event_reaches_its_hook_signed_and_is_reported(
    event: HookEvent, receiver: Receiver, hooks: Hooks
) -> None:
    url = receiver.says("yes", {"decision": "allow", "reason": "fine"})
    fired = await hooks.fire([hook(url, event, secret=Sealed(SECRET))], asking(event))
    assert fired.decision == "allow"
    assert [(one.hook_event, one.ok, one.decision, one.name) for one in fired.reports] == [
        (event, True, "allow", "request:127.0.0.1")
    ]
    assert receiver.heard[0]["hook_event"] == event
    assert receiver.heard[0]["session_id"] == "ses_1"
    headers, body = receiver.requests[0]
    assert verified(headers, body)
    assert not verified(headers, body + b" ")
    assert not verified(headers, body, key=b"x" * 32)
    assert headers["webhook-timestamp"] == str(int(ManualClock().now().timestamp()))


@pytest.mark.parametrize("event", EVENTS)
async def test_without_a_secret_nothing_is_signed(event: HookEvent, receiver: Receiver, hooks: Hooks) -> None:
    await hooks.fire([hook(receiver.says("yes", {}), event)], asking(event))
    assert "webhook-signature" not in receiver.requests[0][0]


@pytest.mark.parametrize("event", ["PreToolUse", "PostToolUse", "UserPromptSubmit", "Stop", "SubagentStop"])
async def test_a_hook_may_say_no(event: HookEvent, receiver: Receiver, hooks: Hooks) -> None:
    fired = await hooks.fire(
        [hook(receiver.says("no", {"decision": "deny", "reason": "not on Fridays"}), event)], asking(event)
    )
    assert (fired.decision, fired.reason) == ("deny", "not on Fridays")


@pytest.mark.parametrize("event", ["SessionStart", "SessionEnd", "PreCompact", "Notification"])
async def test_what_only_is_told_cannot_be_refused(event: HookEvent, receiver: Receiver, hooks: Hooks) -> None:
    fired = await hooks.fire([hook(receiver.says("no", {"decision": "deny"}), event)], asking(event))
    assert fired.decision is None
    assert [one.ok for one in fired.reports] == [False]


async def a_large(request: web.Request) -> web.StreamResponse:
    return web.json_response({"decision": "allow", "reason": "x" * 2_000_000})


async def a_broken(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


BAD: dict[str, Callable[[Receiver], str]] = {
    "fails": lambda receiver: receiver.at("bad", text("oh", 500)),
    "refuses": lambda receiver: receiver.at("bad", text("{}", 404)),
    "says nonsense": lambda receiver: receiver.at("bad", text("<html>yes</html>")),
    "says a number": lambda receiver: receiver.at("bad", text("17")),
    "knows another word": lambda receiver: receiver.says("bad", {"decision": "approve"}),
    "misspells": lambda receiver: receiver.says("bad", {"decison": "deny"}),
    "says too much": lambda receiver: receiver.at("bad", a_large),
    "nests too deeply": lambda receiver: receiver.at("bad", text('{"modified_input":' + '{"a":' * 100_000)),
    "hangs up": lambda receiver: receiver.at("bad", a_broken),
    "sends on": lambda receiver: receiver.at("bad", elsewhere(receiver.says("yes", {"decision": "allow"}))),
    "is not there": lambda receiver: "http://127.0.0.1:1/",
    "has no form": lambda receiver: "not a url",
}


@keeps("hooks:fail-closed")
@pytest.mark.parametrize("how", BAD)
async def test_a_call_is_refused_when_a_hook_before_it(how: str, receiver: Receiver, hooks: Hooks) -> None:
    fired = await hooks.fire([hook(BAD[how](receiver))], asking("PreToolUse"))
    assert fired.decision == "deny"
    assert "so the call is refused" in fired.reason
    assert [(one.ok, one.decision, one.call_id) for one in fired.reports] == [(False, "deny", "call_1")]


@pytest.mark.parametrize("event", OTHERS)
@pytest.mark.parametrize("how", BAD)
async def test_everything_else_goes_on_when_a_hook(
    how: str, event: HookEvent, receiver: Receiver, hooks: Hooks
) -> None:
    fired = await hooks.fire([hook(BAD[how](receiver), event)], asking(event))
    assert fired.decision is None
    assert [(one.ok, one.decision) for one in fired.reports] == [(False, None)]
    assert "goes on without it" in (fired.reports[0].reason or "")


@pytest.mark.parametrize("event", EVENTS)
async def test_a_hook_that_hangs_has_its_time_and_no_more(event: HookEvent, receiver: Receiver, hooks: Hooks) -> None:
    slow = hook(receiver.at("slow", receiver.hangs), event, timeout=0.05)
    async with asyncio.timeout(5):
        fired = await hooks.fire([slow], asking(event))
    assert fired.decision == ("deny" if event == "PreToolUse" else None)
    assert "too long" in (fired.reports[0].reason or "")


async def test_an_empty_answer_before_a_call_is_no_answer(receiver: Receiver, hooks: Hooks) -> None:
    empty = receiver.at("empty", text(""))
    assert (await hooks.fire([hook(empty)], asking("PreToolUse"))).decision == "deny"
    assert (await hooks.fire([hook(empty, "SessionEnd")], asking("SessionEnd"))).reports[0].ok
    silent = receiver.at("silent", text("", 204))
    assert (await hooks.fire([hook(silent)], asking("PreToolUse"))).decision is None


@keeps("hooks:outside-only")
@pytest.mark.parametrize("settings", [HookSettings(), HookSettings(allow_http=True)])
async def test_hooks_at_private_addresses_are_not_asked_unless_the_operator_says_so(
    settings: HookSettings, receiver: Receiver
) -> None:
    guarded = Hooks(settings, ManualClock())
    port = receiver.url.rpartition(":")[2]
    receiver.says("yes", {"decision": "allow"})
    for url in (f"{receiver.url}/yes", f"http://localhost:{port}/yes"):
        fired = await guarded.fire([hook(url)], asking("PreToolUse"))
        assert fired.decision == "deny"
    assert receiver.heard == []
    await guarded.close()


async def test_hooks_of_one_source_are_asked_at_once_and_the_gravest_answer_counts(
    receiver: Receiver, hooks: Hooks
) -> None:
    everybody = asyncio.Barrier(3)

    def met(answer: dict[str, Any]) -> Callable[[web.Request], Any]:
        async def together(request: web.Request) -> web.StreamResponse:
            await everybody.wait()
            return web.json_response(answer)

        return together

    answers: dict[str, dict[str, Any]] = {
        "a": {"decision": "allow"}, "b": {"decision": "ask", "reason": "sure?"}, "c": {},
    }  # fmt: skip
    asked = [hook(receiver.at(name, met(answer))) for name, answer in answers.items()]
    fired = await hooks.fire(asked, asking("PreToolUse"))
    assert (fired.decision, fired.reason) == ("ask", "sure?")
    assert [one.decision for one in fired.reports] == ["allow", "ask", None]


@keeps("hooks:input")
async def test_each_source_sees_the_input_as_the_one_before_left_it_and_the_operator_has_the_last_word(
    receiver: Receiver,
) -> None:
    operator = OperatorHook(event="PreToolUse", url=receiver.says("o", {"modified_input": {"command": "safe"}}))
    made = Hooks(OPEN.model_copy(update={"operator": (operator,)}), ManualClock())
    asked = [
        hook(receiver.says("u", {"modified_input": {"command": "user"}}), source="user"),
        hook(receiver.says("r", {"modified_input": {"command": "request"}, "decision": "allow"})),
    ]
    fired = await made.fire(asked, asking("PreToolUse"))
    assert [one["tool_input"]["command"] for one in receiver.heard] == ["ls", "request", "user"]
    assert fired.modified_input == {"command": "safe"}
    assert [one.reason for one in fired.reports] == ["It changed the input."] * 3
    await made.close()


async def test_nobody_is_asked_about_a_call_that_is_denied_already(receiver: Receiver, hooks: Hooks) -> None:
    no = hook(receiver.says("no", {"decision": "deny", "modified_input": {"command": "x"}}))
    later = hook(receiver.says("late", {"decision": "allow", "modified_input": {}}), source="user")
    fired = await hooks.fire([later, no], asking("PreToolUse"))
    assert (fired.decision, fired.modified_input, len(receiver.heard)) == ("deny", None, 1)


async def test_matchers_pick_tools_and_events_pick_hooks(receiver: Receiver, hooks: Hooks) -> None:
    url = receiver.says("yes", {"decision": "deny"})
    about = [hook(url, matcher=Matcher.read("Edit|Write")), hook(url, "PostToolUse"), hook(url, matcher=Matcher("Bas"))]
    assert await hooks.fire(about, asking("PreToolUse")) == Fired()
    assert not hooks.anybody(about, "PreToolUse", "Bash")
    assert hooks.anybody(about, "PreToolUse", "Write")
    assert receiver.heard == []


async def test_context_of_all_is_added(receiver: Receiver, hooks: Hooks) -> None:
    asked = [
        hook(receiver.says(name, {"additional_context": name}), "UserPromptSubmit", source=source)
        for name, source in (("one", "user"), ("two", "request"))
    ]
    assert (await hooks.fire(asked, asking("UserPromptSubmit"))).additional_context == "two\n\none"


async def test_a_turn_is_kept_from_stopping_a_bounded_number_of_times(receiver: Receiver, hooks: Hooks) -> None:
    go_on = hook(receiver.says("on", {"decision": "deny", "reason": "test it first"}), "Stop")
    assert (await hooks.fire([go_on], asking("Stop", continued=2))).decision == "deny"
    last = await hooks.fire([go_on], asking("Stop", continued=3))
    assert last.decision is None
    assert last.reports[0].ok


async def test_with_nobody_to_ask_nothing_is_waited_for(hooks: Hooks) -> None:
    firing = hooks.fire((), asking("PreToolUse"))
    with pytest.raises(StopIteration) as returned:
        firing.send(None)
    assert returned.value.value == Fired()


def test_the_path_of_a_url_is_not_told() -> None:
    assert name_of(hook("https://hooks.example/very-secret?t=1")) == "request:hooks.example"


async def said_yes(question: HookQuestion) -> HookAnswer:
    return HookAnswer(decision="allow", reason=question.tool_name)


def said_no(question: HookQuestion) -> dict[str, Any]:
    return {"decision": "deny", "reason": "no"}


def said_nothing(question: HookQuestion) -> None:
    return


def said_nonsense(question: HookQuestion) -> dict[str, Any]:
    return {"decision": "maybe"}


def raised(question: HookQuestion) -> None:
    raise RuntimeError("the hook is broken")


def slept(question: HookQuestion) -> None:
    time.sleep(0.3)  # noqa: TID251 - somebody's function that holds up its thread


class Answering:
    async def __call__(self, question: HookQuestion) -> HookAnswer:
        return HookAnswer(decision="ask")


CALLBACKS = {
    "yes": said_yes, "no": said_no, "nothing": said_nothing, "nonsense": said_nonsense, "raises": raised,
    "sleeps": slept, "object": Answering(),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "decision", "ok"),
    [
        ("yes", "allow", True), ("no", "deny", True), ("nothing", None, True), ("object", "ask", True),
        ("nonsense", "deny", False), ("raises", "deny", False), ("sleeps", "deny", False), ("unknown", "deny", False),
    ],
)  # fmt: skip
async def test_installed_functions_are_asked_like_servers(name: str, decision: str | None, ok: bool) -> None:
    made = Hooks(OPEN, ManualClock(), CALLBACKS)
    asked = Hook(event="PreToolUse", source="operator", callback=name, timeout=0.1 if name == "sleeps" else 5)
    fired = await made.fire([asked], asking("PreToolUse"))
    assert (fired.decision, [one.ok for one in fired.reports]) == (decision, [ok])
    assert fired.reports[0].name == f"operator:{name}"
