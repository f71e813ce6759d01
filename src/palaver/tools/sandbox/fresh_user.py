"""Programs kept apart by a user that nobody else is, where the server is run by root and bubblewrap is not there.

Where the kernel lets us (`apart`), they have namespaces and a root of their own too. Where it does not, they see what
everybody may see of the host, and nobody can cut them off the network: then they are run only where it is granted.
"""

import asyncio
import os
import platform
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from weakref import WeakValueDictionary

from palaver.files.descent import remove_all
from palaver.tools.sandbox.order import Order, encoded, launch, limits_of
from palaver.tools.sandbox.port import Ended, Program, SandboxBroken
from palaver.tools.sandbox.processes import any_of_user, end_user
from palaver.tools.sandbox.supervising import supervise
from palaver.tools.sandbox.surroundings import WORKSPACE, environment, surroundings
from palaver.tools.sandbox.system_calls import system_call_filter
from palaver.tools.sandbox.users import Users, entrust
from palaver.tools.threads import in_thread

_OPEN_TO_ALL = ("/tmp", "/var/tmp", "/dev/shm", "/run/lock")  # noqa: S108 - where a user could leave something
_OWN_TEMPORARY = "/tmp"  # noqa: S108 - in a root of its own


class FreshUser:
    """Runs programs as fresh users. `prefixes` are shown to them too; what lies below `hidden` never is."""

    name = "fresh_user"

    def __init__(self, *, apart: bool, prefixes: Sequence[Path] = (), hidden: Sequence[Path] = ()) -> None:
        self.apart = self.lends = apart
        self._prefixes = prefixes
        self._hidden = hidden
        self._users = Users()
        self._turns: WeakValueDictionary[Path, asyncio.Lock] = WeakValueDictionary()

    def inside(self, root: Path) -> str:
        return WORKSPACE if self.apart else "."

    async def run(self, program: Program, tell: Callable[[bytes], None]) -> Ended:
        if not (self.apart or program.network):
            raise SandboxBroken("The network cannot be cut off here, and is not granted.")
        with self._users.lent(program.root) as user:
            await in_thread(lambda _: entrust(program.root, user))
            if self.apart:
                return await supervise(launch(self._apart(program, user), program.root), program, tell)
            # At the end of one, all processes of the user are ended: two of a session run after each other.
            async with self._turns.setdefault(program.root, asyncio.Lock()):
                return await self._run_in_sight(program, user, tell)

    def _apart(self, program: Program, user: int) -> Order:
        around = surroundings(user=user, network=program.network, prefixes=self._prefixes)
        return Order(
            argv=program.argv,
            env=environment(program.env, _OWN_TEMPORARY),
            user=user,
            inside=WORKSPACE,
            limits=limits_of(program, own_user=True),
            filter=encoded(system_call_filter(platform.machine())),
            apart=True,
            network=program.network,
            root=str(program.root),
            shown=[str(path) for path in around.shown],
            hidden=[str(path) for path in self._hidden],
            lent={f"{WORKSPACE}/{name}": str(path) for name, path in program.lent.items()},
            links=around.links,
            files=around.files,
            temporary=program.limits.temporary_bytes,
        )

    async def _run_in_sight(self, program: Program, user: int, tell: Callable[[bytes], None]) -> Ended:
        with _temporary(user) as temporary:
            order = Order(
                argv=program.argv,
                env=environment(program.env, temporary),
                user=user,
                inside=".",
                folder=temporary,
                limits=limits_of(program, own_user=True),
                filter=encoded(system_call_filter(platform.machine())),
            )
            try:
                return await supervise(launch(order, program.root), program, tell)
            finally:
                # The launcher has done it already, unless somebody ended it.
                if any_of_user(user):
                    end_user(user)


@contextmanager
def _temporary(user: int) -> Generator[str]:
    """A folder for the program, removed in the end with what it left wherever everybody may write."""
    folder = tempfile.mkdtemp(prefix="palaver-run-")
    os.chown(folder, user, user)
    try:
        yield folder
    finally:
        _wipe(folder)
        for place in _OPEN_TO_ALL:
            for left in _owned(place, user):
                _wipe(left)


def _owned(place: str, user: int) -> list[str]:
    with suppress(OSError), os.scandir(place) as found:
        return [entry.path for entry in found if entry.stat(follow_symlinks=False).st_uid == user]
    return []


def _wipe(path: str) -> None:
    with suppress(OSError):
        here = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)  # noqa: PTH120
        try:
            remove_all(here, os.path.basename(path))  # noqa: PTH119
        finally:
            os.close(here)
