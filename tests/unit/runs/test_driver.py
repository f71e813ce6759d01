"""What is under way is what runs want: nothing twice, nothing too much, and nothing is left."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from palaver.core.events import (
    CancelRequested,
    ModelReplied,
    RunDone,
    RunEvent,
    RunFailed,
    RunStarted,
    SessionOpened,
    TextGrew,
    ToolCalled,
)
from palaver.core.ids import MessageId, RunId
from palaver.kit.streams import Closed
from palaver.runs import store
from palaver.runs.driver import Driver
from palaver.runs.live import Live
from palaver.runs.machine import AskModel, Conclude, UseTool, Want, resume
from tests.unit.runs.conftest import Desk
from tests.unit.runs.given import row

STARTED = (
    SessionOpened(title=None, created=True),
    RunStarted(user_message_id=None, message_id=MessageId("msg_1"), model="x/large", provider="x"),
)
REPLIED = ModelReplied(finish_reason="stop")
DONE = RunDone(finish_reason="stop", duration_ms=1.0, turns=1)


class ScriptedHands:
    """Does what a want is scripted to bring; what is not scripted is never done. Remembers everything."""

    def __init__(self, **brings: RunEvent | Sequence[RunEvent] | None) -> None:
        self._brings = brings
        self.begun: list[Want] = []
        self.interrupted: list[Want] = []
        self.waiting = asyncio.Event()

    async def perform(self, live: Live, want: Want) -> Sequence[RunEvent] | None:
        self.begun.append(want)
        name = type(want).__name__
        if name in self._brings:
            brought = self._brings[name]
            return brought if brought is None or isinstance(brought, Sequence) else (brought,)
        try:
            self.waiting.set()
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            self.interrupted.append(want)
            raise
        raise AssertionError


@asynccontextmanager
async def driving(desk: Desk, hands: ScriptedHands) -> AsyncIterator[tuple[Driver, Live]]:
    """A run that is driven by these hands; what is still under way at the end is ended."""
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        driver = Driver(desk.journal, hands, tasks)
        live, _ = await desk.begin()
        live.run = resume(STARTED)
        driver.drive(live)
        yield driver, live
        for task in live.tasks.values():
            task.cancel()


async def test_a_plain_run_asks_the_model_once_concludes_once_and_leaves_nothing(desk: Desk) -> None:
    hands = ScriptedHands(AskModel=REPLIED, Conclude=DONE)
    concluded: list[RunId] = []

    async def remember(live: Live) -> None:
        concluded.append(live.id)

    async with driving(desk, hands) as (driver, live):
        driver.concluded = remember
        await driver.ended(live.id)
    assert hands.begun == [AskModel(), Conclude()]
    assert (live.run.over, live.tasks, desk.journal.lives, concluded) == ("stop", {}, (), [live.id])


async def test_cancelling_a_run_interrupts_the_model_it_was_waiting_for(desk: Desk) -> None:
    hands = ScriptedHands(Conclude=RunDone(finish_reason="interrupted", duration_ms=1.0, turns=1))
    async with driving(desk, hands) as (driver, live):
        await hands.waiting.wait()
        driver.heard(live, CancelRequested())
        driver.heard(live, CancelRequested())
        await driver.ended(live.id)
    assert hands.interrupted == [AskModel()]
    assert hands.begun == [AskModel(), Conclude()]
    assert live.run.over == "interrupted"


async def test_what_a_cancelled_model_still_brings_is_too_late(desk: Desk) -> None:
    class Stubborn(ScriptedHands):
        async def perform(self, live: Live, want: Want) -> Sequence[RunEvent] | None:
            try:
                return await super().perform(live, want)
            except asyncio.CancelledError:
                return (REPLIED,)

    hands = Stubborn(Conclude=RunDone(finish_reason="interrupted", duration_ms=1.0, turns=1))
    async with driving(desk, hands) as (driver, live):
        await hands.waiting.wait()
        driver.heard(live, CancelRequested())
        await driver.ended(live.id)
    assert hands.begun == [AskModel(), Conclude()]
    assert live.run.ending is not None
    assert (live.run.ending.reason, live.run.over) == ("interrupted", "interrupted")


async def test_cancelling_while_the_end_is_written_does_not_write_it_twice(desk: Desk) -> None:
    hands = ScriptedHands(AskModel=REPLIED)
    async with driving(desk, hands) as (driver, live):
        await hands.waiting.wait()
        driver.heard(live, CancelRequested())
        driver.drive(live)
        assert (hands.begun, hands.interrupted) == ([AskModel(), Conclude()], [])
        assert live.run.ending is not None
        assert live.run.ending.reason == "stop"


async def test_a_run_whose_model_fails_is_concluded(desk: Desk) -> None:
    failed = RunFailed(code="model_timeout", message="Too long.", retryable=True)
    hands = ScriptedHands(AskModel=failed, Conclude=RunDone(finish_reason="error", duration_ms=1.0, turns=1))
    async with driving(desk, hands) as (driver, live):
        await driver.ended(live.id)
    assert (live.settled, live.run.over) == (failed, "error")


async def test_driving_again_starts_nothing_that_is_under_way(desk: Desk) -> None:
    hands = ScriptedHands()
    async with driving(desk, hands) as (driver, live):
        await hands.waiting.wait()
        for _ in range(3):
            driver.drive(live)
        driver.heard(live, TextGrew(content="a"))
        assert hands.begun == [AskModel()]
        assert len(live.tasks) == 1


async def test_calls_begin_in_the_order_in_which_the_model_asked_for_them(desk: Desk) -> None:
    asked = [ToolCalled(call_id=f"call_{number}", name="look", arguments={}) for number in range(20)]
    hands = ScriptedHands(AskModel=[*asked, ModelReplied(finish_reason="tool_calls")])
    async with driving(desk, hands):
        await hands.waiting.wait()
        assert hands.begun == [AskModel(), *(UseTool(one.call_id) for one in asked)]


async def test_a_run_that_is_driven_elsewhere_stops_without_a_word_and_lets_its_readers_go(desk: Desk) -> None:
    hands = ScriptedHands()
    async with driving(desk, hands) as (driver, live):
        await hands.waiting.wait()
        with desk.bus.subscribe(live.address.run_topic) as mailbox:
            await desk.database.write(store.claim(row(live), "wrk_2"))
            desk.journal.tell(live, TextGrew(content="late"), 4)
            await driver.ended(live.id)
            with pytest.raises(Closed):
                await mailbox.take()
    assert hands.interrupted == [AskModel()]
    assert (live.tasks, desk.journal.lives) == ({}, ())


async def test_a_conclusion_that_finds_nothing_left_to_write_abandons_the_run(desk: Desk) -> None:
    hands = ScriptedHands(AskModel=REPLIED, Conclude=None)
    async with driving(desk, hands) as (driver, live):
        await driver.ended(live.id)
    assert (live.run.over, desk.journal.lives) == (None, ())


async def test_waiting_for_the_end_of_a_run_that_is_not_driven_here_is_over_at_once(desk: Desk) -> None:
    async with driving(desk, ScriptedHands()) as (driver, _):
        await driver.ended(RunId("run_elsewhere"))


async def test_an_abandoned_run_is_abandoned_once(desk: Desk) -> None:
    async with driving(desk, ScriptedHands()) as (driver, live):
        driver.abandon(live.id)
        driver.abandon(live.id)
        await driver.ended(live.id)
        assert desk.journal.lives == ()
