"""`palaver serve` with every SQL statement written to a file, one a line; begin, commit and rollback are left out."""

import sqlite3
import sys
from pathlib import Path
from typing import Any

CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA", "--")


def serve(trace: Path) -> None:
    """Run the server, as the command line does, on connections that tell what they execute."""
    out = trace.open("w", encoding="utf-8", buffering=1)
    plain = sqlite3.connect

    def told(statement: str) -> None:
        if not statement.lstrip().upper().startswith(CONTROL):
            out.write(" ".join(statement.split()) + "\n")

    def connect(*arguments: Any, **named: Any) -> sqlite3.Connection:
        link = plain(*arguments, **named)
        link.set_trace_callback(told)
        return link

    sqlite3.connect = connect
    from palaver.entry.server import run  # noqa: PLC0415 - after the connections have been taught to tell
    from palaver.entry.settings import load_settings  # noqa: PLC0415

    run(load_settings())


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
