"""A bucket of a server that speaks S3, as files need it: objects by key; what they are called and for is said above.

Every method waits for the network: call it in a thread. Nothing of boto3 is imported before a bucket is opened.
"""

import logging
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from palaver.core.errors import NotFound, StorageBroken, StorageFull, Unavailable
from palaver.files.s3_settings import S3Settings

_GONE = {"404", "NoSuchKey", "NotFound"}
_FULL = {"507", "InsufficientStorage", "EntityTooLarge", "QuotaExceeded", "XMinioStorageFull", "ServiceQuotaExceeded"}
_BUSY = {"429", "500", "503", "InternalError", "RequestTimeout", "ServiceUnavailable", "SlowDown"}
_AT_ONCE = 1000  # objects that S3 deletes with one request

log = logging.getLogger(__name__)


class Found(NamedTuple):
    """An object: `modified` is seconds since 1970, by the clock of the server."""

    key: str
    size: int
    modified: float
    metadata: Mapping[str, str]


class Bucket:
    """One bucket, below one prefix; threads may use it at the same time."""

    def __init__(self, settings: S3Settings) -> None:
        self._boto = import_module("boto3.session")
        self._exceptions: Any = import_module("botocore.exceptions")
        self.settings = settings
        self._client = self._opened(settings.endpoint)
        self._outside = self._opened(settings.public_endpoint) if settings.public_endpoint else self._client
        self._transfer: Any = import_module("boto3.s3.transfer").TransferConfig(
            multipart_threshold=settings.part_bytes, multipart_chunksize=settings.part_bytes, use_threads=False
        )

    def put(self, key: str, path: Path) -> None:
        """Keep a file; it is there whole or not at all, with the bytes that were sent."""
        with self._asking(), path.open("rb") as file:
            self._client.upload_fileobj(file, self.settings.bucket, self._key(key), Config=self._transfer)

    @contextmanager
    def open(self, key: str) -> Generator[Any]:
        """An object to be `read` piece by piece; NotFound where there is none."""
        with self._asking():
            body = self._client.get_object(Bucket=self.settings.bucket, Key=self._key(key))["Body"]
            try:
                yield body
            finally:
                body.close()

    def copy_to(self, key: str, file: BinaryIO, piece: int) -> None:
        """Write an object into a file."""
        with self.open(key) as body:
            while content := body.read(piece):
                file.write(content)

    def find(self, key: str) -> Found | None:
        """What is known of an object; None where there is none."""
        try:
            with self._asking():
                one = self._client.head_object(Bucket=self.settings.bucket, Key=self._key(key))
        except NotFound:
            return None
        return Found(key, one["ContentLength"], one["LastModified"].timestamp(), one.get("Metadata", {}))

    def all(self, below: str) -> Iterator[Found]:
        """Every object whose key begins so; metadata is left out."""
        with self._asking():
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.settings.bucket, Prefix=self._key(below)):
                for one in page.get("Contents", ()):
                    key = one["Key"].removeprefix(self.settings.prefix)
                    yield Found(key, one["Size"], one["LastModified"].timestamp(), {})

    def delete(self, keys: Sequence[str]) -> None:
        """Remove objects; those that are gone already are fine."""
        with self._asking():
            for start in range(0, len(keys), _AT_ONCE):
                objects = [{"Key": self._key(key)} for key in keys[start : start + _AT_ONCE]]
                done = self._client.delete_objects(
                    Bucket=self.settings.bucket, Delete={"Objects": objects, "Quiet": True}
                )
                if errors := done.get("Errors"):
                    raise _refused(str(errors[0].get("Code")))

    def link(self, key: str, *, disposition: str, media_type: str) -> str:
        """An address from which anybody may download an object for a while, as what we say it is."""
        return self._signed(
            "get_object", Key=self._key(key), ResponseContentDisposition=disposition, ResponseContentType=media_type
        )

    def upload_link(self, key: str, size: int, metadata: Mapping[str, str]) -> str:
        """An address to which anybody may upload an object of just this size and metadata for a while."""
        return self._signed("put_object", Key=self._key(key), ContentLength=size, Metadata=dict(metadata))

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()
        self._outside.close()

    def _signed(self, method: str, **wanted: Any) -> str:
        seconds = int(self.settings.link_lifetime.total_seconds())
        wanted["Bucket"] = self.settings.bucket
        return str(self._outside.generate_presigned_url(method, Params=wanted, ExpiresIn=seconds))

    def _key(self, key: str) -> str:
        return self.settings.prefix + key

    def _opened(self, endpoint: str | None) -> Any:
        settings, seconds = self.settings, self.settings.timeout.total_seconds()
        config = import_module("botocore.config").Config(
            signature_version="s3v4",
            connect_timeout=seconds,
            read_timeout=seconds,
            retries={"mode": "standard", "total_max_attempts": 2},
            max_pool_connections=32,
            # Servers that only resemble S3 refuse checksums behind the body; the signature covers the bytes.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": "path" if settings.path_style else "virtual", "payload_signing_enabled": True},
        )
        return self._boto.Session().client(
            "s3",
            endpoint_url=endpoint,
            region_name=settings.region,
            aws_access_key_id=settings.access_key.get_secret_value() if settings.access_key else None,
            aws_secret_access_key=settings.secret_key.get_secret_value() if settings.secret_key else None,
            config=config,
        )

    @contextmanager
    def _asking(self) -> Generator[None]:
        """What goes wrong is told as what a caller can do about it; causes go to the log."""
        try:
            yield
        except self._exceptions.ClientError as error:
            raise _refused(str(error.response.get("Error", {}).get("Code"))) from None
        except (self._exceptions.BotoCoreError, self._exceptions.HTTPClientError) as error:
            log.warning("The bucket cannot be reached: %s", type(error).__name__)
            raise Unavailable("The storage of files cannot be reached now.", retry_after=5) from None


def _refused(code: str) -> NotFound | StorageFull | Unavailable | StorageBroken:
    if code in _GONE:
        return NotFound("There is no content of this name.")
    log.warning("The bucket refuses: %s", code)
    if code in _FULL:
        return StorageFull()
    if code in _BUSY:
        return Unavailable("The storage of files is busy; try again in a moment.", retry_after=5)
    return StorageBroken()
