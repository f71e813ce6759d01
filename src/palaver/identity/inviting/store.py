"""Every query about invitations to the house; it makes no secret."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, insert, or_, select, update

from palaver.core.principal import Role
from palaver.identity.inviting.tables import house_invitations
from palaver.storage.script import Script, Statement

_FIELDS = ("id", "email", "role", "created_at", "expires_at", "used_at")
_ADD = Statement(insert(house_invitations))
_PAGE = Statement(
    select(*(house_invitations.c[name] for name in _FIELDS))
    .where(house_invitations.c.id > bindparam("after"))
    .order_by(house_invitations.c.id)
    .limit(bindparam("most"))
)
_USE = Statement(
    update(house_invitations)
    .where(house_invitations.c.hash == bindparam("secret"), house_invitations.c.used_at.is_(None))
    .where(house_invitations.c.expires_at > bindparam("now"))
    .where(or_(house_invitations.c.email.is_(None), house_invitations.c.email == bindparam("whose")))
    .values(used_at=bindparam("now"))
    .returning(house_invitations.c.id, house_invitations.c.role, house_invitations.c.email)
)
_GOOD = Statement(
    select(house_invitations.c.id, house_invitations.c.role, house_invitations.c.email)
    .where(house_invitations.c.hash == bindparam("secret"), house_invitations.c.used_at.is_(None))
    .where(house_invitations.c.expires_at > bindparam("now"))
    .where(or_(house_invitations.c.email.is_(None), house_invitations.c.email == bindparam("whose")))
)
_WITHDRAW = Statement(delete(house_invitations).where(house_invitations.c.id == bindparam("invitation")))
_SWEEP = Statement(delete(house_invitations).where(house_invitations.c.expires_at < bindparam("before")))


class Invitation(NamedTuple):
    """An invitation without its secret."""

    id: str
    email: str | None
    role: Role
    created_at: str
    expires_at: str
    used_at: str | None


class Accepted(NamedTuple):
    """An invitation that may be used up, or was now; `email` is whom it is bound to."""

    id: str
    role: Role
    email: str | None


def add(values: Mapping[str, Any]) -> Script[None]:
    """Insert."""
    yield _ADD(**values)


def page(after: str, most: int) -> Script[Sequence[Invitation]]:
    """Oldest first, those after an id."""
    return [Invitation(*row) for row in (yield _PAGE(after=after, most=most)).rows]


def use(secret_hash: str, email: str, now: str) -> Script[Accepted | None]:
    """Use it up for this address: one UPDATE decides which of several who come at once was first."""
    row = (yield _USE(secret=secret_hash, whose=email, now=now)).first()
    return Accepted(*row) if row else None


def good(secret_hash: str, email: str, now: str) -> Script[Accepted | None]:
    """The invitation that `use` would use up now."""
    row = (yield _GOOD(secret=secret_hash, whose=email, now=now)).first()
    return Accepted(*row) if row else None


def withdraw(invitation_id: str) -> Script[bool]:
    """Whether it was there."""
    return (yield _WITHDRAW(invitation=invitation_id)).count == 1


def sweep(before: str) -> Script[int]:
    """Remove those that were over long before."""
    return (yield _SWEEP(before=before)).count
