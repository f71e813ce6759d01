"""The ledger of what calls did outside, and every query about it; it decides nothing about calls."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import and_, bindparam, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from palaver.core.ids import MessageId, RunId, SessionId
from palaver.sessions.checkpoints_tables import effects
from palaver.sessions.tables import messages
from palaver.sessions.tree import Reach
from palaver.storage.script import Row, Script, Statement, rows

Reached = Literal["network", "mcp", "shell", "other"]


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """One call that reached outside the session. `ok` is None while nobody knows how it went.

    `summary` says in a line what was asked for; `lasting` whether it may have changed anything there.
    """

    id: str
    session_id: SessionId
    run_id: RunId
    message_id: MessageId
    call_id: str
    name: str
    server: str | None
    reached: Reached
    lasting: bool
    summary: str
    ok: bool | None = None
    at: str


class Since(NamedTuple):
    """What is left behind: everything of the session since a time, and stretches that others wrote."""

    at: str
    reaches: Sequence[Reach]


_COLUMNS: tuple[ColumnElement[Any], ...] = tuple(effects.c[name] for name in Effect.__struct_fields__)
_PUT = Statement(insert(effects).values({name: bindparam(name) for name in Effect.__struct_fields__}))
_END = Statement(
    update(effects)
    .where(effects.c.run_id == bindparam("of_run"), effects.c.call_id == bindparam("of_call"))
    .values(ok=bindparam("went"))
)
_PAGE = Statement(
    select(*_COLUMNS)
    .where(effects.c.session_id == bindparam("of"), effects.c.id > bindparam("after"))
    .order_by(effects.c.id)
    .limit(bindparam("most"))
)
_SINCE = Statement(
    select(*_COLUMNS)
    .where(effects.c.session_id == bindparam("of"), effects.c.at >= bindparam("since"), effects.c.lasting == 1)
    .order_by(effects.c.id)
)
_SHARED = Statement(
    select(*_COLUMNS)
    .join(messages, messages.c.id == effects.c.message_id)
    .where(
        and_(messages.c.line == bindparam("line"), messages.c.depth >= bindparam("start")),
        messages.c.depth < bindparam("end"),
        effects.c.session_id != bindparam("of"),
        effects.c.lasting == 1,
    )
    .order_by(effects.c.id)
)


def begin(effect: Effect) -> Script[None]:
    """A call is about to reach outside."""
    yield _PUT(**msgspec.structs.asdict(effect) | {"ok": None, "lasting": int(effect.lasting)})


def end(run_id: RunId, call_id: str, *, ok: bool) -> Script[None]:
    """How a call went."""
    yield _END(of_run=run_id, of_call=call_id, went=int(ok))


def page(session_id: SessionId, after: str, most: int) -> Script[list[Effect]]:
    """What calls of a session did, in the order in which they began."""
    return [_effect(row) for row in (yield from rows(_PAGE(of=session_id, after=after, most=most)))]


def left_behind(session_id: SessionId, since: Since) -> Script[list[Effect]]:
    """What lasts of everything that a rewind leaves behind, in order."""
    found = list((yield from rows(_SINCE(of=session_id, since=since.at))))
    for reach in since.reaches:
        found += yield from rows(_SHARED(of=session_id, line=reach.line, start=reach.start, end=reach.end))
    return sorted((_effect(row) for row in found), key=lambda effect: effect.id)


def _effect(row: Row) -> Effect:
    told: dict[str, Any] = dict(zip(Effect.__struct_fields__, row, strict=True))
    told["ok"] = None if told["ok"] is None else bool(told["ok"])
    told["lasting"] = bool(told["lasting"])
    return Effect(**told)
