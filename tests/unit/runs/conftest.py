"""A journal over a real database, in a file and in memory, and a disk that can be held."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest

from palaver.kit.clock import ManualClock
from palaver.runs import journal as journals
from palaver.runs.journal import Journal
from palaver.runs.live import Live
from palaver.storage import disk
from palaver.storage.port import StorageUnavailable
from palaver.storage.script import Script
from palaver.storage.sqlite import SqliteDatabase
from tests.database import whole_database
from tests.unit.held_disk import HeldDisk
from tests.unit.runs.given import Reader, Witness, begin

MOST = 100


class Desk:
    """A journal with everything around it."""

    def __init__(self, database: SqliteDatabase, bus: Witness, held: HeldDisk, stack: AsyncExitStack) -> None:
        self.database = database
        self.bus = bus
        self.held = held
        self.journal = Journal(database, bus, ManualClock(), MOST)
        self._stack = stack

    async def begin(self, *, epoch: int = 1) -> tuple[Live, Reader]:
        """A run under way, and somebody who listens to it."""
        live = await begin(self.database, epoch=epoch)
        self.journal.open(live)
        return live, Reader(self._stack.enter_context(self.bus.subscribe(live.address.run_topic)))

    def busy(self) -> None:
        """A transaction is on its way, for the next one to gather behind."""
        self.database.post(_nothing(), durable=False, done=lambda _: None, failed=print)

    async def written(self) -> None:
        """Return once everything that was posted so far is committed."""
        await self.database.write(_nothing(), durable=False)

    async def written_or_refused(self) -> None:
        """Return once everything that was posted so far is committed, or told as failed."""
        with suppress(StorageUnavailable):
            await self.written()


@pytest.fixture
async def held(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[HeldDisk]:
    held = HeldDisk()
    monkeypatch.setattr(disk, "_sync", held)
    yield held
    held.release()


@pytest.fixture(params=["file", "memory"])
async def desk(
    request: pytest.FixtureRequest, tmp_path: Path, held: HeldDisk, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Desk]:
    monkeypatch.setattr(journals, "RETRY", journals.RETRY / 50)
    path = tmp_path / "palaver.db" if request.param == "file" else None
    async with whole_database(path) as database:
        with_readers = AsyncExitStack()
        async with with_readers:
            yield Desk(database, Witness(path), held, with_readers)
        held.release()


def _nothing() -> Script[None]:
    yield from ()
