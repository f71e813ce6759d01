"""Finds messages by their words, among all that a person may see; it ranks nothing: what was said last comes first."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from palaver.core.errors import Invalid
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.core.messages import MessageRole
from palaver.kit.clock import stamp
from palaver.kit.pages import BadCursor, cursor, position
from palaver.sessions import finding_store, search_store
from palaver.sessions.finding_store import FROM, NEWEST, TO, Hit, Narrowed
from palaver.sessions.service import Sessions
from palaver.storage.port import Database

MOST_MONTHS = 120  # that are looked up one by one; a longer time is only compared with

Place = Annotated[int, msgspec.Meta(ge=0, lt=NEWEST)]


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
        before = _before(looked.cursor)
        await self._sessions.catch_up()
        narrowed = Narrowed(
            match=search_store.within(user_id, looked.q, role=looked.role, months=_months(looked)),
            session_id=looked.session_id,
            project_id=looked.project_id,
            since=stamp(looked.since) if looked.since else None,
            until=stamp(looked.until) if looked.until else None,
        )
        hits = await self._database.scan(finding_store.hits(user_id, narrowed, before, looked.limit + 1))
        more = cursor(hits[looked.limit - 1].n) if len(hits) > looked.limit else None
        return FoundList([_found(hit) for hit in hits[: looked.limit]], more)


def _months(looked: Looked) -> list[str]:
    """The months between the two times, where both are known and near enough."""
    if looked.since is None or looked.until is None:
        return []
    at, end = looked.since.astimezone(UTC).replace(day=1), looked.until.astimezone(UTC)
    months: list[str] = []
    while at <= end and len(months) <= MOST_MONTHS:
        months.append(f"{at.year:04}{at.month:02}")
        at = (at + timedelta(days=32)).replace(day=1)
    return months if len(months) <= MOST_MONTHS else []


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


def _before(word: str | None) -> int:
    if word is None:
        return NEWEST
    try:
        return position(word, tuple[Place])[0]
    except BadCursor as error:
        at = {"loc": ["query", "cursor"], "msg": "not a cursor of this list", "type": "bad_cursor"}
        raise Invalid("The cursor is not one of this list's.", errors=[at]) from error
