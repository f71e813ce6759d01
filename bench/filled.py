"""Sessions and messages written straight into the database of a home, as turns would have; no server may be running."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from palaver.core.ids import MessageId, SessionId, UserId
from palaver.core.messages import Message, TextPart
from palaver.sessions.record import body_of, session_body, tree_body
from palaver.sessions.session import Session
from palaver.sessions.tree import Line, Tree

DATABASE = "palaver.db"


class Said(NamedTuple):
    """One session: whose it is, and what was said in it, one message after the other."""

    number: int
    user_id: str
    texts: list[str]
    at: str

    @property
    def id(self) -> str:
        """The session's."""
        return f"ses_{self.number:032x}"


@contextmanager
def opened(home: Path) -> Iterator[sqlite3.Connection]:
    """The database of a home, without waiting for the disk."""
    with closing(sqlite3.connect(home / DATABASE, isolation_level=None)) as link:
        for pragma in ("synchronous=off", "cache_size=-200000", "foreign_keys=off"):
            link.execute(f"pragma {pragma}")
        yield link


def user_of(link: sqlite3.Connection, email: str) -> str:
    """The id of a person who was made by the command line."""
    return link.execute("select id from users where email = ?", (email,)).fetchone()[0]


def fill(link: sqlite3.Connection, many: Iterator[Said]) -> int:
    """Write sessions down; how many messages there are now. Search does not know them yet."""
    link.execute("begin")
    n = link.execute("select coalesce(max(n), 0) from messages").fetchone()[0]
    for said in many:
        count = len(said.texts)
        _session(link, said, count)
        link.executemany(
            "insert into messages(n, id, session_id, user_id, line, depth, role, created_at, text, body, status) "
            "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'complete')",
            (_message(said, depth, n + depth + 1) for depth in range(count)),
        )
        n += count
    link.execute("commit")
    return n


def _session(link: sqlite3.Connection, said: Said, count: int) -> None:
    kept = Session(
        id=SessionId(said.id),
        title=f"Session {said.number}",
        head_message_id=_id(said, count - 1),
        message_count=count,
        created_at=said.at,
        updated_at=said.at,
    )
    shape = tree_body(Tree((Line(SessionId(said.id), None, 0, count),)))
    link.execute(
        "insert into sessions"
        "(id, user_id, activity, archived, running, tags, title, tree, head_line, head_depth, body) "
        "values (?, ?, ?, 0, 0, '', ?, ?, ?, ?, ?)",
        (said.id, said.user_id, said.at, kept.title, shape, said.id, count - 1, session_body(kept)),
    )


def _id(said: Said, depth: int) -> MessageId:
    return MessageId(f"msg_{said.number:016x}{depth:016x}")


def _message(said: Said, depth: int, n: int) -> tuple[object, ...]:
    role = "assistant" if depth % 2 else "user"
    message = Message(
        id=_id(said, depth),
        session_id=SessionId(said.id),
        parent_id=_id(said, depth - 1) if depth else None,
        role=role,
        parts=(TextPart(text=said.texts[depth]),),
        text=said.texts[depth],
        created_at=said.at,
    )
    place = (said.id, UserId(said.user_id), said.id, depth)
    return (n, message.id, *place, role, said.at, message.text, body_of(message))


def index(link: sqlite3.Connection) -> None:
    """Let search know all of them."""
    link.execute("insert into message_search(message_search) values ('rebuild')")
    link.execute("delete from search_progress")
    link.execute("insert into search_progress select coalesce(max(n), 0) from messages")
    link.execute("pragma wal_checkpoint(truncate)")
