"""The services of this home without its server, for verbs that work on the database; it starts nothing."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from palaver.entry.auditing import open_audit
from palaver.entry.database import open_database
from palaver.entry.home import prepare_home, signing_key
from palaver.entry.settings import Loaded, Settings
from palaver.identity.letters.links import Links
from palaver.identity.service import Identity, open_identity
from palaver.kit.clock import SystemClock
from palaver.privacy.audit.service import AuditLog

T = TypeVar("T")


@asynccontextmanager
async def local_identity(settings: Settings) -> AsyncGenerator[Identity]:
    """Users, keys and sign-ins of this home, whether its server runs or not."""
    prepare_home(settings.home)
    async with open_database(settings) as database:
        clock = SystemClock()
        audit = open_audit(settings, database, clock)
        identity = open_identity(
            database,
            settings.identity,
            signing_key=signing_key(settings.home),
            clock=clock,
            audit=audit,
            links=Links(settings.network.public_url),
        )
        try:
            yield identity
        finally:
            await identity.close()


@asynccontextmanager
async def local_audit(settings: Settings) -> AsyncGenerator[AuditLog]:
    """The audit log of this home."""
    prepare_home(settings.home)
    async with open_database(settings) as database:
        yield open_audit(settings, database, SystemClock())


def with_identity(loaded: Loaded, do: Callable[[Identity], Awaitable[T]]) -> T:
    """Do one thing with them."""

    async def once() -> T:
        async with local_identity(loaded.settings) as identity:
            return await do(identity)

    return asyncio.run(once())
