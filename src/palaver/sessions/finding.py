"""Finds messages by their words, among all that a person may see; it ranks nothing: what was said last comes first."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec

from palaver.core.errors import Invalid
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.core.messages import MessageRole
from palaver.kit.clock import stamp
from palaver.kit.pages import BadCursor, cursor, position
from palaver.sessions import finding_store, members_store, search_store
from palaver.sessions.finding_store import FROM, NEWEST, TO, Hit, Narrowed
from palaver.sessions.search_store import Among
from palaver.sessions.service import Sessions
from palaver.storage.port import Database
from palaver.storage.script import Script

MOST_LINES = 500  # of sessions that are named to search; where there are more, what it finds is only compared
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, tzinfo=UTC)  # nothing is said beyond

Place = Annotated[int, msgspec.Meta(ge=0, lt=NEWEST)]


Start = tuple[Place, bool]  # before this message; whether the last word is taken as it stands


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody looks for; `since` is inclusive, `until` is not."""

    q: str
    cursor: str | None = None
    limit: int = 20
    session_id: SessionId | None = None
    project_id: str | None = None
    role: MessageRole | None = None
    since: datetime | None = None
    until: datetime | None = None


class Found(msgspec.Struct, frozen=True):
    """A message that holds the words; `marks` are where in the snippet they stand, each from and to a character."""

    message_id: MessageId
    session_id: SessionId
    session_title: str | None
    role: str
    snippet: str
    marks: list[tuple[int, int]]
    created_at: str


class FoundList(msgspec.Struct, frozen=True):
    """A page of what was found, newest first; `next_cursor` asks for the one after it."""

    items: list[Found]
    next_cursor: str | None


class Finding:
    """Looks up words; what search lags behind is taken in first."""

    def __init__(self, database: Database, sessions: Sessions) -> None:
        self._database = database
        self._sessions = sessions

    async def find(self, user_id: UserId, looked: Looked) -> FoundList:
        """A page of messages that hold all the words; the last word may be unfinished."""
        start = _start(looked)
        await self._sessions.catch_up()
        return await self._database.scan(_page(user_id, looked, start))


def _page(user_id: UserId, looked: Looked, start: Start) -> Script[FoundList]:
    lines: list[str] | None = None
    besides = yield from members_store.lines_shared_with(user_id)
    if looked.session_id or looked.project_id:
        lines = yield from finding_store.lines_of(user_id, looked.session_id, looked.project_id, MOST_LINES)
    if lines is not None and not lines:
        return FoundList([], None)
    among = Among(lines, looked.role, times(looked.since, looked.until), besides)
    hits, whole = yield from _hits(user_id, looked, start, among)
    more = cursor(hits[looked.limit - 1].n, whole) if len(hits) > looked.limit else None
    return FoundList([_found(hit) for hit in hits[: looked.limit]], more)


def _hits(user_id: UserId, looked: Looked, start: Start, among: Among) -> Script[tuple[list[Hit], bool]]:
    """The hits, and whether the last word was taken as it stands: a long one that fills a page needs no completion."""
    before, whole = start
    hits: list[Hit] = []
    tries = search_store.tries(user_id, looked.q, among, whole=whole)
    for one in tries:
        if not (yield from search_store.worth(one)):
            break
        narrowed = Narrowed(
            match=one.match,
            session_id=looked.session_id,
            project_id=looked.project_id,
            since=stamp(looked.since) if looked.since else None,
            until=stamp(looked.until) if looked.until else None,
        )
        hits = yield from finding_store.hits(user_id, narrowed, before, looked.limit + 1)
        if whole or (one is not tries[-1] and len(hits) > looked.limit):
            return hits, True
    return hits, False


def times(since: datetime | None, until: datetime | None) -> list[str] | None:
    """Years, and months of the first and the last year, in which a message between two times was said."""
    if since is None and until is None:
        return None
    first = since.astimezone(UTC) if since else EARLIEST
    last = until.astimezone(UTC) if until else LATEST
    found = [f"{year:04}" for year in range(max(first.year + 1, EARLIEST.year), min(last.year, LATEST.year + 1))]
    for year in sorted({first.year, last.year}):
        begins = first.month if year == first.year else 1
        ends = last.month if year == last.year else 12
        found += [f"{year:04}{month:02}" for month in range(begins, ends + 1)]
    return found


def _found(hit: Hit) -> Found:
    snippet, marks = marked(hit.snippet)
    return Found(hit.message_id, hit.session_id, hit.session_title, hit.role, snippet, marks, hit.created_at)


def marked(snippet: str) -> tuple[str, list[tuple[int, int]]]:
    """A snippet without its signs, and where these stood."""
    text, marks, rest = "", list[tuple[int, int]](), snippet
    while FROM in rest:
        before, _, rest = rest.partition(FROM)
        match, _, rest = rest.partition(TO)
        text += before
        marks.append((len(text), len(text) + len(match)))
        text += match
    return text + rest, marks


def _start(looked: Looked) -> Start:
    if looked.cursor is None:
        return NEWEST, False
    try:
        return position(looked.cursor, tuple[Place, bool])
    except BadCursor as error:
        at = {"loc": ["query", "cursor"], "msg": "not a cursor of this list", "type": "bad_cursor"}
        raise Invalid("The cursor is not one of this list's.", errors=[at]) from error
