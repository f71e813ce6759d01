"""Every query about second factors and sign-ins that wait for one; it checks no code."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from palaver.core.ids import UserId
from palaver.identity.second_factor.tables import backup_codes, pending_factors, second_factors
from palaver.identity.tables import users
from palaver.storage.script import Script, Statement

_FACTOR = Statement(
    select(second_factors.c.secret, second_factors.c.confirmed_at).where(second_factors.c.user_id == bindparam("owner"))
)
_PROTECTED = Statement(
    select(users.c.issuer, second_factors.c.confirmed_at)
    .outerjoin_from(users, second_factors, second_factors.c.user_id == users.c.id)
    .where(users.c.id == bindparam("owner"))
)
_ADD = Statement(insert(second_factors))
_REMOVE_UNCONFIRMED = Statement(
    delete(second_factors).where(
        second_factors.c.user_id == bindparam("owner"), second_factors.c.confirmed_at.is_(None)
    )
)
_CONFIRM = Statement(
    update(second_factors)
    .where(second_factors.c.user_id == bindparam("owner"), second_factors.c.confirmed_at.is_(None))
    .values(confirmed_at=bindparam("at"), last_step=bindparam("step"))
)
_USE_STEP = Statement(
    update(second_factors)
    .where(second_factors.c.user_id == bindparam("owner"), second_factors.c.confirmed_at.is_not(None))
    .where(or_(second_factors.c.last_step.is_(None), second_factors.c.last_step < bindparam("step")))
    .values(last_step=bindparam("step"))
)
_REMOVE = Statement(delete(second_factors).where(second_factors.c.user_id == bindparam("owner")))
_ADD_CODE = Statement(insert(backup_codes))
_USE_CODE = Statement(
    update(backup_codes)
    .where(backup_codes.c.hash == bindparam("of"), backup_codes.c.user_id == bindparam("owner"))
    .where(backup_codes.c.used_at.is_(None))
    .values(used_at=bindparam("at"))
)
_REMOVE_CODES = Statement(delete(backup_codes).where(backup_codes.c.user_id == bindparam("owner")))
_CODES_LEFT = Statement(
    select(func.count()).where(backup_codes.c.user_id == bindparam("owner"), backup_codes.c.used_at.is_(None))
)
_ADD_PENDING = Statement(insert(pending_factors))
_TRY_PENDING = Statement(
    update(pending_factors)
    .where(pending_factors.c.hash == bindparam("of"), pending_factors.c.expires_at > bindparam("now"))
    .where(pending_factors.c.tries_left > 0)
    .values(tries_left=pending_factors.c.tries_left - 1)
    .returning(pending_factors.c.user_id)
)
_END_PENDING = Statement(delete(pending_factors).where(pending_factors.c.hash == bindparam("of")))
_END_PENDINGS = Statement(delete(pending_factors).where(pending_factors.c.user_id == bindparam("owner")))
_SWEEP = Statement(delete(pending_factors).where(pending_factors.c.expires_at < bindparam("now")))


class Factor(NamedTuple):
    """What signing in asks for besides the password; the secret is sealed."""

    secret: str
    confirmed_at: str | None


class Used(NamedTuple):
    """A code that fits: the time step of the app, or the hash of a backup code. One of the two is there."""

    step: int | None = None
    hash: str | None = None


def factor(user_id: UserId) -> Script[Factor | None]:
    """What was set up, confirmed or not."""
    row = (yield _FACTOR(owner=user_id)).first()
    return Factor(*row) if row else None


def protected(user_id: UserId) -> Script[tuple[str, bool] | None]:
    """The issuer of a user, and whether a second factor is asked of them."""
    row = (yield _PROTECTED(owner=user_id)).first()
    return (row[0], row[1] is not None) if row else None


def begin(user_id: UserId, secret: str, now: str) -> Script[bool]:
    """A secret that is to be confirmed, instead of another such one; False where one is confirmed already."""
    yield _REMOVE_UNCONFIRMED(owner=user_id)
    if (yield _FACTOR(owner=user_id)).first():
        return False
    yield _ADD(user_id=user_id, secret=secret, created_at=now, confirmed_at=None, last_step=None)
    return True


def confirm(user_id: UserId, step: int, hashes: Sequence[str], now: str) -> Script[bool]:
    """It is asked for from now on; False where somebody else was first."""
    if not (yield _CONFIRM(owner=user_id, at=now, step=step)).count:
        return False
    yield from put_codes(user_id, hashes, now)
    return True


def put_codes(user_id: UserId, hashes: Sequence[str], now: str) -> Script[None]:
    """New backup codes; the old ones are void."""
    yield _REMOVE_CODES(owner=user_id)
    rows = [{"hash": one, "user_id": user_id, "created_at": now, "used_at": None} for one in hashes]
    yield _ADD_CODE.many(rows)


def use(user_id: UserId, used: Used, now: str) -> Script[bool]:
    """Use a code up: of two who come with the same one, one is heard."""
    if used.hash is not None:
        return (yield _USE_CODE(of=used.hash, owner=user_id, at=now)).count == 1
    return (yield _USE_STEP(owner=user_id, step=used.step)).count == 1


def codes_left(user_id: UserId) -> Script[int]:
    """How many backup codes were not used yet."""
    return (yield _CODES_LEFT(owner=user_id)).rows[0][0]


def remove(user_id: UserId) -> Script[bool]:
    """No second factor any more; whether there was one."""
    yield _REMOVE_CODES(owner=user_id)
    yield _END_PENDINGS(owner=user_id)
    return (yield _REMOVE(owner=user_id)).count == 1


def add_pending(hash_: str, user_id: UserId, tries: int, *, now: str, until: str) -> Script[None]:
    """Somebody's password was right."""
    yield _ADD_PENDING(hash=hash_, user_id=user_id, created_at=now, expires_at=until, tries_left=tries)


def try_pending(hash_: str, now: str) -> Script[UserId | None]:
    """Take one of the tries of a pending sign-in; None where there is none left, or it is over."""
    row = (yield _TRY_PENDING(of=hash_, now=now)).first()
    return row[0] if row else None


def finish(hash_: str, user_id: UserId, used: Used, now: str) -> Script[bool]:
    """Use the code and the pending sign-in up, both or neither."""
    if not (yield from use(user_id, used, now)):
        return False
    if not (yield _END_PENDING(of=hash_)).count:
        raise PendingGone
    return True


class PendingGone(Exception):
    """A pending sign-in was finished by somebody else a moment ago: nothing of this script remains."""


def end_pending_of(user_id: UserId) -> Script[None]:
    """Whoever was about to sign in begins anew."""
    yield _END_PENDINGS(owner=user_id)


def sweep(now: str) -> Script[int]:
    """Remove what is over."""
    return (yield _SWEEP(now=now)).count
