"""Queries about users as a directory sees them: those of one issuer, whether it said something about them or not."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, func, insert, or_, select, update

from palaver.core.ids import UserId
from palaver.identity.scim.tables import scim_users
from palaver.identity.tables import users
from palaver.storage.script import Script, Statement


class Known(NamedTuple):
    """A user, and what the directory said, where it did."""

    user_id: UserId
    subject: str
    email: str | None
    name: str | None
    made_at: str
    disabled_at: str | None
    external_id: str | None
    resource: str | None
    created_at: str | None
    updated_at: str | None
    removed_at: str | None


_columns = (
    users.c.id,
    users.c.subject,
    users.c.email,
    users.c.name,
    users.c.created_at.label("made_at"),
    users.c.disabled_at,
    *(scim_users.c[name] for name in ("external_id", "resource", "created_at", "updated_at", "removed_at")),
)
_JOINED = users.outerjoin(scim_users, scim_users.c.user_id == users.c.id)
_OURS = users.c.issuer == bindparam("issuer")
_THERE = and_(_OURS, scim_users.c.removed_at.is_(None))


def _statement(*where: ColumnElement[bool]) -> Statement:
    return Statement(select(*_columns).select_from(_JOINED).where(*where).order_by(users.c.id))


_PAGE = Statement(
    select(*_columns)
    .select_from(_JOINED)
    .where(_THERE)
    .order_by(users.c.id)
    .offset(bindparam("skip"))
    .limit(bindparam("most"))
)
_COUNT = Statement(select(func.count()).select_from(_JOINED).where(_THERE))
_ONE = _statement(_THERE, users.c.id == bindparam("id"))
_BY_EXTERNAL = _statement(_OURS, scim_users.c.external_id == bindparam("of"))
_BY_NAME = _statement(
    _OURS,
    or_(
        scim_users.c.name_key == bindparam("of"),
        and_(scim_users.c.user_id.is_(None), users.c.subject == bindparam("of")),
    ),
)
_BY_SUBJECT = _statement(_OURS, users.c.subject == bindparam("of"))
_ADD = Statement(insert(scim_users))
_SAVE = Statement(
    update(scim_users)
    .where(scim_users.c.user_id == bindparam("of"))
    .values({name: bindparam(name) for name in ("name_key", "external_id", "resource", "updated_at", "removed_at")})
)
_SET_USER = Statement(
    update(users)
    .where(users.c.id == bindparam("of"))
    .values(subject=bindparam("subject"), email=bindparam("email"), name=bindparam("name"))
)


def page(issuer: str, skip: int, most: int) -> Script[tuple[int, Sequence[Known]]]:
    """How many there are, and some of them, oldest first."""
    total: int = (yield _COUNT(issuer=issuer)).rows[0][0]
    found = (yield _PAGE(issuer=issuer, skip=skip, most=most)).rows if most else ()
    return total, [Known(*row) for row in found]


def one(issuer: str, user_id: str) -> Script[Known | None]:
    """By id, where the directory still knows it."""
    return _known((yield _ONE(issuer=issuer, id=user_id)).rows)


def by_external(issuer: str, external_id: str) -> Script[Known | None]:
    """By what the directory calls it, removed or not."""
    return _known((yield _BY_EXTERNAL(issuer=issuer, of=external_id)).rows)


def by_name(issuer: str, name_key: str) -> Script[Known | None]:
    """By userName; of whom the directory said nothing, by what signing in goes by."""
    return _known((yield _BY_NAME(issuer=issuer, of=name_key)).rows)


def by_subject(issuer: str, subject: str) -> Script[Known | None]:
    """By what tokens or sign-ins call it, removed or not."""
    return _known((yield _BY_SUBJECT(issuer=issuer, of=subject)).rows)


def put(known: Known, resource: str, name_key: str, external_id: str | None, *, now: str) -> Script[None]:
    """What the directory says now; `UniqueViolated` where somebody else has the name or the external id."""
    kept = {"name_key": name_key, "external_id": external_id, "resource": resource, "updated_at": now}
    if known.created_at is None:
        yield _ADD(user_id=known.user_id, created_at=now, removed_at=None, **kept)
    else:
        yield _SAVE(of=known.user_id, removed_at=None, **kept)


def remove(known: Known, resource: str, *, now: str) -> Script[None]:
    """The directory knows it no more, and its userName is free; what was said stays, so that it can come back."""
    free = f"removed\n{known.user_id}"  # no userName has a line break
    yield from put(known, resource, free, known.external_id, now=now)
    yield _SAVE(
        of=known.user_id,
        name_key=free,
        external_id=known.external_id,
        resource=resource,
        updated_at=now,
        removed_at=now,
    )


def set_user(user_id: str, subject: str, email: str | None, name: str | None) -> Script[None]:
    """What signing in and the page go by; `UniqueViolated` where the subject is taken."""
    yield _SET_USER(of=user_id, subject=subject, email=email, name=name)


def _known(rows: Sequence[tuple[object, ...]]) -> Known | None:
    return Known(*rows[0]) if rows else None  # type: ignore[arg-type]  # a row is what was selected
