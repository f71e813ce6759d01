"""Clients of the MCP server as tests use them: the official one for Python, and one by hand; neither asserts much."""

import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.journeys.house import Answer, House, Person

NEWEST = "2025-11-25"  # of those that begin with a handshake
BOTH = "application/json, text/event-stream"


@asynccontextmanager
async def connected(house: House, person: Person, *, at: str | None = None, **more: Any) -> AsyncIterator[Client]:
    """The official client, signed in as this person; `at` is another way to the house."""
    headers = {"Authorization": f"Bearer {person.token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as http,
        Client(streamable_http_client(f"{at or house.url}/mcp", http_client=http), **more) as client,
    ):
        yield client


def words_of(result: Any) -> str:
    """What a tool said."""
    return "".join(one.text for one in result.content if one.type == "text")


@dataclass
class Wire:
    """A client by hand: one request of the protocol at a time, over HTTP as it stands."""

    house: House
    person: Person
    session: str | None = None
    version: str | None = None
    numbers: Any = field(default_factory=lambda: count(1))

    async def send(self, body: Any, method: str = "POST", **headers: str) -> Answer:
        """One HTTP request and its whole answer."""
        given = {"Accept": BOTH, "Content-Type": "application/json", **headers}
        if self.session:
            given["Mcp-Session-Id"] = self.session
        if self.version and "Mcp-Protocol-Version" not in given:
            given["Mcp-Protocol-Version"] = self.version
        text = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        data = None if text is None else io.BytesIO(text)
        whom = Person(self.house.client, self.house.url, self.person.token)
        async with whom.client.request(
            method, f"{self.house.url}/mcp", data=data, headers={**_credential(whom), **given}
        ) as reply:
            return Answer(reply.status, dict(reply.headers), await reply.read(), str(reply.url))

    def asking(self, body: dict[str, Any]) -> Any:
        """A request whose answer is read as it comes."""
        headers = {**_credential(self.person), "Accept": BOTH, "Mcp-Session-Id": self.session or ""}
        return self.house.client.post(f"{self.house.url}/mcp", json=body, headers=headers)

    def request(self, method: str, **params: Any) -> dict[str, Any]:
        """A request as JSON-RPC has it."""
        return {"jsonrpc": "2.0", "id": next(self.numbers), "method": method, "params": params}

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """The last message of the answer to a request."""
        answer = await self.send(self.request(method, **params))
        assert answer.status == 200, (answer.status, answer.body)
        return messages_in(answer)[-1]

    async def begin(self, version: str = NEWEST) -> dict[str, Any]:
        """The handshake; what the server said of itself."""
        about = {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "hand", "version": "1"}}
        answer = await self.send(self.request("initialize", **about))
        assert answer.status == 200, (answer.status, answer.body)
        self.session = answer.headers.get("mcp-session-id")
        result = messages_in(answer)[-1]["result"]
        self.version = result["protocolVersion"]
        told = await self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        assert told.status == 202, (told.status, told.body)
        return result


def messages_in(answer: Answer) -> list[dict[str, Any]]:
    """The messages of an answer, be it one object or a stream."""
    if answer.headers["Content-Type"].startswith("application/json"):
        return [answer.json]
    return [event for _, event in events_in(answer.body) if event]


def events_in(body: bytes) -> list[tuple[str, Any]]:
    """The events of a stream, whole ones only: the name of each, and what it says, which may be nothing."""
    found: list[tuple[str, Any]] = []
    for block in body.decode().replace("\r\n", "\n").split("\n\n")[:-1]:
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and line[0] != ":")
        if "id" in fields or "data" in fields:
            found.append((fields.get("id", ""), json.loads(fields.get("data") or "null")))
    return found


def _credential(person: Person) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {person.token}"} if person.token else {}
