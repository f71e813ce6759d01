"""Every query about profiles of sessions; whether somebody may see or change one is decided in `service.py`."""

from sqlalchemy import Text, bindparam, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as insert_or

from palaver.care.profiles.profile import PROFILES, Profile
from palaver.care.profiles.tables import session_care
from palaver.core.ids import SessionId
from palaver.storage.script import Script, Statement, first

_FIND = Statement(select(session_care.c.profile).where(session_care.c.session_id == bindparam("key")))
_SAID = insert_or(session_care).values({c.name: bindparam(c.name) for c in session_care.c})
_SAY = Statement(
    _SAID.on_conflict_do_update(
        index_elements=["session_id"],
        set_={"profile": _SAID.excluded.profile, "changed_at": _SAID.excluded.changed_at},
    )
)

_UNSAY = Statement(delete(session_care).where(session_care.c.session_id == bindparam("key")))

_INHERIT = Statement(
    insert(session_care).from_select(
        ["session_id", "profile", "changed_at"],
        select(bindparam("new", type_=Text), session_care.c.profile, session_care.c.changed_at).where(
            session_care.c.session_id == bindparam("key")
        ),
    )
)


def said(session_id: SessionId) -> Script[Profile | None]:
    """The profile that a session was given, or None where it follows the setting."""
    row = yield from first(_FIND(key=session_id))
    return next((one for one in PROFILES if row and one == row[0]), None)


def profile_of(session_id: SessionId, default: Profile) -> Script[Profile]:
    """The profile that holds in a session."""
    return (yield from said(session_id)) or default


def say(session_id: SessionId, profile: Profile, at: str) -> Script[None]:
    """Give a session a profile of its own."""
    yield _SAY(session_id=session_id, profile=profile, changed_at=at)


def unsay(session_id: SessionId) -> Script[None]:
    """Let a session follow the setting again."""
    yield _UNSAY(key=session_id)


def inherit(origin: SessionId, new: SessionId) -> Script[None]:
    """Give a fork the profile that what it comes from was given, if it was given one."""
    yield _INHERIT(key=origin, new=new)
