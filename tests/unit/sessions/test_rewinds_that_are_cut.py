"""What becomes of a rewind that was begun and cannot be ended as it was to be."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from palaver.core.errors import PalaverError
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.files.blobs import Blobs
from palaver.files.snapshots import Snapshots
from palaver.files.workspaces import Workspaces
from palaver.kit.clock import SystemClock
from palaver.sessions import checkpoints_store, store, turns
from palaver.sessions.checkpointing import Checkpointing
from palaver.sessions.checkpoints_store import Under
from palaver.sessions.rewinding import Rewinding, Wish
from palaver.sessions.service import Sessions, plain
from palaver.sessions.settings import SessionSettings
from palaver.storage.port import StorageUnavailable
from palaver.storage.script import Script
from palaver.storage.sqlite import SqliteDatabase
from tests.database import whole_database
from tests.promises import keeps

ADA = UserId("usr_ada")


class Hasty(SystemClock):
    """Nobody waits."""

    async def sleep(self, span: timedelta) -> None:
        return


class Desk(NamedTuple):
    """A session with one message, one file, and a point at which the file was another one."""

    database: SqliteDatabase
    blobs: Blobs
    workspaces: Workspaces
    rewinding: Rewinding
    held: set[SessionId]
    session_id: SessionId
    message_id: MessageId
    wish: Wish
    root: str

    def content(self) -> bytes:
        return self.workspaces.of(self.session_id).read("a")

    async def under_way(self) -> list[Under]:
        return await self.database.read(checkpoints_store.under_way())

    async def begun(self, message_id: MessageId | None) -> None:
        """As a process leaves it that died right then."""
        one = Under(self.session_id, ADA, "chk_undo", self.root, 1, message_id)
        await self.database.write(checkpoints_store.begin(one))

    def failing(self, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
        """From the next but one on, so many units of work are refused."""
        original, number = self.database.write, 0

        async def write(*given: Any, **named: Any) -> Any:
            nonlocal number
            number += 1
            if 1 < number <= 1 + times:
                given[0].close()
                raise StorageUnavailable
            return await original(*given, **named)

        monkeypatch.setattr(self.database, "write", write)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with whole_database() as database:
        session_id = (await Sessions(database, SystemClock(), SessionSettings()).create(ADA, {})).id
        blobs, workspaces = Blobs(tmp_path), Workspaces(tmp_path)
        snapshots, held = Snapshots(blobs, workspaces), set[SessionId]()

        def said() -> Script[MessageId]:
            kept = yield from store.find(session_id, ADA, to_change=True)
            asked = yield from turns.ask(kept, plain("one"), below=turns.HEAD, now="2026-11-21T12:00:00.000000Z")
            yield from asked.write(ADA)
            yield from store.save(asked.kept)
            return asked.message_id

        workspaces.of(session_id).write("a", b"then")
        point = await Checkpointing(database, snapshots, SystemClock(), most=9).set(ADA, session_id, None)
        taken = snapshots.take(session_id)
        assert taken is not None
        message_id = await database.write(said())
        workspaces.of(session_id).write("a", b"now")
        wish = Wish(session_id, point.id, frozenset(("messages", "files")))
        rewinding = Rewinding(database, snapshots, Hasty(), held=held)
        yield Desk(database, blobs, workspaces, rewinding, held, session_id, message_id, wish, taken.root)


@keeps("sessions:rewind:killed")
async def test_a_message_that_is_gone_by_then_hinders_no_start(desk: Desk) -> None:
    await desk.begun(desk.message_id)
    await Sessions(desk.database, SystemClock(), SessionSettings()).remove_message(ADA, desk.message_id)
    assert await desk.rewinding.recover() == 1
    assert (desk.content(), await desk.under_way()) == (b"then", [])
    kept = await desk.database.read(store.find(desk.session_id, ADA))
    assert kept.session.head_message_id is None


@keeps("sessions:rewind:killed")
async def test_contents_that_are_lost_hinder_no_start_and_nothing_is_changed(desk: Desk) -> None:
    await desk.begun(None)
    desk.blobs.delete(desk.root)
    assert await desk.rewinding.recover() == 1
    assert (desk.content(), await desk.under_way(), desk.held) == (b"now", [], set())


async def test_a_start_that_can_write_nothing_keeps_turns_out_of_a_session_that_is_to_be_rewound(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.begun(None)

    async def refuse(script: Script[Any], **_: Any) -> None:
        script.close()
        raise StorageUnavailable

    monkeypatch.setattr(desk.database, "write", refuse)
    assert await desk.rewinding.recover() == 1
    assert desk.held == {desk.session_id}


@keeps("sessions:rewind")
async def test_the_end_of_a_rewind_is_written_down_as_soon_as_that_can_be(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.failing(3, monkeypatch)
    done = await desk.rewinding.rewind(ADA, desk.wish)
    assert done.restored.files is not None
    assert (desk.content(), await desk.under_way(), desk.held) == (b"then", [], set())


@keeps("sessions:rewind")
async def test_a_rewind_that_was_refused_is_not_done_at_the_next_start(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.failing(3, monkeypatch)
    desk.blobs.delete(desk.root)
    with pytest.raises(PalaverError):
        await desk.rewinding.rewind(ADA, desk.wish)
    assert (desk.content(), await desk.under_way(), desk.held) == (b"now", [], set())
