"""Every query about wrong tries; how long somebody waits is decided in `delays`."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, Table, bindparam, delete, insert, select, union_all, update

from palaver.identity.lockout import delays
from palaver.identity.lockout.delays import Patience, Tally
from palaver.identity.lockout.tables import wrong_tries
from palaver.identity.store import LOCAL
from palaver.identity.tables import browser_sessions, token_families, users
from palaver.kit.clock import instant, stamp
from palaver.storage.script import Script, Statement

_FIND = Statement(select(wrong_tries.c.tries, wrong_tries.c.until).where(wrong_tries.c.of == bindparam("key")))
_ADD = Statement(insert(wrong_tries))
_SET = Statement(
    update(wrong_tries)
    .where(wrong_tries.c.of == bindparam("key"))
    .values(tries=bindparam("tries"), last_at=bindparam("last_at"), until=bindparam("until"))
)
_REMOVE = Statement(delete(wrong_tries).where(wrong_tries.c.of == bindparam("key")))
_SWEEP = Statement(delete(wrong_tries).where(wrong_tries.c.until < bindparam("before")))


def _signed_in(opened: Table) -> Select[tuple[str]]:
    return (
        select(users.c.id)
        .join_from(users, opened, opened.c.user_id == users.c.id)
        .where(users.c.issuer == LOCAL, users.c.subject == bindparam("account"))
        .where(opened.c.address == bindparam("address"), opened.c.expires_at > bindparam("now"))
    )


_KNOWN = Statement(union_all(_signed_in(browser_sessions), _signed_in(token_families)).limit(1))


class Try(NamedTuple):
    """One try: by whom it is made, for which account; the keys under which each is counted."""

    address: str
    account: str
    pair: str
    everywhere: str


def begin(one: Try, pair: Patience, everywhere: Patience, now: datetime) -> Script[float]:
    """Count a try, or say how many seconds it is too early; what is too early counts nothing."""
    here, all_ = (yield from _tally(one.pair, pair, now)), (yield from _tally(one.everywhere, everywhere, now))
    early = delays.wait(here, now)
    if not early and delays.wait(all_, now) and not (yield from _known(one, now)):
        early = delays.wait(all_, now)
    if early:
        return early.total_seconds()
    yield from _put(one.pair, delays.tried(here, pair, now), now)
    yield from _put(one.everywhere, delays.tried(all_, everywhere, now), now)
    return 0.0


def succeeded(one: Try, now: datetime) -> Script[None]:
    """The tries from here were the same person mistyping; those from elsewhere still count."""
    here, all_ = (yield _FIND(key=one.pair)).first(), (yield _FIND(key=one.everywhere)).first()
    yield _REMOVE(key=one.pair)
    if here is None or all_ is None:
        return
    left = all_[0] - here[0]
    if left > 0:
        yield _SET(key=one.everywhere, tries=left, last_at=stamp(now), until=stamp(now))
    else:
        yield _REMOVE(key=one.everywhere)


def forget(everywhere: str) -> Script[None]:
    """Nobody waits any more because of tries from everywhere."""
    yield _REMOVE(key=everywhere)


def sweep(before: datetime) -> Script[int]:
    """Remove what is forgotten."""
    return (yield _SWEEP(before=stamp(before))).count


def _known(one: Try, now: datetime) -> Script[bool]:
    """Whether whoever has this account is signed in from this address."""
    return (yield _KNOWN(account=one.account, address=one.address, now=stamp(now))).first() is not None


def _tally(key: str, patience: Patience, now: datetime) -> Script[Tally]:
    row = (yield _FIND(key=key)).first()
    return delays.remembered(Tally(row[0], instant(row[1])) if row else None, patience, now)


def _put(key: str, tally: Tally, now: datetime) -> Script[None]:
    values = {"tries": tally.tries, "last_at": stamp(now), "until": stamp(tally.until)}
    if not (yield _SET(key=key, **values)).count:
        yield _ADD(of=key, **values)
