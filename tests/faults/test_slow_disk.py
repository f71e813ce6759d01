"""A disk that takes its time: nothing is told before it is safe, and no reader is sent away too early."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from palaver.core.ids import RunId, UserId
from palaver.core.messages import TextPart
from palaver.core.principal import Principal
from palaver.entry.agency import open_agency
from palaver.entry.compose import House, build
from palaver.entry.database import open_database
from palaver.entry.settings import load_settings
from palaver.identity import store as identity_store
from palaver.identity.store import User
from palaver.kit.clock import SystemClock
from palaver.realtime.follow import RunFeed
from palaver.runs.prompt import Prompt
from palaver.storage import disk
from tests.journeys.house import palaver_toml
from tests.journeys.streams import PATIENCE
from tests.promises import keeps
from tests.vendor import FakeVendor, Reply, chunk, done, finish, said
from tests.vendor.script import Stall

pytestmark = pytest.mark.timeout(60)

ADA = Principal(user_id=UserId("usr_ada"), role="admin")
SIGNS = {"session": 1, "run": 2}


@dataclass
class Held:
    """The disk, which syncs only while its gate is open."""

    gate: threading.Event

    def hold(self) -> None:
        self.gate.clear()

    def let_go(self) -> None:
        self.gate.set()


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Held:
    gate = threading.Event()
    gate.set()
    sync: Callable[[int], Exception | None] = disk._sync

    def synced(wal: int) -> Exception | None:
        gate.wait(PATIENCE)
        return sync(wal)

    monkeypatch.setattr(disk, "_sync", synced)
    return Held(gate)


@asynccontextmanager
async def opened(home: Path, vendor: FakeVendor, slow: Held) -> AsyncIterator[House]:
    """A house without doors."""
    (home / "palaver.toml").write_text(palaver_toml(vendor))
    loaded = load_settings({"PALAVER_HOME": str(home)})
    async with open_database(loaded.settings) as database:
        async with asyncio.TaskGroup() as tasks:
            clock = SystemClock()
            agency = await open_agency(loaded.settings, database, loaded.environment, tasks=tasks, clock=clock)
            house = build(loaded, database, agency, tasks=tasks, clock=clock)
            await house.lease.take()
            await database.write(identity_store.add_user(user_row(ADA.user_id)))
            try:
                yield house
            finally:
                slow.let_go()
        await house.close()


def user_row(user_id: str) -> dict[str, Any]:
    """Somebody who has an account."""
    row = dict.fromkeys(User._fields) | {"id": user_id, "issuer": "", "subject": "ada@example.org", "role": "admin"}
    return row | {"created_at": "2026-11-21T12:00:00.000000Z", "password_hash": None}


async def until(holds: Callable[[], bool]) -> None:
    """Let everybody else run, until it holds."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.to_thread(lambda: None)


async def hear(feed: RunFeed) -> list[str]:
    """The types of what is told from here to the end."""
    heard = [] if (past := await feed.past()) is None else past.objects()
    while not feed.over:
        for told in await feed.mailbox.take():
            due = feed.due(told) if told else None
            heard += due.objects() if due else []
    return [line.split(b'"')[3].decode() for line in heard]


@keeps("runs:watch:durable-first")
async def test_nothing_is_told_while_the_question_is_not_on_the_disk(
    tmp_path: Path, vendor: FakeVendor, slow: Held
) -> None:
    async with opened(tmp_path, vendor, slow) as house, asyncio.timeout(PATIENCE):
        run_id = house.runs.new_id()
        with_bus = house.bus.subscribe(f"run:{run_id}")
        with with_bus as mailbox:
            slow.hold()
            async with asyncio.TaskGroup() as group:
                asked = group.create_task(house.runs.start(ADA, prompt("hello"), run_id))
                await (await vendor.asked()).served()  # the model may be asked meanwhile
                await until(lambda: house.journal.live(run_id) is not None)
                live = house.journal.live(run_id)
                assert live is not None
                await until(lambda: bool(live.held))
                assert (asked.done(), live.last_told, mailbox._items) == (False, 0, [])
                slow.let_go()
            first = (await mailbox.take())[0]
            assert first is not None
            assert first.first == 1
        feed = RunFeed(house.bus, house.runs, ADA.user_id, run_id, after=0)
        types = await hear(feed)
        feed.close()
    assert types[:2] == ["session", "run"]
    assert types[-2:] == ["message", "done"]


@keeps("runs:watch:durable-first", "runs:watch:no-gap")
async def test_a_reader_who_comes_between_the_end_and_the_disk_is_not_sent_away_without_it(
    tmp_path: Path, vendor: FakeVendor, slow: Held
) -> None:
    vendor.next(Reply([chunk({"role": "assistant"}), said("one"), Stall(), finish(), done()]))
    async with opened(tmp_path, vendor, slow) as house, asyncio.timeout(PATIENCE):
        run = await house.runs.start(ADA, prompt("hello"))
        live = house.journal.live(run.id)
        assert live is not None
        await until(lambda: live.last_told >= 3)
        slow.hold()
        vendor.release()
        async with asyncio.timeout(PATIENCE):
            while (await house.runs.find(ADA.user_id, run.id)).state != "over":
                await asyncio.to_thread(lambda: None)
        feeds = [RunFeed(house.bus, house.runs, ADA.user_id, RunId(run.id), after=after) for after in (0, 3, 6)]
        async with asyncio.TaskGroup() as group:
            readers = [group.create_task(hear(feed)) for feed in feeds]
            await asyncio.to_thread(lambda: None)
            assert [reader.done() for reader in readers] == [False] * 3
            slow.let_go()
        for feed in feeds:
            feed.close()
        whole = ["session", "run", "content", "usage", "message", "done"]
        assert [reader.result() for reader in readers] == [whole, whole[3:], []]
        late = RunFeed(house.bus, house.runs, ADA.user_id, RunId(run.id), after=6)
        assert await hear(late) == []
        late.close()


def prompt(text: str) -> Prompt:
    return Prompt(parts=(TextPart(text=text),), model="fake/fake-n3")
