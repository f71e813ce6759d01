"""Every query about messages that several sessions show: who does, and who keeps them when one of these lets go.

A message's row belongs to the session that wrote it, as long as that shows it; then to one of those that still do.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import and_, bindparam, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from palaver.core.ids import MessageId, SessionId
from palaver.sessions import search_store
from palaver.sessions.checkpoints_tables import effects
from palaver.sessions.shares_tables import shared_metadata, shares
from palaver.sessions.tables import messages
from palaver.sessions.tree import Place, Reach, Tree
from palaver.storage.script import Script, Statement, first, rows

_SHARE = Statement(insert(shares))
_CUT = Statement(
    update(shares)
    .where(shares.c.line == bindparam("in_line"), shares.c.session_id == bindparam("of"))
    .values(upto=bindparam("upto"))
)
_HEIR = Statement(
    select(shares.c.session_id, shares.c.upto)
    .where(
        shares.c.line == bindparam("line"), shares.c.session_id != bindparam("of"), shares.c.upto > bindparam("start")
    )
    .order_by(shares.c.upto.desc(), shares.c.session_id)
    .limit(1)
)
_SHOWING = Statement(
    select(shares.c.session_id).where(shares.c.line == bindparam("line"), shares.c.upto > bindparam("depth"))
)
_STANDS = and_(
    messages.c.line == bindparam("in_line"),
    messages.c.depth >= bindparam("start"),
    messages.c.depth < bindparam("end"),
    messages.c.session_id == bindparam("of"),
)
_HAND_OVER = Statement(update(messages).where(_STANDS).values(session_id=bindparam("heir")).returning(messages.c.id))
_HAND_OVER_EFFECTS = Statement(
    update(effects)
    .where(
        effects.c.session_id == bindparam("of"),
        effects.c.message_id == messages.c.id,
        messages.c.line == bindparam("in_line"),
        messages.c.session_id != bindparam("of"),
    )
    .values(session_id=messages.c.session_id)
)
_ERASE = Statement(delete(messages).where(_STANDS).returning(messages.c.id))
_NOTED = and_(
    shared_metadata.c.session_id == bindparam("of"),
    shared_metadata.c.line == bindparam("in_line"),
    shared_metadata.c.depth >= bindparam("start"),
    shared_metadata.c.depth < bindparam("end"),
)
_NOTES = Statement(select(shared_metadata.c.depth, shared_metadata.c.metadata).where(_NOTED))
_FORGET_NOTES = Statement(delete(shared_metadata).where(_NOTED))
_KEPT = insert_or(shared_metadata).values({c.name: bindparam(c.name) for c in shared_metadata.c})
_NOTE = Statement(
    _KEPT.on_conflict_do_update(
        index_elements=["session_id", "line", "depth"], set_={"metadata": _KEPT.excluded.metadata}
    )
)
_NOTE_ONCE = Statement(_KEPT.on_conflict_do_nothing())
_COPY_NOTES = Statement(
    insert(shared_metadata).from_select(
        ["session_id", "line", "depth", "metadata"],
        select(
            bindparam("to", type_=shared_metadata.c.session_id.type),
            shared_metadata.c.line,
            shared_metadata.c.depth,
            shared_metadata.c.metadata,
        ).where(_NOTED),
    )
)


class LetGo(NamedTuple):
    """What became of messages that a session shows no more: others keep them, or they are gone."""

    kept: Sequence[MessageId] = ()
    gone: Sequence[MessageId] = ()


def share(session_id: SessionId, tree: Tree, origin: SessionId) -> Script[None]:
    """A new session shows lines that others wrote, with what `origin` notes beside them."""
    lines = [line for line in tree.lines if line.shared]
    if lines:
        yield _SHARE.many([{"line": line.id, "session_id": session_id, "upto": line.end} for line in lines])
    for line in lines:
        yield _COPY_NOTES(to=session_id, of=origin, in_line=line.id, start=line.start, end=line.end)


def let_go(session_id: SessionId, reach: Reach) -> Script[LetGo]:
    """A session shows a stretch no more: whoever else does keeps it, and what nobody shows is erased."""
    if reach.shared:
        yield _CUT(in_line=reach.line, of=session_id, upto=reach.start)
        yield _FORGET_NOTES(of=session_id, in_line=reach.line, start=reach.start, end=reach.end)
    kept, upto = yield from _hand_over(session_id, reach)
    end = max(reach.start, min(upto, reach.end))
    yield from search_store.forget_stretch(Reach(reach.line, end, reach.end), session_id)
    gone = yield from rows(_ERASE(in_line=reach.line, start=end, end=reach.end, of=session_id))
    yield from search_store.settle()
    return LetGo(kept, [row[0] for row in gone])


def let_go_of_all(session_id: SessionId, tree: Tree) -> Script[None]:
    """A session is about to be deleted: what others show is theirs from now on, and what nobody shows remains its."""
    for line in tree.lines:
        kept, _ = yield from _hand_over(session_id, Reach(line.id, line.start, line.end))
        if kept:
            yield _HAND_OVER_EFFECTS(of=session_id, in_line=line.id)


def _hand_over(session_id: SessionId, reach: Reach) -> Script[tuple[list[MessageId], int]]:
    heir = yield from first(_HEIR(line=reach.line, of=session_id, start=reach.start))
    if heir is None:
        return [], reach.start
    given = yield from rows(
        _HAND_OVER(in_line=reach.line, start=reach.start, end=min(reach.end, heir[1]), of=session_id, heir=heir[0])
    )
    return [row[0] for row in given], heir[1]


def notes(session_id: SessionId, reach: Reach) -> Script[dict[int, bytes | None]]:
    """By depth, what a session keeps beside messages that it shares, where that is not what stands with them."""
    found = yield from rows(_NOTES(of=session_id, in_line=reach.line, start=reach.start, end=reach.end))
    return {row[0]: row[1] for row in found}


def note(session_id: SessionId, place: Place, metadata: bytes | None) -> Script[None]:
    """Keep something beside a message in one session that shares it."""
    yield _NOTE(session_id=session_id, line=place.line, depth=place.depth, metadata=metadata)


def note_what_was(place: Place, metadata: bytes | None) -> Script[None]:
    """Before that is changed where it was written: sessions that share the message go on with what was."""
    for (session_id,) in (yield from rows(_SHOWING(line=place.line, depth=place.depth))):
        yield _NOTE_ONCE(session_id=session_id, line=place.line, depth=place.depth, metadata=metadata)
