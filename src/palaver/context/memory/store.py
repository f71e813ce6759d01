"""Every query about facts that people let Palaver remember, and the one place that decides whose they are.

SQLite: an FTS5 table over their words, see `tables.SQLITE_SEARCH`.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import (
    Text,
    and_,
    bindparam,
    column,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    table,
    text,
    tuple_,
    update,
)  # fmt: skip
from sqlalchemy.dialects.sqlite import insert as insert_or

from palaver.context.memory.fact import Fact, Mode, Source
from palaver.context.memory.tables import memories, memory_modes
from palaver.core.errors import NotFound
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.storage.script import Row, Script, Statement, changed, first, rows

START = ("~", "")  # sorts after every instant
FOUND = 48  # facts that are looked at for one turn

_COLUMNS = (
    memories.c.id, memories.c.text, memories.c.project_id, memories.c.pinned, memories.c.made_by,
    memories.c.source_session_id, memories.c.source_message_id, memories.c.source_shown, memories.c.created_at,
    memories.c.updated_at, memories.c.used_at,
)  # fmt: skip
_THEIRS = memories.c.user_id == bindparam("whose")
_ONE = and_(_THEIRS, memories.c.id == bindparam("key"))
_OF = bindparam("of", type_=Text)
_IN_PROJECT = or_(_OF.is_(None), memories.c.project_id == _OF)
_HERE = or_(memories.c.project_id.is_(None), memories.c.project_id == _OF)
_SEARCH = table("memory_search", column("rowid"))
_MATCHES = text("memories.n in (select rowid from memory_search where memory_search match :match)")

_PUT = Statement(insert(memories).values({c.name: bindparam(c.name) for c in memories.c if c.name != "n"}))
_COUNT = Statement(select(func.count()).where(_THEIRS))
_SAME = Statement(
    select(memories.c.id)
    .where(_THEIRS, memories.c.folded == bindparam("same"), memories.c.project_id.is_not_distinct_from(_OF))
    .limit(1)
)
_FIND = Statement(select(*_COLUMNS).where(_ONE))
_SAVE = Statement(
    update(memories)
    .where(_ONE)
    .values({name: bindparam(f"new_{name}") for name in (
        "text", "folded", "project_id", "pinned", "made_by", "updated_at"
    )})
)  # fmt: skip
_USED = Statement(update(memories).where(_ONE).values(used_at=bindparam("at")))
_REMOVE = Statement(delete(memories).where(_ONE))
_CLEAR = Statement(delete(memories).where(_THEIRS, _IN_PROJECT))
_FORGET_USER = Statement(delete(memories).where(memories.c.user_id == bindparam("owner")))
_LISTED = (
    select(*_COLUMNS)
    .where(_THEIRS, _IN_PROJECT)
    .where(tuple_(memories.c.updated_at, memories.c.id) < tuple_(bindparam("after"), bindparam("after_id")))
    .order_by(memories.c.updated_at.desc(), memories.c.id.desc())
    .limit(bindparam("limit"))
)
_PAGE, _PAGE_MATCHING = Statement(_LISTED), Statement(_LISTED.where(_MATCHES))
_PINNED = Statement(
    select(*_COLUMNS)
    .where(_THEIRS, memories.c.pinned == 1, _HERE)
    .order_by(memories.c.updated_at.desc())
    .limit(FOUND)
)  # fmt: skip
_FOUND = Statement(
    select(*_COLUMNS)
    .join_from(memories, _SEARCH, _SEARCH.c.rowid == memories.c.n)
    .where(text("memory_search match :match"), _THEIRS, _HERE)
    .order_by(text("bm25(memory_search, 1.0, 0.0)"), memories.c.n.desc())
    .limit(FOUND)
)
_STATE = Statement(
    select(
        select(memory_modes.c.mode).where(memory_modes.c.user_id == bindparam("whose")).scalar_subquery(),
        exists().where(_THEIRS),
    )
)
_SAID = insert_or(memory_modes).values(user_id=bindparam("whose"), mode=bindparam("mode"))
_SAY = Statement(_SAID.on_conflict_do_update(index_elements=["user_id"], set_={"mode": _SAID.excluded.mode}))


class State(NamedTuple):
    """What a person said about memory, and whether there is anything to recall."""

    mode: Mode | None
    any: bool


class Spot(NamedTuple):
    """A message where something was said: its session, the id it was written under, and the one it is shown under."""

    session_id: SessionId
    written: MessageId
    shown: MessageId


def put(fact: Fact, user_id: UserId, folded: str, spot: Spot | None) -> Script[None]:
    """Write a new fact down."""
    yield _PUT(
        id=fact.id,
        user_id=user_id,
        project_id=fact.project_id,
        text=fact.text,
        folded=folded,
        pinned=int(fact.pinned),
        made_by=fact.made_by,
        source_session_id=spot.session_id if spot else None,
        source_message_id=spot.written if spot else None,
        source_shown=spot.shown if spot else None,
        created_at=fact.created_at,
        updated_at=fact.updated_at,
        used_at=None,
    )


def count(user_id: UserId) -> Script[int]:
    """How many facts are remembered for a person."""
    row = yield from first(_COUNT(whose=user_id))
    return row[0] if row else 0


def same(user_id: UserId, folded: str, project_id: str | None) -> Script[str | None]:
    """The id of the fact that says the same in the same place."""
    row = yield from first(_SAME(whose=user_id, same=folded, of=project_id))
    return row[0] if row else None


def find(user_id: UserId, fact_id: str) -> Script[Fact]:
    """The fact, if it is this person's; NotFound otherwise."""
    row = yield from first(_FIND(whose=user_id, key=fact_id))
    if row is None:
        raise NotFound("There is no such fact.")
    return _fact(row)


