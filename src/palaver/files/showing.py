"""What can be seen of files that messages carry: scaled images and texts of documents, each made once; it stores none.

Threads do the work, one file at a time in one process: what a file says of itself may cost much memory. The newest
results are remembered by the hash of the content, as many bytes as the settings say.
"""

import asyncio
import base64
import binascii
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from io import BytesIO
from typing import Any, BinaryIO, NamedTuple

from palaver.core.errors import Invalid
from palaver.files import extracting, pictures
from palaver.files.blobs import Blobs
from palaver.files.pictures import Shown
from palaver.files.readers import HEAD, reader_of
from palaver.files.store import Upload

_DATA = "data:image/"


class Read(NamedTuple):
    """The beginning of a document's text; `whole` says whether that is all of it."""

    text: str
    whole: bool


class Showing:
    """Looks at contents for people and models."""

    def __init__(self, blobs: Blobs, remembered: int) -> None:
        self._blobs = blobs
        self._remembered = remembered
        self._one = asyncio.Lock()
        self._known: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._held = 0

    async def pixels(self, upload: Upload) -> tuple[int, int] | None:
        """How wide and high an image is; `Invalid` where it cannot be read."""

        def look() -> tuple[int, int] | None:
            with self._blobs.open(upload.sha256) as file:
                return pictures.pixels(file, upload.media_type)

        return await self._once(("pixels", upload.sha256), look, lambda _: 64)

    async def image(self, upload: Upload, side: int) -> Shown:
        """An image as a model may be shown it, no wider and higher than `side`; `Invalid` where it cannot be."""

        def look() -> Shown:
            with self._blobs.open(upload.sha256) as file:
                return pictures.for_model(file, side, upload.media_type)

        return await self._once((upload.sha256, side), look, lambda shown: len(shown.content))

    async def written_out(self, url: str, side: int) -> Shown | None:
        """The same for a `data:` URL; None where it is to be told as it is: the model's server may know better."""
        if not url.startswith(_DATA) or not pictures.can_scale():
            return None
        head, _, text = url.partition(",")

        def look() -> Shown | None:
            try:
                content = base64.b64decode(text, validate=True)
                return pictures.for_model(BytesIO(content), side, head[5:].partition(";")[0])
            except (Invalid, binascii.Error):
                return None

        key = (hashlib.sha256(text.encode()).digest(), side)
        return await self._once(key, look, lambda shown: len(shown.content) if shown else 64)

    async def text(self, upload: Upload, most: int) -> Read:
        """The beginning of a document's text, at most so many characters; `Invalid` where it has none."""

        def look() -> Read:
            with self._blobs.open(upload.sha256) as file:
                return _read(file, upload.name, most)

        return await self._once((upload.sha256, upload.name, most), look, lambda read: 4 * len(read.text))

    async def _once(self, key: Hashable, make: Callable[[], Any], size: Callable[[Any], int]) -> Any:
        """What was made before, or is made now; a failure is remembered as well."""
        async with self._one:
            if key not in self._known:
                made, weight = await asyncio.to_thread(_tried, make, size)
                self._learn(key, made, weight)
                return _given(made)
            self._known.move_to_end(key)
            return _given(self._known[key][0])

    def _learn(self, key: Hashable, made: Any, size: int) -> None:
        self._known[key] = (made, size)
        self._held += size
        while self._held > self._remembered and self._known:
            _, (_, freed) = self._known.popitem(last=False)
            self._held -= freed


def _read(file: BinaryIO, name: str, most: int) -> Read:
    if reader_of(name, file.read(HEAD)) in {"text", "markdown"}:
        file.seek(0)
        content = file.read(4 * most + 4)
        text = extracting.decoded(content)
        return Read(text[:most], len(text) <= most and len(content) < 4 * most + 4)
    found = extracting.text_of(file, name)
    text = found.text()
    if not text:
        raise Invalid(found.missing or "There is no text in it.")
    return Read(text[:most], len(text) <= most and not found.cut and not found.missing)


def _tried(make: Callable[[], Any], size: Callable[[Any], int]) -> tuple[Any, int]:
    try:
        made = make()
    except Invalid as error:
        return error, 256
    return made, size(made)


def _given(made: Any) -> Any:
    if isinstance(made, Invalid):
        raise Invalid(made.detail)
    return made
