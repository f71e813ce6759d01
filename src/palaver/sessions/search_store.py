"""Queries that keep the search over messages up to date and ask it; which sessions match is a part of `store.page`.

SQLite: an FTS5 table over the words of messages and their facets, see `tables.SQLITE_WORDS`.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, func, insert, select, text, update

from palaver.sessions.tables import messages, search_progress
from palaver.sessions.tree import Reach
from palaver.storage.script import Script, Statement, changed, first

LETTERS = 5  # first letters of words that `tables.SQLITE_SEARCH` keeps

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
_ANY = Statement(text("select 1 from message_search where message_search match :match limit 1"))
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


def expression(words: str, *, whole: bool = False) -> str:
    """What a person typed as a full-text expression: every word must be there, the last may be unfinished.

    With `whole` it may not.
    """
    plain = words.replace("\x00", " ")  # SQLite reads no further than a NUL
    quoted = ['"' + word.replace('"', '""') + '"' for word in plain.split()]
    return " ".join(quoted) + ("" if whole else "*") if quoted else '""'


def long(words: str) -> bool:
    """Whether the last word is longer than what is kept of first letters: to look for its beginnings may take long."""
    return any(len(word) > LETTERS for word in words.split()[-1:])


class Among(NamedTuple):
    """Among which messages of a person; None means no matter. Times are years and months (`2026`, `202611`)."""

    lines: Sequence[str] | None = None
    role: str | None = None
    times: Sequence[str] | None = None
    besides: Sequence[str] = ()  # lines in which others write for that person as well


ANYWHERE = Among()


def within(user_id: str, words: str, among: Among = ANYWHERE, *, whole: bool = False) -> str:
    """What was typed as an expression that finds one person's messages and those of their rooms only, or fewer."""
    theirs = f"u{_word(user_id)}"
    facets = [theirs] if not among.besides else []
    facets += [f"r{among.role}"] if among.role else []
    several = [_any([theirs, *(f"l{_word(line)}" for line in among.besides)])] if among.besides else []
    several += [_any(f"l{_word(line)}" for line in among.lines)] if among.lines is not None else []
    several += [_any(("y" if len(one) == 4 else "m") + one for one in among.times)] if among.times is not None else []
    return " AND ".join([*(f"facets:{one}" for one in facets), *several, f"text:({expression(words, whole=whole)})"])


class Try(NamedTuple):
    """An expression, and a wider one that costs little: where that finds nothing, this one is not tried."""

    match: str
    only_if: str | None = None


def tries(user_id: str, words: str, among: Among = ANYWHERE, *, whole: bool = False) -> list[Try]:
    """What to try one after the other: a long last word as it stands first (`whole`: only so), then all that begin so.

    To look for the beginnings of a long word gathers everybody's messages with them. So it is asked first whether this
    person has any with its first letters, of which there is a list.
    """
    as_it_stands, unfinished = (within(user_id, words, among, whole=one) for one in (True, False))
    if not long(words):
        return [Try(unfinished)]
    if whole:
        return [Try(as_it_stands)]
    *before, last = words.split()
    begun = last[:LETTERS]
    wider = within(user_id, " ".join([*before, begun]), among) if begun.isalnum() else None
    return [Try(as_it_stands), Try(unfinished, only_if=wider)]


def worth(one: Try) -> Script[bool]:
    """Whether something can be found so."""
    return one.only_if is None or (yield from first(_ANY(match=one.only_if))) is not None


def _any(words: Iterable[str]) -> str:
    return "facets:(" + (" OR ".join(words) or '""') + ")"


def _word(id_: str) -> str:
    """An id as one word, as `tables.SQLITE_WORDS` has it; nothing that has a meaning in an expression remains."""
    return "".join(sign for sign in id_ if sign.isascii() and sign.isalnum())
