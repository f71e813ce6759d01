"""A fork whose parent moves on meanwhile begins with messages and files that belong together, or is refused."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import pytest

from palaver.core.errors import SessionBusy
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.files.snapshots import Snapshot, Snapshots
from palaver.kit.clock import SystemClock
from palaver.sessions import checkpoints_store, store, turns
from palaver.sessions.checkpoints_store import Under
from palaver.sessions.forking import Forking, Wish
from palaver.sessions.service import Sessions, plain
from palaver.sessions.settings import SessionSettings
from palaver.storage.script import Script
from palaver.storage.sqlite import SqliteDatabase
from tests.database import whole_database
from tests.promises import keeps

ADA = UserId("usr_ada")


class Kept:
    """Keeps nothing; while files are kept something else can happen."""

    def __init__(self, meanwhile: Callable[[int], None]) -> None:
        self.meanwhile = meanwhile
        self.taken = 0
        self.seeds: dict[str, str] = {}

    def take(self, session_id: SessionId) -> Snapshot:
        self.taken += 1
        root = f"files {self.taken}"
        self.meanwhile(self.taken)
        return Snapshot(root, 1, 1)

    def seed(self, session_id: SessionId, root: str) -> None:
        self.seeds[session_id] = root


class Parent:
    """A session with two messages whose head is moved from threads."""

    def __init__(self, database: SqliteDatabase) -> None:
        self.database = database
        self.loop = asyncio.get_running_loop()
        self.sessions = Sessions(database, SystemClock(), SessionSettings())
        self.ids: list[MessageId] = []

    async def begin(self) -> None:
        self.id = (await self.sessions.create(ADA, {})).id
        for words in ("one", "two"):
            self.ids.append(await self.database.write(self._said(words)))

    def _said(self, words: str) -> Script[MessageId]:
        kept = yield from store.find(self.id, ADA, to_change=True)
        asked = yield from turns.ask(kept, plain(words), below=turns.HEAD, now="2026-11-21T12:00:00.000000Z")
        yield from asked.write(ADA)
        yield from store.save(asked.kept)
        return asked.message_id

    def move(self, number: int) -> None:
        given: dict[str, Any] = {"head_message_id": self.ids[number % 2]}
        asyncio.run_coroutine_threadsafe(self.sessions.change(ADA, self.id, given), self.loop).result(5)

    def forking(self, meanwhile: Callable[[int], None]) -> tuple[Forking, Kept]:
        kept = Kept(meanwhile)
        return Forking(self.database, SystemClock(), cast("Snapshots", kept)), kept


@pytest.fixture
async def parent() -> AsyncIterator[Parent]:
    async with whole_database() as database:
        parent = Parent(database)
        await parent.begin()
        yield parent


@keeps("sessions:fork")
async def test_a_fork_of_a_session_that_moved_meanwhile_has_the_files_of_where_it_stands(parent: Parent) -> None:
    def once(number: int) -> None:
        if number == 1:
            parent.move(0)

    forking, kept = parent.forking(once)
    made = await forking.fork(ADA, Wish(parent.id))
    assert made.message_count == 1
    assert kept.seeds[made.id] == "files 2"


async def test_a_session_that_never_stands_still_is_busy(parent: Parent) -> None:
    forking, kept = parent.forking(lambda number: parent.move(number + 1))
    with pytest.raises(SessionBusy):
        await forking.fork(ADA, Wish(parent.id))
    assert kept.taken == 3


async def test_no_fork_begins_half_way_through_a_rewind(parent: Parent) -> None:
    await parent.database.write(checkpoints_store.begin(Under(parent.id, ADA, "chk_undo", None, 1, None)))
    forking, kept = parent.forking(lambda _: None)
    with pytest.raises(SessionBusy):
        await forking.fork(ADA, Wish(parent.id))
    assert kept.taken == 0
    await parent.database.write(checkpoints_store.end(parent.id))
    assert (await forking.fork(ADA, Wish(parent.id))).message_count == 2
