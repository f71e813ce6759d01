"""Every query about with whom projects are shared; all scripts. Who may see what is `projects_store`'s."""

from typing import NamedTuple

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert as insert_or

from palaver.core.room import MemberRole
from palaver.identity.groups import holders
from palaver.identity.groups.holders import Holder
from palaver.sessions.sharing.tables import project_shares
from palaver.storage.script import Script, Statement, changed, rows


class Shared(NamedTuple):
    """Somebody that a project is shared with."""

    holder: Holder
    role: MemberRole
    added_at: str


_OF = project_shares.c.project_id == bindparam("of")
_ADD = insert_or(project_shares).values({c.name: bindparam(c.name) for c in project_shares.c})
_PUT = Statement(
    _ADD.on_conflict_do_update(index_elements=["project_id", "holder_id"], set_={"role": _ADD.excluded.role})
)
_TAKE = Statement(delete(project_shares).where(_OF, project_shares.c.holder_id == bindparam("holder")))
_ALL = Statement(
    select(project_shares.c.holder_id, project_shares.c.role, project_shares.c.added_at)
    .where(_OF)
    .order_by(project_shares.c.added_at, project_shares.c.holder_id)
)


def put(project_id: str, holder: Holder, role: MemberRole, now: str) -> Script[None]:
    """It is shared with them from now on, or in another role."""
    ids = {"holder_id": holder.id, "user_id": holder.user_id, "group_id": holder.group_id}
    yield _PUT(project_id=project_id, role=role, added_at=now, **ids)


def take(project_id: str, holder_id: str) -> Script[bool]:
    """It is shared with them no more; False where it was not."""
    return (yield from changed(_TAKE(of=project_id, holder=holder_id))) == 1


def everyone(project_id: str) -> Script[list[Shared]]:
    """With whom it is shared, in the order in which it was."""
    found: list[Shared] = []
    for row in (yield from rows(_ALL(of=project_id))):
        holder = yield from holders.of(row[0])
        found += [Shared(holder, row[1], row[2])] if holder else []
    return found
