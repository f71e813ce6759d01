import asyncio
import logging
from datetime import timedelta
from typing import Any

import pytest

from palaver.core.principal import Principal
from palaver.identity import store
from palaver.identity.service import Identity
from palaver.identity.settings import IdentitySettings
from palaver.identity.uses import Uses
from palaver.kit.clock import ManualClock, stamp
from palaver.storage.port import StorageUnavailable
from palaver.storage.script import Script, Statement
from palaver.storage.sqlite import SqliteDatabase
from tests.unit.identity.conftest import Open
from tests.unit.identity.fake_issuer import FakeIssuer, ec_key, public
from tests.unit.identity.given import OURS, request, settle

EMPTIED = {"one_time_tokens"}


def counts() -> Script[dict[str, int]]:
    found = {}
    for table in OURS:
        found[table.name] = (yield Statement(store.select(store.func.count()).select_from(table))()).rows[0][0]
    return {name: count for name, count in found.items() if count or name in EMPTIED}


async def test_what_is_over_is_removed_and_what_lives_stays(
    identity: Identity, ada: Principal, database: SqliteDatabase, clock: ManualClock
) -> None:
    await identity.sign_ins.open(ada.user_id, cookie=True)
    await identity.one_time.ticket(ada)
    await identity.keys.create(ada, "expired", expires_at=clock.now() + timedelta(minutes=1))
    clock.advance(timedelta(days=29))
    live, _ = await identity.sign_ins.open(ada.user_id, cookie=True)
    _, live = await identity.sign_ins.refresh(live.refresh)
    clock.advance(timedelta(days=1, seconds=1))
    await identity.upkeep.once()
    assert await database.read(counts()) == {
        "users": 1,
        "browser_sessions": 1,
        "token_families": 1,
        "refresh_tokens": 2,
        "api_keys": 1,
        "one_time_tokens": 0,
    }
    assert await identity.sign_ins.refresh(live.refresh)


async def test_the_loop_works_by_the_clock_and_writes_uses_down_when_it_ends(
    identity: Identity, ada: Principal, database: SqliteDatabase, clock: ManualClock
) -> None:
    key, secret = await identity.keys.create(ada, "laptop")
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        upkeep = tasks.create_task(identity.upkeep.run())
        await identity.door.who(request(x_api_key=secret.reveal()))
        first = stamp(clock.now())
        while (await database.read(store.keys_of(ada.user_id)))[0].last_used_at != first:
            clock.advance(timedelta(minutes=1))
            await settle(database)
        await identity.door.who(request(x_api_key=secret.reveal()))
        last = stamp(clock.now())
        upkeep.cancel()
    await settle(database)
    assert (await database.read(store.keys_of(ada.user_id)))[0] == store.KeyRow(
        key.id, ada.user_id, "laptop", None, key.created_at, None, last
    )


async def test_keys_of_issuers_are_fetched_anew(open_with: Open, issuer: FakeIssuer, clock: ManualClock) -> None:
    issuer.keys = [public(ec_key("two"), "two")]
    identity = await open_with(issuers=[{"issuer": issuer.url, "audience": "palaver"}])
    await identity.door.who(request(authorization=f"Bearer {issuer.token(ec_key('two'), 'two')}"))
    clock.advance(timedelta(minutes=10))
    await identity.upkeep.once()
    assert issuer.fetched == 2


class Full:
    """A database whose disk is full."""

    def post(self, script: Script[Any], *, durable: bool, done: Any, failed: Any) -> None:
        script.close()
        failed(StorageUnavailable())


async def test_uses_that_cannot_be_written_are_a_line_in_the_log_and_no_error(
    clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    uses = Uses(Full(), IdentitySettings(), clock)  # type: ignore[arg-type]
    uses.key("key_1")
    with caplog.at_level(logging.WARNING):
        uses.write()
    assert "could not be written" in caplog.text
    assert uses.of_key("key_1") is None


async def test_uses_that_are_gathered_are_bounded(
    database: SqliteDatabase, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("palaver.identity.uses._MOST", 3)
    uses = Uses(database, IdentitySettings(), clock)
    for number in range(10):
        uses.key(f"key_{number}")
        uses.cookie(f"hash_{number}")
    assert (len(uses._keys), len(uses._cookies)) == (3, 3)
