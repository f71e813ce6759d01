"""Which of some sessions, projects and messages are still there, for those who keep something for them."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from palaver.core.ids import MessageId, SessionId
from palaver.sessions.projects_tables import projects
from palaver.sessions.tables import messages, sessions
from palaver.storage.script import Script, Statement, first

_SESSION = Statement(select(sessions.c.id).where(sessions.c.id == bindparam("id")))
_PROJECT = Statement(select(projects.c.id).where(projects.c.id == bindparam("id")))
_MESSAGE = Statement(select(messages.c.id).where(messages.c.id == bindparam("id")))


def alive_sessions(ids: Sequence[SessionId]) -> Script[set[SessionId]]:
    """Those of these sessions that were not deleted; projects have files as sessions do, and are asked for alike."""
    found: set[SessionId] = set()
    for one in set(ids):
        if (yield from first(_SESSION(id=one))) or (yield from first(_PROJECT(id=one))):
            found.add(one)
    return found


def alive_messages(ids: Sequence[MessageId]) -> Script[set[MessageId]]:
    """Those of these messages that were not deleted, in whichever sessions they show."""
    found: set[MessageId] = set()
    for one in set(ids):
        if (yield from first(_MESSAGE(id=one))) is not None:
            found.add(one)
    return found
