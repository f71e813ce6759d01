"""Programs that attack: none gets out, none takes the machine down, nothing of any stays."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from palaver.core.errors import PalaverError
from palaver.core.ids import SessionId
from palaver.files.workspace import Workspace
from palaver.files.workspaces import Workspaces
from palaver.tools.sandbox.port import Ended, SandboxBroken
from palaver.tools.sandbox.processes import any_of_user
from palaver.tools.sandbox.unsafe import Unsafe
from tests.architecture.source import ROOT
from tests.faults.sandboxes import KINDS, LIMITS, MIB, Cell, Kind, Traces, running, wait_for_end
from tests.promises import keeps

LONG = "4271.25"  # seconds no test takes: how processes of these tests are known


@pytest.fixture(autouse=True)
def own_temporary_files(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sandboxes of these tests put theirs where nobody else does."""
    with tempfile.TemporaryDirectory(prefix="sandbox-temporary-") as folder:
        Path(folder).chmod(0o711)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield


@pytest.fixture(params=KINDS)
def cell(request: pytest.FixtureRequest) -> Iterator[Cell]:
    """A sandbox of each kind; afterwards nothing of what ran in it may be left."""
    kind = KINDS[request.param]
    with kind.home() as home:
        root = home / "workspaces" / "ses_1"
        before = Traces.now()
        yield Cell(kind, root)
        assert Traces.now() == before
        assert running(LONG) == []
        user = root.stat().st_uid if root.exists() else os.geteuid()
        assert user == os.geteuid() or not any_of_user(user)


@keeps("projects:files:read-only")
async def test_what_is_lent_is_read_below_the_workspace_and_cannot_be_changed(cell: Cell) -> None:
    if not cell.sandbox.lends:
        assert not cell.kind.apart
        return
    lent = cell.root.parent / "prj_1"
    (lent / "below").mkdir(parents=True)
    (lent / "below" / "a.txt").write_text("theirs")
    for path in (lent, lent / "below", lent / "below" / "a.txt"):
        path.chmod(0o777)  # so that no mode protects it
        os.chown(path, cell.kind.owner, cell.kind.owner)
    tries = (
        "cat @project/below/a.txt; echo; cd @project; "
        "for try in 'echo x > below/a.txt' 'echo x > new' 'rm below/a.txt' 'mv below other' 'chmod 700 below/a.txt' "
        "'ln below/a.txt ../mine' 'mkdir d' 'rm -rf ../@project' 'mv ../@project ../gone' 'mount -o remount,rw .'; "
        'do bash -c "$try" 2>/dev/null && echo "did $try"; done; true'
    )
    program = replace(cell.program("bash", "-c", tries), lent={"@project": lent})
    ended, said = await cell.run(program)
    assert (ended.exit_code, said) == (0, "theirs\n")
    assert [path.name for path in lent.rglob("*")] == ["below", "a.txt"]
    assert (lent / "below" / "a.txt").read_text() == "theirs"
    assert (lent / "below" / "a.txt").stat().st_mode & 0o777 == 0o777
    assert list((cell.root / "@project").iterdir()) == []
    ended, said = await cell.bash("ls @project")
    assert (ended.exit_code, said) == (0, "")


def test_a_sandbox_can_be_tested_here() -> None:
    assert KINDS, "install bubblewrap, or run the tests as root"


async def _still_well(cell: Cell) -> None:
    assert await cell.bash("echo fine") == (Ended(exit_code=0), "fine\n")


# --- What can be seen and reached ---


async def test_what_is_secret_on_the_host_cannot_be_read(cell: Cell) -> None:
    secret = cell.root.parent.parent / "secret.txt"
    for path in ("/etc/shadow", "/root/.bashrc", str(secret), "../../secret.txt", f"/proc/{os.getpid()}/environ"):
        ended, said = await cell.bash(f"cat {path}")
        assert ended.exit_code == 1, path
        assert "treasure" not in said


async def test_only_the_workspace_is_there_of_the_hosts_data(cell: Cell) -> None:
    _, said = await cell.bash(
        "ls /home /var /root /srv /mnt 2>/dev/null; ls /tmp; cat /proc/[0-9]*/environ 2>/dev/null"
    )
    if cell.kind.apart:
        assert said.replace("\0", "\n").count("HOME=/tmp") >= 1
        assert str(cell.root) not in said
        assert "palaver" not in said.lower()
    assert "PALAVER_" not in said


