"""The tools of the MCP server: what they take, what they give, and which scope they need; runs are `querying.py`'s."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, cast

import msgspec
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from palaver.core.errors import Invalid
from palaver.core.ids import SessionId
from palaver.core.principal import Principal
from palaver.sessions import export
from palaver.sessions.finding import Looked
from palaver.sessions.service import Query
from palaver.surfaces.mcp_server.addresses import of_session
from palaver.surfaces.mcp_server.behind import Behind, Brought, Report
from palaver.surfaces.mcp_server.querying import query
from palaver.surfaces.mcp_server.schemas import FOUND, MESSAGES, QUERIED, SESSIONS

Id = Annotated[str, Field(min_length=1, max_length=64)]
Cursor = Annotated[str, Field(min_length=1, max_length=400)]


class Asked(NamedTuple):
    """One call: on whose behalf, with what, and where its progress is reported."""

    behind: Behind
    principal: Principal
    report: Report


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class QueryIn(_In):
    """One turn."""

    prompt: Annotated[str, Field(min_length=1, max_length=100_000)] = Field(description="What to say or ask.")
    session_id: Id | None = Field(None, description="The session to go on in; without it a new one begins.")
    model: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        None, description="Which model answers, or `agent/NAME` for a stored agent; else the usual one."
    )


class ListIn(_In):
    """A page of sessions."""

    q: Annotated[str, Field(max_length=500)] | None = Field(None, description="Words in titles or messages.")
    limit: Annotated[int, Field(ge=1, le=100)] = Field(20, description="How many at most.")
    cursor: Cursor | None = Field(None, description="`next_cursor` of the page before.")


class ReadIn(_In):
    """A page of messages."""

    session_id: Id = Field(description="Which session.")
    limit: Annotated[int, Field(ge=1, le=100)] = Field(20, description="How many messages at most.")
    cursor: Cursor | None = Field(None, description="`next_cursor` of the page before.")


class SearchIn(_In):
    """What is looked for."""

    query: Annotated[str, Field(min_length=1, max_length=500)] = Field(
        description="Words that all stand in the message; the last one may be unfinished."
    )
    limit: Annotated[int, Field(ge=1, le=100)] = Field(20, description="How many at most.")
    cursor: Cursor | None = Field(None, description="`next_cursor` of the page before.")


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as clients see it, and what it does."""

    name: str
    title: str
    says: str
    takes: type[BaseModel]
    gives: dict[str, Any]
    scope: str
    use: Callable[[Asked, Any], Awaitable[Brought]]
    reads: bool = True


async def use(tool: Tool, asked: Asked, given: dict[str, Any]) -> Brought:
    """Make a call. Raises `Invalid` with words about what is wrong with the arguments."""
    asked.behind.check(asked.principal, tool.scope)
    try:
        taken = tool.takes.model_validate(given)
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False)]
        raise Invalid("; ".join(wrong)) from None
    return await tool.use(asked, taken)


async def _query(asked: Asked, given: QueryIn) -> Brought:
    behind, principal, report = asked
    return await query(behind, principal, given.prompt, given.session_id, model=given.model, report=report)


async def _list(asked: Asked, given: ListIn) -> Brought:
    wanted = Query(cursor=given.cursor, limit=given.limit, q=given.q)
    page = _page(await asked.behind.sessions.page(asked.principal.user_id, wanted))
    told = ("id", "title", "model", "status", "message_count", "archived", "created_at", "updated_at")
    rows = [{name: one.get(name) for name in told} for one in page["items"]]
    data = {"sessions": rows, "next_cursor": page["next_cursor"]}
    return Brought(_json(data), data, [(of_session(one["id"]), one["title"] or one["id"]) for one in rows])


async def _read(asked: Asked, given: ReadIn) -> Brought:
    sessions, user_id, session_id = asked.behind.sessions, asked.principal.user_id, SessionId(given.session_id)
    session = await sessions.find(user_id, session_id)
    page = _page(await sessions.messages(user_id, session_id, after=given.cursor, limit=given.limit, branch=None))
    told = ("id", "role", "text", "model", "status", "created_at")
    rows = [{name: one.get(name) for name in told} for one in page["items"]]
    data = {"session_id": session.id, "title": session.title, "messages": rows, "next_cursor": page["next_cursor"]}
    return Brought(_told(export.heading(session) if not given.cursor else "", data), data)


async def _search(asked: Asked, given: SearchIn) -> Brought:
    looked = Looked(q=given.query, cursor=given.cursor, limit=given.limit)
    found = await asked.behind.finding.find(asked.principal.user_id, looked)
    told = ("session_id", "session_title", "message_id", "role", "snippet", "created_at")
    rows = [{name: getattr(one, name) for name in told} for one in found.items]
    data: dict[str, Any] = {"found": rows, "next_cursor": found.next_cursor}
    names = {one.session_id: one.session_title or one.session_id for one in found.items}
    return Brought(_json(data), data, [(of_session(one), name) for one, name in names.items()])


def _told(heading: str, data: dict[str, Any]) -> str:
    """Messages for a model to read."""
    said = "".join(
        f"## {'You' if one['role'] == 'user' else one['model'] or one['role']}\n\n{one['text']}\n\n"
        for one in data["messages"]
    )
    more = f"*There is more: go on with cursor {data['next_cursor']}*\n" if data["next_cursor"] else ""
    return f"{heading}{said}{more}"


def _page(body: bytes) -> dict[str, Any]:
    return cast("dict[str, Any]", msgspec.json.decode(body))


def _json(data: dict[str, Any]) -> str:
    return msgspec.json.encode(data).decode()


TOOLS = {
    tool.name: tool
    for tool in (
        Tool(
            "query", "Ask Palaver", "Say something in a session, or begin one, and get the answer.",
            QueryIn, QUERIED, "runs:write", _query, reads=False,
        ),
        Tool(
            "list_sessions", "List sessions", "Your conversations, newest activity first.",
            ListIn, SESSIONS, "sessions:read", _list,
        ),
        Tool(
            "read_session", "Read a session", "What was said in a conversation, oldest first.",
            ReadIn, MESSAGES, "sessions:read", _read,
        ),
        Tool(
            "search", "Search messages", "Find what was said in any conversation by its words, newest first.",
            SearchIn, FOUND, "sessions:read", _search,
        ),
    )
}  # fmt: skip
