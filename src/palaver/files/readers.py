"""Which way there is to the text of a document, by its name and first bytes; it reads none."""

import codecs
from functools import lru_cache
from typing import Literal

# text, markdown: read as they are. The others are taken apart by `extraction.py`, each by the function of its name.
Reader = Literal["text", "markdown", "html", "mail", "pdf", "docx", "pptx", "odf", "sheets"]

HEAD = 8_192  # bytes that are enough to see

APART: frozenset[Reader] = frozenset({"html", "mail", "pdf", "docx", "pptx", "odf", "sheets"})

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_ZIPPED: dict[str, Reader] = {
    "docx": "docx", "docm": "docx", "pptx": "pptx", "pptm": "pptx", "odt": "odf", "odp": "odf",
    "xlsx": "sheets", "xlsm": "sheets", "xlsb": "sheets", "ods": "sheets",
}  # fmt: skip
_WRITTEN: dict[str, Reader] = {
    "md": "markdown", "markdown": "markdown", "html": "html", "htm": "html", "xhtml": "html", "eml": "mail",
}  # fmt: skip
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONTROLS = frozenset(range(0x20)) - frozenset(b"\t\n\r\f\x1b")


def reader_of(name: str, head: bytes) -> Reader | None:
    """How a file with this name that begins with `head` is read; None where there is no text in it that we can have."""
    ending = name.lower().rpartition(".")[2]
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(_ZIP):
        return _ZIPPED.get(ending)
    if head.startswith(_OLE):
        return "sheets" if ending == "xls" else None
    return _WRITTEN.get(ending, "text") if is_text(head) else None


def is_text(head: bytes) -> bool:
    """Whether bytes are the beginning of a text in some encoding; texts have hardly any control characters."""
    if head.startswith(_MARKS):
        return True
    if b"\0" in head:
        return False
    return sum(byte in _CONTROLS for byte in head) * 100 <= len(head)


@lru_cache(maxsize=100_000)
def way_of(name: str, version: int) -> str:
    """How a file with this name would be read, whatever stands in it; the same content may be read in several ways."""
    ending = name.lower().rpartition(".")[2]
    known = ending in _ZIPPED or ending in _WRITTEN or ending == "xls"
    return f"{version}:{ending}" if known else f"{version}:"
