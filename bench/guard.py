"""What it costs to let a request in: credential, scope, rate and budget, in CPU of this process; nothing is served."""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from rows import Promise, Row

from palaver.bus.shared import SharedCounters
from palaver.core.ids import UserId
from palaver.core.principal import Principal
from palaver.identity.budgets.budget import Payer, Room
from palaver.identity.budgets.service import Budgets
from palaver.identity.budgets.settings import BudgetSettings
from palaver.identity.limits.service import TOLL, Rates
from palaver.identity.limits.settings import LimitSettings
from palaver.identity.service import open_identity
from palaver.identity.settings import IdentitySettings
from palaver.kit.clock import SystemClock
from palaver.kit.sealed import Sealed
from palaver.storage.chain import bring_up_to_date
from palaver.storage.sqlite import SqliteDatabase

USERS, CALLS = 10_000, 5_000
MICRO = 1e6
WITH_JWT, WITH_KEY = Promise(150, "µs"), Promise(100, "µs")


def guard(folder: Path, rounds: int) -> list[Row]:
    """The whole guard with each credential, among 10,000 users; this one has a budget. The best of the rounds."""
    path = folder / "guard.db"
    bring_up_to_date(path)
    _fill(path)
    return asyncio.run(_measured(path, rounds))


def _fill(path: Path) -> None:
    with closing(sqlite3.connect(path)) as link, link:
        link.executemany(
            "insert into users(id, issuer, subject, email, role, created_at) values (?, '', ?, ?, 'member', '2026')",
            ((f"usr_{number:032x}", f"{number}@example.org", f"{number}@example.org") for number in range(USERS)),
        )


async def _measured(path: Path, rounds: int) -> list[Row]:
    database, clock = SqliteDatabase(path), SystemClock()
    identity = open_identity(database, IdentitySettings(), signing_key=Sealed(b"k" * 64), clock=clock)
    user_id = UserId(f"usr_{USERS // 2:032x}")
    tokens, cookie = await identity.sign_ins.open(user_id, cookie=True)
    assert cookie is not None
    _, key = await identity.keys.create(Principal(user_id=user_id), "bench", ["sessions:read"])
    counters = SharedCounters(path.with_name("guard.counters"))
    rates, budgets = Rates(LimitSettings(), counters, clock), Budgets(database, BudgetSettings(), clock)
    await budgets.put(None, "user", user_id, Room(tokens=10**12))

    def entering(**headers: str) -> Callable[[], Awaitable[object]]:
        given = [(name.encode(), value.encode()) for name, value in {"host": "bench", **headers}.items()]
        scope: dict[str, Any] = {
            "type": "http", "method": "GET", "path": "/api/v1/sessions", "root_path": "", "headers": given,
            "client": ("203.0.113.7", 1), "query_string": b"",
        }  # fmt: skip

        async def enter() -> object:
            toll = scope[TOLL] = rates.toll(scope, "GET")
            assert toll is not None
            await toll.enter()
            principal = await identity.door.who(scope)
            assert toll.left is not None
            return await budgets.bound(Payer(principal.user_id, principal.key_id)), toll.left.headers()

        return enter

    ways = {
        "an access token (JWT)": (WITH_JWT, entering(authorization=f"Bearer {tokens.access.reveal()}")),
        "an API key": (WITH_KEY, entering(authorization=f"Bearer {key.reveal()}")),
        "a cookie": (None, entering(cookie=f"palaver_session={cookie.reveal()}")),
    }
    best = {name: min([await _cost(enter) for _ in range(rounds)]) for name, (_, enter) in ways.items()}
    counted = min([await _cost(lambda: rates.caller("reads", Principal(user_id=user_id))) for _ in range(rounds)])
    counters.close()
    await identity.close()
    await database.close()
    rows = [
        Row(what=f"the whole guard with {name}", promise=promise, judged=best[name], measured=f"{best[name]:.1f} µs")
        for name, (promise, _) in ways.items()
    ]
    return [*rows, Row(what="of that, counting one call among all processes", measured=f"{counted:.1f} µs")]


async def _cost(enter: Callable[[], Awaitable[object]]) -> float:
    """CPU of one, in microseconds."""
    for _ in range(200):
        await enter()
    began = time.process_time()
    for _ in range(CALLS):
        await enter()
    return (time.process_time() - began) / CALLS * MICRO
