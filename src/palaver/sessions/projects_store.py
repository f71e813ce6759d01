"""Every query about projects, and the one place that decides who may see them: owners, and whom they share with."""

import msgspec
from sqlalchemy import and_, bindparam, case, delete, func, insert, or_, select, tuple_, update

from palaver.core.errors import Forbidden, NotFound
from palaver.core.ids import SessionId, UserId
from palaver.identity.groups.store import holders_of
from palaver.identity.groups.tables import group_members
from palaver.sessions import access, store
from palaver.sessions.access import Act
from palaver.sessions.project import Project
from palaver.sessions.projects_tables import projects
from palaver.sessions.record import session_of
from palaver.sessions.sharing.tables import project_shares
from palaver.sessions.store import Kept
from palaver.sessions.tables import sessions
from palaver.storage.script import Row, Script, Statement, changed, first, rows

START = ("~", "")  # sorts after every instant

_project = msgspec.json.Decoder(Project).decode
_THEIRS = and_(projects.c.id == bindparam("key"), projects.c.user_id == bindparam("whose"))
_WITH_THEM = or_(project_shares.c.user_id == bindparam("whose"), project_shares.c.group_id.in_(holders_of("whose")))
_BY_SHARING = (
    select(func.min(project_shares.c.role))  # an editor before a viewer
    .where(project_shares.c.project_id == projects.c.id, _WITH_THEM)
    .scalar_subquery()
)
_ROLE = case((projects.c.user_id == bindparam("whose"), "owner"), else_=_BY_SHARING)
_PUT = Statement(insert(projects))
_FIND = Statement(
    select(projects.c.body, projects.c.user_id, _ROLE).where(projects.c.id == bindparam("key")).with_for_update()
)
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
_SHARED_PAGE = Statement(
    select(projects.c.body)
    .where(projects.c.id.in_(select(project_shares.c.project_id).where(_WITH_THEM)))
    .where(projects.c.user_id != bindparam("whose"))
    .where(tuple_(projects.c.updated_at, projects.c.id) < tuple_(bindparam("after"), bindparam("after_id")))
    .order_by(projects.c.updated_at.desc(), projects.c.id.desc())
    .limit(bindparam("limit"))
)
_OF_ITS_OWNER = select(group_members.c.group_id).where(group_members.c.user_id == sessions.c.user_id)
_OPEN_TO_ITS_OWNER = (
    select(project_shares.c.role)
    .where(project_shares.c.project_id == projects.c.id)
    .where(or_(project_shares.c.user_id == sessions.c.user_id, project_shares.c.group_id.in_(_OF_ITS_OWNER)))
    .exists()
)
_OF_SESSION = Statement(
    select(projects.c.id)
    .join(sessions, sessions.c.project_id == projects.c.id)
    .where(sessions.c.id == bindparam("session_id"))
    .where(or_(projects.c.user_id == sessions.c.user_id, _OPEN_TO_ITS_OWNER))
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


def find(project_id: str, user_id: UserId, act: Act = "read") -> Script[Project]:
    """The project, for somebody who may `act` in it; else NotFound for strangers, Forbidden for others."""
    return _project((yield from _found(project_id, user_id, act))[0])


def owner(project_id: str, user_id: UserId, act: Act) -> Script[UserId]:
    """Whose it is, for somebody who may act so in it."""
    return UserId((yield from _found(project_id, user_id, act))[1])


def _found(project_id: str, user_id: UserId, act: Act) -> Script[Row]:
    row = yield from first(_FIND(key=project_id, whose=user_id))
    if row is None or row[2] is None:
        raise NotFound("There is no such project.")
    if not access.may(row[2], act):
        raise Forbidden("You may read this project, but not do that.")
    return row


def of_session(session_id: SessionId) -> Script[SessionId | None]:
    """The project that a session is in, if that is open to its owner; it names a workspace as a session does."""
    row = yield from first(_OF_SESSION(session_id=session_id))
    return SessionId(row[0]) if row else None


def page(user_id: UserId, after: tuple[str, str], limit: int) -> Script[list[Project]]:
    """A page of projects, the one that was changed last first."""
    values = {"whose": user_id, "after": after[0], "after_id": after[1], "limit": limit}
    own, others = (yield from rows(_PAGE(**values))), (yield from rows(_SHARED_PAGE(**values)))
    found = [_project(row[0]) for row in (*own, *others)]
    return sorted(found, key=lambda one: (one.updated_at, one.id), reverse=True)[:limit] if others else found


def after(user_id: UserId, project_id: str, limit: int) -> Script[list[Project]]:
    """The next projects of a person, oldest first."""
    found = yield from rows(_ALL(whose=user_id, after=project_id, limit=limit))
    return [_project(row[0]) for row in found]


def save(project: Project) -> Script[None]:
    """Write down what became of a project that was found."""
    yield _SAVE(key=project.id, body=msgspec.json.encode(project), updated_at=project.updated_at)


def remove(project_id: str, user_id: UserId) -> Script[None]:
    """Delete a project and take its owner's sessions out of it; those of others name what is not there any more."""
    yield from find(project_id, user_id, "own")
    if not (yield from changed(_REMOVE(key=project_id, whose=user_id))):
        raise NotFound("There is no such project.")
    for row in (yield from rows(_MEMBERS(key=project_id, whose=user_id))):
        kept: Kept = yield from store.find(session_of(row[0]).id, user_id, to_change=True)
        session = msgspec.structs.replace(kept.session, project_id=None)
        yield from store.save(kept._replace(session=session))
