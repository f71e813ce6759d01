"""A real database in a file, a clock that moves when told to, and identity put together on both."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from palaver.core.principal import Principal
from palaver.identity.service import Identity, open_identity
from palaver.identity.settings import IdentitySettings
from palaver.kit.clock import ManualClock
from palaver.storage.schema import metadata
from palaver.storage.sqlite import SqliteDatabase
from tests.unit.identity.fake_issuer import FakeIssuer, fake_issuer
from tests.unit.identity.given import OURS, PASSWORD, SIGNING_KEY

Open = Callable[..., Awaitable[Identity]]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database file with the tables of identity, made once and copied for each test."""
    path = tmp_path_factory.mktemp("identity") / "palaver.db"
    engine = create_engine(f"sqlite:///{path}")
    metadata.create_all(engine, tables=OURS)
    engine.dispose()
    return path.read_bytes()


@pytest.fixture
def database_file(tmp_path: Path, empty_database: bytes) -> Path:
    path = tmp_path / "palaver.db"
    path.write_bytes(empty_database)
    return path


@pytest.fixture
async def database(database_file: Path) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(database_file)
    yield database
    await database.close()


@pytest.fixture
async def open_with(database: SqliteDatabase, clock: ManualClock) -> AsyncIterator[Open]:
    """Identity with settings of the test's own; closed at its end."""
    async with AsyncExitStack() as opened:

        async def opening(**settings: Any) -> Identity:
            identity = open_identity(
                database, IdentitySettings.model_validate(settings), signing_key=SIGNING_KEY, clock=clock
            )
            opened.push_async_callback(identity.close)
            return identity

        yield opening


@pytest.fixture
async def identity(open_with: Open) -> Identity:
    return await open_with()


@pytest.fixture
async def issuer() -> AsyncIterator[FakeIssuer]:
    async with fake_issuer() as issuer:
        yield issuer


@pytest.fixture
async def ada(identity: Identity) -> Principal:
    """A member who signs in with a password."""
    user = await identity.accounts.create("ada@example.org", PASSWORD)
    return Principal(user_id=user.id, role=user.role)
