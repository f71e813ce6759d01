"""What the kernel says of processes, ports and the disk, and processes pinned to a core; it knows no server by name."""

import os
import signal
import socket
import statistics
import subprocess
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

SERVERS, CLIENTS = 0, 1  # the core that is measured, and the one that measures
PATIENCE = 60.0
PORTS = range(9110, 9200)  # below the ports that the kernel hands to outgoing connections


def cpu_seconds(pid: int) -> float:
    """CPU time that the living threads of a process have used, in seconds, by the nanosecond."""
    return sum(int(one.read_text().split()[0]) for one in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def resident_mib(pid: int) -> float:
    """Resident memory of a process in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def on_all_cores(pid: int) -> None:
    """Let a process that was pinned use every core, as whatever it is compared with does."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), range(os.cpu_count() or 1))


def sockets(pid: int) -> int:
    """How many sockets a process holds open."""
    return sum(str(target).startswith("socket:") for target in map(_target, Path(f"/proc/{pid}/fd").iterdir()))


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except FileNotFoundError:  # closed while we looked
        return ""


def fdatasync_ms(folder: Path, times: int = 50, pause: float = 0.025) -> float:
    """The median time of one fdatasync after 4 KiB appended to a file in `folder`, as often as turns come in `lat`.

    A disk that has rested takes longer than one that is asked in a row: 0.5 against 0.2 ms on the machine we know.
    """
    took: list[float] = []
    path = folder / "fdatasync"
    with path.open("ab", buffering=0) as file:
        for _ in range(times):
            time.sleep(pause)
            file.write(b"x" * 4096)
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append((time.perf_counter() - began) * 1000)
    path.unlink()
    return statistics.median(took)


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens on."""
    free = [port for port in PORTS if not _taken(port)]
    if len(free) < count:
        raise SystemExit(f"No {count} free ports in {PORTS.start}-{PORTS.stop - 1}.")
    return free[:count]


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(condition: Callable[[], bool], what: str, *, every: float = 0.05, patience: float = PATIENCE) -> None:
    """Come back when `condition` holds; say `what` was waited for when it never does."""
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {patience:g} s for {what}")
        time.sleep(every)


def settled_cpu(pid: int, *, below: float = 0.05, every: float = 0.3) -> float:
    """CPU seconds of a process once it is at rest, so that what it does after its answers counts too."""
    end, last = time.monotonic() + PATIENCE, cpu_seconds(pid)
    while time.monotonic() < end:
        time.sleep(every)
        now = cpu_seconds(pid)
        if now - last < below * every:
            return now
        last = now
    raise TimeoutError(f"process {pid} does not come to rest")


@contextmanager
def pinned(
    command: list[str],
    core: int,
    log: Path,
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Generator[subprocess.Popen[bytes]]:
    """A process on one core, its output in `log`; it is ended, by its id, when the block is left."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            ["taskset", "-c", str(core), *command], stdout=out, stderr=out, env=environment, cwd=folder
        )
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