async def test_another_sessions_workspace_is_not_visible(cell: Cell) -> None:
    other = cell.root.parent / "ses_2"
    other.mkdir(mode=0o700)
    os.chown(other, cell.kind.owner, cell.kind.owner)
    _, _ = await cell.bash("echo mine > note.txt", root=other)
    ended, said = await cell.bash(f"cat {other}/note.txt ../ses_2/note.txt; ls ..; ls {cell.root.parent}")
    assert ended.exit_code != 0
    assert "mine" not in said
    assert "note.txt\n" not in said.replace(": No such file", "").replace(": Permission", "")
    assert (other / "note.txt").read_text() == "mine\n"


async def test_nothing_can_be_written_outside_the_workspace(cell: Cell) -> None:
    places = ("/attack", "/usr/attack", "/etc/attack", "/dev/attack", "/proc/attack", "../attack", "/var/attack")
    for place in places:
        ended, _ = await cell.bash(f"echo x > {place}")
        assert ended.exit_code == 1, place
    assert list(cell.root.parent.iterdir()) == [cell.root]


async def test_nothing_but_files_of_the_workspace_lives_on_to_the_next_call(cell: Cell) -> None:
    await cell.bash("cd /usr; export WORD=kept; echo x > /tmp/attack; mkdir -p $HOME/deep/er; echo y > ~/attack")
    await cell.bash("echo z > kept.txt")
    _, said = await cell.bash("ls /tmp/attack ~/attack ~/deep 2>/dev/null; echo $WORD; cat kept.txt; basename $(pwd)")
    inside = "workspace" if cell.kind.apart else "ses_1"
    assert said == f"\nz\n{inside}\n"


def test_a_home_that_lies_where_the_interpreter_does_is_not_shown() -> None:
    apart = [kind for kind in KINDS.values() if kind.within]
    for kind in apart:
        with kind.home() as home:
            assert kind.within is not None
            cell = Cell(replace(kind, make=partial(kind.within, home.parent, home)), home / "workspaces" / "ses_1")
            ended, said = asyncio.run(cell.bash(f"ls -A {home}; cat {home}/secret.txt || echo fine > note.txt"))
            assert (ended.exit_code, "treasure" in said, said.count("\n")) == (0, False, 1), said
            assert (cell.root / "note.txt").read_text() == "fine\n"
    assert apart


@keeps("tools:sandbox:no-way-out-by-links")
async def test_a_link_made_inside_leads_nowhere_outside(cell: Cell) -> None:
    secret = cell.root.parent.parent / "secret.txt"
    await cell.bash(f"ln -s /etc/passwd a; ln -s {secret} b; ln -s ../.. c; ln -s / d; mkfifo e; ln /etc/hosts f; true")
    workspace = Workspace(cell.root)
    for path in ("a", "b", "c/secret.txt", "d/etc/passwd", "e"):
        with pytest.raises(PalaverError):
            workspace.read(path)
        with pytest.raises(PalaverError):
            workspace.write(path, b"overwritten")
    with pytest.raises(PalaverError):
        workspace.read("f")
    assert secret.read_text() == "treasure"
    await _still_well(cell)
    assert secret.stat().st_uid == cell.kind.owner


async def test_the_server_cannot_be_signalled_or_looked_into(cell: Cell) -> None:
    server = os.getpid()
    for attempt in (
        f"kill -9 {server}",
        f"cat /proc/{server}/maps",
        f"ls /proc/{server}/root/",
        f"ls /proc/{server}/cwd/",
    ):
        ended, _ = await cell.bash(attempt)
        assert ended.exit_code != 0, attempt
    _, said = await cell.bash("ls /proc/1/root/")
    assert "home" not in said
    ended, _ = await cell.bash("kill -9 -1; true")
    await _still_well(cell)


