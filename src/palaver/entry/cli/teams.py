"""`palaver organisation` and `palaver group`: teams, kept on the database, whether the server runs or not."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from palaver.entry.cli.inforce import settings_in_force

if TYPE_CHECKING:
    from palaver.identity.groups.group import Group, Kind
    from palaver.identity.service import Identity

T = TypeVar("T")

organisation = typer.Typer(no_args_is_help=True, help="Make organisations, and say who belongs to them.")
group = typer.Typer(no_args_is_help=True, help="Make groups, and say who belongs to them.")

PAGE = 1_000
_Organisation = Annotated[str, typer.Argument(metavar="ORGANISATION", help="Its id, or its name.")]
_Group = Annotated[str, typer.Argument(metavar="GROUP", help="Its id, or its name.")]
_Within = Annotated[str | None, typer.Option("--organisation", help="The organisation it belongs to, by id or name.")]
_Email = Annotated[str, typer.Argument(help="Whose e-mail address it is.")]


@organisation.command("create")
def create_organisation(
    name: Annotated[str, typer.Argument(help="What it is called.")],
    owner: Annotated[str, typer.Option(help="The e-mail address of whose it is.")],
) -> None:
    """Make an organisation."""

    async def make(identity: "Identity") -> str:
        user = await identity.accounts.by_email(owner)
        return (await identity.groups.create("organisation", name, owner=user.id)).id

    print(_do(make))


@organisation.command("list")
def list_organisations() -> None:
    """List all organisations: id and name."""
    _list("organisation", None)


@organisation.command("members")
def members_of_organisation(which: _Organisation) -> None:
    """List who belongs to an organisation: id, role, e-mail address."""
    _members("organisation", which, None)


@organisation.command("add")
def add_to_organisation(
    which: _Organisation,
    email: _Email,
    role: Annotated[Literal["owner", "admin", "member"], typer.Option(help="What they are there.")] = "member",
) -> None:
    """Let somebody belong to an organisation, or in another role."""

    async def add(identity: "Identity") -> None:
        user = await identity.accounts.by_email(email)
        await identity.groups.put(user.id, await _found(identity, "organisation", which, None), role)

    _do(add)


@organisation.command("remove")
def remove_from_organisation(which: _Organisation, email: _Email) -> None:
    """Let somebody belong to an organisation and its groups no more."""
    _take("organisation", which, None, email)


@organisation.command("delete")
def delete_organisation(which: _Organisation) -> None:
    """Delete an organisation with its groups; what was shared with them is not any more."""
    _delete("organisation", which, None)


@group.command("create")
def create_group(name: Annotated[str, typer.Argument(help="What it is called.")], within: _Within = None) -> None:
    """Make a group, of an organisation or of the house."""

    async def make(identity: "Identity") -> str:
        above = (await _found(identity, "organisation", within, None)).id if within else None
        return (await identity.groups.create("group", name, organisation_id=above)).id

    print(_do(make))


@group.command("list")
def list_groups(within: _Within = None) -> None:
    """List all groups, or those of an organisation: id, name and who keeps them."""
    _list("group", within)


@group.command("members")
def members_of_group(which: _Group, within: _Within = None) -> None:
    """List who belongs to a group: id, role, e-mail address."""
    _members("group", which, within)


@group.command("add")
def add_to_group(which: _Group, email: _Email, within: _Within = None) -> None:
    """Let somebody belong to a group."""

    async def add(identity: "Identity") -> None:
        user = await identity.accounts.by_email(email)
        await identity.groups.put(user.id, await _found(identity, "group", which, within))

    _do(add)


@group.command("remove")
def remove_from_group(which: _Group, email: _Email, within: _Within = None) -> None:
    """Let somebody belong to a group no more."""
    _take("group", which, within, email)


@group.command("delete")
def delete_group(which: _Group, within: _Within = None) -> None:
    """Delete a group; what was shared with it is not any more."""
    _delete("group", which, within)


def _list(kind: "Kind", within: str | None) -> None:
    async def every(identity: "Identity") -> "list[Group]":
        above = (await _found(identity, "organisation", within, None)).id if within else None
        return await identity.groups.page(kind, above)

    for one in _do(every):
        kept = f"  {one.source}" if one.source else ""
        print(f"{one.id}  {one.name}{kept}")


def _members(kind: "Kind", which: str, within: str | None) -> None:
    async def everybody(identity: "Identity") -> list[str]:
        found = await _found(identity, kind, which, within)
        lines: list[str] = []
        after = ""
        while some := await identity.groups.members(found.id, after, PAGE):
            lines += [f"{one.user_id}  {one.role}  {one.email or '-'}" for one in some]
            after = some[-1].user_id
        return lines

    for line in _do(everybody):
        print(line)


def _take(kind: "Kind", which: str, within: str | None, email: str) -> None:
    async def take(identity: "Identity") -> None:
        user = await identity.accounts.by_email(email)
        await identity.groups.take(user.id, await _found(identity, kind, which, within))

    _do(take)


def _delete(kind: "Kind", which: str, within: str | None) -> None:
    async def delete(identity: "Identity") -> None:
        await identity.groups.remove(await _found(identity, kind, which, within))

    _do(delete)


async def _found(identity: "Identity", kind: "Kind", which: str, within: str | None) -> "Group":
    """By name, or by id."""
    above = (await _found(identity, "organisation", within, None)).id if within else None
    return await identity.groups.named(kind, which, above) or await identity.groups.get(which, kind)


def _do(do: "Callable[[Identity], Awaitable[T]]") -> T:
    from palaver.entry.cli.local import with_identity

    return with_identity(settings_in_force(), do)
