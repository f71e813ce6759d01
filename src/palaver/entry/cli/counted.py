"""What is counted of this home, without its server: users, budgets and what was consumed; it starts nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeVar

from palaver.entry.auditing import open_audit
from palaver.entry.database import open_database
from palaver.entry.home import prepare_home, signing_key
from palaver.entry.settings import Loaded
from palaver.identity.budgets.service import Budgets
from palaver.identity.service import Identity, open_identity
from palaver.kit.clock import SystemClock
from palaver.storage.port import Database

T = TypeVar("T")


class Counted(NamedTuple):
    """The services that verbs about usage need."""

    database: Database
    identity: Identity
    budgets: Budgets


def with_counted(loaded: Loaded, do: Callable[[Counted], Awaitable[T]]) -> T:
    """Do one thing with them."""
    settings = loaded.settings

    async def once() -> T:
        prepare_home(settings.home)
        async with open_database(settings) as database:
            clock = SystemClock()
            audit = open_audit(settings, database, clock)
            key = signing_key(settings.home)
            identity = open_identity(database, settings.identity, signing_key=key, clock=clock, audit=audit)
            budgets = Budgets(database, settings.budgets, clock)
            budgets.audit = audit
            try:
                return await do(Counted(database, identity, budgets))
            finally:
                await identity.close()

    return asyncio.run(once())
