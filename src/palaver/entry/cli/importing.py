"""`palaver import`: an exported file brought to a server, all of it or nothing; what stands in it, the server reads."""

import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from palaver.core.errors import PalaverError
from palaver.entry.cli.asking import Key, Url, with_server
from palaver.entry.cli.moved import Moved, sized
from palaver.entry.cli.waiting import one_line

if TYPE_CHECKING:
    from palaver.entry.cli.client import Client

PIECE = 256 * 1024  # bytes that are sent at a time
_ZIP = b"PK"
_STDIN = "-"


class NotRead(PalaverError):
    """The file cannot be read."""

    title = "The file cannot be read"


def bring(
    file: Annotated[
        str, typer.Argument(help="What Palaver, ChatGPT or Claude exported: JSON or zip. - is standard input.")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look whether all of it can be taken in.")] = False,
    url: Url = None,
    key: Key = None,
) -> None:
    """Bring exported sessions. A broken file is told with its line, and then nothing of it is taken in.

    The ids of the new sessions go to standard output, everything else to standard error.
    """
    try:
        with sys.stdin.buffer if file == _STDIN else Path(file).open("rb") as opened:
            brought = with_server(url, key, lambda client: _bring(client, opened, dry_run=dry_run))
    except OSError as error:
        raise NotRead(f"{file}: {error.strerror or error}.") from error
    for note in brought["notes"]:
        print(note, file=sys.stderr)
    counts = ", ".join(f"{brought[what]:,} {what}" for what in ("sessions", "messages", "files", "projects"))
    print(f"{'Could be taken in' if dry_run else 'Taken in'}: {counts}.", file=sys.stderr)
    for item in () if dry_run else brought["items"]:
        print(f"{item['id']}  {one_line(item['title'] or '', 80)}".rstrip())


async def _bring(client: "Client", file: IO[bytes], *, dry_run: bool) -> dict[str, Any]:
    moved = Moved("Sent:")
    first = file.read(PIECE)
    kind = "application/zip" if first.startswith(_ZIP) else "application/json"
    path = "/sessions/import" + ("?dry_run=true" if dry_run else "")
    brought: dict[str, Any] = await client.send(path, kind, _pieces(first, file, moved))
    moved.end(f"Sent: {sized(moved.bytes)}.")
    return brought


async def _pieces(first: bytes, file: IO[bytes], moved: Moved) -> AsyncGenerator[bytes]:
    piece = first
    while piece:
        yield piece
        moved.more(len(piece))
        piece = file.read(PIECE)
