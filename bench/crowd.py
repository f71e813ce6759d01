"""Whether a list costs more where many others have sessions, too: the same list alone and among a million; no HTTP."""

import asyncio
import time
from pathlib import Path

from filled import DATABASE, Said, fill, opened
from rows import Promise, Row

from palaver.core.ids import UserId
from palaver.sessions import listing_store
from palaver.sessions.listing_store import START, Filter
from palaver.storage.chain import bring_up_to_date
from palaver.storage.sqlite import SqliteDatabase

USERS, EACH, CALLS, PAGE = 10_000, 100, 400, 50
ONE = USERS // 2
# Deeper trees of an index cost a little; what grows with the number of sessions would cost a hundred times as much.
SAME = Promise(1.25, "times")


def crowd(folder: Path, rounds: int) -> list[Row]:
    """50 of one's 100 sessions, alone and beside 10,000 users with a million; CPU of this process, the best round."""
    alone, among = _house(folder / "alone", range(ONE, ONE + 1)), _house(folder / "among", range(USERS))
    costs = [(asyncio.run(_cost(alone)), asyncio.run(_cost(among))) for _ in range(rounds)]
    few, many = min(one for one, _ in costs), min(other for _, other in costs)
    name = f"list {PAGE} of one's {EACH} sessions, among {USERS * EACH:,} of {USERS:,} users"
    measured, beside = f"{many:.0f} µs", f"{few:.0f} µs alone"
    return [Row(what=name, promise=SAME, judged=many / few, ratio=many / few, measured=measured, reference=beside)]


def _house(home: Path, users: range) -> Path:
    home.mkdir()
    bring_up_to_date(home / DATABASE)
    with opened(home) as link:
        link.executemany(
            "insert into users(id, issuer, subject, email, role, created_at) values (?, '', ?, ?, 'member', '2026')",
            ((_user(one), f"{one}@example.org", f"{one}@example.org") for one in users),
        )
        # one after the other, as days go by: no user's sessions lie side by side
        fill(link, (_said(user, number) for number in range(EACH) for user in users))
        link.execute("analyze")
    return home / DATABASE


def _user(number: int) -> str:
    return f"usr_{number:032x}"


def _said(user: int, number: int) -> Said:
    at = f"2026-{1 + number // 28:02}-{1 + number % 28:02}T12:00:{user % 60:02}.000000Z"
    return Said(number * USERS + user, _user(user), [], at)


async def _cost(path: Path) -> float:
    """CPU of one list, in microseconds."""
    database = SqliteDatabase(path)
    user = UserId(_user(ONE))

    async def ask() -> None:
        found = await database.read(listing_store.page(user, Filter(), START, PAGE + 1))
        assert len(found) == PAGE + 1

    for _ in range(50):
        await ask()
    began = time.process_time()
    for _ in range(CALLS):
        await ask()
    took = time.process_time() - began
    await database.close()
    return took / CALLS * 1e6
