"""Queries that keep the search over messages up to date and ask it; which sessions match is a part of `store.page`.

SQLite: an FTS5 table over the words of messages and their facets, see `tables.SQLITE_WORDS`.
"""

from collections.abc import Sequence

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
    text(
        "insert into message_search(rowid, text, facets) "
        "select n, text, facets from message_words where n > :after and n <= :upto"
    )
)
_TAKE_OUT = (
    "insert into message_search(message_search, rowid, text, facets) "
    "select 'delete', w.n, w.text, w.facets from messages m join message_words w on w.n = m.n where m.n <= :upto and "
)
_TAKE_OUT_SESSION = Statement(text(_TAKE_OUT + "m.session_id = :session_id"))
_TAKE_OUT_STRETCH = Statement(
    text(_TAKE_OUT + "m.line = :line and m.depth >= :start and m.depth < :end and m.session_id = :session_id")
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


def within(user_id: str, words: str, *, role: str | None = None, months: Sequence[str] = ()) -> str:
    """The same among one person's messages, or fewer: of that role, of these months (`202611`)."""
    whose = f"facets:u{_word(user_id)}"
    said = [f"facets:r{role}"] if role else []
    when = ["(" + " OR ".join(f"facets:m{month}" for month in months) + ")"] if months else []
    return " AND ".join([whose, *said, *when, f"text:({expression(words)})"])


def _word(id_: str) -> str:
    """An id as one word, as `tables.SQLITE_WORDS` has it; nothing that has a meaning in an expression remains."""
    return "".join(sign for sign in id_ if sign.isascii() and sign.isalnum())
