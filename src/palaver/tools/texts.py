"""How bytes of a file are text, and back; which file they are of, it does not know."""

import codecs
from typing import Literal

HEAD = 8_192  # bytes that are enough to see what a file is

Encoding = Literal["utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1"]

_MARKS: tuple[tuple[bytes, Encoding], ...] = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
_IMAGES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"))


def encoding_of(head: bytes) -> Encoding | None:
    """The encoding of a text that begins with `head`; None where it is not text. What is not UTF-8 is Latin-1."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if b"\0" in head:
        return None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "latin-1" if _readable(head) else None
    return "utf-8"


def image_type(head: bytes) -> str | None:
    """The media type of an image that models take; None for everything else."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for mark, kind in _IMAGES if head.startswith(mark)), None)


def decoded(content: bytes) -> tuple[str, Encoding]:
    """The whole text and its encoding, line ends untouched, a byte order mark in it; `ValueError` where it is not."""
    encoding = encoding_of(content[:HEAD])
    if encoding is None:
        raise ValueError("not text")
    if encoding == "utf-8":
        try:
            return content.decode(), encoding
        except UnicodeDecodeError:
            return content.decode("latin-1"), "latin-1"
    # The names without an order would take the mark away, and write another one.
    return content.decode(_ordered(content, encoding)), encoding


def encoded(text: str, before: bytes, encoding: Encoding) -> bytes:
    """The text as bytes, in the encoding and byte order of the file it stood in."""
    return text.encode(_ordered(before, encoding))


def _ordered(content: bytes, encoding: Encoding) -> str:
    match encoding:
        case "utf-8-sig":
            return "utf-8"
        case "utf-16":
            return "utf-16-le" if content.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
        case "utf-32":
            return "utf-32-le" if content.startswith(codecs.BOM_UTF32_LE) else "utf-32-be"
        case _:
            return encoding


def _readable(head: bytes) -> bool:
    """Texts have hardly any control characters but ends of lines, tabs and page breaks."""
    controls = sum(byte < 0x20 and byte not in b"\t\n\r\f\x1b" for byte in head)
    return controls * 100 <= len(head)
