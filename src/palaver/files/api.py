"""The files of a session or project over HTTP: brought in, listed, looked at, moved, downloaded and deleted.

Whose it is, is asked above. Bodies go to the disk as they come, and files to the socket as they are read.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import HTTPConnection
from starlette.responses import Response

from palaver.core.errors import Invalid, NotFound
from palaver.core.ids import SessionId, UserId
from palaver.core.principal import Principal
from palaver.files.download import Asked, Download, Source
from palaver.files.incoming import Form
from palaver.files.placing import OnConflict
from palaver.files.preview import Documents, Picture, Preview, look
from palaver.files.service import FileInfo, Files
from palaver.files.workspace import OWN, Entry, Workspace
from palaver.kit.answers import answer, described, problems
from palaver.kit.pages import BadCursor, cursor, position

Door = Callable[[HTTPConnection], Awaitable[Principal]]
Owns = Callable[[UserId, SessionId, Literal["read", "write"]], Awaitable[UserId]]

_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
BYTES = {"*/*": _BINARY}
FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "array", "minItems": 1, "items": _BINARY["schema"]}},
                },
                "examples": {"A text": {"summary": "A text", "value": {"file": ["hello"]}}},
            }
        },
    }
}
_SHOWN = {"examples": {"A text": {"summary": "A text", "value": "hello"}}}
RAW = {"requestBody": {"required": False, "content": {"application/octet-stream": _BINARY | _SHOWN}}}
PICTURES = {"image/png": _BINARY, "image/jpeg": _BINARY}

REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="The credential does not allow it.",
    _404="No such session, project or file.",
    _422="A field is wrong, or the path leads out of its files.",
)
NOT_TAKEN = REFUSED | problems(
    _409="Something of this name is there already.",
    _413="More bytes than a file, a session or a person may have; the detail says how many.",
    _507="The disk is full; nothing was changed.",
)


class FileList(msgspec.Struct, frozen=True):
    """A page of files; `next_cursor` asks for the one after it."""

    items: list[FileInfo]
    next_cursor: str | None


class Brought(msgspec.Struct, frozen=True):
    """The files that were brought in, in the order in which they came."""

    items: list[FileInfo]


class MoveIn(BaseModel):
    """Another path for a file or folder."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(max_length=10_000, description="Where it is.")
    to: str = Field(max_length=10_000, description="Where it shall be; folders on the way are made.")
    on_conflict: OnConflict = Field("refuse", description="What happens if something is there already.")


class FolderIn(BaseModel):
    """A folder that shall be there."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(max_length=10_000, description="Its path; folders on the way are made, too.")


class Asking(NamedTuple):
    """A session, and the person whose it is, for whom its files count; of a project its id, which names a workspace."""

    user_id: UserId
    session_id: SessionId


class Place(NamedTuple):
    """Whose files a router is about ("session" or "project"), and how it is secured.

    Two dependencies find it: for who may see it, and for who may change it.
    """

    noun: str
    asking: Callable[..., AsyncGenerator[Asking]]
    changing: Callable[..., AsyncGenerator[Asking]]
    secured: dict[str, Any]

    def named(self, operation: str) -> str:
        """The operation's id; those of sessions came first and have the plain ones."""
        return operation if self.noun == "session" else of_project(operation)


def of_project(operation: str) -> str:
    """The id of an operation on a project's files, by that of the one on a session's."""
    verb, _, rest = operation.partition("_")
    return f"{verb}_project_{rest}"


def routes(files: Files, owns: Owns, door: Door, secured: dict[str, Any], *, documents: Documents) -> APIRouter:
    """Everything below /sessions/{id}/files; `owns` says whose it is, and raises where it is not open to somebody.

    `secured` is what the OpenAPI document says of an endpoint behind the door; `documents` reads texts of documents.
    """

    async def session(session_id: str, principal: Annotated[Principal, Depends(door)]) -> AsyncGenerator[Asking]:
        async with _allowed(owns, principal, SessionId(session_id), "read") as asking:
            yield asking

    async def changing(session_id: str, principal: Annotated[Principal, Depends(door)]) -> AsyncGenerator[Asking]:
        async with _allowed(owns, principal, SessionId(session_id), "write") as asking:
            yield asking

    router = APIRouter(prefix="/api/v1/sessions/{session_id}", tags=["files"])
    return _all_of(router, (files, documents), Place("session", session, changing, secured))


