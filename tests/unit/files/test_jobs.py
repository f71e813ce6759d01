from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from palaver.core.errors import NotFound
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.files import index_store, store
from palaver.files.blobs import Blobs
from palaver.files.extracting import Extracted
from palaver.files.jobs import Sweep
from palaver.files.passages import Passage
from palaver.files.service import Home
from palaver.files.snapshots import Snapshots
from palaver.files.store import Taken, Upload
from palaver.files.workspaces import Workspaces
from palaver.identity.tables import users
from palaver.kit.clock import ManualClock, stamp
from palaver.storage.script import Script, Statement
from palaver.storage.sqlite import SqliteDatabase
from tests.database import whole_database

ADA = UserId("usr_ada")
KEPT, GONE = SessionId("ses_kept"), SessionId("ses_gone")
NOW = datetime.now(UTC) + timedelta(days=400)  # what is on the disk is old by then


class House:
    """Files, and who is still there."""

    def __init__(self, database: SqliteDatabase, path: Path) -> None:
        self.database = database
        blobs, workspaces = Blobs(path), Workspaces(path)
        self.home = Home(workspaces, blobs, Snapshots(blobs, workspaces))
        self.messages = {MessageId("msg_there")}
        self.sweep = Sweep(
            database, self.home, ManualClock(NOW), sessions=self._sessions, messages=self._messages
        ).sweep

    def _sessions(self, ids: Sequence[SessionId]) -> Script[set[SessionId]]:
        yield from store.roots()
        return {KEPT} & set(ids)

    def _messages(self, ids: Sequence[MessageId]) -> Script[set[MessageId]]:
        yield from store.roots()
        return self.messages & set(ids)

    async def snapshot(self, session: SessionId, message: str | None, name: str) -> str:
        """A snapshot that is written down, of a workspace that has gone on since."""
        files = self.home.workspaces.of(session)
        files.write("a", name.encode())
        taken = self.home.snapshots.take(session)
        assert taken is not None
        row = Taken(f"snp_{name}", session, MessageId(message) if message else None, taken.root, 1, 1, stamp(NOW))
        await self.database.write(store.add(row))
        files.write("a", b"gone on")
        self.home.snapshots.take(session)
        return taken.root

    async def upload(self, name: str, message: str | None) -> str:
        sha = self.home.blobs.put(name.encode()).sha
        at = stamp(NOW - timedelta(days=3))
        await self.database.write(store.add_upload(Upload(f"fil_{name}", ADA, name, "text/plain", 1, sha, at)))
        if message:
            await self.database.write(store.use(MessageId(message), [f"fil_{name}"]))
        return sha


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with whole_database() as database:
        await database.write(_ada())
        yield House(database, tmp_path)


def _ada() -> Script[None]:
    values = {column.name: "x" for column in users.c if not column.nullable} | {"id": ADA}
    yield Statement(insert(users).values(values))()


async def test_snapshots_go_with_their_message_or_session_and_their_contents_with_them(house: House) -> None:
    there = await house.snapshot(KEPT, "msg_there", "there")
    dead = await house.snapshot(KEPT, "msg_dead", "dead")
    named = await house.snapshot(KEPT, None, "named")
    shown = await house.snapshot(GONE, "msg_there", "shown")  # a fork still shows the message
    await house.sweep()
    assert await house.database.read(store.roots()) == {there, named, shown}
    blobs = house.home.blobs
    assert [blobs.has(one) for one in (there, dead, named, shown)] == [True, False, True, True]
    assert house.home.snapshots.restore(KEPT, there).changed == ("a",)


async def test_uploads_go_that_no_message_shows_any_more(house: House) -> None:
    shown = await house.upload("shown", "msg_there")
    dead = await house.upload("dead", "msg_dead")
    unused = await house.upload("unused", None)
    await house.sweep()
    assert [house.home.blobs.has(one) for one in (shown, dead, unused)] == [True, False, False]
    assert (await house.database.read(store.upload("fil_shown", ADA))).sha256 == shown
    with pytest.raises(NotFound):
        await house.database.read(store.upload("fil_dead", ADA))


async def test_files_of_sessions_that_are_gone_are_removed_and_those_of_others_stay(house: House) -> None:
    for session in (KEPT, GONE):
        house.home.workspaces.of(session).write("a", b"1")
    await house.sweep()
    assert house.home.workspaces.exists(KEPT)
    assert not house.home.workspaces.exists(GONE)


async def test_what_is_young_stays_though_nothing_points_at_it_yet(house: House) -> None:
    sha = house.home.blobs.put(b"young").sha
    house.sweep = Sweep(
        house.database,
        house.home,
        ManualClock(datetime.now(UTC)),
        sessions=house._sessions,
        messages=house._messages,
    ).sweep
    await house.sweep()
    assert house.home.blobs.has(sha)


async def test_text_that_no_session_shows_is_removed_once_it_is_old(house: House) -> None:
    texts = Extracted((Passage("line 1", "apples"),))
    numbers: dict[str, int] = {}
    for name, read in (("kept", 3), ("gone", 3), ("unused", 3), ("young", 0)):
        at = stamp(NOW - timedelta(hours=read))
        numbers[name] = (await house.database.write(index_store.add(ADA, (name, "1:"), texts, at))).n
    await house.database.write(index_store.show(KEPT, [numbers["kept"]], []))
    await house.database.write(index_store.show(GONE, [numbers["gone"]], []))
    await house.sweep()
    found = await house.database.scan(index_store.find(ADA, [(name, "1:") for name in numbers]))
    assert [one.sha256 for one in found] == ["kept", "young"]
