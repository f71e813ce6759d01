"""The text of PDF and DOCX files, taken out by a process of its own; how the text is shown is `read.py`'s.

Documents come from anywhere, and reading one can take all memory and time there is: the process has limits, no
environment, and is killed when the call is cancelled.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

from palaver.core.errors import Invalid
from palaver.tools.threads import Stop

# How such a file begins.
DOCUMENTS: Mapping[str, bytes] = {"pdf": b"%PDF-", "docx": b"PK\x03\x04"}

LONGEST = 50 * 2**20  # bytes of a document that are read

_PROGRAM = Path(__file__).with_name("extraction.py")
_LOOK_EVERY = 0.05  # seconds between two looks at whether the call was cancelled
_PATIENCE = 60.0  # seconds; the process ends itself when its processor time is used up, this is for one that waits


def text_of(kind: str, file: BinaryIO, stop: Stop) -> str:
    """The text of a document, or `Invalid` with the reason why it cannot be had."""
    if kind == "pdf" and find_spec("pypdf") is None:
        raise Invalid("PDF files cannot be read here: the server was installed without its extra `documents`.")
    if os.fstat(file.fileno()).st_size > LONGEST:
        raise Invalid(f"The document is too large to be read: more than {LONGEST:,} bytes.")
    return taken_out(_PROGRAM, kind, file, stop)


def taken_out(program: Path, kind: str, file: BinaryIO, stop: Stop) -> str:
    """What one of our programs writes about an open file, from its start, or `Invalid`; it ends with the call."""
    os.lseek(file.fileno(), 0, os.SEEK_SET)
    with subprocess.Popen(  # noqa: S603 - our own program; the open document is its standard input
        [sys.executable, "-I", str(program), kind],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
    ) as process:
        try:
            output = _answer(process, stop)
        finally:
            process.kill()
    if process.returncode != 0 or output is None:
        raise Invalid("The document cannot be read: it is damaged, protected, or too demanding.")
    return output.decode("utf-8", "replace")


def _answer(process: "subprocess.Popen[bytes]", stop: Stop) -> bytes | None:
    waited = 0.0
    while waited < _PATIENCE and not stop.is_set():
        try:
            return process.communicate(timeout=_LOOK_EVERY)[0]
        except subprocess.TimeoutExpired:
            waited += _LOOK_EVERY
    return None
