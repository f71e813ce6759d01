"""More of `palaver user`: what administrators do about people, on the database, whether the server runs or not.

A server that runs finds out when it looks at what is open next (`sockets.credentials`).
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from palaver.entry.cli.deleting import delete
from palaver.entry.cli.inforce import settings_in_force

if TYPE_CHECKING:
    from palaver.entry.settings import Loaded
    from palaver.identity.service import Identity
    from palaver.identity.store import User

Role = Literal["admin", "counsellor", "member", "viewer"]
Whose = Annotated[str, typer.Argument(help="The user's e-mail address.")]


def add_to(app: typer.Typer) -> None:
    """Put these verbs beside the others."""
    for verb in (role, disable, enable, reset, verify, invite):
        app.command()(verb)
    app.command("sign-out")(sign_out)
    app.command()(delete)
    app.command("second-factor")(second_factor)


def role(email: Whose, role: Annotated[Role, typer.Argument(help="What the user may do.")]) -> None:
    """Give a user another role."""
    from palaver.identity.users.store import Changes

    _do(email, lambda identity, user: identity.people.users.change(user.id, Changes(role=role)))


def disable(email: Whose) -> None:
    """Let nothing of a user's open anything, until they are enabled; nothing is lost."""
    from palaver.identity.users.store import Changes

    _do(email, lambda identity, user: identity.people.users.change(user.id, Changes(disabled=True)))


def enable(email: Whose) -> None:
    """Let a disabled user come again."""
    from palaver.identity.users.store import Changes

    _do(email, lambda identity, user: identity.people.users.change(user.id, Changes(disabled=False)))


def sign_out(email: Whose) -> None:
    """End every sign-in of a user; API keys stay."""
    _do(email, lambda identity, user: identity.people.users.sign_out(user.id))


def second_factor(
    act: Annotated[Literal["off"], typer.Argument(help="Turn it off.")], email: Whose
) -> None:  # one act so far, spelled out because it opens a door
    """Turn off the second factor of a user who lost it."""
    _do(email, lambda identity, user: identity.people.users.remove_second_factor(user.id))


def reset(email: Whose) -> None:
    """Print a link by which a user chooses a new password, once, soon."""
    loaded = settings_in_force()

    async def link(identity: "Identity", user: "User") -> None:
        token, _ = await identity.people.users.reset_token(user.id)
        print(identity.ground.links.to("reset", token.reveal(), _here(loaded)))

    _do(email, link)


def verify(email: Whose) -> None:
    """Print a link that verifies a user's address and signs them in, once, soon."""
    loaded = settings_in_force()

    async def link(identity: "Identity", user: "User") -> None:
        token, _ = await identity.one_time.link(user.id, "verify")
        print(identity.ground.links.to("verify", token.reveal(), _here(loaded)))

    _do(email, link)


def invite(
    email: Annotated[str | None, typer.Option(help="For whom alone; left out, whoever has the link.")] = None,
    role: Annotated[Role, typer.Option(help="What they may do.")] = "member",
) -> None:
    """Print a link by which somebody makes an account, once."""
    from palaver.entry.cli.local import with_identity
    from palaver.identity.inviting.service import Wish

    loaded = settings_in_force()

    async def make(identity: "Identity") -> str:
        inviting = await identity.accounts.owner()
        _, secret = await identity.people.inviting.create(inviting.id, Wish(email, role))
        return identity.ground.links.to("register", secret.reveal(), _here(loaded))

    print(with_identity(loaded, make))


def _do(email: str, act: "Callable[[Identity, User], Awaitable[object]]") -> None:
    from palaver.entry.cli.local import with_identity

    async def once(identity: "Identity") -> None:
        await act(identity, await identity.accounts.by_email(email))

    with_identity(settings_in_force(), once)


def _here(loaded: "Loaded") -> str:
    """Where the server listens, where nobody said what people know it by."""
    return f"http://{loaded.settings.host}:{loaded.settings.port}"