async def test_no_right_can_be_won(cell: Cell) -> None:
    _, said = await cell.bash("grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status; id -u")
    assert "CapEff:\t0000000000000000" in said
    assert "NoNewPrivs:\t1" in said
    assert "Seccomp:\t2" in said
    assert not said.endswith("\n0\n")
    for attempt in (
        "mount -t tmpfs x .",
        "unshare -U id",
        "unshare -n id",
        "chroot . true",
        "mknod x b 8 0",
        "su -c id",
    ):
        ended, _ = await cell.bash(attempt)
        assert ended.exit_code != 0, attempt


async def test_system_calls_that_hide_memory_or_leave_the_network_namespace_are_refused(cell: Cell) -> None:
    attempts = ("os.memfd_create('x')", "socket.socket(40, 1)")
    code = "import os, socket" + "".join(
        f"\ntry:\n    {attempt}\nexcept OSError as error:\n    print(error.errno)" for attempt in attempts
    )
    _, said = await cell.python(code)
    assert said == "38\n97\n"


async def test_a_program_cannot_be_run_in_its_owners_name_afterwards(cell: Cell) -> None:
    await cell.bash("cp /bin/true tool; chmod 6777 tool; mkdir shut; echo x > shut/in; chmod 000 shut/in shut")
    assert (cell.root / "tool").stat().st_mode & 0o7000 == 0
    assert Workspace(cell.root).read("shut/in") == b"x\n"


async def test_signals_mean_to_a_program_what_they_mean_anywhere(cell: Cell) -> None:
    ended, said = await cell.bash("yes | head -n 1; grep SigIgn /proc/self/status")
    first, ignored = said.splitlines()
    assert (ended, first) == (Ended(exit_code=0), "y")
    # Signal 32 is the C library's own: who is started by `make` has it ignored, and no program can change that.
    assert int(ignored.split()[1], 16) & ((1 << 31) - 1) == 0


# --- The network ---


@keeps("tools:sandbox:no-network")
async def test_there_is_no_network_unless_it_is_granted(cell: Cell) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
        code = f"import socket; socket.create_connection(('127.0.0.1', {port}), 1); print('through')"
        argv = (cell.kind.python, "-I", "-c", code)
        assert (await cell.run(cell.program(*argv, network=True)))[1] == "through\n"
        if cell.kind.apart:
            ended, said = await cell.run(cell.program(*argv))
            assert ended.exit_code == 1
            assert "through" not in said


async def test_where_the_network_cannot_be_cut_off_nothing_runs_without_it(cell: Cell) -> None:
    if not cell.kind.apart:
        with pytest.raises(SandboxBroken):
            await cell.run(replace(cell.program("true"), network=False))
    await _still_well(cell)


# --- Taking the machine down ---


