"""`palaver user`: making and listing users and setting passwords, on the database, whether the server runs or not."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from palaver.entry.cli import people
from palaver.entry.cli.inforce import settings_in_force

if TYPE_CHECKING:
    from palaver.identity.store import User
    from palaver.kit.sealed import Sealed

app = typer.Typer(no_args_is_help=True, help="Make, list and invite users, set passwords and roles, shut users out.")
people.add_to(app)

PAGE = 100


@app.command()
def create(
    email: Annotated[str, typer.Argument(help="The e-mail address, which is also the name to sign in with.")],
    role: Annotated[people.Role, typer.Option(help="What the user may do.")] = "member",
    name: Annotated[str | None, typer.Option(help="The name other people see.")] = None,
) -> None:
    """Make a user; the password is read from standard input."""
    from palaver.entry.cli.local import with_identity

    password = _password()
    made = with_identity(
        settings_in_force(), lambda identity: identity.people.users.create(email, password, role, name=name)
    )
    print(made.user.id)


@app.command("list")
def list_() -> None:
    """List all users: id, e-mail address, role, where they sign in, since when."""
    from palaver.entry.cli.local import with_identity
    from palaver.identity.service import Identity

    async def everyone(identity: Identity) -> "list[User]":
        users: list[User] = []
        while page := await identity.accounts.page(users[-1].id if users else "", PAGE):
            users += page
        return users

    for user in with_identity(settings_in_force(), everyone):
        print(f"{user.id}  {user.email or '-'}  {user.role}  {user.issuer or 'local'}  {user.created_at}")


@app.command()
def password(email: Annotated[str, typer.Argument(help="Whose password.")]) -> None:
    """Set a new password, read from standard input, and sign the user out everywhere."""
    from palaver.entry.cli.local import with_identity
    from palaver.identity.service import Identity

    new = _password()

    async def change(identity: Identity) -> None:
        await identity.accounts.set_password(await identity.accounts.by_email(email), new)

    with_identity(settings_in_force(), change)


def _password() -> "Sealed[str]":
    """One line of standard input; typed unseen and twice where a person types."""
    from palaver.kit.sealed import Sealed

    if sys.stdin.isatty():
        return Sealed(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return Sealed(sys.stdin.readline().rstrip("\r\n"))
