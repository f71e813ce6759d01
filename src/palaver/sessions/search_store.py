"""Queries that keep the search over messages up to date and ask it; which sessions match is a part of `store.page`.

SQLite: an FTS5 table over `messages.text`.
"""

from sqlalchemy import bindparam, func, insert, select, text, update

from palaver.sessions.tables import messages, search_progress
from palaver.sessions.tree import Reach
from palaver.storage.script import Script, Statement, changed, first

_PROGRESS = Statement(select(search_progress.c.n))
_NEWEST = Statement(select(func.coalesce(func.max(messages.c.n), 0)))
_BEGIN = Statement(insert(search_progress).values(n=bindparam("n")))
_ADVANCE = Statement(update(search_progress).values(n=bindparam("n")))
_TAKE_BACK = Statement(update(search_progress).values(n=bindparam("n")).where(search_progress.c.n > bindparam("n")))
_ADD = Statement(
    text("insert into message_search(rowid, text) select n, text from messages where n > :after and n <= :upto")
)
_TAKE_OUT = (
    "insert into message_search(message_search, rowid, text) "
    "select 'delete', n, text from messages where n <= :upto and "
)
_TAKE_OUT_SESSION = Statement(text(_TAKE_OUT + "session_id = :session_id"))
_TAKE_OUT_STRETCH = Statement(
    text(_TAKE_OUT + "line = :line and depth >= :start and depth < :end and session_id = :session_id")
)


def progress() -> Script[int]:
    """The number of the last message that search knows."""
    row = yield from first(_PROGRESS())
    if row is None:
        yield _BEGIN(n=0)
        return 0
    return row[0]


def behind() -> Script[int]:
    """How many message numbers search lags behind."""
    newest = yield from first(_NEWEST())
    return (newest[0] if newest else 0) - (yield from progress())


def catch_up(most: int) -> Script[bool]:
    """Take in at most so many messages; whether there are more."""
    newest = yield from first(_NEWEST())
    known = yield from progress()
    last = newest[0] if newest else 0
    upto = min(known + most, last)
    if upto > known:
        yield from changed(_ADD(after=known, upto=upto))
        yield _ADVANCE(n=upto)
    return upto < last


def forget_session(session_id: str) -> Script[None]:
    """Take a session's messages out, before they are deleted."""
    yield _TAKE_OUT_SESSION(session_id=session_id, upto=(yield from progress()))


def forget_stretch(reach: Reach, session_id: str) -> Script[None]:
    """Take out what a session has of a stretch of messages, before that is deleted."""
    upto = yield from progress()
    yield _TAKE_OUT_STRETCH(line=reach.line, start=reach.start, end=reach.end, session_id=session_id, upto=upto)


def settle() -> Script[None]:
    """After messages were deleted: the numbers of the newest are given again, and search must look at them anew."""
    newest = yield from first(_NEWEST())
    yield _TAKE_BACK(n=newest[0] if newest else 0)


def expression(words: str) -> str:
    """What a person typed as a full-text expression: every word must be there, the last may be unfinished."""
    plain = words.replace("\x00", " ")  # SQLite reads no further than a NUL
    quoted = ['"' + word.replace('"', '""') + '"' for word in plain.split()]
    return " ".join(quoted) + "*" if quoted else '""'
