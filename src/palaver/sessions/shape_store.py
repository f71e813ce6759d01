"""The queries behind the shape of a session: messages of a line in a few words."""

from sqlalchemy import bindparam, func, select

from palaver.core.ids import MessageId
from palaver.sessions.tables import messages
from palaver.sessions.tree import Place, Reach
from palaver.storage.script import Row, Script, Statement, first, rows

WORDS = 80  # characters that tell a message from others

_BRIEFLY = Statement(
    select(
        messages.c.depth, messages.c.id, messages.c.role, messages.c.created_at, func.substr(messages.c.text, 1, WORDS)
    )
    .where(
        messages.c.line == bindparam("line"),
        messages.c.depth >= bindparam("start"),
        messages.c.depth < bindparam("end"),
    )
    .order_by(messages.c.depth)
)
_ID_AT = Statement(
    select(messages.c.id).where(messages.c.line == bindparam("line"), messages.c.depth == bindparam("depth"))
)


def briefly(reach: Reach) -> Script[list[Row]]:
    """(depth, id, role, created_at, first words) of a stretch, from the root on."""
    return list((yield from rows(_BRIEFLY(line=reach.line, start=reach.start, end=reach.end))))


def id_at(place: Place) -> Script[MessageId | None]:
    """The id under which the message of this place was written."""
    row = yield from first(_ID_AT(line=place.line, depth=place.depth))
    return MessageId(row[0]) if row else None
