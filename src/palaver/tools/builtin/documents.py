"""The text of documents as one text, or why it cannot be had; `files.extracting` takes it out, `read.py` shows it."""

from pathlib import Path
from typing import BinaryIO

from palaver.core.errors import Invalid
from palaver.files.apart import run_apart
from palaver.files.extracting import text_of as extracted
from palaver.files.readers import APART, reader_of
from palaver.tools.threads import Stop

# Read as they stand, though there is a way to the text in them: who asks for a page's source wants its tags.
_WRITTEN = frozenset({"html", "mail"})


def is_document(name: str, head: bytes) -> bool:
    """Whether the text of a file that begins with `head` has to be taken out of it."""
    reader = reader_of(name, head)
    return reader in APART and reader not in _WRITTEN


def text_of(name: str, file: BinaryIO, stop: Stop) -> str:
    """The text of a document, or `Invalid` with the reason why it cannot be had; names count by their ending."""
    found = extracted(file, name, stop)
    if not found.passages:
        raise Invalid(f"The document cannot be read. {found.missing}")
    notes = [f"[{found.missing}]"] if found.missing else ["[There is more of it than is read.]"] if found.cut else []
    return "\n".join([found.text(), *notes])


def taken_out(program: Path, kind: str, file: BinaryIO, stop: Stop) -> str:
    """What one of our programs writes about an open file, from its start, or `Invalid`; it ends with the call."""
    said = run_apart(program, kind, file, stop)
    if not said.well:
        raise Invalid("The document cannot be read: it is damaged, protected, or too demanding.")
    return said.output.decode("utf-8", "replace")
