"""`palaver budget`: what people may consume in a month, on the database itself, whether the server runs or not."""

from typing import TYPE_CHECKING, Annotated

import typer

from palaver.entry.cli.inforce import settings_in_force

if TYPE_CHECKING:
    from palaver.entry.cli.counted import Counted
    from palaver.identity.budgets.service import BudgetView, Part

app = typer.Typer(no_args_is_help=True, help="Say what users, keys and organisations may consume in a month.")

PAGE = 200
_User = Annotated[str | None, typer.Option("--user", help="A user's e-mail address.")]
_Key = Annotated[str | None, typer.Option("--key", help="An API key's id.")]
_Organisation = Annotated[str | None, typer.Option("--organisation", help="An organisation's id.")]


@app.command("set")
def set_(
    user: _User = None,
    key: _Key = None,
    organisation: _Organisation = None,
    tokens: Annotated[int | None, typer.Option(min=0, help="Tokens, in and out together.")] = None,
    usd: Annotated[float | None, typer.Option(min=0, help="US dollars.")] = None,
) -> None:
    """Set a budget and print its id; what was consumed this month already counts."""
    from palaver.entry.cli.counted import with_counted
    from palaver.identity.budgets.budget import Room

    if sum(one is not None for one in (user, key, organisation)) != 1:
        raise typer.BadParameter("Say whose it is: one of --user, --key and --organisation.")
    if tokens is None and usd is None:
        raise typer.BadParameter("Give --tokens, --usd, or both.")

    async def put(counted: "Counted") -> "BudgetView":
        if user is not None:
            owner = await counted.identity.accounts.by_email(user)
            return await counted.budgets.put(None, "user", owner.id, Room(tokens, usd))
        if key is not None:
            return await counted.budgets.put(None, "key", key, Room(tokens, usd))
        return await counted.budgets.put(None, "organisation", organisation or "", Room(tokens, usd))

    print(with_counted(settings_in_force(), put).id)


@app.command("list")
def list_() -> None:
    """List all budgets: id, whose they are, what of them is used."""
    from palaver.entry.cli.counted import with_counted

    async def everything(counted: "Counted") -> "list[BudgetView]":
        found: list[BudgetView] = []
        while some := await counted.budgets.page(found[-1].id or "" if found else "", PAGE):
            found += some
        return found

    for one in with_counted(settings_in_force(), everything):
        much = [f"{_used(one.tokens, '{:,.0f}')} tokens"] if one.tokens else []
        much += [f"{_used(one.usd, '${:,.2f}')}"] if one.usd else []
        print(f"{one.id}  {one.kind} {one.subject_id}  {', '.join(much)} in {one.month}")


@app.command()
def remove(budget_id: Annotated[str, typer.Argument(help="Its id, as `budget list` shows it.")]) -> None:
    """Bound somebody no more."""
    from palaver.entry.cli.counted import with_counted

    async def end(counted: "Counted") -> None:
        await counted.budgets.remove(None, budget_id)

    with_counted(settings_in_force(), end)


def _used(part: "Part", form: str) -> str:
    return f"{form.format(part.used)} of {form.format(part.limit)}"
