"""The search in a session's files over HTTP; whose session it is, is asked above."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from starlette.requests import HTTPConnection
from starlette.responses import Response

from palaver.core.ids import SessionId, UserId
from palaver.core.principal import Principal
from palaver.files.searching import MOST, Fits, FoundPassages, Looked, Searching
from palaver.files.workspace import Workspace
from palaver.kit.answers import answer, described, problems

Door = Callable[[HTTPConnection], Awaitable[Principal]]
Owns = Callable[[UserId, SessionId, Literal["read", "write"]], Awaitable[UserId]]


@dataclass(frozen=True, slots=True)
class Grounds:
    """What is asked before a search: whether the session is this person's, what is searched, what a glob means."""

    owns: Owns
    of: Callable[[UserId, SessionId], Awaitable[Workspace]]
    glob: Callable[[str], Fits]


def routes(searching: Searching, grounds: Grounds, door: Door, secured: dict[str, Any]) -> APIRouter:
    """Passages of a session's files."""
    router = APIRouter(prefix="/api/v1/sessions/{session_id}", tags=["files"])

    @router.get(
        "/passages",
        operation_id="search_files",
        summary="Search the text of a session's files",
        responses=described(FoundPassages)
        | problems(
            _401="No credential, or one that does not hold.",
            _403="The credential does not allow it.",
            _404="No such session.",
            _422="A field is wrong.",
        ),
        openapi_extra=secured,
        response_class=Response,
    )
    async def search(
        session_id: str,
        principal: Annotated[Principal, Depends(door)],
        q: Annotated[str, Query(min_length=1, max_length=1000, description="Words; “…” for exact phrases.")],
        *,
        path: Annotated[str | None, Query(max_length=1000, description="Only files like `reports/**`.")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 8,
    ) -> Response:
        """Best first, each with the place to cite. New and changed files are read first, as far as time goes."""
        session = SessionId(session_id)
        await grounds.owns(principal.user_id, session, "read")
        looked = Looked(query=q, fits=grounds.glob(path) if path else None, limit=limit)
        workspace = await grounds.of(principal.user_id, session)
        return answer(await searching.find(principal.user_id, session, workspace, looked))

    return router