@asynccontextmanager
async def _allowed(
    owns: Owns, principal: Principal, session_id: SessionId, act: Literal["read", "write"]
) -> AsyncGenerator[Asking]:
    """Whose files these are, while who asks may: what fails because they are deleted meanwhile is not there."""
    owner = await owns(principal.user_id, session_id, act)
    try:
        yield Asking(owner, session_id)
    except Exception:
        await owns(principal.user_id, session_id, act)
        raise


def of_projects(files: Files, owns: Owns, door: Door, secured: dict[str, Any], *, documents: Documents) -> APIRouter:
    """Everything below /projects/{id}/files, as `routes`: a project has a workspace of its own, under its id."""

    async def project(project_id: str, principal: Annotated[Principal, Depends(door)]) -> AsyncGenerator[Asking]:
        async with _allowed(owns, principal, SessionId(project_id), "read") as asking:
            yield asking

    async def changing(project_id: str, principal: Annotated[Principal, Depends(door)]) -> AsyncGenerator[Asking]:
        async with _allowed(owns, principal, SessionId(project_id), "write") as asking:
            yield asking

    router = APIRouter(prefix="/api/v1/projects/{project_id}", tags=["files"])
    return _all_of(router, (files, documents), Place("project", project, changing, secured))


def _all_of(router: APIRouter, shown: tuple[Files, Documents], place: Place) -> APIRouter:
    files, _ = shown
    _reading(router, files, place)
    _looking(router, shown, place)
    _bringing(router, files, place)
    _changing(router, files, place)
    return router


def _reading(router: APIRouter, files: Files, place: Place) -> None:
    @router.get(
        "/files",
        operation_id=place.named("list_files"),
        summary=f"List the files of a {place.noun}",
        responses=described(FileList) | REFUSED,
        openapi_extra=place.secured,
        response_class=Response,
    )
    async def list_files(
        asking: Annotated[Asking, Depends(place.asking)],
        *,
        after: Annotated[str | None, Query(alias="cursor", max_length=4096)] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        folder: Annotated[str, Query(max_length=4096, description="Only what is below this folder.")] = "",
        folders: Annotated[bool, Query(description="Folders are listed, too.")] = False,
    ) -> Response:
        """Every file in every folder, folder by folder; what Palaver itself keeps there is left out."""
        workspace = files.home.workspaces.of(asking.session_id)
        found = await asyncio.to_thread(_entries, workspace, (folder, folders), _names(after), limit)
        items = await asyncio.to_thread(lambda: [files.about(workspace, entry) for entry in found[:limit]])
        return answer(FileList(items, cursor(items[-1].path) if len(found) > limit else None))

    @router.head(
        "/files/{path:path}",
        operation_id=place.named("head_file"),
        summary="What a download of a file would say of it",
        responses={200: {"description": "Its headers."}} | REFUSED,
        openapi_extra=place.secured,
        response_class=Response,
    )
    @router.get(
        "/files/{path:path}",
        operation_id=place.named("get_file"),
        summary=f"Download a file of a {place.noun}",
        responses={
            200: {"description": "The file's bytes.", "content": BYTES},
            206: {"description": "The part that `Range` asks for.", "content": BYTES},
            304: {"description": "The file is as `If-None-Match` says."},
        }
        | REFUSED
        | problems(_416="The file has no such part."),
        openapi_extra=place.secured,
        response_class=Response,
    )
    async def get_file(path: str, request: Request, asking: Annotated[Asking, Depends(place.asking)]) -> Response:
        """The bytes of one file, to be saved and not to be shown. `ETag` is their SHA-256; `Range` resumes."""
        workspace = files.home.workspaces.of(asking.session_id)
        source = Source(workspace.open(path), path.rpartition("/")[2])
        return await asyncio.to_thread(Download, source, files.hashes.of, Asked.of(request.headers))


def _looking(router: APIRouter, shown: tuple[Files, Documents], place: Place) -> None:
    files, documents = shown

    @router.get(
        "/previews/{path:path}",
        operation_id=place.named("preview_file"),
        summary=f"Look at a file of a {place.noun}",
        responses=_seen(described(Preview)) | REFUSED,
        openapi_extra=place.secured,
        response_class=Response,
    )
    async def preview(path: str, asking: Annotated[Asking, Depends(place.asking)]) -> Response:
        """The beginning of a text, the text of a PDF or DOCX file, or a small picture (as image/png or image/jpeg)."""

        def looked() -> Preview | Picture:
            with files.home.workspaces.of(asking.session_id).open(path) as file:
                return look(file, path.rpartition("/")[2], documents)

        found = await asyncio.to_thread(looked)
        if isinstance(found, Picture):
            return Response(found.content, 200, {"Cache-Control": "private, no-cache"}, found.media_type)
        return answer(found)


