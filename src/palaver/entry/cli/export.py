"""`palaver export`: sessions taken from a server to a file or to standard output; what is in them, the server says."""

import os
import sys
from collections.abc import Generator
from contextlib import aclosing, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from palaver.core.errors import PalaverError
from palaver.entry.cli.asking import Key, Url, with_server
from palaver.entry.cli.moved import Moved, sized

if TYPE_CHECKING:
    from palaver.entry.cli.client import Client

STDOUT = "-"
# How commands end whose reader went away: as if the signal had ended them.
PIPE_BROKE = 141


class Form(StrEnum):
    """What comes of sessions."""

    json = "json"
    markdown = "markdown"
    zip = "zip"


class NotWritten(PalaverError):
    """The file cannot be written."""

    title = "The file cannot be written"


Session = Annotated[str | None, typer.Option(help="Take this session.")]
All = Annotated[bool, typer.Option("--all", help="Take all sessions, and projects.")]
Format = Annotated[
    Form | None,
    typer.Option(
        "--format",
        help="json: whole, without files. zip: with files. markdown: to read. Default: json for one, zip for all.",
    ),
]
Out = Annotated[str, typer.Option(help="The file to write; - is standard output.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]


def export(
    session: Session = None,
    everything: All = False,
    form: Format = None,
    out: Out = STDOUT,
    force: Force = False,
    url: Url = None,
    key: Key = None,
) -> None:
    """Take sessions away. What json and zip give can be imported again.

    The file is there whole or not at all. How much has come is told on standard error.
    """
    if (session is None) is not everything:
        raise typer.BadParameter("Say which: --session ID, or --all.")
    chosen = form or (Form.json if session else Form.zip)
    whole_zip = chosen is Form.zip or (everything and chosen is Form.markdown)
    if out == STDOUT and whole_zip and sys.stdout.isatty():
        raise typer.BadParameter("A zip is nothing for a terminal: name a file.", param_hint="--out")
    path = f"/sessions/{quote(session, safe='')}/export" if session else "/export"
    moved = Moved("Taken:")
    try:
        with _written(out, force=force) as file:
            with_server(url, key, lambda client: _take(client, f"{path}?format={chosen}", file, moved))
    except BrokenPipeError:
        # What is left in the buffer must not be tried again at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(PIPE_BROKE) from None
    except OSError as error:
        raise NotWritten(f"{out}: {error.strerror or error}.") from error
    moved.end(f"Taken: {sized(moved.bytes)}{'' if out == STDOUT else f', in {out}'}.")


async def _take(client: "Client", path: str, file: IO[bytes], moved: Moved) -> None:
    async with aclosing(client.pieces(path)) as pieces:
        async for piece in pieces:
            file.write(piece)
            moved.more(len(piece))


@contextmanager
def _written(out: str, *, force: bool) -> Generator[IO[bytes]]:
    """A file that gets its name when all is in it."""
    if out == STDOUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(out)
    if path.exists() and not force:
        raise NotWritten(f"{out} is there already; --force replaces it.")
    begun = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        begun.touch(mode=0o600, exist_ok=False)  # nobody else's to read, wherever it is put
        with begun.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if force:
            begun.replace(path)
        else:
            _name(begun, path)
    finally:
        begun.unlink(missing_ok=True)


def _name(begun: Path, path: Path) -> None:
    """Never over a file that came meanwhile; where the disk knows no second names, as well as it can be."""
    try:
        path.hardlink_to(begun)
    except FileExistsError:
        raise NotWritten(f"{path} came meanwhile; --force replaces it.") from None
    except OSError:
        begun.replace(path)
