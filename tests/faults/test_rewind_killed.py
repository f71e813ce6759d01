"""A rewind that is killed at any step: the session is as before or as after, never between."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from palaver.core.ids import SessionId
from palaver.files.blobs import Blobs
from palaver.files.snapshots import Snapshots
from palaver.files.workspaces import Workspaces
from palaver.kit.clock import SystemClock
from palaver.sessions import checkpoints_store, store, turns
from palaver.sessions.checkpointing import Checkpointing
from palaver.sessions.rewinding import Rewinding, Wish
from palaver.sessions.service import Sessions, plain
from palaver.sessions.settings import SessionSettings
from palaver.storage.script import Script
from palaver.storage.sqlite import SqliteDatabase
from tests.database import whole_database
from tests.faults.dying_rewind import ADA, STEPS
from tests.promises import keeps

pytestmark = pytest.mark.timeout(60)

OLD = {"same.txt": b"same", "changed.txt": b"old", "gone.txt": b"gone"}
NEW = {"same.txt": b"same", "changed.txt": b"new", "made.txt": b"made"}


class Desk(NamedTuple):
    """A session with files in a home."""

    database: SqliteDatabase
    snapshots: Snapshots
    root: Path
    session_id: SessionId

    def lay(self, files: dict[str, bytes]) -> None:
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in self.root.iterdir():
            path.unlink()
        for name, content in files.items():
            (self.root / name).write_bytes(content)

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.root.iterdir()}

    async def head(self) -> int:
        kept = await self.database.read(store.find(self.session_id, ADA))
        return -1 if kept.head is None else kept.head.depth

    def rewinding(self) -> Rewinding:
        return Rewinding(self.database, self.snapshots, SystemClock(), held=set())


def snapshots_of(home: Path) -> Snapshots:
    return Snapshots(Blobs(home), Workspaces(home))


async def say(desk: Desk, text: str) -> None:
    def asked() -> Script[None]:
        kept = yield from store.find(desk.session_id, ADA, to_change=True)
        said = yield from turns.ask(kept, plain(text), below=turns.HEAD, now="2026-11-21T12:00:00.000000Z")
        yield from said.write(ADA)
        yield from store.save(said.kept)

    await desk.database.write(asked())


@keeps("sessions:rewind:killed")
@pytest.mark.parametrize("step", STEPS)
async def test_a_killed_rewind_was_not_begun_or_is_carried_out(tmp_path: Path, step: str) -> None:
    async with whole_database(tmp_path / "palaver.db") as database:
        session = await Sessions(database, SystemClock(), SessionSettings()).create(ADA, {})
        desk = Desk(database, snapshots_of(tmp_path), tmp_path / "workspaces" / session.id, session.id)
        desk.lay(OLD)
        await say(desk, "one")
        point = await Checkpointing(database, desk.snapshots, SystemClock(), most=9).set(ADA, session.id, None)
        await say(desk, "two")
        desk.lay(NEW)

        words = [sys.executable, "-m", "tests.faults.dying_rewind", str(tmp_path), session.id, point.id, step]
        died = await asyncio.to_thread(subprocess.run, words, check=False, timeout=50)
        assert died.returncode == -signal.SIGKILL

        # The next process.
        desk = desk._replace(snapshots=snapshots_of(tmp_path))
        carried_out = await desk.rewinding().recover()
        assert carried_out == (step in {"begun", "planned", "restored"})
        assert (desk.files(), await desk.head()) == ((NEW, 1) if step == "taken" else (OLD, 0))
        assert await database.read(checkpoints_store.under_way()) == []

        # And what was done can be taken back.
        undo = await database.read(checkpoints_store.page(session.id, "chk~", 9))
        assert [one.kind for one in undo] == (["named"] if step == "taken" else ["rewind", "named"])
        await desk.rewinding().rewind(ADA, Wish(session.id, undo[0].id, frozenset(("messages", "files"))))
        assert (desk.files(), await desk.head()) == ((OLD, 0) if step == "taken" else (NEW, 1))
