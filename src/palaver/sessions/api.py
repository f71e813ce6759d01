"""Sessions and messages over HTTP; it translates and decides nothing."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Self, TypeVar

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from msgspec import UNSET
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from starlette.responses import Response, StreamingResponse

from palaver.core.errors import Invalid
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.core.messages import Message, Part
from palaver.core.permissions import PermissionMode
from palaver.core.principal import Principal
from palaver.files.templates import Wish
from palaver.identity.door import SECURED, Door
from palaver.kit import asked
from palaver.kit.answers import JSON, answer, described, problems
from palaver.sessions import export
from palaver.sessions.beginning import TEMPLATE, TemplateName
from palaver.sessions.incoming import LONGEST_TEXT, PartIn, bounded, parts_of, refuse_empty, refuse_unwritable
from palaver.sessions.service import Branch, Sessions, plain
from palaver.sessions.service import Query as Listing
from palaver.sessions.session import Session
from palaver.sessions.stats import Stats
from palaver.sessions.taking import Taking

REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="The credential does not allow it.",
    _404="No such session or message.",
)
INVALID = problems(_422="A field is missing, unknown or wrong.")
CHANGING = INVALID | problems(_409="The session is answering.", _503="The database cannot be written now.")
NO_CONTENT: dict[int | str, dict[str, Any]] = {204: {"description": "Gone, with everything that belonged to it."}}

EXPORTED = described(export.Exported)
EXPORTED[200]["content"]["text/markdown"] = {"schema": {"type": "string"}}
EXPORTED[200]["content"]["application/zip"] = {"schema": {"type": "string", "format": "binary"}}

MEMORY = ("off", "recall", "on")  # how much a session lets be remembered

Listed = TypeVar("Listed", bound=BaseModel)
Clear = Callable[[UserId, SessionId], Awaitable[None]]


class SessionList(msgspec.Struct, frozen=True):
    """A page of sessions; `next_cursor` asks for the one after it."""

    items: list[Session]
    next_cursor: str | None


class MessageList(msgspec.Struct, frozen=True):
    """A page of one branch, oldest first; `next_cursor` asks for the one after it."""

    items: list[Message]
    next_cursor: str | None


class PagingIn(BaseModel):
    """Which page of a branch."""

    model_config = ConfigDict(extra="forbid")

    cursor: Annotated[str, Field(max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 50
    branch: Annotated[str, Field(min_length=1, max_length=64)] | None = Field(
        None, description="A message; the newest branch through it is shown."
    )
    sibling: Annotated[int, Field(ge=0, le=1_000_000)] | None = Field(
        None, description="With `branch`: not through that message, but through its sibling of this number, from 0."
    )

    @model_validator(mode="after")
    def _of_a_branch(self) -> Self:
        if self.sibling is not None and self.branch is None:
            raise ValueError("`sibling` counts the siblings of `branch`: give both")
        return self

    def asked(self) -> Branch | None:
        """The branch as a value; None is the session's own."""
        return Branch(MessageId(self.branch), self.sibling) if self.branch else None


