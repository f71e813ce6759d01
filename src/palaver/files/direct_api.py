"""Links by which clients bring files to the bucket and get them from it themselves, over HTTP; it decides nothing."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import HTTPConnection
from starlette.responses import Response

from palaver.core.principal import Principal
from palaver.files.api import REFUSED
from palaver.files.direct import Direct, UploadLink
from palaver.files.service import UploadInfo
from palaver.kit.answers import answer, described, problems

Door = Callable[[HTTPConnection], Awaitable[Principal]]

_BUCKET = problems(
    _502="The bucket refuses Palaver, or gives other bytes than it got.",
    _503="The bucket cannot be reached now.",
    _507="The disk or the bucket is full.",
)


class DirectIn(BaseModel):
    """A file that is to be uploaded to the bucket."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(min_length=1, max_length=255, description="What it is called.")
    size: int = Field(ge=0, le=5 * 2**40, description="How many bytes it has; the link is good for just as many.")


class CompleteIn(BaseModel):
    """What a client knows of a file that it uploaded."""

    model_config = ConfigDict(extra="forbid", strict=True)

    sha256: str | None = Field(
        None, pattern=r"^[0-9a-f]{64}$", description="Its SHA-256; a file with another one is refused and removed."
    )


def routes(direct: Direct, door: Door, secured: dict[str, Any]) -> APIRouter:
    """Everything below /files that goes past Palaver."""
    router = APIRouter(prefix="/api/v1/files", tags=["files"])

    @router.post(
        "/direct",
        status_code=201,
        operation_id="begin_direct_upload",
        summary="A link to upload a file for messages to the bucket",
        responses=described(UploadLink, 201) | REFUSED | _BUCKET | problems(_413="It is too large."),
        openapi_extra=secured,
        response_class=Response,
    )
    async def begin(given: DirectIn, principal: Annotated[Principal, Depends(door)]) -> Response:
        """Only where contents are kept in a bucket; where the disk keeps them, 422 says so."""
        return answer(await direct.begin(principal.user_id, given.name, given.size), 201)

    @router.post(
        "/{file_id}/complete",
        status_code=201,
        operation_id="complete_direct_upload",
        summary="Say that a file was uploaded to the bucket",
        responses=described(UploadInfo, 201) | REFUSED | _BUCKET | problems(_413="It is too large; it was removed."),
        openapi_extra=secured,
        response_class=Response,
    )
    async def complete(
        file_id: str, principal: Annotated[Principal, Depends(door)], given: CompleteIn | None = None
    ) -> Response:
        """What is there is read: size, hash and type are what it really has. What is not as announced is removed."""
        return answer(await direct.complete(principal.user_id, file_id, given.sha256 if given else None), 201)

    @router.get(
        "/{file_id}/download",
        status_code=307,
        operation_id="download_upload",
        summary="Be sent to where one of one's files for messages can be downloaded",
        responses={307: {"description": "Where it is; in a bucket, the address is good for a while."}}
        | REFUSED
        | _BUCKET,
        openapi_extra=secured,
        response_class=Response,
    )
    async def download(file_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        """`GET …/content` streams the same file through Palaver, with `Range`."""
        url = await direct.link(principal.user_id, file_id)
        return Response(status_code=307, headers={"Location": url, "Cache-Control": "no-store"})

    return router
