"""Text from the bytes of a page; it fetches nothing. HTML and PDF are read in processes of their own."""

import codecs
import re
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from palaver.tools.builtin.documents import taken_out, text_of
from palaver.tools.threads import Stop

_PROGRAM = Path(__file__).with_name("web_reading.py")

HTML = frozenset({"text/html", "application/xhtml+xml"})
PDF = "application/pdf"
_TEXT = re.compile(r"text/.*|application/(.*\+)?(json|xml|yaml|x-yaml|javascript|x-javascript|toml|x-ndjson|sql)")
# Encodings that pages have; others that Python knows are codes of another kind, and some of them take very long.
_ENCODINGS = re.compile(
    r"(utf[-_]?(8|16|32)|iso[-_]?8859|windows[-_]?\d|cp\d|koi8|gb|big5|euc|shift|sjis|iso[-_]?2022|ascii|us-ascii|latin"
    r"|tis|mac)[\w-]*"
)
_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w-]{1,40})", re.IGNORECASE)
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class Page(NamedTuple):
    """What can be read of a page."""

    title: str
    text: str


def media_type(headers: Mapping[str, str], body: bytes) -> str:
    """What kind of page it is; one that does not say is looked at."""
    said = headers.get("content-type", "").partition(";")[0].strip().lower()
    if said and said != "application/octet-stream":
        return said
    if body.startswith(b"%PDF-"):
        return PDF
    if body[:500].lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return "text/html"
    return "application/octet-stream" if b"\0" in body[:1_000] else "text/plain"


def is_text(kind: str) -> bool:
    """Whether pages of this kind are text that is read as it is."""
    return _TEXT.fullmatch(kind) is not None


def decoded(headers: Mapping[str, str], body: bytes) -> str:
    """The page as text: by its mark, by what its server says, by what it says itself, or as UTF-8; nothing fails."""
    for mark, encoding in _MARKS.items():
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    found = re.search(r"charset\s*=\s*[\"']?([\w-]{1,40})", headers.get("content-type", ""), re.IGNORECASE)
    declared = _DECLARED.search(body[:2_048])
    names = [found[1] if found else "", declared[1].decode("ascii", "replace") if declared else "", "utf-8"]
    for name in names:
        if _ENCODINGS.fullmatch(name.lower()) and (encoding := _known(name)):
            return body.decode(encoding, "replace")
    return body.decode("utf-8", "replace")


def readable(html: str, url: str, stop: Stop) -> Page:
    """The content of an HTML page as Markdown, or `core.errors.Invalid` where it takes too much to find out."""
    with _kept(f"{url}\n{html}".encode("utf-8", "replace")) as file:
        title, _, text = taken_out(_PROGRAM, "html", file, stop).partition("\n")
    return Page(title, text)


def printed(pdf: bytes, stop: Stop) -> Page:
    """The text of a PDF file, or `core.errors.Invalid`."""
    with _kept(pdf) as file:
        return Page("", text_of("pdf", file, stop))


@contextmanager
def _kept(content: bytes) -> Generator[BinaryIO]:
    """A file without a name, for the process that reads it."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        yield file


def _known(name: str) -> str | None:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None