def _bringing(router: APIRouter, files: Files, place: Place) -> None:
    @router.post(
        "/files",
        status_code=201,
        operation_id=place.named("upload_files"),
        summary=f"Bring files into a {place.noun}",
        responses=described(Brought, 201) | NOT_TAKEN | problems(_415="The body is no multipart/form-data."),
        openapi_extra=place.secured | FORM,
        response_class=Response,
    )
    async def upload(
        request: Request,
        asking: Annotated[Asking, Depends(place.changing)],
        folder: Annotated[str, Query(max_length=4096, description="The folder they go to.")] = "",
        on_conflict: Annotated[OnConflict, Query(description="What happens to a name that is taken.")] = "refuse",
    ) -> Response:
        """Any number of files in one form. One that breaks off brings nothing in."""
        form = Form(request.headers.get("content-type", ""), request.stream(), folder)
        infos = await files.put_form(asking.user_id, asking.session_id, form, on_conflict=on_conflict)
        return answer(Brought(infos), 201)

    @router.put(
        "/files/{path:path}",
        operation_id=place.named("put_file"),
        summary=f"Bring one file into a {place.noun}, as it is",
        responses=described(FileInfo) | NOT_TAKEN,
        openapi_extra=place.secured | RAW,
        response_class=Response,
    )
    async def put(
        path: str,
        request: Request,
        asking: Annotated[Asking, Depends(place.changing)],
        on_conflict: Annotated[OnConflict, Query(description="What happens to a name that is taken.")] = "replace",
    ) -> Response:
        """The body is the file. One that breaks off leaves what was there before."""
        info = await files.put(asking.user_id, asking.session_id, path, body=request.stream(), on_conflict=on_conflict)
        return answer(info)


def _changing(router: APIRouter, files: Files, place: Place) -> None:
    @router.delete(
        "/files/{path:path}",
        status_code=204,
        operation_id=place.named("delete_file"),
        summary=f"Delete a file or folder of a {place.noun}",
        responses={204: {"description": "It is gone."}} | REFUSED,
        openapi_extra=place.secured,
        response_class=Response,
    )
    async def delete(path: str, asking: Annotated[Asking, Depends(place.changing)]) -> Response:
        """A folder goes with everything in it. Checkpoints still have what was there when they were set."""
        await files.remove(asking.user_id, asking.session_id, path)
        return Response(status_code=204)

    @router.post(
        "/files/move",
        operation_id=place.named("move_file"),
        summary=f"Give a file or folder of a {place.noun} another path",
        responses=described(FileInfo) | NOT_TAKEN,
        openapi_extra=place.secured,
        response_class=Response,
    )
    async def move(given: MoveIn, asking: Annotated[Asking, Depends(place.changing)]) -> Response:
        """Folders are not put together: a folder's new path must be free."""
        return answer(await files.move(asking.session_id, given.path, given.to, given.on_conflict))

    @router.post(
        "/folders",
        status_code=201,
        operation_id=place.named("create_folder"),
        summary=f"Make a folder in a {place.noun}",
        responses=described(FileInfo, 201) | NOT_TAKEN,
        openapi_extra=place.secured,
        response_class=Response,
    )
    async def make(given: FolderIn, asking: Annotated[Asking, Depends(place.changing)]) -> Response:
        """One that is there already is fine."""
        return answer(await files.make_folder(asking.session_id, given.path), 201)


def _seen(described: dict[int | str, dict[str, Any]]) -> dict[int | str, dict[str, Any]]:
    """A look at a file may be a picture, too."""
    return {status: {**said, "content": said["content"] | PICTURES} for status, said in described.items()}


def _entries(workspace: Workspace, wanted: tuple[str, bool], after: list[str], limit: int) -> list[Entry]:
    """One more than the page has, if there is one more."""
    folder, folders = wanted
    kinds = {"file", "folder"} if folders else {"file"}
    found: list[Entry] = []
    try:
        for entry in workspace.walk(folder, leave_out={OWN}):
            if entry.kind in kinds and entry.path.split("/") > after:
                found.append(entry)
                if len(found) > limit:
                    break
    except NotFound:
        if folder:
            raise
    return found


def _names(after: str | None) -> list[str]:
    """Where the page begins: folders are walked in the order of names, so paths are compared name by name."""
    if after is None:
        return []
    try:
        return position(after, tuple[str])[0].split("/")
    except BadCursor as error:
        raise Invalid(str(error), errors=[{"loc": ["query", "cursor"], "msg": str(error), "type": "cursor"}]) from None
