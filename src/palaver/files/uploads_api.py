"""Files for messages over HTTP: brought in once and had by their id; which message shows one is not known here."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from starlette.requests import HTTPConnection
from starlette.responses import Response

from palaver.core.errors import Invalid
from palaver.core.principal import Principal
from palaver.files.api import BYTES, FORM, NOT_TAKEN, REFUSED
from palaver.files.download import Asked, Download, Source
from palaver.files.incoming import Form
from palaver.files.service import Files, UploadInfo, told
from palaver.kit.answers import answer, described, problems
from palaver.kit.pages import BadCursor, cursor, position

Door = Callable[[HTTPConnection], Awaitable[Principal]]


class UploadList(msgspec.Struct, frozen=True):
    """Files that were brought in for messages; `next_cursor` asks for the page after it."""

    items: list[UploadInfo]
    next_cursor: str | None = None


def routes(files: Files, door: Door, secured: dict[str, Any]) -> APIRouter:
    """Everything below /files."""
    router = APIRouter(prefix="/api/v1/files", tags=["files"])
    _bringing(router, files, door, secured)
    _having(router, files, door, secured)
    return router


def _bringing(router: APIRouter, files: Files, door: Door, secured: dict[str, Any]) -> None:
    @router.post(
        "",
        status_code=201,
        operation_id="upload_for_messages",
        summary="Bring in files for messages",
        responses=described(UploadList, 201) | NOT_TAKEN | problems(_415="The body is no multipart/form-data."),
        openapi_extra=secured | FORM,
        response_class=Response,
    )
    async def upload(request: Request, principal: Annotated[Principal, Depends(door)]) -> Response:
        """Parts of messages name them by `file_id`. What no message shows is removed after a while."""
        form = Form(request.headers.get("content-type", ""), request.stream())
        return answer(UploadList(await files.upload(principal.user_id, form)), 201)

    @router.get(
        "",
        operation_id="list_uploads",
        summary="List one's files for messages",
        responses=described(UploadList) | REFUSED,
        openapi_extra=secured,
        response_class=Response,
    )
    async def uploads(
        principal: Annotated[Principal, Depends(door)],
        after: Annotated[str | None, Query(alias="cursor", max_length=500)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Response:
        """Newest first."""
        found = await files.uploads(principal.user_id, _id(after), limit + 1)
        more = cursor(found[limit - 1].id) if len(found) > limit else None
        return answer(UploadList([told(one) for one in found[:limit]], more))


def _having(router: APIRouter, files: Files, door: Door, secured: dict[str, Any]) -> None:
    @router.get(
        "/{file_id}",
        operation_id="get_upload",
        summary="One of one's files for messages",
        responses=described(UploadInfo) | REFUSED,
        openapi_extra=secured,
        response_class=Response,
    )
    async def upload(file_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        """What it is, without its bytes."""
        return answer(told(await files.find_upload(principal.user_id, file_id)))

    @router.head(
        "/{file_id}/content",
        operation_id="head_upload_content",
        summary="What a download of one of one's files for messages would say of it",
        responses={200: {"description": "Its headers."}} | REFUSED,
        openapi_extra=secured,
        response_class=Response,
    )
    @router.get(
        "/{file_id}/content",
        operation_id="get_upload_content",
        summary="Download one of one's files for messages",
        responses={
            200: {"description": "The file's bytes.", "content": BYTES},
            206: {"description": "The part that `Range` asks for.", "content": BYTES},
        }
        | REFUSED
        | problems(_416="The file has no such part."),
        openapi_extra=secured,
        response_class=Response,
    )
    async def content(file_id: str, request: Request, principal: Annotated[Principal, Depends(door)]) -> Response:
        """To be saved and not to be shown."""
        found = await files.find_upload(principal.user_id, file_id)
        source = Source(files.home.blobs.open(found.sha256), found.name)
        return await asyncio.to_thread(Download, source, lambda _: found.sha256, Asked.of(request.headers))

    @router.delete(
        "/{file_id}",
        status_code=204,
        operation_id="delete_upload",
        summary="Delete one of one's files for messages",
        responses={204: {"description": "It is gone."}} | REFUSED,
        openapi_extra=secured,
        response_class=Response,
    )
    async def delete(file_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        """Its content goes with the next sweep, unless something else has it."""
        await files.remove_upload(principal.user_id, file_id)
        return Response(status_code=204)


def _id(after: str | None) -> str | None:
    try:
        return position(after, tuple[str])[0] if after else None
    except BadCursor as error:
        raise Invalid(str(error), errors=[{"loc": ["query", "cursor"], "msg": str(error), "type": "cursor"}]) from None
