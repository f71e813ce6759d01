"""Starting, finishing and ending turns, and those that wait for them."""

import asyncio

import msgspec
import pytest

from palaver.core.errors import Conflict, ModelUnavailable, NotFound, SessionBusy, Unavailable
from palaver.core.events import MessageFinished, RunDone, RunFailed, TextGrew
from palaver.core.ids import RunId, UserId
from palaver.core.messages import TextPart
from palaver.core.principal import Principal
from palaver.runs import store
from palaver.sessions import store as session_store
from palaver.storage.port import StorageUnavailable
from palaver.storage.script import Script
from tests.unit.runs.conftest import Desk
from tests.unit.runs.given import ADA, written
from tests.unit.runs.house import PERSON, House, house, prompt


def whole(house: House, run: store.Kept) -> Script[tuple[session_store.Kept, str]]:
    kept = yield from session_store.find(run.session_id, ADA)
    return kept, (yield from session_store.message(run.message_id, ADA)).message().text


async def test_a_turn_is_asked_answered_and_written_down(desk: Desk) -> None:
    async with house(desk) as made:
        run = await made.runs.start(PERSON, prompt("Hey"))
        await made.runs.ended(run.id)
        session, text = await desk.database.read(whole(made, run))
        events = [one.event for one in await desk.database.read(store.events(run.id, 0))]
    assert text == "Ah!"
    assert (session.session.title, session.session.status, session.session.message_count) == ("Hey", "idle", 2)
    assert (await desk.database.read(store.find(run.id, ADA))).state == "over"
    assert [type(one).__name__ for one in events if not isinstance(one, TextGrew)] == [
        "SessionOpened", "RunStarted", "ModelReplied", "UsageCounted", "MessageFinished", "RunDone"
    ]  # fmt: skip
    message = next(one.message for one in events if isinstance(one, MessageFinished))
    assert (message.parts, message.status) == ((TextPart(text="Ah!"),), "complete")
    assert message.usage is not None
    assert (message.usage.output_tokens, message.usage.estimated) == (3, True)


async def test_a_turn_that_is_waited_for_returns_with_its_answer(desk: Desk) -> None:
    async with house(desk) as made:
        message_id = (await made.runs.finish(PERSON, prompt("Hey"))).message_id
    assert (await desk.database.read(session_store.message(message_id, ADA))).text == "Ah!"


async def test_who_waits_for_a_turn_hears_of_its_end_when_the_disk_has_it(desk: Desk) -> None:
    async with house(desk) as made, asyncio.TaskGroup() as tasks:
        made.models.may.clear()
        run = await made.runs.start(PERSON, prompt("Hey", key="k"))
        await made.models.waiting.wait()
        desk.held.hold()
        made.models.may.set()
        with made.parts.bus.subscribe(f"run:{run.id}"):
            while (await desk.database.read(store.find(run.id, ADA))).state != "over":
                await desk.written()
        finished = tasks.create_task(made.runs.finish(PERSON, prompt("Hey", key="k")))
        await desk.written()
        await desk.written()
        assert finished.done() is (desk.database._disk is None)
        desk.held.release()
        assert (await finished).message_id == run.message_id


async def test_a_cancelled_turn_keeps_what_was_said(desk: Desk) -> None:
    async with house(desk) as made:
        made.models.may.clear()
        run = await made.runs.start(PERSON, prompt("Hey"))
        await made.models.waiting.wait()
        await made.runs.cancel(ADA, run.id)
        await made.runs.ended(run.id)
        over = await made.runs.get(ADA, run.id)
        found = await desk.database.read(session_store.message(run.message_id, ADA))
    assert (over.status, over.finish_reason) == ("done", "interrupted")
    assert (found.message().text, found.message().status) == ("Ah", "partial")