def save(user_id: UserId, fact: Fact, folded: str) -> Script[None]:
    """Write down what became of a fact that was found."""
    yield _SAVE(
        whose=user_id,
        key=fact.id,
        new_text=fact.text,
        new_folded=folded,
        new_project_id=fact.project_id,
        new_pinned=int(fact.pinned),
        new_made_by=fact.made_by,
        new_updated_at=fact.updated_at,
    )


def used(user_id: UserId, fact_ids: Sequence[str], at: str) -> Script[None]:
    """Note that these were told."""
    yield _USED.many([{"whose": user_id, "key": one, "at": at} for one in fact_ids])


def remove(user_id: UserId, fact_id: str) -> Script[None]:
    """Delete a fact; NotFound where it is not this person's."""
    if not (yield from changed(_REMOVE(whose=user_id, key=fact_id))):
        raise NotFound("There is no such fact.")


def clear(user_id: UserId, project_id: str | None) -> Script[int]:
    """Delete all facts of a person, or those of one project; how many those were."""
    return (yield from changed(_CLEAR(whose=user_id, of=project_id)))


def page(
    user_id: UserId, *, project_id: str | None = None, match: str | None = None, after: tuple[str, str] = START,
    limit: int,
) -> Script[list[Fact]]:  # fmt: skip
    """A page of facts, the one that was changed last first."""
    asked = {"whose": user_id, "of": project_id, "after": after[0], "after_id": after[1], "limit": limit}
    found = yield from rows(_PAGE_MATCHING(**asked, match=match) if match else _PAGE(**asked))
    return [_fact(row) for row in found]


def recall(user_id: UserId, project_id: str | None, match: str | None) -> Script[tuple[list[Fact], list[Fact]]]:
    """The pinned facts that are told here, and those that share words with a turn, best first."""
    pinned = yield from rows(_PINNED(whose=user_id, of=project_id))
    found = (yield from rows(_FOUND(whose=user_id, of=project_id, match=match))) if match else ()
    return [_fact(row) for row in pinned], [_fact(row) for row in found]


def state(user_id: UserId) -> Script[State]:
    """What a person said about memory, and whether there is anything to recall."""
    row = yield from first(_STATE(whose=user_id))
    return State(row[0], bool(row[1])) if row else State(None, False)


def say(user_id: UserId, mode: Mode) -> Script[None]:
    """Keep how much a person lets be remembered."""
    yield _SAY(whose=user_id, mode=mode)


def _fact(row: Row) -> Fact:
    session_id, written, shown = row[5:8]
    return Fact(
        id=row[0],
        text=row[1],
        project_id=row[2],
        pinned=bool(row[3]),
        made_by=row[4],
        source=Source(session_id, shown) if session_id and written and shown else None,
        created_at=row[8],
        updated_at=row[9],
        used_at=row[10],
    )


def forget_user(user_id: UserId) -> Script[None]:
    """Everything that is remembered of somebody who goes."""
    yield _FORGET_USER(owner=user_id)
