"""`palaver user delete`: deletes a user with everything that they own, whether the server runs or not."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from palaver.entry.cli.inforce import settings_in_force

if TYPE_CHECKING:
    from palaver.entry.settings import Settings
    from palaver.identity.removing.service import Clears
    from palaver.identity.service import Identity

BY_THE_SERVER = "They are out. The server that runs removes what they own, soon."
AT_THE_NEXT_START = "They are out. What they asked in other people's sessions is ended at the next start, and the rest."


def delete(
    email: Annotated[str, typer.Argument(help="The user's e-mail address.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a user with everything that they own; there is no way back."""
    from palaver.entry.cli.local import with_identity

    if not yes:
        typer.confirm(f"Delete {email} with all sessions, projects, files and memories of theirs?", abort=True)
    loaded = settings_in_force()

    async def once(identity: "Identity") -> str | None:
        from palaver.storage import lease

        removing, database, clock = identity.people.removing, identity.ground.database, identity.ground.clock
        await removing.begin((await identity.accounts.by_email(email)).id)
        if await database.read(lease.alive(clock.now())):
            return BY_THE_SERVER
        removing.clears = _clearing(identity, loaded.settings)
        return None if await removing.finish_all() else AT_THE_NEXT_START

    if says := with_identity(loaded, once):
        print(says, file=sys.stderr)


def _clearing(identity: "Identity", settings: "Settings") -> "Clears":
    from palaver.entry.filing import open_files
    from palaver.entry.leaving import clearing_alone
    from palaver.sessions.projects import Projects
    from palaver.sessions.service import Sessions

    database, clock = identity.ground.database, identity.ground.clock
    files = open_files(settings.home, settings.files, database, clock)
    sessions, projects = Sessions(database, clock, settings.sessions), Projects(database, clock)
    sessions.removed = projects.removed = files.session_removed
    return clearing_alone(database, sessions, projects)