async def test_while_a_session_answers_another_turn_is_refused_or_waits_in_order(desk: Desk) -> None:
    async with house(desk) as made:
        made.models.may.clear()
        first = await made.runs.start(PERSON, prompt("1"))
        await made.models.waiting.wait()
        with pytest.raises(SessionBusy):
            await made.runs.start(PERSON, prompt("no", session_id=first.session_id))
        waiting = [
            await made.runs.start(PERSON, prompt(f"{n}", session_id=first.session_id, when_busy="queue"))
            for n in (2, 3)
        ]
        with pytest.raises(SessionBusy):
            await made.runs.start(PERSON, prompt("4", session_id=first.session_id, when_busy="queue"))
        assert [one.state for one in waiting] == ["queued", "queued"]
        made.models.may.set()
        await over(made, waiting[-1].id)
        session, _ = await desk.database.read(whole(made, first))
    assert session.session.message_count == 6
    assert questions(made) == ["1", "2", "3"]
    assert session.session.active_run_id is None


async def test_a_turn_that_interrupts_goes_before_those_that_wait(desk: Desk) -> None:
    async with house(desk) as made:
        made.models.may.clear()
        first = await made.runs.start(PERSON, prompt("1"))
        await made.models.waiting.wait()
        last = await made.runs.start(PERSON, prompt("3", session_id=first.session_id, when_busy="queue"))
        await made.runs.start(PERSON, prompt("2", session_id=first.session_id, when_busy="interrupt"))
        made.models.may.set()
        await over(made, last.id)
        assert (await made.runs.get(ADA, first.id)).finish_reason == "interrupted"
    assert questions(made) == ["1", "2", "3"]


async def test_a_turn_that_waits_and_can_never_begin_ends_and_the_next_one_begins(desk: Desk) -> None:
    async with house(desk) as made:
        made.models.may.clear()
        first = await made.runs.start(PERSON, prompt("1"))
        await made.models.waiting.wait()
        waiting = [
            await made.runs.start(PERSON, prompt(f"{n}", session_id=first.session_id, when_busy="queue"))
            for n in (2, 3)
        ]
        answers = iter([ModelUnavailable("Gone."), None])

        async def resolve(*_: object) -> object:
            if error := next(answers):
                raise error
            return real

        real = await made.models.resolve(None, PERSON)
        object.__setattr__(made.parts, "resolve", resolve)
        made.models.may.set()
        await over(made, waiting[1].id)
        assert (await made.runs.get(ADA, waiting[0].id)).error == "model_unavailable"
        events = await desk.database.read(store.events(waiting[0].id, 0))
        assert [type(one.event) for one in events][1:] == [RunFailed, RunDone]
    assert questions(made) == ["1", "3"]


async def test_a_turn_that_waits_while_the_database_is_full_ends_no_server_and_is_found_again(desk: Desk) -> None:
    async with house(desk) as made:
        made.models.may.clear()
        first = await made.runs.start(PERSON, prompt("1"))
        await made.models.waiting.wait()
        waits = await made.runs.start(PERSON, prompt("2", session_id=first.session_id, when_busy="queue"))
        made.models.refuses["x/large"] = ModelUnavailable("Gone.")
        refused = asyncio.Event()
        real = store.over

        def over_on_a_full_disk(*given: object, **named: object) -> Script[None]:
            if given[0] == waits.id:
                refused.set()
                desk.database._link.execute("pragma query_only=on")
            return real(*given, **named)  # type: ignore[arg-type]

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(store, "over", over_on_a_full_disk)
            made.models.may.set()
            await refused.wait()
            await desk.written_or_refused()
        desk.database._link.execute("pragma query_only=off")
        assert (await made.runs.get(ADA, waits.id)).status == "queued"
        del made.models.refuses["x/large"]
        await made.recovery.recover(alone=False)
        await over(made, waits.id)
    assert questions(made) == ["1", "2"]


