"""What tests of agents start from: three people, a house of shelves, and files on a disk."""

import json
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request

from palaver.agents import api
from palaver.agents.kinds import Kind
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
        user = identity_store.User(one.user_id, "", one.user_id, None, None, one.role, "2026")
        values = {**user._asdict(), "password_hash": None}
        await database.write(identity_store.add_user(values))


ASKED: ContextVar[Agents] = ContextVar("ASKED")


class WhicheverShelves:
    """The shelves of whichever library is asked: doors take long to make, and are the same for all of them."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def use(principal: Principal, kind: Kind, *more: Any, **said: Any) -> Any:
            agents = ASKED.get()
            own = next(one for one in agents.kinds if one.name == kind.name)
            return getattr(agents.shelves, name)(principal, own, *more, **said)

        return use


@cache
def _app(kinds: tuple[str, ...]) -> FastAPI:
    async def door(request: Request) -> Principal:
        return PEOPLE[UserId(request.headers["x-who"])]

    app = FastAPI()
    problem.answer_errors(app)
    app.include_router(api.routes(WhicheverShelves(), door, ASKED.get().kinds))  # type: ignore[arg-type]
    return app


@dataclass
class Library:
    """Shelves with doors, and somebody who stands before them."""

    agents: Agents
    database: Database
    home: Path
    clock: ManualClock

    @property
    def app(self) -> FastAPI:
        """The doors, with these shelves behind them."""
        ASKED.set(self.agents)
        return _app(tuple(kind.name for kind in self.agents.kinds))

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
