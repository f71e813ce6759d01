"""Files that clients bring to the bucket and get from it themselves, by links; whose they are is asked here.

What a client uploads counts for nothing before it is completed: then it is read, measured and named by what is there.
"""

import asyncio
import re
from collections.abc import Mapping
from urllib.parse import quote, unquote

import msgspec

from palaver.core.errors import Invalid, NotFound, PalaverError, PayloadTooLarge
from palaver.core.ids import UserId
from palaver.files.blobs import PIECE
from palaver.files.bucket import Bucket, Found
from palaver.files.download import attachment
from palaver.files.drafts import Draft
from palaver.files.media import safe_media_type
from palaver.files.placing import writable
from palaver.files.remote import CONTENTS, INCOMING, RemoteBlobs
from palaver.files.service import Files, UploadInfo, told
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id

_ID = re.compile(r"fil_[0-9a-f]{32}")
_ON_DISK = "This server keeps files on its own disk: send them in a form to POST /api/v1/files."


class UploadLink(msgspec.Struct, frozen=True):
    """Where a client uploads a file itself: one request with this method, these headers and just the file as body."""

    id: str
    url: str
    method: str
    headers: Mapping[str, str]
    expires_at: str


class Direct:
    """Uploads and downloads that go past Palaver, where contents are in a bucket; elsewhere all is refused."""

    def __init__(self, files: Files, clock: Clock) -> None:
        self._files = files
        self._clock = clock

    async def begin(self, user_id: UserId, name: str, size: int) -> UploadLink:
        """A link for a file of this name and size; what is on its way counts as if it was there."""
        bucket = self._bucket()
        if "/" in writable(name):
            raise Invalid("The name of a file has a “/” in it.")
        coming = await asyncio.to_thread(lambda: sum(one.size for one in bucket.all(f"{INCOMING}{user_id}/")))
        bound = await self._files.bound(user_id, None, coming)
        if size > bound.most:
            raise PayloadTooLarge(bound.says)
        upload_id = new_id("fil")
        metadata = {"name": quote(name, safe=""), "size": str(size)}
        url = await asyncio.to_thread(bucket.upload_link, _key(user_id, upload_id), size, metadata)
        headers = {"Content-Length": str(size)} | {f"x-amz-meta-{key}": value for key, value in metadata.items()}
        return UploadLink(upload_id, url, "PUT", headers, stamp(self._clock.now() + bucket.settings.link_lifetime))

    async def complete(self, user_id: UserId, upload_id: str, sha256: str | None) -> UploadInfo:
        """Take what was uploaded, if it is what was announced; else it is removed. To ask again is fine."""
        bucket = self._bucket()
        try:
            return told(await self._files.find_upload(user_id, upload_id))
        except NotFound:
            key = _key(user_id, upload_id)
        found = await asyncio.to_thread(bucket.find, key)
        if found is None:
            raise NotFound("Nothing was uploaded by this link yet, or too long ago.")
        try:
            draft = await self._read(user_id, bucket, found)
        except (Invalid, PayloadTooLarge):
            await asyncio.to_thread(bucket.delete, [key])
            raise
        try:
            if sha256 is not None and sha256 != draft.sha:
                await asyncio.to_thread(bucket.delete, [key])
                raise Invalid(f"What was uploaded has another SHA-256 ({draft.sha}); it was removed.")
            info = await self._files.take(user_id, upload_id, unquote(found.metadata.get("name", "")), draft)
        finally:
            await asyncio.to_thread(draft.drop)
        await asyncio.to_thread(bucket.delete, [key])
        return info

    async def link(self, user_id: UserId, upload_id: str) -> str:
        """Where this person may download a file for a while; on the disk, that is our own address of it."""
        found = await self._files.find_upload(user_id, upload_id)
        blobs = self._files.home.blobs
        if not isinstance(blobs, RemoteBlobs):
            return f"/api/v1/files/{found.id}/content"
        if await asyncio.to_thread(blobs.bucket.find, CONTENTS + found.sha256) is None:
            await asyncio.to_thread(blobs.refresh, found.sha256)  # kept before there was a bucket
        kind = safe_media_type(found.media_type)
        return blobs.bucket.link(CONTENTS + found.sha256, disposition=attachment(found.name), media_type=kind)

    async def _read(self, user_id: UserId, bucket: Bucket, found: Found) -> Draft:
        """What is really there, on our disk."""
        bound = await self._files.bound(user_id, None, 0)
        draft = await asyncio.to_thread(Draft, self._files.home.workspaces.drafts, bound)

        def read() -> None:
            with bucket.open(found.key) as body:
                while piece := body.read(PIECE):
                    draft.write(piece)
            draft.finish()

        try:
            await asyncio.to_thread(read)
            if str(draft.size) != found.metadata.get("size"):
                raise Invalid(
                    f"What was uploaded has {draft.size:,} bytes and not as many as announced; it was removed."
                )
        except (PalaverError, asyncio.CancelledError):
            await asyncio.to_thread(draft.drop)
            raise
        return draft

    def _bucket(self) -> Bucket:
        blobs = self._files.home.blobs
        if not isinstance(blobs, RemoteBlobs):
            raise Invalid(_ON_DISK)
        return blobs.bucket


def _key(user_id: UserId, upload_id: str) -> str:
    if not _ID.fullmatch(upload_id):
        raise NotFound("There is no such file.")
    return f"{INCOMING}{user_id}/{upload_id}"