class _Pulse:
    """Whether the event loop goes on: the longest time it did not."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.longest = 0.0
        self._beat(self._loop.time())

    def _beat(self, since: float) -> None:
        now = self._loop.time()
        self.longest = max(self.longest, now - since)
        self._timer = self._loop.call_later(0.02, self._beat, now)

    def stop(self) -> float:
        self._timer.cancel()
        return self.longest


async def test_a_fork_bomb_stays_within_its_processes(cell: Cell) -> None:
    pulse = _Pulse()
    ended, _ = await cell.bash("bomb() { bomb | bomb & }; bomb; while :; do bomb; done", seconds=1.5, processes=24)
    assert ended.stopped in {"deadline", "output"}
    assert pulse.stop() < 1
    await _still_well(cell)


async def test_there_are_no_more_processes_than_may_be(cell: Cell) -> None:
    forks = (
        "import os, time\nfor made in range(40):\n"
        f"    if not os.fork(): time.sleep({LONG})\n    print(made, flush=True)"
    )
    ended, said = await cell.python(forks, processes=24)
    assert ended.exit_code == 1
    assert "BlockingIOError" in said
    assert 15 <= said.count("\n", 0, said.index("Traceback")) <= 24


async def test_one_process_gets_no_more_memory_than_all_may_have(cell: Cell) -> None:
    ended, said = await cell.python("x = bytearray(10**9); print(len(x))", memory_bytes=96 * MIB)
    assert ended.exit_code != 0
    assert "MemoryError" in said


async def test_processes_that_use_too_much_memory_together_are_stopped(cell: Cell) -> None:
    hog = f"import os, time\nfor _ in range(6):\n    if not os.fork(): x = b'x' * (40 * {MIB}); time.sleep({LONG})\n"
    ended, _ = await cell.python(hog + f"time.sleep({LONG})", memory_bytes=128 * MIB)
    assert ended.stopped == "memory"
    await _still_well(cell)


async def test_memory_that_is_shared_is_counted_once(cell: Cell) -> None:
    family = (
        f"import os, time\nx = b'x' * (60 * {MIB})\nfor _ in range(4):\n    if not os.fork(): time.sleep(0.6); break\n"
    )
    ended, _ = await cell.python(family + "else:\n    time.sleep(0.7)", memory_bytes=160 * MIB)
    assert ended == Ended(exit_code=0)


async def test_temporary_files_have_an_end(cell: Cell) -> None:
    if cell.kind.apart:
        for place in ("/tmp", "/dev/shm"):
            command = f"for i in 1 2 3 4; do head -c 3500000 /dev/zero > {place}/$i; done; du -smx {place} | cut -f1"
            _, said = await cell.bash(command)
            assert int(said.splitlines()[-1]) <= LIMITS.temporary_bytes // MIB, place
    await _still_well(cell)


async def test_a_file_of_ten_gigabytes_is_not_written(cell: Cell) -> None:
    for command in ("dd if=/dev/zero of=big bs=1M count=10000", "truncate -s 10G big", "fallocate -l 10G big"):
        ended, _ = await cell.bash(command)
        assert ended.exit_code != 0
        assert (cell.root / "big").stat().st_size <= LIMITS.file_bytes


async def test_many_files_that_are_too_much_together_stop_the_program(cell: Cell) -> None:
    ended, _ = await cell.bash("i=0; while :; do i=$((i+1)); head -c 2000000 /dev/zero > f$i; sleep 0.05; done")
    assert ended.stopped == "workspace"


async def test_too_many_files_stop_the_program(cell: Cell) -> None:
    ended, _ = await cell.bash("i=0; while :; do i=$((i+1)); : > f$i; done", workspace_files=200)
    assert ended.stopped == "workspace"


async def test_folders_that_are_too_deep_stop_the_program_and_can_be_removed(cell: Cell) -> None:
    ended, _ = await cell.bash(f"for i in $(seq 500); do mkdir d; cd d; done; sleep {LONG}")
    assert ended.stopped == "workspace"
    Workspaces(cell.root.parent.parent).forget(SessionId(cell.root.name))
    assert not cell.root.exists()


async def test_a_program_may_go_on_in_a_workspace_that_was_too_full_before(cell: Cell) -> None:
    for name in "abc":
        (cell.root / name).write_bytes(b"x" * MIB)
    ended, _ = await cell.bash("rm a; sleep 0.8", workspace_bytes=MIB)
    assert ended == Ended(exit_code=0)


@keeps("tools:sandbox:bounded-output")
async def test_endless_output_stops_the_program(cell: Cell) -> None:
    ended, said = await cell.bash("yes")
    assert ended.stopped == "output"
    assert len(said) == LIMITS.output_bytes
    assert ended.cut > 0


# --- Staying ---


@keeps("tools:sandbox:nothing-stays")
@pytest.mark.parametrize(
    "command",
    [
        f"sleep {LONG}",
        f"trap '' TERM INT HUP; while :; do sleep {LONG}; done",
        f"exec >&- 2>&- <&-; sleep {LONG}",
        f"sleep {LONG} & sleep {LONG} & wait",
        f"setsid setsid sleep {LONG} & kill -STOP $$",
    ],
)
async def test_at_the_deadline_everything_is_ended(cell: Cell, command: str) -> None:
    ended, _ = await cell.bash(command, seconds=0.6)
    assert ended.stopped == "deadline"
    assert running(LONG) == []


@keeps("tools:sandbox:nothing-stays")
async def test_a_daemon_does_not_outlive_its_program(cell: Cell) -> None:
    daemon = f"(setsid bash -c 'trap \"\" TERM HUP; setsid sleep {LONG} & disown; sleep {LONG}' >/dev/null 2>&1 &)"
    ended, said = await cell.bash(f"{daemon}; sleep 0.2; echo over")
    assert (ended, said) == (Ended(exit_code=0), "over\n")
    assert running(LONG) == []


async def test_what_holds_on_to_the_output_does_not_hold_up_the_end(cell: Cell) -> None:
    ended, said = await cell.bash(f"echo first; sleep {LONG} & exit 3")
    assert (ended, said) == (Ended(exit_code=3), "first\n")


@keeps("tools:sandbox:nothing-stays")
@pytest.mark.parametrize("times", [1, 3])
async def test_cancelled_everything_is_ended_before_it_returns(cell: Cell, times: int) -> None:
    said = asyncio.Event()
    program = cell.program("bash", "-c", f"trap '' TERM; setsid sleep {LONG} & echo x; sleep {LONG}")
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        task = tasks.create_task(cell.sandbox.run(program, lambda _: said.set()))
        await said.wait()
        for _ in range(times):
            task.cancel()
            await asyncio.wait([task], timeout=0)
        with suppress(asyncio.CancelledError):
            await task
    assert task.cancelled()
    assert running(LONG) == []


async def test_cancelled_while_it_starts_it_leaves_nothing(cell: Cell) -> None:
    for turns in range(12):
        async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
            task = tasks.create_task(cell.sandbox.run(cell.program("sleep", LONG), lambda _: None))
            for _ in range(turns):
                await asyncio.wait([task], timeout=0.002)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        assert running(LONG) == []


async def test_two_programs_of_a_session_run_at_once_and_one_ending_leaves_the_other(cell: Cell) -> None:
    async with asyncio.TaskGroup() as tasks:
        longer = tasks.create_task(cell.bash("sleep 0.7; echo late"))
        shorter = tasks.create_task(cell.bash("echo early"))
    assert (longer.result()[1], shorter.result()[1]) == ("late\n", "early\n")


SERVER = """
import asyncio, sys
from pathlib import Path
from tests.faults.sandboxes import KINDS, Cell
cell = Cell(KINDS[sys.argv[1]], Path(sys.argv[2]))
program = cell.program("bash", "-c", sys.argv[3], seconds=60)
asyncio.run(cell.sandbox.run(program, lambda said: print(said.decode(), flush=True)))
"""


@pytest.mark.parametrize("name", KINDS)
def test_with_a_server_that_is_killed_its_programs_end_too(name: str) -> None:
    before = Traces.now()
    with KINDS[name].home() as home:
        _kill_the_server(name, home / "workspaces" / "ses_1")
    assert Traces.now() == before


def _kill_the_server(name: str, root: Path) -> None:
    command = f"setsid sleep {LONG} & echo x; sleep {LONG}"
    argv = [sys.executable, "-c", SERVER, name, str(root), command]
    with subprocess.Popen(
        argv,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": tempfile.gettempdir()},
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"x\n"
        assert running(LONG) != []
        server.kill()
        server.wait()
    assert all(wait_for_end(pid, 5) for pid in running(LONG))
    assert running(LONG) == []


# --- What an operator allows ---


@pytest.fixture
def unsafe() -> Iterator[Cell]:
    kind = Kind(Unsafe, apart=False)
    with kind.home() as home:
        before = Traces.now()
        yield Cell(kind, home / "workspaces" / "ses_1")
        assert Traces.now() == before
        assert running(LONG) == []


async def test_the_unsafe_one_ends_what_it_started_too(unsafe: Cell) -> None:
    daemon = f"(setsid bash -c 'trap \"\" TERM HUP; setsid sleep {LONG} & sleep {LONG}' >/dev/null 2>&1 &)"
    assert await unsafe.bash(f"{daemon}; sleep 0.2; echo over") == (Ended(exit_code=0), "over\n")
    assert running(LONG) == []
    assert (await unsafe.bash(f"{daemon}; sleep {LONG}", seconds=1))[0].stopped == "deadline"
    assert running(LONG) == []


async def test_the_unsafe_one_holds_to_limits_too(unsafe: Cell) -> None:
    assert (await unsafe.bash("yes"))[0].stopped == "output"
    assert (await unsafe.bash("dd if=/dev/zero of=big bs=1M count=10000"))[0].exit_code != 0
    assert "MemoryError" in (await unsafe.python("x = bytearray(10**9)", memory_bytes=96 * MIB))[1]
