"""What tests of runs start from: a run whose rows stand in a real database, and a bus that looks before it tells."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from palaver.bus.memory import MemoryBus
from palaver.core.events import RunEvent, Stamped
from palaver.core.ids import MessageId, RunId, Seq, SessionId, UserId
from palaver.kit.ids import new_id
from palaver.kit.streams import Mailbox
from palaver.runs import store
from palaver.runs.live import Live
from palaver.runs.prompt import Prompt
from palaver.runs.records import unbundle
from palaver.runs.store import Kept
from palaver.runs.told import Told
from palaver.sessions import store as session_store
from palaver.sessions import turns
from palaver.sessions.session import Session
from palaver.storage.port import Database
from palaver.storage.script import Script

ADA = UserId("usr_ada")


def row(live: Live, *, state: str = "live") -> Kept:
    return Kept(
        id=live.id,
        session_id=live.session_id,
        user_id=live.user_id,
        state=state,
        owner="wrk_1",
        epoch=live.epoch,
        cancel=None,
        prompt=Prompt(),
        place=None,
        user_message_id=None,
        message_id=MessageId(new_id("msg")),
        model="x/large",
        provider="x",
        finish_reason=None,
        error=None,
        created_at="2026-01-01T00:00:00.000000Z",
        started_at="2026-01-01T00:00:00.000000Z",
        ended_at=None,
        fingerprint=None,
    )


async def begin(database: Database, *, epoch: int = 1) -> Live:
    """A run in a session of its own; both stand in the database."""
    live = Live(RunId(new_id("run")), SessionId(new_id("ses")), ADA, epoch=epoch)

    def write() -> Script[None]:
        session = Session(id=live.session_id, created_at="2026", updated_at="2026")
        yield from session_store.create(turns.fresh(session), ADA)
        yield from store.put(row(live))

    await database.write(write(), durable=False)
    return live


def bound(*events: RunEvent) -> Script[tuple[Sequence[RunEvent], str]]:
    """A boundary that writes nothing but these events."""
    yield from ()
    return events, "value"


def written(run_id: RunId) -> Script[list[Stamped]]:
    """Everything that stands in the database of a run, in order."""
    kept = yield from store.events(run_id, 0)
    return kept + (yield from store.unbound(run_id, kept, 0))


class Witness(MemoryBus):
    """A bus that looks, as another process would, whether what is told stands in the file already."""

    def __init__(self, path: Path | None) -> None:
        super().__init__(1 << 20)
        self._path = path

    def publish(self, topic: str, item: Any, weigh: Callable[[], int]) -> None:
        if self._path is not None:
            told = {seq for seq, _ in item.lines}
            assert told <= numbers_in_the_file(self._path, item.address.run_id)
        super().publish(topic, item, weigh)


def numbers_in_the_file(path: Path, run_id: RunId) -> set[int]:
    with closing(sqlite3.connect(path)) as link:
        bodies = link.execute("select body from journal where run_id = ?", (run_id,)).fetchall()
        bodies += link.execute("select body from run_events where run_id = ?", (run_id,)).fetchall()
    return {stamped.seq for (body,) in bodies for stamped in unbundle(body)}


class Reader:
    """Somebody who listens to one run, and remembers what was told."""

    def __init__(self, mailbox: Mailbox[Any]) -> None:
        self._mailbox = mailbox
        self.told: list[Told] = []

    def hears(self) -> list[Stamped]:
        """Everything that was told so far, taken apart."""
        self.told += self._mailbox._items
        self._mailbox._items.clear()
        return [stamped for told in self.told for _, line in told.lines for stamped in unbundle(line)]

    def numbers(self) -> list[Seq]:
        return [stamped.seq for stamped in self.hears()]
