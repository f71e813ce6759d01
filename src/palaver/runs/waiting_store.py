"""Which turns still wait in their sessions, for those who keep files for them; it begins none."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from palaver.core.ids import RUN, MessageId
from palaver.runs.tables import runs
from palaver.storage.script import Script, Statement, first

_WAITING = Statement(select(runs.c.id).where(runs.c.id == bindparam("id"), runs.c.state == "queued"))


def waiting(ids: Sequence[MessageId]) -> Script[set[MessageId]]:
    """Those of these ids that are turns which wait in line."""
    found: set[MessageId] = set()
    for one in set(ids):
        if one.startswith(f"{RUN}_") and (yield from first(_WAITING(id=one))) is not None:
            found.add(one)
    return found
