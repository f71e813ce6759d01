"""Every query about projects, and the one place that decides who may see them: their owner."""

import msgspec
from sqlalchemy import and_, bindparam, delete, insert, select, tuple_, update

from palaver.core.errors import NotFound
from palaver.core.ids import SessionId, UserId
from palaver.sessions import store
from palaver.sessions.project import Project
from palaver.sessions.projects_tables import projects
from palaver.sessions.record import session_of
from palaver.sessions.store import Kept
from palaver.sessions.tables import sessions
from palaver.storage.script import Script, Statement, changed, first, rows

START = ("~", "")  # sorts after every instant

_project = msgspec.json.Decoder(Project).decode
_THEIRS = and_(projects.c.id == bindparam("key"), projects.c.user_id == bindparam("whose"))
_PUT = Statement(insert(projects))
_FIND = Statement(select(projects.c.body).where(_THEIRS).with_for_update())
_SAVE = Statement(
    update(projects)
    .where(projects.c.id == bindparam("key"))
    .values(body=bindparam("body"), updated_at=bindparam("updated_at"))
)
_REMOVE = Statement(delete(projects).where(_THEIRS))
_PAGE = Statement(
    select(projects.c.body)
    .where(projects.c.user_id == bindparam("whose"))
    .where(tuple_(projects.c.updated_at, projects.c.id) < tuple_(bindparam("after"), bindparam("after_id")))
    .order_by(projects.c.updated_at.desc(), projects.c.id.desc())
    .limit(bindparam("limit"))
)
_OF_SESSION = Statement(
    select(projects.c.id)
    .join(sessions, sessions.c.project_id == projects.c.id)
    .where(sessions.c.id == bindparam("session_id"), projects.c.user_id == sessions.c.user_id)
)
_ALL = Statement(
    select(projects.c.body)
    .where(projects.c.user_id == bindparam("whose"), projects.c.id > bindparam("after"))
    .order_by(projects.c.id)
    .limit(bindparam("limit"))
)
_MEMBERS = Statement(
    select(sessions.c.body).where(sessions.c.user_id == bindparam("whose"), sessions.c.project_id == bindparam("key"))
)


def put(project: Project, user_id: UserId) -> Script[None]:
    """Write a new project down."""
    body = msgspec.json.encode(project)
    yield _PUT(id=project.id, user_id=user_id, updated_at=project.updated_at, body=body)


def find(project_id: str, user_id: UserId) -> Script[Project]:
    """The project, if it is this user's; NotFound otherwise."""
    row = yield from first(_FIND(key=project_id, whose=user_id))
    if row is None:
        raise NotFound("There is no such project.")
    return _project(row[0])


def of_session(session_id: SessionId) -> Script[SessionId | None]:
    """The project that a session is in, if it is its owner's; it names a workspace as a session does."""
    row = yield from first(_OF_SESSION(session_id=session_id))
    return SessionId(row[0]) if row else None


def page(user_id: UserId, after: tuple[str, str], limit: int) -> Script[list[Project]]:
    """A page of projects, the one that was changed last first."""
    found = yield from rows(_PAGE(whose=user_id, after=after[0], after_id=after[1], limit=limit))
    return [_project(row[0]) for row in found]


def after(user_id: UserId, project_id: str, limit: int) -> Script[list[Project]]:
    """The next projects of a person, oldest first."""
    found = yield from rows(_ALL(whose=user_id, after=project_id, limit=limit))
    return [_project(row[0]) for row in found]


def save(project: Project) -> Script[None]:
    """Write down what became of a project that was found."""
    yield _SAVE(key=project.id, body=msgspec.json.encode(project), updated_at=project.updated_at)


def remove(project_id: str, user_id: UserId) -> Script[None]:
    """Delete a project and take its sessions out of it; NotFound where it is not this user's."""
    if not (yield from changed(_REMOVE(key=project_id, whose=user_id))):
        raise NotFound("There is no such project.")
    for row in (yield from rows(_MEMBERS(key=project_id, whose=user_id))):
        kept: Kept = yield from store.find(session_of(row[0]).id, user_id, to_change=True)
        session = msgspec.structs.replace(kept.session, project_id=None)
        yield from store.save(kept._replace(session=session))
