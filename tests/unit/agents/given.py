"""What tests of agents start from: three people, a house of shelves, and files on a disk."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request

from palaver.agents import api
from palaver.agents.opening import Agents
from palaver.core.ids import UserId
from palaver.core.principal import Principal
from palaver.entry import problem
from palaver.identity import store as identity_store
from palaver.kit.clock import ManualClock
from palaver.storage.port import Database
from tests.unit.entry.asgi import Answer, ask

ADA = Principal(user_id=UserId("usr_ada"))
BOB = Principal(user_id=UserId("usr_bob"))
ROOT = Principal(user_id=UserId("usr_root"), role="admin")
PEOPLE = {one.user_id: one for one in (ADA, BOB, ROOT)}

REVIEWER: dict[str, Any] = {"name": "reviewer", "description": "Reviews.", "instructions": "Look closely."}
NOTES: dict[str, Any] = {"name": "notes", "description": "Release notes.", "body": "Say what changes."}
EXPLAIN: dict[str, Any] = {"name": "explain", "description": "Explains.", "body": "Explain $1 plainly."}
SAFE: dict[str, Any] = {"name": "safe", "tools": ["Read"], "allowed_tools": ["WebFetch"], "disallowed_tools": ["Bash"]}
REMOTE: dict[str, Any] = {
    "name": "issues",
    "url": "https://mcp.example.com/mcp",
    "headers": {"Authorization": "Bearer 1-2-3"},
}
WATCH: dict[str, Any] = {
    "name": "watch",
    "event": "PreToolUse",
    "matcher": "Bash",
    "url": "https://hooks.example.com/x",
    "secret": "whsec_" + "YWJj" * 12,
}
# path → an acceptable body
EVERY: dict[str, dict[str, Any]] = {
    "agents": REVIEWER,
    "skills": NOTES,
    "commands": EXPLAIN,
    "tool-presets": SAFE,
    "mcp-servers": REMOTE,
    "hooks": WATCH,
}


async def settle_people(database: Database) -> None:
    for one in PEOPLE.values():
        values = {
            "id": one.user_id,
            "issuer": "",
            "subject": one.user_id,
            "email": None,
            "name": None,
            "role": one.role,
            "password_hash": None,
            "created_at": "2026",
        }
        await database.write(identity_store.add_user(values))


@dataclass
class Library:
    """Shelves with doors, and somebody who stands before them."""

    agents: Agents
    database: Database
    home: Path
    clock: ManualClock
    app: FastAPI = field(default_factory=FastAPI)

    def __post_init__(self) -> None:
        async def door(request: Request) -> Principal:
            return PEOPLE[UserId(request.headers["x-who"])]

        problem.answer_errors(self.app)
        self.app.include_router(api.routes(self.agents.shelves, door, self.agents.kinds))  # type: ignore[arg-type]

    async def call(self, method: str, path: str, body: Any = None, *, who: Principal = ADA, **more: str) -> Answer:
        sent = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        path, _, query = path.partition("?")
        headers = {"x-who": who.user_id, **more}
        return await ask(self.app, method, f"/api/v1{path}", body=sent, query=query, **headers)

    async def made(self, path: str, body: Any, *, who: Principal = ADA) -> dict[str, Any]:
        answer = await self.call("POST", f"/{path}", body, who=who)
        assert answer.status == 201, answer.body
        return answer.json

    async def got(self, path: str, *, who: Principal = ADA) -> Any:
        answer = await self.call("GET", path, who=who)
        assert answer.status == 200, answer.body
        return answer.json

    async def names(self, path: str, *, who: Principal = ADA) -> list[tuple[str, str]]:
        return [(one["name"], one["source"]) for one in (await self.got(f"/{path}", who=who))["items"]]

    def write(self, path: str, text: str) -> Path:
        """A file of the home; with it, what was looked at is a second ago."""
        file = self.home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file


def refused(answer: Answer, status: int, *loc: str | int) -> dict[str, Any]:
    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    if loc:
        assert list(loc) in [error["loc"] for error in answer.json["errors"]], answer.json
    return answer.json
