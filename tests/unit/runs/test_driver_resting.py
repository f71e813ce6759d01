"""When a run lies down and when it ends, while news of it are being written down."""

from palaver.core.events import ApprovalAsked, ApprovalResolved, CancelRequested, ModelReplied, ToolCalled
from palaver.runs.machine import AskModel, Conclude, Rest, UseTool, resume
from tests.unit.runs.conftest import Desk
from tests.unit.runs.test_driver import STARTED, ScriptedHands, driving

ARGUMENTS = {"path": "a.txt"}
WAITS = (
    *STARTED,
    ToolCalled(call_id="c", name="Write", arguments=ARGUMENTS),
    ModelReplied(finish_reason="tool_calls"),
    ApprovalAsked(call_id="c", name="Write", arguments=ARGUMENTS, reason="It writes.", expires_at=None),
)
YES = ApprovalResolved(call_id="c", decision="approve", by="person")


async def test_a_run_that_waits_for_a_person_rests(desk: Desk) -> None:
    hands = ScriptedHands()
    async with driving(desk, hands) as (driver, live):
        await hands.waiting.wait()
        live.run = resume(WAITS)
        driver.drive(live)
        assert live.tasks.keys() == {Rest()}


async def test_a_run_does_not_rest_while_an_answer_is_being_written_down(desk: Desk) -> None:
    hands = ScriptedHands()
    async with driving(desk, hands) as (driver, live):
        await hands.waiting.wait()
        live.run = resume(WAITS)
        live.expected = 1
        driver.drive(live)
        assert not live.tasks
        live.expected = 0
        driver.heard(live, YES)
        assert live.tasks.keys() == {UseTool("c")}
    assert Rest() not in hands.begun


async def test_a_run_does_not_end_before_it_heard_what_is_being_written_down(desk: Desk) -> None:
    hands = ScriptedHands()
    async with driving(desk, hands) as (driver, live):
        await hands.waiting.wait()
        live.run = resume(WAITS)
        live.expected = 1
        driver.heard(live, CancelRequested())
        assert not live.tasks
        live.expected = 0
        driver.heard(live, YES)
        assert live.tasks.keys() == {Conclude()}
        live.expected = 1  # what begins to be written now comes too late: the end that is under way goes on
        driver.drive(live)
        assert live.tasks.keys() == {Conclude()}
    assert hands.interrupted[0] == AskModel()
