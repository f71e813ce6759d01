"""Taking sessions away and bringing them, over HTTP; it translates and decides nothing."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response, StreamingResponse

from palaver.core.errors import Invalid, UnsupportedMediaType
from palaver.core.principal import Principal
from palaver.files.multipart import Began, Came, files_of
from palaver.identity.door import SECURED, Door
from palaver.kit.answers import JSON, answer, described, problems
from palaver.sessions.export import Format
from palaver.sessions.importing import Imported, Importing
from palaver.sessions.taking import Taking

_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_ARCHIVE = _BINARY | {"examples": {"An archive": {"summary": "An archive", "value": "PK…"}}}
_UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {}},
            "application/zip": _ARCHIVE,
            "application/octet-stream": _ARCHIVE,
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": _BINARY["schema"] | {"description": "The one file, as browsers send it."}},
                    "additionalProperties": False,
                },
                "examples": {"An empty list": {"summary": "An empty list", "value": {"file": "[]"}}},
            },
        },
    }
}
_ALL = {"application/zip": _BINARY, JSON: {"schema": {"type": "array"}}}
_FORMS = "`zip`: everything. `json`: an array of sessions without files. `markdown`: a zip of texts for people."
_READ_OUT = 1_048_576  # bytes of a second file: a client that is still sending may not hear why it was refused
FORM = "multipart/form-data"
_KINDS = frozenset(
    {"application/json", "application/zip", "application/x-zip-compressed", "application/octet-stream", FORM}
)

REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="The credential does not allow it.",
)
UNASKED = problems(_422="There is no such format.")
UNTAKEN = problems(
    _413="The upload, or a file in it, is too large.",
    _415="Neither JSON nor a zip.",
    _422="The file is broken: `errors` names the conversation, the line and the field. Nothing was imported.",
    _503="The database cannot be written now.",
    _507="There is no room left.",
)


def routes(taking: Taking, importing: Importing, door: Door) -> APIRouter:
    """What sessions are brought and taken by."""
    router = APIRouter(prefix="/api/v1", tags=["sessions"])

    @router.get(
        "/export",
        operation_id="export_everything",
        summary="All sessions and projects with all branches and files, as a zip that can be imported; or less of them",
        responses={200: {"description": "All of it.", "content": _ALL}} | REFUSED | UNASKED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def everything(
        principal: Annotated[Principal, Depends(door)],
        form: Annotated[Format, Query(alias="format", description=_FORMS)] = "zip",
    ) -> Response:
        takes = {"zip": taking.everything, "json": taking.documents, "markdown": taking.texts}
        ending, kind = ("json", JSON) if form == "json" else ("zip", "application/zip")
        headers = {"Content-Disposition": f'attachment; filename="palaver.{ending}"'}
        await taking.begun(principal.user_id, form)
        return StreamingResponse(takes[form](principal.user_id), 200, headers, kind)

    @router.post(
        "/sessions/import",
        status_code=201,
        operation_id="import_sessions",
        summary="Take in what Palaver, ChatGPT or Claude exported: one JSON file or zip, all of it or nothing",
        responses=described(Imported, 201, says="Taken in.")
        | described(Imported, 200, says="A dry run: what would be taken in.")
        | REFUSED
        | UNTAKEN,
        openapi_extra=SECURED | _UPLOAD,
        response_class=Response,
    )
    async def bring(
        request: Request,
        dry_run: Annotated[bool, Query(description="Only look whether all of it can be taken in.")] = False,
    ) -> Response:
        principal = await door.who(request.scope)
        kind = request.headers.get("content-type", "").split(";", 1)[0].strip().lower()
        if kind not in _KINDS:
            raise UnsupportedMediaType("Send the exported file as application/json, application/zip or in a form.")
        sent = _file(request.headers["content-type"], _body(request)) if kind == FORM else _body(request)
        path = await importing.receive(sent)
        try:
            taken = await importing.take(principal, path, dry_run=dry_run)
            return answer(taken, 200 if dry_run else 201)
        finally:
            path.unlink(missing_ok=True)

    return router


async def _body(request: Request) -> AsyncIterator[bytes]:
    async for piece in request.stream():
        if piece:
            yield piece


async def _file(content_type: str, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The one file in a form."""
    begun = more = 0
    async for piece in files_of(content_type, body):
        begun += isinstance(piece, Began)
        if begun > 1 and more > _READ_OUT:
            break
        if isinstance(piece, Came):
            if begun == 1:
                yield piece.piece
            more += len(piece.piece) * (begun > 1)
    if begun > 1:
        raise Invalid("Send one file at a time; nothing was imported.")
