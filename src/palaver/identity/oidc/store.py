"""Queries about sign-ins that were begun elsewhere; what they lead to is decided above."""

from sqlalchemy import bindparam, delete, func, insert, select

from palaver.identity.oidc.tables import pending_sign_ins as pending
from palaver.storage.script import Script, Statement

MOST = 10_000  # begun at the same time; the oldest is forgotten first

_ADD = Statement(insert(pending))
_OVER = Statement(delete(pending).where(pending.c.expires_at <= bindparam("now")))
_COUNT = Statement(select(func.count()).select_from(pending))
_OLDEST = Statement(
    delete(pending).where(
        pending.c.state_hash.in_(
            select(pending.c.state_hash).order_by(pending.c.expires_at).limit(bindparam("most")).scalar_subquery()
        )
    )
)
_TAKE = Statement(
    delete(pending)
    .where(pending.c.state_hash == bindparam("state"), pending.c.binding_hash == bindparam("binding"))
    .where(pending.c.provider == bindparam("of"), pending.c.expires_at > bindparam("now"))
)


def begin(state_hash: str, binding_hash: str, provider: str, *, expires_at: str, now: str) -> Script[None]:
    """Remember one, and forget what is over."""
    yield _OVER(now=now)
    if (over := (yield _COUNT()).rows[0][0] - MOST + 1) > 0:
        yield _OLDEST(most=over)
    yield _ADD(state_hash=state_hash, binding_hash=binding_hash, provider=provider, expires_at=expires_at)


def take(state_hash: str, binding_hash: str, provider: str, now: str) -> Script[bool]:
    """Use it up: one DELETE decides which of several who come at once was first."""
    return (yield _TAKE(state=state_hash, binding=binding_hash, of=provider, now=now)).count == 1
