"""`palaver key`: API keys, on the database itself, whether the server runs or not; what keys may do, identity says."""

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from palaver.entry.cli.inforce import settings_in_force

if TYPE_CHECKING:
    from palaver.identity.api_keys.leaks import Leaked
    from palaver.identity.keys import ApiKey
    from palaver.identity.service import Identity
    from palaver.identity.store import User

app = typer.Typer(no_args_is_help=True, help="Make, list, rotate and end API keys; learn whose a leaked one is.")

Owner = Annotated[str, typer.Option("--user", help="The e-mail address of the key's user, or a service account's id.")]
KeyId = Annotated[str, typer.Argument(help="Its id, as `key list` shows it.")]


@app.command()
def create(
    user: Owner,
    name: Annotated[str, typer.Option(help="What it is for, to know it again.")],
    scopes: Annotated[
        str | None, typer.Option(help="What it opens, with commas; left out, all its user may do.")
    ] = None,
    expires: Annotated[str | None, typer.Option(help="When it ends: 30d, 12h or 2027-01-31.")] = None,
    networks: Annotated[
        str | None, typer.Option(help="From where alone it works: addresses and ranges, with commas.")
    ] = None,
) -> None:
    """Make a key and print it, alone on a line, this one time."""
    from palaver.core.principal import Principal
    from palaver.entry.cli.local import with_identity
    from palaver.identity.service import Identity

    ends = _end(expires)
    opens, places = _words(scopes), _words(networks)

    async def make(identity: Identity) -> str:
        owner = await _owner(identity, user)
        asking = Principal(user_id=owner.id, role=owner.role)
        _, key = await identity.keys.create(asking, name, opens, expires_at=ends, networks=places)
        return key.reveal()

    print(with_identity(settings_in_force(), make))


@app.command("list")
def list_(user: Owner) -> None:
    """List a user's keys: id, name, scopes, end, last use."""
    from palaver.entry.cli.local import with_identity
    from palaver.identity.service import Identity

    async def all_of(identity: Identity) -> "list[ApiKey]":
        return await identity.keys.list((await _owner(identity, user)).id)

    for key in with_identity(settings_in_force(), all_of):
        opens = ",".join(key.scopes) if key.scopes is not None else "everything"
        where = f"  from {','.join(key.networks)}" if key.networks else ""
        follows = f"  follows {key.replaces_id}" if key.replaces_id else ""
        times = f"ends {key.expires_at or 'never'}  used {key.last_used_at or 'never'}"
        print(f"{key.id}  {key.name}  {opens}  {times}{where}{follows}")


@app.command()
def rotate(
    key_id: KeyId,
    user: Owner,
    overlap: Annotated[str | None, typer.Option(help="How long the old one holds beside it: 1h, 7d, 0s.")] = None,
) -> None:
    """Make the key that follows another one and print it, alone on a line, this one time."""
    from palaver.core.principal import Principal
    from palaver.entry.cli.local import with_identity
    from palaver.entry.layers import span
    from palaver.identity.service import Identity

    try:
        held = None if overlap is None else span(overlap)
    except ValueError:
        raise typer.BadParameter("Write a length of time such as 1h or 7d.") from None

    async def follow(identity: Identity) -> str:
        owner = await _owner(identity, user)
        asking = Principal(user_id=owner.id, role=owner.role)
        _, key = await identity.keys.rotate(asking, key_id, overlap=held)
        return key.reveal()

    print(with_identity(settings_in_force(), follow))


@app.command("delete")
@app.command()
def revoke(key_id: KeyId, user: Owner) -> None:
    """End a key at once."""
    from palaver.entry.cli.local import with_identity
    from palaver.identity.service import Identity

    async def end(identity: Identity) -> None:
        await identity.keys.delete((await _owner(identity, user)).id, key_id)

    with_identity(settings_in_force(), end)


@app.command()
def find() -> None:
    """Say whose the API keys are that stand in a text on standard input."""
    _tell(_looked_up(revoke=False))


@app.command("revoke-leaked")
def revoke_leaked() -> None:
    """End every API key of ours that stands in a text on standard input."""
    _tell(_looked_up(revoke=True))


def _looked_up(*, revoke: bool) -> "list[Leaked]":
    from palaver.entry.cli.local import with_identity
    from palaver.identity.service import Identity
    from palaver.kit.sealed import Sealed

    text = Sealed(sys.stdin.read())

    async def look(identity: Identity) -> "list[Leaked]":
        return await identity.leaks.look(text, revoke=revoke)

    return with_identity(settings_in_force(), look)


def _tell(found: "list[Leaked]") -> None:
    for one in found:
        whose = f"  of {one.user_id}  {one.name}" if one.user_id else ""
        print(f"{one.key_id}  {'revoked' if one.revoked else one.state}{whose}")
    if not found:
        print("There is no API key in this text.", file=sys.stderr)


async def _owner(identity: "Identity", named: str) -> "User":
    """Whose key it is: a service account by its id, a person by the address."""
    return await (
        identity.service_accounts.get(named) if named.startswith("svc_") else identity.accounts.by_email(named)
    )


def _words(text: str | None) -> list[str] | None:
    return None if text is None else [word.strip() for word in text.split(",")]


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
