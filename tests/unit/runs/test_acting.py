"""Turns that act: calls wait for a person as rows, whatever process is there when the answer comes."""

import asyncio
from typing import Any

import pytest

from palaver.core.errors import Conflict
from palaver.core.events import ApprovalAsked, RunWaits, ToolFinished, ToolStarted
from palaver.core.ids import RunId
from palaver.inference.port import Finished, Piece, TextPiece, ToolCallPiece
from palaver.runs import store
from palaver.runs.answering import Answer
from palaver.tools.port import Effect, Outcome, Scene, ToolSpec
from tests.unit.runs.conftest import Desk
from tests.unit.runs.given import ADA, written
from tests.unit.runs.house import PERSON, House, house, prompt

ASKS: list[Piece] = [
    TextPiece("Let me see. "), ToolCallPiece(0, "call_1", "Poke", '{"at": "it"}'), Finished("tool_calls")
]  # fmt: skip


class Poke:
    """A tool that remembers what it was called with."""

    def __init__(self, effect: Effect) -> None:
        self.spec = ToolSpec(name="Poke", description="Pokes.", parameters={"type": "object"}, effect=effect)
        self.calls: list[dict[str, Any]] = []

    async def use(self, arguments: dict[str, Any], scene: Scene) -> Outcome:
        self.calls.append(arguments)
        return Outcome("Ouch.")


async def waiting(made: House) -> RunId:
    """A run that waits for a person's yes, as a row."""
    made.models.steps = [ASKS]
    run = await made.runs.finish(PERSON, prompt("Poke it."))
    assert (run.state, made.journal.lives) == ("waiting", ())
    return run.id


async def kinds(desk: Desk, run_id: RunId) -> list[type]:
    return [type(one.event) for one in await desk.database.read(written(run_id))]


async def test_a_call_that_only_reads_is_made_and_its_result_told_to_the_model(desk: Desk) -> None:
    tool = Poke("reads")
    async with house(desk, tool) as made:
        made.models.steps = [ASKS]
        run = await made.runs.finish(PERSON, prompt("Poke it."))
        assert (run.state, run.finish_reason, tool.calls) == ("over", "stop", [{"at": "it"}])
        assert len(made.models.asked) == 2


async def test_a_call_that_acts_waits_without_a_task_and_is_made_once_after_a_yes_at_another_process(
    desk: Desk,
) -> None:
    tool = Poke("acts")
    async with house(desk, tool) as made:
        run_id = await waiting(made)
        assert tool.calls == []
        other = made.beside()
        await other.answering.answer(ADA, run_id, "call_1", Answer("approve"))
        await other.runs.ended(run_id)
        with pytest.raises(Conflict):
            await made.answering.answer(ADA, run_id, "call_1", Answer("approve"))
        assert (await made.runs.get(ADA, run_id)).finish_reason == "stop"
    assert tool.calls == [{"at": "it"}]
    told = await kinds(desk, run_id)
    order = [told.index(kind) for kind in (ApprovalAsked, RunWaits, ToolStarted, ToolFinished)]
    assert order == sorted(order)


async def test_a_rejected_call_is_not_made_and_the_model_goes_on_with_the_reason(desk: Desk) -> None:
    tool = Poke("acts")
    async with house(desk, tool) as made:
        run_id = await waiting(made)
        await made.answering.answer(ADA, run_id, "call_1", Answer("reject", message="too early"))
        await made.runs.ended(run_id)
        assert (await made.runs.get(ADA, run_id)).finish_reason == "stop"
        assert "too early" in str(made.models.asked[-1].messages)
    assert tool.calls == []


async def test_a_run_that_waits_and_is_cancelled_ends_interrupted_and_waits_for_nobody(desk: Desk) -> None:
    async with house(desk, Poke("acts")) as made:
        run_id = await waiting(made)
        await made.runs.cancel(ADA, run_id)
        await made.runs.ended(run_id)
        assert (await made.runs.get(ADA, run_id)).finish_reason == "interrupted"
        with pytest.raises(Conflict):
            await made.answering.answer(ADA, run_id, "call_1", Answer("approve"))


async def test_that_a_run_which_waits_was_cancelled_outlives_its_process(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = Poke("acts")
    async with house(desk, tool) as made:
        run_id = await waiting(made)
        monkeypatch.setattr(made.driver, "drive", lambda _: None)  # the process is gone before it does anything
        await made.runs.cancel(ADA, run_id)
        made.kill()
        other = made.beside()
        assert await other.recovery.recover(alone=True) == 1
        await other.runs.ended(run_id)
        assert (await other.runs.get(ADA, run_id)).finish_reason == "interrupted"
    assert tool.calls == []


async def test_a_call_that_was_cut_is_not_made_again_by_itself(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = Poke("acts")
    async with house(desk, tool) as made:
        run_id = await waiting(made)

        async def never(*_: object) -> Outcome:
            tool.calls.append({"cut": True})
            return await asyncio.get_running_loop().create_future()

        with monkeypatch.context() as patched:
            patched.setattr(tool, "use", never)
            await made.answering.answer(ADA, run_id, "call_1", Answer("approve"))
            while not tool.calls:
                await desk.written()
        made.kill()
        other = made.beside()
        assert await other.recovery.recover(alone=True) == 1
        await other.runs.ended(run_id)
        assert (await desk.database.read(store.find(run_id, ADA))).state == "waiting"
        assert tool.calls == [{"cut": True}]
        await other.answering.answer(ADA, run_id, "call_1", Answer("answer", answers=(("Run it again",),)))
        await other.runs.ended(run_id)
    assert tool.calls == [{"cut": True}, {"at": "it"}]
