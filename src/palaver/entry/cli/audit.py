"""`palaver audit`: the audit log on the database itself, whether the server runs or not; it changes no entry."""

import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from palaver.entry.cli.inforce import settings_in_force

if TYPE_CHECKING:
    from palaver.privacy.audit.chain import AuditEntry
    from palaver.privacy.audit.service import AuditLog, Verdict
    from palaver.privacy.audit.store import Asked

T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, help="Read the audit log, check that it is whole, hand it on.")

Kind = Annotated[str | None, typer.Option(help="An act, such as auth.signed_in, or an area, such as auth.")]
Actor = Annotated[str | None, typer.Option(help="The id of who did it.")]
Since = Annotated[datetime | None, typer.Option(help="From this instant on (UTC).")]
Until = Annotated[datetime | None, typer.Option(help="Before this instant (UTC).")]


@app.command("list")
def list_(
    kind: Kind = None,
    actor: Actor = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
) -> None:
    """Print entries, the newest first: number, time, what, who, to what, from where."""
    asked = _asked(kind, actor, since, until)
    for entry in _with_audit(lambda audit: audit.newest(asked, None, limit)):
        print(_line(entry))


@app.command()
def export(kind: Kind = None, actor: Actor = None, since: Since = None, until: Until = None) -> None:
    """Print entries as JSON lines, the oldest first, with the hashes and seals that show that they are whole."""
    import msgspec

    from palaver.core.audit import SecurityEvent

    asked = _asked(kind, actor, since, until)

    async def all_of_it(audit: "AuditLog") -> None:
        await audit(SecurityEvent(kind="audit.exported", detail={"by": "terminal"}))
        async for entry in audit.oldest(asked):
            sys.stdout.buffer.write(msgspec.json.encode(entry) + b"\n")

    _with_audit(all_of_it)


@app.command()
def verify(
    file: Annotated[Path | None, typer.Option(help="An export to look at, instead of the log itself.")] = None,
) -> None:
    """Say whether the log is as it was written, and name the first entry that is not; then the exit code is 1."""
    from palaver.entry.cli.audited import verdict_of

    found = _with_audit(lambda audit: audit.verify()) if file is None else verdict_of(settings_in_force(), file)
    for line in _said(found):
        print(line)
    if found.broken:
        raise typer.Exit(1)


def _said(found: "Verdict") -> list[str]:
    if found.broken:
        return [f"BROKEN at entry {found.broken.n}: {found.broken.why}."]
    if found.last is None:
        return ["Nothing is written in it."]
    said = f"{found.entries} entries, {found.first} to {found.last.n}, are as they were written."
    return [said, f"The last one has the hash {found.last.hash}.", *([found.remark] if found.remark else [])]


def _asked(kind: str | None, actor: str | None, since: datetime | None, until: datetime | None) -> "Asked":
    from datetime import UTC

    from palaver.kit.clock import stamp
    from palaver.privacy.audit.store import Asked

    def instant(at: datetime | None) -> str | None:
        return stamp(at if at.tzinfo else at.replace(tzinfo=UTC)) if at else None

    return Asked(kind, actor, instant(since), instant(until))


def _line(entry: "AuditEntry") -> str:
    more = " ".join(f"{name}={value}" for name, value in entry.detail.items())
    words = (f"{entry.n:>6}", entry.at, entry.kind, entry.actor_id or "-", entry.subject or "-", entry.address or "-")
    return "  ".join(words) + (f"  {more}" if more else "")


def _with_audit(do: "Callable[[AuditLog], Awaitable[T]]") -> T:
    import asyncio

    from palaver.entry.cli.local import local_audit

    async def once() -> T:
        async with local_audit(settings_in_force().settings) as audit:
            return await do(audit)

    return asyncio.run(once())
