"""What a fork costs does not grow with what was said."""

import pytest
from sqlalchemy import text

from palaver.core.ids import MessageId, SessionId, UserId
from palaver.core.messages import Message, TextPart
from palaver.kit.clock import SystemClock
from palaver.sessions import store, tree
from palaver.sessions.forking import Forking, Wish
from palaver.sessions.record import body_of
from palaver.sessions.session import Session
from palaver.sessions.shape import Shapes
from palaver.sessions.store import Kept
from palaver.storage.script import Script, Statement, rows
from palaver.storage.sqlite import SqliteDatabase
from tests.database import whole_database
from tests.promises import keeps

ADA = UserId("usr_ada")
PARENT = SessionId("ses_" + "0" * 31 + "1")
NOW = "2026-11-21T12:00:00.000000Z"

_ADD = Statement(
    text(
        "insert into messages(id, session_id, user_id, line, depth, role, created_at, text, body, status) "
        "values (:id, :session_id, :user_id, :line, :depth, 'user', :at, 'Hello', :body, 'complete')"
    )
)
_WHOLE = ("sessions", "shares", "shared_metadata", "messages", "checkpoints", "effects")


def body(number: int) -> bytes:
    message = Message(
        id=MessageId(f"msg_{number:032x}"),
        session_id=PARENT,
        parent_id=MessageId(f"msg_{number - 1:032x}") if number else None,
        role="user",
        parts=(TextPart(text="Hello"),),
        text="Hello",
        created_at=NOW,
    )
    return body_of(message)


def long_session(count: int) -> Script[None]:
    session = Session(
        id=PARENT,
        head_message_id=MessageId(f"msg_{count - 1:032x}"),
        message_count=count,
        created_at=NOW,
        updated_at=NOW,
    )
    shape = tree.Tree((tree.Line(PARENT, None, 0, count),))
    yield from store.create(Kept(session, shape, tree.Place(PARENT, count - 1)), ADA)
    yield _ADD.many(
        [
            {"id": f"msg_{number:032x}", "session_id": PARENT, "user_id": ADA, "line": PARENT, "depth": number,
             "at": NOW, "body": body(number)}
            for number in range(count)
        ]
    )  # fmt: skip


async def written(database: SqliteDatabase) -> int:
    """Bytes of all rows that a fork could write."""
    total = 0
    for name in _WHOLE:
        columns = [row[1] for row in await database.read(rows(Statement(text(f"pragma table_info({name})"))()))]
        size = " + ".join(f"coalesce(length({column}), 0)" for column in columns)
        total += (await database.read(rows(Statement(text(f"select coalesce(sum({size}), 0) from {name}"))())))[0][0]
    return total


@keeps("sessions:fork")
@pytest.mark.parametrize("count", [10, 100_000])
async def test_a_fork_writes_the_same_little_whatever_was_said(count: int) -> None:
    async with whole_database() as database:
        await database.write(long_session(count), durable=False)
        before = await written(database)
        forked = await Forking(database, SystemClock()).fork(ADA, Wish(PARENT))
        assert 0 < await written(database) - before <= 2048  # a fifth of what it may: pages hold more than rows
        assert forked.message_count == count
        found = await database.read(store.message(forked.head_message_id or MessageId(""), ADA))
        assert (found.session_id, found.place.depth) == (forked.id, count - 1)
        page = await Shapes(database, most=200).page(ADA, forked.id, None, 50)
        assert (len(page.items), page.branches, page.next_cursor is None) == (min(count, 50), 1, count == 10)
