"""A home with sessions and files at the level of services, to be opened in one process after another; no test here."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import insert, text

from palaver.core.ids import MessageId, SessionId, UserId
from palaver.entry.filing import open_files, sweep_of
from palaver.files import store as files_store
from palaver.files.jobs import clear
from palaver.files.service import Files
from palaver.files.settings import FileSettings
from palaver.files.store import Taken
from palaver.identity.tables import users
from palaver.kit.clock import SystemClock
from palaver.kit.ids import new_id
from palaver.sessions import store, turns
from palaver.sessions.checkpointing import Checkpointing
from palaver.sessions.forking import Forking
from palaver.sessions.rewinding import Rewinding
from palaver.sessions.service import Sessions, plain
from palaver.sessions.settings import SessionSettings
from palaver.storage.script import Script, Statement, rows
from palaver.storage.sqlite import SqliteDatabase
from tests.faults.dying import Tree, tree

ADA = UserId("usr_ada")
NOW = "2026-11-21T12:00:00.000000Z"
ALL = 2.0**40  # everything is older
T = TypeVar("T")

# What is said of sessions, of files and of points to go back to, and must be as before or as after.
SHOWN = (
    "select id, head_line, head_depth, tree from sessions order by id",
    "select line, depth from messages order by line, depth",
    "select line, session_id, upto from shares order by line, session_id",
    "select session_id, kind, message_id, root from checkpoints order by id",
    "select session_id from rewinds",
    "select session_id, root from snapshots order by id",
    "select name, sha256 from uploads order by name",
)


class Seen(NamedTuple):
    """All that there is: rows of the database by query, and the files of every session."""

    rows: tuple[tuple[Any, ...], ...]
    files: dict[str, Tree]


class Home:
    """What one process has opened."""

    def __init__(self, path: Path, database: SqliteDatabase) -> None:
        clock = SystemClock()
        self.path = path
        self.database = database
        self.files: Files = open_files(path, FileSettings(sweep_grace=timedelta(0)), database, clock)
        self.sessions = Sessions(database, clock, SessionSettings())
        self.sessions.removed = self.files.session_removed
        snapshots = self.files.home.snapshots
        self.forking = Forking(database, clock, snapshots)
        self.checkpointing = Checkpointing(database, snapshots, clock, most=100)
        self.rewinding = Rewinding(database, snapshots, clock, held=set())
        self._sweep = sweep_of(self.files, database, clock)

    def write(self, session_id: SessionId, **files: str) -> None:
        """Files by name, their folders by `_`; empty means to remove it."""
        workspace = self.files.home.workspaces.of(session_id)
        for name, content in files.items():
            if content:
                workspace.write(name.replace("_", "/"), content.encode())
            else:
                workspace.remove(name.replace("_", "/"))

    async def say(self, session_id: SessionId, words: str) -> MessageId:
        """A question, with the checkpoint that stands before it."""
        snapshot = self.files.home.snapshots.take(session_id)

        def asked() -> Script[MessageId]:
            kept = yield from store.find(session_id, ADA, to_change=True)
            said = yield from turns.ask(kept, plain(words), below=turns.HEAD, now=NOW)
            yield from said.write(ADA)
            yield from store.save(said.kept)
            if snapshot:
                values = (new_id("snp"), session_id, said.message_id, snapshot.root, 1, 1, NOW)
                yield from files_store.add(Taken(*values))
            return said.message_id

        return await self.database.write(asked())

    async def recovered(self) -> Seen:
        """What a process finds that was just started, once a start is done; a sweep changes nothing of it."""
        await self.rewinding.recover()
        clear(self.files.home.workspaces, ALL)
        found = await self.seen()
        await self.swept()
        assert await self.seen() == found
        return found

    async def seen(self) -> Seen:
        """What there is."""
        found = [tuple(await self.database.read(rows(Statement(text(one))()))) for one in SHOWN]
        there = [SessionId(row[0]) for row in found[0]]
        return Seen(tuple(found), {one: self.tree(one) for one in there})

    def tree(self, session_id: SessionId) -> Tree:
        """The files of a session as whoever uses them next finds them."""
        workspace = self.files.home.workspaces.of(session_id)
        workspace.settled()
        return tree(workspace.root)

    async def swept(self) -> None:
        """No content is missing; after a sweep nothing is there that nothing needs, of blobs, folders and drafts."""
        await self._sweep.sweep()
        clear(self.files.home.workspaces, ALL)
        roots: set[str] = set()
        for one in self._sweep._roots:
            roots |= await self.database.scan(one())
        needed = self.files.home.snapshots.needed(roots) | await self.database.scan(files_store.contents())
        assert set(self.files.home.blobs.names()) == needed
        alive = {row[0] for row in await self.database.read(rows(Statement(text("select id from sessions"))()))}
        workspaces = self.files.home.workspaces
        for at in (self.path / "workspaces", workspaces.beside):
            assert {one.name for one in at.iterdir() if not one.name.startswith(".")} <= alive
        for left in (self.path / "blobs/new", workspaces.drafts, self.path / "workspaces/.gone"):
            assert not left.exists() or not any(left.iterdir())


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Home]:
    """A home in this process."""
    database = SqliteDatabase(path / "palaver.db")
    try:
        yield Home(path, database)
    finally:
        await database.close()


def within(path: Path, act: Callable[[Home], Awaitable[T]]) -> T:
    """One process's doing, from its start to its end."""

    async def done() -> T:
        async with opened(path) as home:
            return await act(home)

    return asyncio.run(done())


def dying_within(path: Path, act: Callable[[Home], Awaitable[object]]) -> None:
    """The same, where every unit of work is a step at which the process may die: before it, and after it."""

    async def counted(home: Home) -> None:
        original = home.database.write

        async def write(*given: Any, **named: Any) -> Any:
            os.utime(path)  # a step
            found = await original(*given, **named)
            os.utime(path)
            return found

        home.database.write = write  # type: ignore[method-assign]
        await act(home)

    within(path, counted)


def ada() -> Script[None]:
    """The person whose sessions they are."""
    values = {column.name: "x" for column in users.c if not column.nullable} | {"id": ADA}
    yield Statement(insert(users).values(values))()
