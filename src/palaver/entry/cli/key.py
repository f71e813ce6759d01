"""`palaver key`: API keys, on the database itself, whether the server runs or not; what keys may do, identity says."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from palaver.entry.cli.inforce import settings_in_force

if TYPE_CHECKING:
    from palaver.identity.keys import ApiKey

app = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys.")

Owner = Annotated[str, typer.Option("--user", help="The e-mail address of the key's user.")]


@app.command()
def create(
    user: Owner,
    name: Annotated[str, typer.Option(help="What it is for, to know it again.")],
    scopes: Annotated[
        str | None, typer.Option(help="What it opens, with commas; left out, all its user may do.")
    ] = None,
    expires: Annotated[str | None, typer.Option(help="When it ends: 30d, 12h or 2027-01-31.")] = None,
) -> None:
    """Make a key and print it, alone on a line, this one time."""
    from palaver.core.principal import Principal
    from palaver.entry.cli.local import with_identity
    from palaver.identity.service import Identity

    ends = _end(expires)
    opens = [scope.strip() for scope in scopes.split(",")] if scopes is not None else None

    async def make(identity: Identity) -> str:
        owner = await identity.accounts.by_email(user)
        asking = Principal(user_id=owner.id, role=owner.role)
        _, key = await identity.keys.create(asking, name, opens, expires_at=ends)
        return key.reveal()

    print(with_identity(settings_in_force(), make))


@app.command("list")
def list_(user: Owner) -> None:
    """List a user's keys: id, name, scopes, end, last use."""
    from palaver.entry.cli.local import with_identity
    from palaver.identity.service import Identity

    async def all_of(identity: Identity) -> "list[ApiKey]":
        return await identity.keys.list((await identity.accounts.by_email(user)).id)

    for key in with_identity(settings_in_force(), all_of):
        opens = ",".join(key.scopes) if key.scopes is not None else "everything"
        print(f"{key.id}  {key.name}  {opens}  ends {key.expires_at or 'never'}  used {key.last_used_at or 'never'}")


@app.command()
def revoke(key_id: Annotated[str, typer.Argument(help="Its id, as `key list` shows it.")], user: Owner) -> None:
    """End a key at once."""
    from palaver.entry.cli.local import with_identity
    from palaver.identity.service import Identity

    async def end(identity: Identity) -> None:
        await identity.keys.delete((await identity.accounts.by_email(user)).id, key_id)

    with_identity(settings_in_force(), end)


def _end(expires: str | None) -> datetime | None:
    """A length of time from now, or a date."""
    from palaver.entry.layers import span

    if expires is None:
        return None
    try:
        return datetime.now(UTC) + span(expires)
    except ValueError:
        pass
    try:
        at = datetime.fromisoformat(expires)
    except ValueError:
        raise typer.BadParameter("Write a length of time such as 30d, or a date such as 2027-01-31.") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
