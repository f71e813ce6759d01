"""`palaver usage`: what models consumed, from the database itself; it adds up what was written down when it was."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from palaver.entry.cli.inforce import settings_in_force

if TYPE_CHECKING:
    from palaver.entry.cli.counted import Counted
    from palaver.runs.usage_store import Consumed


def usage(
    by: Annotated[
        Literal["day", "model", "session", "user", "key", "organisation"], typer.Option(help="What is told apart.")
    ] = "user",
    since: Annotated[str | None, typer.Option("--from", help="The first day, as 2026-11-21 (UTC).")] = None,
    to: Annotated[str | None, typer.Option(help="The day after the last one.")] = None,
    user: Annotated[str | None, typer.Option(help="Only this user's, by e-mail address.")] = None,
    csv: Annotated[bool, typer.Option("--csv", help="As a table for spreadsheets.")] = False,
) -> None:
    """Print what was consumed: tokens in and out, from a cache, and cost."""
    from palaver.entry.cli.counted import with_counted
    from palaver.runs.usage_api import hours
    from palaver.runs.usage_store import Asked, added_up
    from palaver.runs.usage_table import table

    async def report(counted: "Counted") -> "list[tuple[str, str | None, Consumed]]":
        whose = (await counted.identity.accounts.by_email(user)).id if user is not None else None
        return await counted.database.scan(added_up(Asked(by, *hours(since, to), whose)))

    parts = with_counted(settings_in_force(), report)
    if csv:
        print(table(by, parts).decode().replace("\r\n", "\n"), end="")
        return
    for key, name, used in parts:
        cost = "unknown" if used.cost_usd is None else f"${used.cost_usd:.6f}"
        called = f" ({name})" if name else ""
        print(f"{key or '-'}{called}  in {used.input_tokens}  out {used.output_tokens}  cost {cost}")
