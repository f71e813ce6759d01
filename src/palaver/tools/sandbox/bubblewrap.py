"""Programs kept apart by bubblewrap: namespaces of their own, a root of their own, no rights; it builds the command.

As root, the program becomes a user that nobody else is, because limits on processes do not hold for root; as anyone
else, it stays that user in a namespace of users where it has no rights.
"""

import json
import os
import platform
import signal
import subprocess
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path

from palaver.tools.sandbox.limits import process_limits
from palaver.tools.sandbox.port import Ended, Program, SandboxBroken
from palaver.tools.sandbox.processes import freeze_children
from palaver.tools.sandbox.supervising import Launch, as_file, kill_all, supervise
from palaver.tools.sandbox.surroundings import WORKSPACE, environment, surroundings
from palaver.tools.sandbox.system_calls import system_call_filter
from palaver.tools.sandbox.users import Users, entrust
from palaver.tools.threads import in_thread

_UNPRIVILEGED_USER = 1000
_RIGHTS_TO_GIVE_UP_RIGHTS = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")
_TEMPORARY = "/tmp"  # noqa: S108 - the program's own, in memory


class Bubblewrap:
    """Runs programs with `bwrap`. `prefixes` are shown to them too; what lies below `hidden` never is."""

    name = "bubblewrap"
    lends = True

    def __init__(self, bwrap: Path, prefixes: Sequence[Path] = (), hidden: Sequence[Path] = ()) -> None:
        self._bwrap = bwrap
        self._prefixes = prefixes
        self._hidden = hidden
        self._users = Users() if os.geteuid() == 0 else None

    def inside(self, root: Path) -> str:
        return WORKSPACE

    async def run(self, program: Program, tell: Callable[[bytes], None]) -> Ended:
        with self._users.lent(program.root) if self._users else nullcontext() as user, ExitStack() as fds:
            if user is not None:
                await in_thread(lambda _: entrust(program.root, user))
            status = fds.enter_context(_Status.opened())
            ended = await supervise(self._launch(program, user, status, fds), program, tell)
        if ended.stopped is None and not status.ran:
            raise SandboxBroken("bubblewrap could not set up the sandbox.")
        return ended

    def _launch(self, program: Program, user: int | None, status: "_Status", fds: ExitStack) -> Launch:
        handles: list[int] = [status.write_end]

        def data(content: bytes) -> str:
            handles.append(as_file(content))
            fds.callback(os.close, handles[-1])
            return str(handles[-1])

        argv = [str(self._bwrap), *self._apart(user, network=program.network)]
        argv += ["--json-status-fd", str(status.write_end)]
        argv += self._filesystem(program, user or _UNPRIVILEGED_USER, data)
        if rules := system_call_filter(platform.machine()):
            argv += ["--seccomp", data(rules)]
        for name, value in environment(program.env, _TEMPORARY).items():
            argv += ["--setenv", name, value]
        argv += ["--", *_given_up(user), *_limited(program), *program.argv]
        return Launch(argv=argv, env={}, fds=handles, end=status.end)

    def _apart(self, user: int | None, *, network: bool) -> list[str]:
        argv = ["--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try", "--hostname", "sandbox"]
        argv += ["--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"]
        if not network:
            argv.append("--unshare-net")
        if user is not None:
            return argv + [part for right in _RIGHTS_TO_GIVE_UP_RIGHTS for part in ("--cap-add", right)]
        number = str(_UNPRIVILEGED_USER)
        return [*argv, "--unshare-user", "--disable-userns", "--uid", number, "--gid", number]

    def _filesystem(self, program: Program, user: int, data: Callable[[bytes], str]) -> list[str]:
        around = surroundings(user=user, network=program.network, prefixes=self._prefixes)
        size = ["--size", str(program.limits.temporary_bytes)]
        argv = ["--proc", "/proc", "--dev", "/dev", *size, "--perms", "1777", "--tmpfs", "/dev/shm"]  # noqa: S108
        argv += ["--remount-ro", "/dev", *size, "--perms", "1777", "--tmpfs", _TEMPORARY]
        for folder in _above([*around.shown, *map(Path, around.files)]):
            argv += ["--perms", "0755", "--dir", folder]
        for path in around.shown:
            argv += ["--ro-bind", str(path), str(path)]
        for hidden in self._hidden:
            if any(hidden.is_relative_to(path) for path in around.shown):
                argv += ["--tmpfs", str(hidden)]
        for path, target in around.links.items():
            argv += ["--symlink", target, path]
        for path, text in around.files.items():
            argv += ["--perms", "0644", "--ro-bind-data", data(text.encode()), path]
        argv += ["--bind", str(program.root), WORKSPACE]
        for name, path in program.lent.items():
            argv += ["--ro-bind", str(path), f"{WORKSPACE}/{name}"]
        return [*argv, "--remount-ro", "/"]


def _above(paths: Sequence[Path]) -> list[str]:
    """The folders to make first, outer ones before inner ones: bwrap would close those it makes to all but root."""
    return sorted({str(parent) for path in paths for parent in path.parents} - {"/"})


def _given_up(user: int | None) -> list[str]:
    """Become the user, and only then enter the workspace, which is open to nobody else."""
    if user is None:
        return ["env", f"--chdir={WORKSPACE}"]
    who = [f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    return [
        "setpriv",
        *who,
        "--bounding-set=-all",
        "--inh-caps=-all",
        "--no-new-privs",
        "--",
        "env",
        f"--chdir={WORKSPACE}",
    ]


def _limited(program: Program) -> list[str]:
    """Last in line among programs for the processor, first when memory runs out, and within its limits."""
    each = [f"--{name}={most}" for name, most in process_limits(program.limits).items()]
    return ["nice", "-n", "10", "choom", "-n", "1000", "--", "prlimit", *each, "--"]


class _Status:
    """What bwrap tells of the processes it starts."""

    def __init__(self, read_end: int, write_end: int) -> None:
        self._read_end = read_end
        self.write_end = write_end
        self._said = b""

    @classmethod
    @contextmanager
    def opened(cls) -> Generator["_Status"]:
        read_end, write_end = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        status = cls(read_end, write_end)
        try:
            yield status
            status._read()
        finally:
            os.close(read_end)
            os.close(write_end)

    @property
    def ran(self) -> bool:
        """Whether the program was started."""
        return b'"exit-code"' in self._said

    def end(self, process: subprocess.Popen[bytes]) -> list[int]:
        """Kill the first process of the program's namespace, with which the kernel ends all others in it.

        bwrap does that too when it ends, and does not wait for it.
        """
        alive = process.poll() is None
        children = set(freeze_children(process.pid)) if alive else set[int]()
        handles = kill_all([*children, *self._first_process() - children])
        if alive:  # with its group: a first process that it still made waits there, for a word that will not come
            os.killpg(process.pid, signal.SIGKILL)
        return handles

    def _first_process(self) -> set[int]:
        self._read()
        told = self._said.partition(b"\n")[0]
        with suppress(ValueError, KeyError, OSError):
            pid = int(json.loads(told)["child-pid"])
            # It may be over, and its number somebody else's.
            if Path(f"/proc/{pid}/comm").read_text("utf-8").strip() == "bwrap":
                return {pid}
        return set()

    def _read(self) -> None:
        with suppress(BlockingIOError):
            while said := os.read(self._read_end, 4096):
                self._said += said
