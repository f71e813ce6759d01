"""Every query about with whom things of the shelves are shared; all scripts. Who may see what is `agents.store`'s."""

from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.sqlite import insert as insert_or

from palaver.agents.sharing.tables import definition_shares
from palaver.identity.groups import holders
from palaver.identity.groups.holders import Holder
from palaver.storage.script import Script, Statement, changed, first, rows


class Shared(NamedTuple):
    """Somebody that a thing is shared with, and since when."""

    holder: Holder
    added_at: str


_OF = definition_shares.c.definition_id == bindparam("of")
_ADD = insert_or(definition_shares).values({c.name: bindparam(c.name) for c in definition_shares.c})
_PUT = Statement(_ADD.on_conflict_do_nothing(index_elements=["definition_id", "holder_id"]))
_TAKE = Statement(delete(definition_shares).where(_OF, definition_shares.c.holder_id == bindparam("holder")))
_ALL = Statement(
    select(definition_shares.c.holder_id, definition_shares.c.added_at)
    .where(_OF)
    .order_by(definition_shares.c.added_at, definition_shares.c.holder_id)
)
_COUNT = Statement(select(func.count()).select_from(definition_shares).where(_OF))


def put(definition_id: str, holder: Holder, now: str) -> Script[None]:
    """It is shared with them from now on."""
    yield _PUT(
        definition_id=definition_id,
        holder_id=holder.id,
        user_id=holder.user_id,
        group_id=holder.group_id,
        added_at=now,
    )


def take(definition_id: str, holder_id: str) -> Script[bool]:
    """It is shared with them no more; False where it was not."""
    return (yield from changed(_TAKE(of=definition_id, holder=holder_id))) == 1


def count(definition_id: str) -> Script[int]:
    """With how many it is shared."""
    row = yield from first(_COUNT(of=definition_id))
    return row[0] if row else 0


def everyone(definition_id: str) -> Script[list[Shared]]:
    """With whom it is shared, in the order in which it was."""
    found: list[Shared] = []
    for row in (yield from rows(_ALL(of=definition_id))):
        holder = yield from holders.of(row[0])
        found += [Shared(holder, row[1])] if holder else []
    return found
