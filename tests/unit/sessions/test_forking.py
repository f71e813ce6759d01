"""Any sequence of turns, edits, forks, notes and deletions leaves what a plain model of copies says."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import text

from palaver.core.errors import NotFound
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.kit.clock import SystemClock
from palaver.sessions import search_store, shown, store, tree, turns
from palaver.sessions.forking import Forking, Wish
from palaver.sessions.service import Branch, Query, Sessions, plain
from palaver.sessions.settings import SessionSettings
from palaver.sessions.shape import Shapes
from palaver.sessions.tree import Place, Reach
from palaver.storage.script import Script, Statement, rows
from palaver.storage.sqlite import SqliteDatabase
from tests.database import whole_database
from tests.promises import keeps

ADA = UserId("usr_ada")
NOW = "2026-11-21T12:00:00.000000Z"

acts = some.lists(
    some.tuples(
        some.sampled_from(["say", "say", "say", "fork", "fork", "drop", "edit", "note", "head", "search", "end"]),
        some.integers(0, 3),
        some.integers(0, 6),
    ),
    min_size=6,
    max_size=24,
)


@dataclass
class Copy:
    """The model of a session: a copy of everything that it shows, by id."""

    above: dict[str, str | None] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    noted: dict[str, dict[str, Any]] = field(default_factory=dict)
    head: str | None = None

    def way(self, to: str | None) -> list[str]:
        return [] if to is None else [*self.way(self.above[to]), to]

    def add(self, one: str, above: str | None, said: str) -> None:
        self.above[one], self.said[one], self.noted[one], self.head = above, said, {}, one

    def drop(self, one: str) -> set[str]:
        gone = {other for other in self.above if one in self.way(other)}
        if self.head in gone:
            self.head = self.above[one]
        for other in gone:
            del self.above[other], self.said[other], self.noted[other]
        return gone


class Both:
    """Sessions, and the model of each."""

    def __init__(self, database: SqliteDatabase) -> None:
        self.database = database
        self.sessions = Sessions(database, SystemClock(), SessionSettings())
        self.forking = Forking(database, SystemClock())
        self.copies: dict[SessionId, Copy] = {}
        self.gone: set[str] = set()
        self.number = 0

    async def do(self, act: str, which: int, where: int) -> None:
        self.number += 1
        if not self.copies or (act == "say" and which > len(self.copies)):
            session = await self.sessions.create(ADA, {})
            self.copies[session.id] = Copy()
        session_id = list(self.copies)[which % len(self.copies)]
        copy = self.copies[session_id]
        ids = list(copy.above)
        await getattr(self, act)(session_id, copy, ids[where % len(ids)] if ids else None)

    async def say(self, session_id: SessionId, copy: Copy, one: str | None) -> None:
        below = one if self.number % 3 == 0 else copy.head
        if self.number % 11 == 0:
            below = None
        said = f"word{self.number}"

        def write() -> Script[str]:
            kept = yield from store.find(session_id, ADA, to_change=True)
            asked = yield from turns.ask(kept, plain(said), below=MessageId(below) if below else None, now=NOW)
            yield from asked.write(ADA)
            yield from store.save(asked.kept)
            return asked.message_id

        copy.add(await self.database.write(write()), below, said)

    async def fork(self, session_id: SessionId, copy: Copy, one: str | None) -> None:
        made = await self.forking.fork(ADA, Wish(session_id, MessageId(one) if one else None))
        twin = self.copies[made.id] = Copy()
        above: str | None = None
        for old in copy.way(one):
            new = shown.shown(MessageId(old), made.id)
            twin.add(new, above, copy.said[old])
            twin.noted[new] = copy.noted[old]
            above = new
        assert made.head_message_id == twin.head

    async def drop(self, session_id: SessionId, copy: Copy, one: str | None) -> None:
        if one is not None:
            await self.sessions.remove_message(ADA, MessageId(one))
            self.gone |= copy.drop(one)

    async def edit(self, session_id: SessionId, copy: Copy, one: str | None) -> None:
        if one is not None:
            said = f"edit{self.number}"
            made = json.loads(await self.sessions.edit(ADA, MessageId(one), plain(said), None))
            assert made["session_id"] == session_id
            copy.add(made["id"], copy.above[one], said)

    async def note(self, session_id: SessionId, copy: Copy, one: str | None) -> None:
        if one is not None:
            noted = {"note": self.number}
            await self.sessions.edit(ADA, MessageId(one), None, noted)
            copy.noted[one] = noted

    async def head(self, session_id: SessionId, copy: Copy, one: str | None) -> None:
        if one is not None:
            await self.sessions.change(ADA, session_id, {"head_message_id": one})
            copy.head = one

    async def search(self, session_id: SessionId, copy: Copy, one: str | None) -> None:
        if one is not None:
            found = json.loads(await self.sessions.page(ADA, Query(q=copy.said[one])))
            expected = {other for other, twin in self.copies.items() if copy.said[one] in twin.said.values()}
            titled = {item["id"] for item in found["items"] if copy.said[one] in (item["title"] or "")}
            assert (
                {item["id"] for item in found["items"]} - titled <= expected <= {item["id"] for item in found["items"]}
            )

    async def end(self, session_id: SessionId, copy: Copy, one: str | None) -> None:
        if self.number % 2:
            await self.sessions.remove(ADA, session_id)
            self.gone |= set(copy.above)
            del self.copies[session_id]

    async def check(self) -> None:
        for session_id, copy in self.copies.items():
            session = json.loads(await self.sessions.get(ADA, session_id))
            assert (session["head_message_id"], session["message_count"]) == (copy.head, len(copy.above))
            assert await self.branch(session_id, None) == copy.way(copy.head)
            nodes = (await Shapes(self.database, most=200).page(ADA, session_id, None, 200)).items
            assert {node.id: node.parent_id for node in nodes} == copy.above
            for one in copy.above:
                message = json.loads(await self.sessions.message(ADA, MessageId(one)))
                told = (message["id"], message["session_id"], message["parent_id"], message["text"])
                assert told == (one, session_id, copy.above[one], copy.said[one])
                assert message["metadata"] == copy.noted[one]
                assert (await self.branch(session_id, one))[: len(copy.way(one))] == copy.way(one)
        for one in self.gone:
            with pytest.raises(NotFound):
                await self.sessions.message(ADA, MessageId(one))
        found = await self.database.read(rows(Statement(text("select count(*) from messages"))()))
        assert found[0][0] == len(
            {shown.written(MessageId(one))[0] for copy in self.copies.values() for one in copy.above}
        )

    async def branch(self, session_id: SessionId, through: str | None) -> list[str]:
        branch = Branch(MessageId(through)) if through else None
        page = json.loads(await self.sessions.messages(ADA, session_id, after=None, limit=200, branch=branch))
        return [one["id"] for one in page["items"]]

    async def ends(self) -> None:
        """When all is deleted, nothing is left, and search is sound."""
        for session_id in list(self.copies):
            await self.sessions.remove(ADA, session_id)
        for table in ("messages", "shares", "shared_metadata"):
            assert await self.database.read(rows(Statement(text(f"select * from {table}"))())) == []
        await self.database.write(_sound())


def _sound() -> Script[None]:
    yield from search_store.catch_up(1_000)
    yield Statement(text("insert into message_search(message_search) values ('integrity-check')"))()


@keeps("sessions:fork")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(acts)
def test_sessions_that_share_messages_behave_as_if_each_had_copies(done: list[tuple[str, int, int]]) -> None:
    async def run() -> None:
        async with whole_database() as database:
            both = Both(database)
            for act, which, where in done:
                await both.do(act, which, where)
            await both.check()
            await both.ends()

    asyncio.run(run())


def test_the_id_of_a_shared_message_says_which_session_shows_it() -> None:
    session, other = SessionId("ses_" + "0f" * 16), SessionId("ses_" + "ff" * 16)
    written = MessageId("msg_" + "ab" * 16)
    one = shown.shown(written, session)
    assert shown.written(one) == (written, session)
    assert shown.shown(one, other) == shown.shown(written, other)
    assert len({one, written, shown.shown(written, other)}) == 3
    assert len(one) <= 64
    for plain_id in (written, MessageId("msg_1"), MessageId(""), MessageId("x" * 23), MessageId("_" * 64)):
        assert shown.written(plain_id)[1] is None or plain_id == MessageId("_" * 64)


def test_what_two_ways_have_in_common_ends_where_they_part() -> None:
    trunk = Reach("a", 0, 5)
    assert tree.common((), (trunk,)) == 0
    assert tree.common((trunk,), (Reach("a", 0, 3),)) == 3
    assert tree.common((trunk,), (Reach("a", 0, 3), Reach("b", 3, 9))) == 3
    assert tree.common((trunk, Reach("c", 5, 6)), (trunk, Reach("b", 5, 9))) == 5
    assert tree.common((Reach("b", 0, 1),), (trunk,)) == 0


def test_a_fork_shows_the_way_and_adds_to_lines_of_its_own() -> None:
    shape, place = tree.seed("a"), None
    for name in ("1", "2", "3"):
        shape, place = tree.append(shape, place, name)
    forked = tree.fork(shape, Place("a", 1), "f")
    assert [(line.id, line.start, line.end, line.shared) for line in forked.lines] == [("a", 0, 2, True)]
    grown, new = tree.append(forked, Place("a", 1), "m")
    assert new == Place("m", 2)
    assert tree.path(grown, new) == (Reach("a", 0, 2, True), Reach("m", 2, 3))
    assert tree.siblings(grown, new) == (new,)
    assert tree.leaf(grown, Place("a", 0)) == new
    assert tree.fork(shape, None, "f") == tree.seed("f")
