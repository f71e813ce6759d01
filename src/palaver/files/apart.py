"""Runs one of our programs that read documents, apart from the server; what it reads and writes, it does not know.

Documents come from anywhere, and reading one can take all memory and time there is: the process has limits (it sets
them itself), no environment, and is killed when the call is cancelled or takes too long.
"""

import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import BinaryIO, NamedTuple

LONGEST = 50 * 2**20  # bytes of a document that are read

_LOOK_EVERY = 0.05  # seconds between two looks at whether the call was cancelled
PATIENCE = 60.0  # seconds; the process ends itself when its processor time is used up, this is for one that waits
_MOST = 64 * 2**20  # bytes of output that are looked at


class Said(NamedTuple):
    """What a program wrote, and whether it ended well."""

    output: bytes
    well: bool


def run_apart(program: Path, kind: str, file: BinaryIO, stop: threading.Event) -> Said:
    """Let a program read an open file, from its start; what it wrote until then remains if it is killed."""
    os.lseek(file.fileno(), 0, os.SEEK_SET)
    with (
        tempfile.TemporaryFile() as output,
        subprocess.Popen(  # noqa: S603 - our own program; the open document is its standard input
            [sys.executable, "-I", str(program), kind], stdin=file, stdout=output, stderr=subprocess.DEVNULL, env={}
        ) as process,
    ):
        try:
            well = _ended(process, stop)
        finally:
            process.kill()
        process.wait()
        output.seek(0)
        return Said(output.read(_MOST), well)


def _ended(process: "subprocess.Popen[bytes]", stop: threading.Event) -> bool:
    waited = 0.0
    while waited < PATIENCE and not stop.is_set():
        try:
            return process.wait(timeout=_LOOK_EVERY) == 0
        except subprocess.TimeoutExpired:
            waited += _LOOK_EVERY
    return False
