"""Palaver as an MCP server, by the official Python client and by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.journeys.acting import says
from tests.journeys.house import House, Person
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)


@asynccontextmanager
async def connected(house: House, person: Person, **more: Any) -> AsyncIterator[Client]:
    """The official client, signed in as this person."""
    headers = {"Authorization": f"Bearer {person.token}"}
    async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
        async with Client(streamable_http_client(f"{house.url}/mcp", http_client=http), **more) as client:
            yield client


async def test_the_official_client_asks_and_reads(house: House, owner: Person, vendor: FakeVendor) -> None:
    vendor.next(says("Hello from afar."))
    async with connected(house, owner) as client:
        tools = await client.list_tools()
        assert [one.name for one in tools.tools] == ["query", "list_sessions", "read_session", "search"]
        heard: list[str] = []

        async def progress(step: float, total: float | None, message: str | None) -> None:
            heard.append(message or "")

        came = await client.call_tool("query", {"prompt": "Say hello"}, progress_callback=progress)
        assert not came.is_error, came
        assert came.structured_content["text"] == "Hello from afar."
        assert "".join(heard) == "Hello from afar."