class ListingIn(BaseModel):
    """What narrows a list of sessions."""

    model_config = ConfigDict(extra="forbid")

    cursor: Annotated[str, Field(max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 50
    q: Annotated[str, Field(max_length=500)] | None = Field(None, description="Words in titles and messages.")
    tag: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    archived: bool = False
    project_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None

    def asked(self) -> Listing:
        """The same as a value."""
        return Listing(**self.model_dump())


class Changes(BaseModel):
    """What a client may say about a session."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: Annotated[str, Field(max_length=200), StringConstraints(strip_whitespace=True, min_length=1)] | None = None
    model: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    system_prompt: Annotated[str, Field(max_length=100_000)] | None = None
    settings: dict[str, Any] | None = None
    permission_mode: PermissionMode = Field("default", description="How freely agents may act in this session.")
    tags: (
        Annotated[
            list[Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\n\r\x00]+$")]], Field(max_length=64)
        ]
        | None
    ) = None
    metadata: dict[str, Any] | None = None
    pinned: bool = False
    archived: bool = False
    project_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None

    _bounded = field_validator("settings", "metadata")(bounded)

    @field_validator("settings")
    @classmethod
    def _memory(cls, settings: dict[str, Any] | None) -> dict[str, Any] | None:
        if settings is not None and settings.get("memory", "off") not in MEMORY:
            raise ValueError(f"`memory` is one of {', '.join(MEMORY)}")
        return settings

    @model_validator(mode="after")
    def _writable(self) -> Self:
        for text in (self.title, self.system_prompt, self.model, self.project_id, *(self.tags or ())):
            refuse_unwritable(text)
        return self

    def given(self) -> dict[str, Any]:
        """Only what the client said."""
        return self.model_dump(include=self.model_fields_set)


class SessionIn(Changes):
    """A session as it begins."""

    template: TemplateName | None = TEMPLATE

    def wish(self) -> Wish:
        """What its workspace begins with."""
        return self.template if "template" in self.model_fields_set else UNSET

    def given(self) -> dict[str, Any]:
        """Only what the client said about the session itself."""
        return self.model_dump(include=self.model_fields_set - {"template"})


class SessionChanges(Changes):
    """What a client may change of a session."""

    head_message_id: Annotated[str, Field(min_length=1, max_length=64)] | None = Field(
        None, description="Another message of the session, whose branch is shown and continued from now on."
    )

    @field_validator("head_message_id")
    @classmethod
    def _some(cls, given: str | None) -> str:
        if given is None:
            raise ValueError("name a message")
        return given


class MessageChanges(BaseModel):
    """What becomes of a message: `text` or `parts` make a sibling of it, `metadata` changes it where it stands."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)] | None = None
    parts: Annotated[list[PartIn], Field(min_length=1, max_length=100)] | None = None
    metadata: dict[str, Any] | None = None

    _bounded = field_validator("metadata")(bounded)

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if self.text is not None and self.parts is not None:
            raise ValueError("give text or parts, not both")
        if self.text is None and self.parts is None and self.metadata is None:
            raise ValueError("give text, parts or metadata")
        refuse_empty(self.text, self.parts)
        return self

    def given(self) -> tuple[Part, ...] | None:
        """The new parts, if there are any."""
        return plain(self.text) if self.text is not None else parts_of(self.parts) if self.parts else None


def routes(sessions: Sessions, door: Door, clear: Clear, taking: Taking) -> APIRouter:
    """Everything about sessions; `clear` ends what runs in a session before it is deleted."""
    router = APIRouter(prefix="/api/v1", tags=["sessions"])
    _sessions(router, sessions, door, clear)
    _export(router, sessions, taking, door)
    _messages(router, sessions, door)
    return router


def _sessions(router: APIRouter, sessions: Sessions, door: Door, clear: Clear) -> None:

    @router.get(
        "/sessions",
        operation_id="list_sessions",
        summary="List sessions, newest activity first",
        responses=described(SessionList) | REFUSED | INVALID,
        openapi_extra=SECURED | asked.takes_query(ListingIn),
        response_class=Response,
    )
    async def page(request: Request) -> Response:
        principal = await door.who(request.scope)
        return _json(await sessions.page(principal.user_id, _query(request, ListingIn).asked()))

    @router.post(
        "/sessions",
        status_code=201,
        operation_id="create_session",
        summary="Begin a session",
        responses=described(Session, 201, says="Made.") | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def create(principal: Annotated[Principal, Depends(door)], body: SessionIn | None = None) -> Response:
        given = body.given() if body else {}
        sessions.check_mode(principal, given.get("permission_mode", "default"))
        wish = body.wish() if body else UNSET
        return answer(await sessions.create(principal.user_id, given, wish), 201)

    @router.get(
        "/sessions/{session_id}",
        operation_id="get_session",
        summary="One session",
        responses=described(Session) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def get(session_id: str, request: Request) -> Response:
        principal = await door.who(request.scope)
        return _json(await sessions.get(principal.user_id, SessionId(session_id)))

    @router.patch(
        "/sessions/{session_id}",
        operation_id="change_session",
        summary="Change a session",
        responses=described(Session) | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def change(session_id: str, body: SessionChanges, principal: Annotated[Principal, Depends(door)]) -> Response:
        sessions.check_mode(principal, body.given().get("permission_mode", "default"))
        return answer(await sessions.change(principal.user_id, SessionId(session_id), body.given()))

    @router.delete(
        "/sessions/{session_id}",
        status_code=204,
        operation_id="delete_session",
        summary="Delete a session and everything that belongs to it",
        responses=NO_CONTENT | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def remove(session_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        await clear(principal.user_id, SessionId(session_id))
        await sessions.remove(principal.user_id, SessionId(session_id))
        return Response(status_code=204)

    @router.get(
        "/stats",
        operation_id="get_stats",
        summary="What was said, how long it took, what it cost; null where there is nothing",
        responses=described(Stats) | REFUSED | INVALID,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def stats(
        principal: Annotated[Principal, Depends(door)], zone: Annotated[str, Query(max_length=64)] = "UTC"
    ) -> Response:
        return answer(await sessions.stats(principal.user_id, zone))


def _export(router: APIRouter, sessions: Sessions, taking: Taking, door: Door) -> None:

    @router.get(
        "/sessions/{session_id}/export",
        operation_id="export_session",
        summary="A session whole as JSON, or with its files as a zip, to be imported again; or its branch as Markdown",
        responses=EXPORTED | REFUSED | INVALID,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def take(
        session_id: str,
        principal: Annotated[Principal, Depends(door)],
        form: Annotated[export.Format, Query(alias="format")] = "json",
    ) -> Response:
        whose, session = principal.user_id, SessionId(session_id)
        if form == "markdown":
            found, messages = await sessions.whole(whose, session)
            return Response(export.markdown(found, messages), 200, _named(found, form), "text/markdown; charset=utf-8")
        headers = _named(await sessions.find(whose, session), form)
        if form == "zip":
            return StreamingResponse(await taking.archived(whose, session), 200, headers, "application/zip")
        return StreamingResponse(await taking.session(whose, session), 200, headers, JSON)


def _messages(router: APIRouter, sessions: Sessions, door: Door) -> None:

    @router.get(
        "/sessions/{session_id}/messages",
        operation_id="list_messages",
        summary="The messages of a branch, oldest first",
        responses=described(MessageList) | REFUSED | INVALID,
        openapi_extra=SECURED | asked.takes_query(PagingIn),
        response_class=Response,
    )
    async def page(session_id: str, request: Request) -> Response:
        principal = await door.who(request.scope)
        paging = _query(request, PagingIn)
        found = sessions.messages(
            principal.user_id, SessionId(session_id), after=paging.cursor, limit=paging.limit, branch=paging.asked()
        )
        return _json(await found)

    @router.get(
        "/messages/{message_id}",
        operation_id="get_message",
        summary="One message",
        responses=described(Message) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def get(message_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return _json(await sessions.message(principal.user_id, MessageId(message_id)))

    @router.patch(
        "/messages/{message_id}",
        operation_id="edit_message",
        summary="Edit a message: the answer is its new sibling, or the message itself where only metadata changed",
        responses=described(Message) | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def edit(message_id: str, body: MessageChanges, principal: Annotated[Principal, Depends(door)]) -> Response:
        return _json(await sessions.edit(principal.user_id, MessageId(message_id), body.given(), body.metadata))

    @router.delete(
        "/messages/{message_id}",
        status_code=204,
        operation_id="delete_message",
        summary="Delete a message and all that follows it",
        responses=NO_CONTENT | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def remove(message_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        await sessions.remove_message(principal.user_id, MessageId(message_id))
        return Response(status_code=204)


def _named(session: Session, form: export.Format) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{export.file_name(session, form)}"'}


def _json(body: bytes) -> Response:
    return Response(body, media_type=JSON)


def _query(request: Request, model: type[Listed]) -> Listed:
    try:
        return asked.query(request, model)
    except ValidationError as error:
        raise Invalid.about(error.errors(include_url=False), "query") from None
