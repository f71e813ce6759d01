"""Written down, then told: in order, without a gap, whatever the database does."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from palaver.core.events import ReasoningGrew, RunDone, RunEvent, Stamped, TextGrew, ToolCallGrew
from palaver.core.ids import RunId
from palaver.kit.clock import ManualClock
from palaver.runs import journal as journals
from palaver.runs import store
from palaver.runs.journal import Journal
from palaver.runs.live import Live
from palaver.runs.records import joined
from palaver.storage.port import StorageUnavailable
from palaver.storage.script import Script
from palaver.storage.sqlite import SqliteDatabase
from tests.database import whole_database
from tests.unit.faulty_link import faulty
from tests.unit.runs.conftest import Desk
from tests.unit.runs.given import Reader, Witness, begin, bound, row, written

DONE = RunDone(finish_reason="stop", duration_ms=1.0, turns=1)


def say(journal: Journal, live: Live, *texts: str) -> None:
    for text in texts:
        journal.tell(live, TextGrew(content=text), len(text))


def text_of(events: list[Stamped]) -> str:
    return "".join(one.event.content for one in events if isinstance(one.event, TextGrew))


async def test_an_idle_piece_is_written_and_told_at_once(desk: Desk) -> None:
    live, reader = await desk.begin()
    desk.held.hold()  # a piece waits for no disk
    say(desk.journal, live, "Hel")
    await desk.written()
    say(desk.journal, live, "lo")
    await desk.written()
    assert reader.hears() == [Stamped(1, TextGrew(content="Hel")), Stamped(2, TextGrew(content="lo"))]
    assert await desk.database.read(store.jots(live.id)) == reader.hears()


async def test_pieces_of_many_runs_that_gathered_are_one_transaction_and_adjacent_ones_are_joined(desk: Desk) -> None:
    runs = [await desk.begin() for _ in range(5)]
    before = desk.database._commits
    desk.busy()
    for word in ("a", "b", "c"):
        for live, _ in runs:
            say(desk.journal, live, word)
    desk.journal.tell(runs[0][0], ReasoningGrew(content="hm"), 2)
    await desk.written()
    assert desk.database._commits == before + 1
    for _, reader in runs[1:]:
        assert reader.hears() == [Stamped(1, TextGrew(content="abc"))]
    assert reader_kinds(runs[0][1]) == ["TextGrew", "ReasoningGrew"]


async def test_a_session_hears_what_its_runs_readers_hear(desk: Desk) -> None:
    live, reader = await desk.begin()
    with desk.bus.subscribe(live.address.session_topic) as mailbox:
        say(desk.journal, live, "a")
        await desk.journal.boundary(live, bound(DONE))
        assert reader.numbers() == [1, 2]
        assert await mailbox.take() == reader.told


async def test_a_boundary_is_told_once_the_disk_has_it_and_what_comes_after_it_waits(desk: Desk) -> None:
    live, reader = await desk.begin()
    begun: list[str] = []
    desk.held.hold()
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        boundary = tasks.create_task(desk.journal.boundary(live, bound(TextGrew(content="one")), begun.append))
        if desk.database._disk:
            await desk.held.asked.wait()
            say(desk.journal, live, "two")
            await desk.written()
            assert (begun, reader.numbers(), boundary.done()) == (["value"], [], False)
            assert [one.seq for one in await desk.database.read(written(live.id))] == [1, 2]
            desk.held.release()
        assert await boundary == "value"
    say(desk.journal, live, "three")
    await desk.written()
    assert reader.numbers() == [one.seq for one in await desk.database.read(written(live.id))]
    assert reader.numbers()[0] == 1


async def test_a_boundary_takes_the_pieces_before_it_along_and_keeps_them_for_good(desk: Desk) -> None:
    live, reader = await desk.begin()
    say(desk.journal, live, "jotted")
    await desk.written()
    say(desk.journal, live, " and ", "said")
    await desk.journal.boundary(live, bound(DONE))
    assert text_of(reader.hears()) == "jotted and said"
    assert reader.numbers() == list(range(1, len(reader.numbers()) + 1))
    assert reader.told[-1].ends
    assert await desk.database.read(store.events(live.id, 0)) == reader.hears()
    assert live.tail == []


async def test_a_boundary_whose_script_objects_leaves_nothing_and_what_was_said_is_told_later(desk: Desk) -> None:
    class Objection(Exception): ...

    def objecting() -> Script[tuple[list[RunEvent], None]]:
        yield from ()
        raise Objection

    live, reader = await desk.begin()
    say(desk.journal, live, "a")
    with pytest.raises(Objection):
        await desk.journal.boundary(live, objecting())
    await desk.written()
    assert text_of(reader.hears()) == "a"
    await desk.journal.boundary(live, bound(DONE))
    assert reader.numbers() == [1, 2]


async def test_what_a_full_database_did_not_take_is_told_in_order_and_without_a_gap_once_it_does(desk: Desk) -> None:
    live, reader = await desk.begin()
    other, its_reader = await desk.begin()
    say(desk.journal, live, "first ")
    await desk.written()
    fill(desk.database)
    say(desk.journal, live, "x" * 50_000, " second")
    desk.journal.tell(other, ReasoningGrew(content="y" * 50_000), 50_000)
    await desk.written()
    with pytest.raises(StorageUnavailable):
        await desk.journal.boundary(live, bound(TextGrew(content="refused" * 5_000)))
    say(desk.journal, live, " third")
    await desk.written()
    assert text_of(reader.hears()) == "first "
    make_room(desk.database)
    await told(reader, its_reader)
    await desk.journal.boundary(live, bound(DONE))
    assert text_of(reader.hears()) == "first " + "x" * 50_000 + " second third"
    assert reader.numbers() == list(range(1, len(reader.numbers()) + 1))
    assert its_reader.numbers() == [1]
    assert await desk.database.read(store.events(live.id, 0)) == reader.hears()


async def test_a_commit_that_fails_gives_everything_back_in_order_and_is_tried_again(desk: Desk) -> None:
    live, reader = await desk.begin()
    link = faulty(desk.database, "commit")
    desk.busy()
    say(desk.journal, live, "a", "b")
    async with asyncio.TaskGroup() as tasks:
        boundary = tasks.create_task(refused(desk.journal.boundary(live, bound(TextGrew(content="no")))))
        turns_later = tasks.create_task(refused(desk.journal.boundary(live, bound(TextGrew(content="never")))))
    assert boundary.result()
    assert turns_later.result()
    assert (reader.numbers(), live.next_seq, live.tail) == ([], 1, [])
    say(desk.journal, live, "c")
    link.failing = ()
    await told(reader)
    await desk.journal.boundary(live, bound(DONE))
    assert text_of(reader.hears()) == "abc"
    assert reader.numbers() == list(range(1, len(reader.numbers()) + 1))
    assert await desk.database.read(store.events(live.id, 0)) == reader.hears()
    assert link.failed > 0


async def test_a_run_that_is_driven_elsewhere_is_told_no_more_and_the_others_are(desk: Desk) -> None:
    lost: list[RunId] = []
    desk.journal.lost = lost.append
    live, reader = await desk.begin()
    other, its_reader = await desk.begin()
    assert await desk.database.write(store.claim(row(live), "wrk_2")) == 2
    for one in (live, other):
        say(desk.journal, one, "late")
    await desk.written()
    assert lost == [live.id]
    assert (reader.numbers(), its_reader.numbers()) == ([], [1])
    assert await desk.database.read(store.jots(live.id)) == []


async def test_a_model_waits_while_more_is_unwritten_than_may_be(desk: Desk) -> None:
    live, reader = await desk.begin()
    fill(desk.database)
    say(desk.journal, live, "x" * 50_000)
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        room = tasks.create_task(desk.journal.room(live))
        await desk.written()
        assert not room.done()
        make_room(desk.database)
    assert text_of(reader.hears()) == "x" * 50_000
    await desk.journal.room(live)


async def test_what_ended_runs_left_in_the_journal_is_swept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "SWEEP_AFTER", 2)
    runs = [(await desk.begin())[0] for _ in range(3)]
    for live in runs:
        say(desk.journal, live, "a")
    await desk.written()
    for live in runs[:2]:
        await desk.database.write(store.over(live.id, live.epoch, reason="stop", why=None, now="2026"))
        desk.journal.close(live)
    await desk.written()
    assert [len(await desk.database.read(store.jots(live.id))) for live in runs] == [0, 0, 1]
    assert desk.journal.lives == (runs[2],)


async def test_a_run_that_was_given_up_lets_its_readers_go(desk: Desk) -> None:
    live, reader = await desk.begin()
    desk.journal.give_up(live)
    assert desk.journal.live(live.id) is None
    assert reader._mailbox._end is not None


# --- whatever happens, in any order ---

LARGE = "large"  # stands for so much text that it needs pages of its own
acts = some.lists(
    some.one_of(
        some.tuples(some.just("say"), some.integers(0, 1), some.sampled_from(["a", "bc", LARGE])),
        some.tuples(some.just("call"), some.integers(0, 1), some.just("{")),
        some.tuples(some.just("bind"), some.integers(0, 1), some.sampled_from(["d", LARGE])),
        some.tuples(some.sampled_from(["turn", "busy", "fill", "room"]), some.just(0), some.just("")),
    ),
    max_size=14,
)


@settings(max_examples=30)
@given(acts)
async def test_whatever_fails_in_between_everything_is_told_once_in_order_and_as_it_stands(
    done: list[tuple[str, int, str]],
) -> None:
    async with whole_database() as database:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(journals, "RETRY", journals.RETRY / 250)
            await _act(database, done)


async def _act(database: SqliteDatabase, done: list[tuple[str, int, str]]) -> None:
    bus = Witness(None)
    journal = Journal(database, bus, ManualClock(), 1 << 30)
    lives = [await begin(database) for _ in range(2)]
    said: list[list[RunEvent]] = [[], []]
    with bus.subscribe(lives[0].address.run_topic) as one, bus.subscribe(lives[1].address.run_topic) as two:
        readers = [Reader(one), Reader(two)]
        async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
            for act, which, text in done:
                live, mine = lives[which], said[which]
                text = text.replace(LARGE, "x" * 30_000)  # noqa: PLW2901
                if act in ("say", "call"):
                    grown = TextGrew(content=text) if act == "say" else _call(text)
                    mine.append(grown)
                    journal.tell(live, grown, len(text))
                elif act == "bind":
                    tasks.create_task(_bind(journal, live, text, mine))
                elif act == "fill":
                    fill(database)
                elif act == "room":
                    make_room(database)
                elif act == "busy":
                    database.post(bound(), durable=False, done=lambda _: None, failed=lambda _: None)
                else:
                    await a_turn(database)
            await a_turn(database)
            make_room(database)
        for live, reader, mine in zip(lives, readers, said, strict=True):
            await told(reader, live=live)
            numbers = reader.numbers()
            assert numbers == list(range(1, len(numbers) + 1))
            assert await database.read(written(live.id)) == reader.hears()
            assert sorted(_said(mine)) == sorted(_said([one.event for one in reader.hears()]))
            assert _only_said(mine) == _only_said([one.event for one in reader.hears()])
            assert live.next_seq == len(numbers) + 1


async def refused(asked: Coroutine[Any, Any, str]) -> bool:
    try:
        await asked
    except StorageUnavailable:
        return True
    return False


async def a_turn(database: SqliteDatabase) -> None:
    """Return once what was posted so far was written, or refused."""
    with suppress(StorageUnavailable):
        await database.write(bound(), durable=False)


async def _bind(journal: Journal, live: Live, text: str, mine: list[RunEvent]) -> None:
    """A boundary that may be refused: then nothing of it may be told."""
    try:
        await journal.boundary(live, bound(TextGrew(content=f"[{text}]")))
    except StorageUnavailable:
        return
    mine.append(TextGrew(content=f"[{text}]"))


def _call(text: str) -> ToolCallGrew:
    return ToolCallGrew(call_id="1", name="look", arguments_delta=text)


def _said(events: list[RunEvent]) -> str:
    return "".join(one.content if isinstance(one, TextGrew) else "{" for one in events)


def _only_said(events: list[RunEvent]) -> list[RunEvent]:
    """What the model said, in its order; boundaries, which may fall between its pieces, left out."""
    kept: list[RunEvent] = []
    for one in events:
        kept += [TextGrew(content=part) for part in _outside(one.content)] if isinstance(one, TextGrew) else [one]
    return joined(kept)


def _outside(text: str) -> list[str]:
    return [part.rpartition("]")[2] for part in text.split("[") if part.rpartition("]")[2]]


def reader_kinds(reader: Reader) -> list[str]:
    return [type(one.event).__name__ for one in reader.hears()]


async def told(*readers: Reader, live: Live | None = None) -> None:
    """Return once nothing is unwritten any more."""
    while (live is not None and live.unwritten) or (live is None and not all(reader.numbers() for reader in readers)):
        turn = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(turn.set_result, None)
        await turn


def fill(database: SqliteDatabase) -> None:
    (pages,) = database._link.execute("pragma page_count").fetchone()
    database._link.execute(f"pragma max_page_count={pages}")


def make_room(database: SqliteDatabase) -> None:
    database._link.execute("pragma max_page_count=1000000")