async def test_a_turn_that_could_not_begin_because_of_the_database_waits_on(desk: Desk) -> None:
    async with house(desk) as made:
        made.models.may.clear()
        first = await made.runs.start(PERSON, prompt("1"))
        await made.models.waiting.wait()
        waits = await made.runs.start(PERSON, prompt("2", session_id=first.session_id, when_busy="queue"))
        refused = asyncio.Event()

        def away(_: object) -> Script[int | None]:
            yield from ()
            refused.set()
            raise StorageUnavailable

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(store, "begun", away)
            made.models.may.set()
            await refused.wait()
            await desk.written()
        assert (await made.runs.get(ADA, waits.id)).status == "queued"
        await made.recovery.recover(alone=False)
        await over(made, waits.id)
    assert questions(made) == ["1", "2"]


async def test_asking_twice_with_one_key_starts_one_run(desk: Desk) -> None:
    async with house(desk) as made:
        both = await asyncio.gather(*(made.runs.start(PERSON, prompt("Hey", key="k")) for _ in range(2)))
        again = await made.runs.start(PERSON, prompt("Hey", key="k"))
        assert {one.id for one in (*both, again)} == {again.id}
        with pytest.raises(Conflict):
            await made.runs.start(PERSON, prompt("Ho", key="k"))
        await made.runs.ended(again.id)
    assert len(made.models.asked) == 1


async def test_a_failing_model_is_what_waiting_for_the_turn_raises(desk: Desk) -> None:
    async with house(desk) as made:

        async def fails(*_: object):
            raise ModelUnavailable("Broken.")
            yield

        made.models.stream = fails  # type: ignore[method-assign]
        with pytest.raises(ModelUnavailable, match="Broken"):
            await made.runs.finish(PERSON, prompt("Hey"))


async def test_a_run_of_somebody_else_is_not_there(desk: Desk) -> None:
    async with house(desk) as made:
        run = await made.runs.start(PERSON, prompt("Hey"))
        await made.runs.ended(run.id)
        eve = UserId("usr_eve")
        for asked in (
            made.runs.get(eve, run.id),
            made.runs.cancel(eve, run.id),
            made.runs.interrupt(eve, run.session_id),
        ):
            with pytest.raises(NotFound):
                await asked
        with pytest.raises(NotFound):
            await made.runs.start(Principal(user_id=eve), prompt("Hey", session_id=run.session_id))


async def test_a_server_that_is_going_away_takes_nothing_new(desk: Desk) -> None:
    async with house(desk) as made:
        made.runs.draining = True
        with pytest.raises(Unavailable):
            await made.runs.start(PERSON, prompt("Hey"))


async def test_a_run_that_was_cut_is_asked_again_and_the_stream_says_so(desk: Desk) -> None:
    async with house(desk) as made:
        made.models.may.clear()
        run = await made.runs.start(PERSON, prompt("Hey"))
        await made.models.waiting.wait()
        await desk.written()
        made.kill()
        other = made.beside()
        assert await other.recovery.recover(alone=True) == 1
        await other.runs.ended(run.id)
        told = [one for one in await desk.database.read(written(run.id)) if one.seq]
        _, text = await desk.database.read(whole(made, run))
    assert [one.seq for one in told] == list(range(1, len(told) + 1))
    restarts = [(one.seq, one.event) for one in told if type(one.event).__name__ == "StepRestarted"]
    assert [(seq, msgspec.structs.asdict(event)) for seq, event in restarts] == [(4, {"from_seq": 3})]
    assert text == "Ah!"


async def over(made: House, run_id: RunId) -> None:
    """Return once a run is over, even one that waits still."""
    with made.parts.bus.subscribe(f"run:{run_id}") as mailbox:
        while (await made.runs.get(ADA, run_id)).status != "done":
            await mailbox.take()
    await made.runs.ended(run_id)


def questions(made: House) -> list[str]:
    """What the model was asked, in order: the last thing it was told each time."""
    parts = [ask.messages[-1].parts[0] for ask in made.models.asked]
    return [part.text for part in parts if isinstance(part, TextPart)]
