"""`palaver service-account`: accounts of programs, on the database itself; their keys are made by `palaver key`."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from palaver.entry.cli.inforce import settings_in_force

if TYPE_CHECKING:
    from collections.abc import Sequence

    from palaver.identity.store import User

app = typer.Typer(no_args_is_help=True, help="Make, list and end accounts of programs.")

AccountId = Annotated[str, typer.Argument(help="Its id, as `service-account list` shows it.")]


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What people see.")],
    role: Annotated[Literal["member", "viewer"], typer.Option(help="What it may do.")] = "member",
) -> None:
    """Make an account and print its id; `key create --user ID` makes keys for it."""
    from palaver.entry.cli.local import with_identity

    print(with_identity(settings_in_force(), lambda identity: identity.service_accounts.create(name, role, None)).id)


@app.command("list")
def list_() -> None:
    """List all of them: id, name, role, since when."""
    from palaver.entry.cli.local import with_identity
    from palaver.identity.service import Identity

    async def every(identity: Identity) -> "Sequence[User]":
        return await identity.service_accounts.list()

    for one in with_identity(settings_in_force(), every):
        print(f"{one.id}  {one.name}  {one.role}  {'disabled' if one.disabled_at else 'active'}  {one.created_at}")


@app.command()
def disable(account_id: AccountId) -> None:
    """Let its keys open nothing."""
    _change(account_id, disabled=True)


@app.command()
def enable(account_id: AccountId) -> None:
    """Let its keys open again what they did."""
    _change(account_id, disabled=False)


def _change(account_id: str, *, disabled: bool) -> None:
    from palaver.entry.cli.local import with_identity
    from palaver.identity.service import Identity

    async def change(identity: Identity) -> None:
        await identity.service_accounts.change(account_id, None, disabled=disabled)

    with_identity(settings_in_force(), change)
