"""Every query about the tokens of sessions; what is sealed is neither sealed nor opened here."""

from collections.abc import Callable, Sequence

from sqlalchemy import bindparam, column, func, insert, select, table

from palaver.care.profiles.profile import Profile
from palaver.care.profiles.store import profile_of
from palaver.care.redaction.tables import redaction_tokens
from palaver.core.ids import SessionId
from palaver.storage.script import Row, Script, Statement, first, rows

# The two columns of sessions that are asked for; they are kept by a feature beside this one.
_SESSIONS = table("sessions", column("id"), column("root_id"))

_OF = Statement(
    select(redaction_tokens.c.token, redaction_tokens.c.value).where(
        redaction_tokens.c.session_id == bindparam("session")
    )
)
_KEEP = Statement(insert(redaction_tokens))
_ROOT = Statement(
    select(func.coalesce(_SESSIONS.c.root_id, _SESSIONS.c.id)).where(_SESSIONS.c.id == bindparam("session"))
)

Kept = Sequence[Row]


def of(session_id: SessionId) -> Script[Kept]:
    """Every token of a session, and what it stands for, sealed."""
    return (yield from rows(_OF(session=session_id)))


def profile_here(session_id: SessionId, default: Profile) -> Script[Profile]:
    """The profile that holds for what is asked in a session: a task handed on is cared for as the session it is for."""
    root = yield from first(_ROOT(session=session_id))
    return (yield from profile_of(SessionId(root[0]) if root else session_id, default))


def keep(session_id: SessionId, wanted: Callable[[Kept], Sequence[tuple[str, str]]], at: str) -> Script[bool]:
    """Give tokens to what has none yet, as seen in the same transaction; False where the session is gone."""
    if not (yield from first(_ROOT(session=session_id))):
        return False
    made = wanted((yield from of(session_id)))
    if made:
        values = [{"session_id": session_id, "token": one, "value": sealed, "made_at": at} for one, sealed in made]
        yield _KEEP.many(values)
    return True
