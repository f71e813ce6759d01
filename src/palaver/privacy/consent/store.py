"""Every query about what people agreed to; it adds rows and changes none."""

from sqlalchemy import bindparam, func, insert, select

from palaver.core.ids import UserId
from palaver.privacy.consent.purposes import PURPOSES, Purpose, Said, holds
from palaver.privacy.consent.tables import consents
from palaver.storage.script import Row, Script, Statement, first, rows

_COLUMNS = tuple(consents.c[name] for name in ("purpose", "granted", "version", "at"))
_THEIRS = consents.c.user_id == bindparam("whose")
_PUT = Statement(insert(consents).values({c.name: bindparam(f"new_{c.name}") for c in consents.c if c.name != "n"}))
_NEWEST = Statement(
    select(*_COLUMNS).where(_THEIRS, consents.c.purpose == bindparam("about")).order_by(consents.c.n.desc()).limit(1)
)
_STANDING = Statement(
    select(*_COLUMNS).where(
        consents.c.n.in_(select(func.max(consents.c.n)).where(_THEIRS).group_by(consents.c.purpose))
    )
)
_PAGE = Statement(select(*_COLUMNS).where(_THEIRS).order_by(consents.c.n.desc()).limit(bindparam("limit")))


def add(user_id: UserId, said: Said) -> Script[None]:
    """Write down what somebody said."""
    yield _PUT(
        new_user_id=user_id,
        new_purpose=said.purpose,
        new_granted=int(said.granted),
        new_version=said.version,
        new_at=said.at,
    )


def newest(user_id: UserId, purpose: Purpose) -> Script[Said | None]:
    """What somebody said last of a purpose."""
    row = yield from first(_NEWEST(whose=user_id, about=purpose))
    return _said(row) if row else None


def allows(user_id: UserId, purpose: Purpose) -> Script[bool]:
    """Whether what a purpose covers may be done with what is somebody's."""
    return holds(purpose, (yield from newest(user_id, purpose)))


def standing(user_id: UserId) -> Script[dict[Purpose, Said]]:
    """What somebody said last of each purpose."""
    return {said.purpose: said for said in map(_said, (yield from rows(_STANDING(whose=user_id)))) if _known(said)}


def history(user_id: UserId, limit: int) -> Script[list[Said]]:
    """All that somebody said, the newest first; at most so many."""
    return [_said(row) for row in (yield from rows(_PAGE(whose=user_id, limit=limit)))]


def _known(said: Said) -> bool:
    return said.purpose in PURPOSES


def _said(row: Row) -> Said:
    return Said(purpose=row[0], granted=bool(row[1]), version=row[2], at=row[3])
