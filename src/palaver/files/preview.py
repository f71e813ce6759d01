"""A look at a file without downloading it: the beginning of a text, a small picture, the text of a document."""

import os
from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from palaver.files.media import HEAD, media_type_of
from palaver.files.pictures import is_clear, opened, smaller

if TYPE_CHECKING:
    from PIL.Image import Image

LONGEST = 64 * 1024  # bytes of text
SIDE = 512  # pixels

# The text of a document of a kind ("pdf", "docx"), or `Invalid` with the reason.
Documents = Callable[[str, BinaryIO], str]

_DOCUMENTS = {
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}


class Preview(msgspec.Struct, frozen=True):
    """The beginning of a file as text. `kind` is "text", or "none" where nothing can be shown; `why` says why not."""

    kind: str
    media_type: str
    size: int
    text: str | None = None
    truncated: bool = False
    why: str | None = None


class Picture(msgspec.Struct, frozen=True):
    """A small picture."""

    content: bytes
    media_type: str


def look(file: BinaryIO, name: str, documents: Documents) -> Preview | Picture:
    """What can be shown of an open file."""
    head = file.read(HEAD)
    file.seek(0)
    size = os.fstat(file.fileno()).st_size
    kind = media_type_of(name, head)
    if kind in _DOCUMENTS:
        return _text(documents(_DOCUMENTS[kind], file), kind, size)
    if kind.startswith("image/") and kind != "image/svg+xml":
        return scaled(file, SIDE)
    content = file.read(LONGEST + 4)
    text = _decoded(content[:LONGEST])
    if text is None:
        return Preview("none", kind, size, why="Nothing can be shown of files of this type.")
    return Preview("text", kind, size, text, len(content) > LONGEST)


def scaled(file: BinaryIO, side: int) -> Picture:
    """The picture, no wider and no higher than `side` pixels, without what cameras write into it; or `Invalid`."""
    with opened(file) as found:
        return _written(smaller(found, side))


def _written(image: "Image") -> Picture:
    out = BytesIO()
    if is_clear(image):
        image.convert("RGBA").save(out, "PNG")
        return Picture(out.getvalue(), "image/png")
    image.convert("RGB").save(out, "JPEG", quality=85)
    return Picture(out.getvalue(), "image/jpeg")


def _text(text: str, kind: str, size: int) -> Preview:
    content = text.encode("utf-8", "replace")
    return Preview("text", kind, size, _decoded(content[:LONGEST]), len(content) > LONGEST)


def _decoded(content: bytes) -> str | None:
    """The text, of which the last character may be cut."""
    if b"\0" in content:
        return None
    for cut in range(4):
        try:
            return content[: len(content) - cut].decode()
        except UnicodeDecodeError as error:
            if error.start < len(content) - 4:
                return None
    return None
