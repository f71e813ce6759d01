"""Signing in to a remote MCP server over HTTP, as a browser does it, and what a server offers."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI, Request

from palaver.core.errors import Forbidden, Invalid, NotFound
from palaver.core.ids import UserId
from palaver.core.principal import Principal
from palaver.tools.mcp.api import routes
from palaver.tools.mcp.definition import ServerDefinition
from palaver.tools.mcp.precedence import Server
from palaver.tools.mcp.settings import OperatorServer
from tests.mcp.guarded import Guarded, guarded
from tests.mcp.party import Party, party, program


async def door(request: Request) -> Principal:
    """Whoever the header says."""
    name = request.headers.get("x-user", "usr_1")
    return Principal(user_id=UserId(name), role="admin" if name == "usr_admin" else "member")


@asynccontextmanager
async def asking(ours: Party, remote: Guarded) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of the routes; `own` and `all` are the remote server, `plain` a program."""
    address = f"{remote.url}/mcp"
    known = {
        "own": Server("own", ServerDefinition(type="http", url=address), "user"),
        "all": Server("all", OperatorServer(type="http", url=address), "operator"),
        "plain": program(),
    }

    async def find(principal: Principal, server_id: str) -> Server:
        if server_id not in known:
            raise NotFound("There is no such server.")
        return known[server_id]

    app = FastAPI()
    app.include_router(routes(ours.servers, door, find))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://palaver.test") as client:
        yield client


async def test_a_person_signs_in_with_the_browser_and_the_tools_are_there() -> None:
    async with guarded() as remote, party(allow_private=True) as ours, asking(ours, remote) as client:
        before = (await client.get("/api/v1/mcp-servers/own/offer")).json()
        assert (before["status"]["state"], before["notices"][0]["code"]) == ("sign_in", "mcp_sign_in")
        address = (await client.post("/api/v1/mcp-servers/own/authorize")).json()["url"]
        back = await client.get("/api/v1/mcp-sign-in", params=remote.consent(address))
        assert (back.status_code, back.headers["location"]) == (303, "/")
        after = (await client.get("/api/v1/mcp-servers/own/offer")).json()
        assert (after["status"]["state"], after["status"]["tools"]) == ("ready", ["secret"])
        foreign = await client.get("/api/v1/mcp-servers/own/offer", headers={"x-user": "usr_2"})
        assert foreign.json()["status"]["state"] == "sign_in"


async def test_who_comes_back_with_nothing_or_too_much_is_told_what_is_wrong() -> None:
    async with guarded() as remote, party() as ours, asking(ours, remote) as client:
        for query in ({}, {"state": "s" * 3_000}, {"state": "s", "iss": "x" * 3_000}):
            with pytest.raises(Invalid):
                await client.get("/api/v1/mcp-sign-in", params=query)


async def test_only_administrators_sign_in_for_everybody() -> None:
    async with guarded() as remote, party() as ours, asking(ours, remote) as client:
        with pytest.raises(Forbidden):
            await client.post("/api/v1/mcp-servers/all/authorize")
        found = await client.post("/api/v1/mcp-servers/all/authorize", headers={"x-user": "usr_admin"})
        assert found.json()["url"].startswith(f"{remote.url}/authorize?")


async def test_what_a_program_offers_is_told() -> None:
    async with guarded() as remote, party() as ours, asking(ours, remote) as client:
        told = (await client.get("/api/v1/mcp-servers/plain/offer")).json()
        assert told["status"]["state"] == "ready"
        assert "echo" in told["status"]["tools"]
        with pytest.raises(NotFound):
            await client.get("/api/v1/mcp-servers/none/offer")
