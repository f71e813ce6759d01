"""What journeys are given: a vendor, a running server, its owner. One server a test, so that none sees another's."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.journeys.house import House, Opening, Person, houses
from tests.journeys.nursery import Nursery
from tests.vendor import FakeVendor


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where servers come from."""
    with Nursery() as nursery:
        yield nursery


@pytest.fixture
async def vendor() -> AsyncIterator[FakeVendor]:
    """A vendor whose models answer as their names say."""
    async with FakeVendor() as vendor:
        yield vendor


@pytest.fixture
async def open_house(nursery: Nursery, vendor: FakeVendor, tmp_path: Path) -> AsyncIterator[Opening]:
    """Opens servers with settings of the test's own."""
    async with houses(nursery, tmp_path, vendor) as opening:
        yield opening


@pytest.fixture
async def house(open_house: Opening) -> House:
    """A running server."""
    return await open_house()


@pytest.fixture
async def owner(house: House) -> Person:
    """Its owner."""
    return await house.owner()
