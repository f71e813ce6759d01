"""The text of documents, by libraries, as passages with their places; nothing is kept here, and nobody is asked whose.

Every function waits for the disk, and for a process that reads what is not plain text: call it in a thread.
"""

import os
import threading
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from palaver.files.apart import LONGEST, run_apart
from palaver.files.passages import Passage, of_markdown, of_section, of_text
from palaver.files.readers import APART, HEAD, Reader, reader_of

VERSION = 1  # of what comes of a document; text that was taken out by an earlier one is taken out again

LONGEST_TEXT = 8 * 2**20  # characters of one document
MOST_PASSAGES = 20_000  # of one document

PROGRAM = Path(__file__).with_name("extraction.py")
TEXTLESS = "There is no text in files of this type that could be read."
BROKEN = "It cannot be read: it is damaged, protected, or too demanding."
_line = msgspec.json.Decoder(tuple[str, str] | bool)


class Extracted(NamedTuple):
    """The text of a document. `cut`: it has more than is taken. `missing` says why (some of) it cannot be read."""

    passages: tuple[Passage, ...] = ()
    cut: bool = False
    missing: str | None = None

    def text(self) -> str:
        """The whole text, each section with its place above it."""
        pieces, place = list[str](), ""
        for one in self.passages:
            pieces += [f"[{one.place}]"] if one.place != place else []
            pieces.append(one.text)
            place = one.place
        return "\n".join(pieces)


def text_of(file: BinaryIO, name: str, stop: threading.Event | None = None) -> Extracted:
    """What can be read of an open file, at most `LONGEST_TEXT` characters; nothing that stands in it makes this fail.

    `stop` ends it early.
    """
    file.seek(0)
    reader = reader_of(name, file.read(HEAD))
    if reader is None:
        return Extracted(missing=TEXTLESS)
    if reader in APART:
        return _apart(file, reader, stop or threading.Event())
    file.seek(0)
    content = file.read(4 * LONGEST_TEXT)
    text, cut = decoded(content), os.fstat(file.fileno()).st_size > len(content)
    found = of_markdown(text[:LONGEST_TEXT]) if reader == "markdown" else of_text(text[:LONGEST_TEXT])
    return Extracted(tuple(found), cut or len(text) > LONGEST_TEXT)


def decoded(content: bytes) -> str:
    """Bytes as text: by their mark, as UTF-8, or as what they most likely are; nothing fails."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        if error.start >= len(content) - 4:  # only the last character is cut
            return content.decode("utf-8", "replace")
        return content.decode(_guessed(content), "replace")


def _guessed(content: bytes) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - only where a text is not UTF-8

    found = from_bytes(content[: 64 * 1024]).best()
    return found.encoding if found else "latin-1"


def _apart(file: BinaryIO, reader: Reader, stop: threading.Event) -> Extracted:
    if os.fstat(file.fileno()).st_size > LONGEST:
        return Extracted(missing=f"It is too large to be read: more than {LONGEST:,} bytes.")
    said = run_apart(PROGRAM, reader, file, stop)
    passages, whole = list[Passage](), None
    for line in said.output.splitlines():
        try:
            section = _line.decode(line)
        except msgspec.MsgspecError:
            break  # it was killed while it wrote this line
        if isinstance(section, bool):
            whole = section
        else:
            passages += islice(of_section(*section), MOST_PASSAGES - len(passages))
    broken = not said.well or whole is None
    return Extracted(tuple(passages), not broken and not whole, _missing(passages) if broken else _empty(passages))


def _missing(passages: list[Passage]) -> str:
    return f"It could be read as far as {passages[-1].place} only." if passages else BROKEN


def _empty(passages: list[Passage]) -> str | None:
    return None if passages else "There is no text in it: its pages may be pictures."
