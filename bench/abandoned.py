"""What stays behind when 5,000 readers leave streams whose model fell silent; the provider's deadline ends them."""

from harness import Harness
from house import House, serving
from machine import resident_mib, settled_cpu, sockets, wait_until
from rows import Promise, Row

STREAMS = 5000
PAUSE = 12.0  # the provider's deadline, in seconds: long enough that all streams are open and left before it ends a run
NOTHING = Promise(0)
MEMORY = Promise(5, "MB either way")
MB = 1e6 / 2**20  # MiB in one MB


def left_behind(harness: Harness, house: House) -> list[Row]:
    """Sockets, tasks and memory after as many abandoned streams, beside what they were after a first such flood."""
    with serving(house) as pid:
        settled_cpu(pid)
        rested = resident_mib(pid)
        _flood(harness, house, pid)
        before = (sockets(pid), house.process()["tasks"], resident_mib(pid))
        most = _flood(harness, house, pid)
        after = (sockets(pid), house.process()["tasks"], resident_mib(pid))
    grown = (after[2] - before[2]) / MB
    told = f"after {STREAMS:,} abandoned stalled streams"
    return [
        Row(
            what=f"sockets left {told}",
            promise=NOTHING,
            judged=after[0] - before[0],
            measured=_change(before, after, 0),
        ),
        Row(
            what=f"tasks left {told}", promise=NOTHING, judged=after[1] - before[1], measured=_change(before, after, 1)
        ),
        Row(
            what=f"memory left {told} (most: {most:.0f} MiB)",
            promise=MEMORY,
            judged=abs(grown),
            measured=f"{grown:+.1f} MB (from {before[2]:.0f} MiB; the first flood: {before[2] - rested:+.0f} MiB)",
        ),
    ]


def _change(before: tuple[float, ...], after: tuple[float, ...], place: int) -> str:
    return f"{after[place] - before[place]:+.0f} (from {before[place]:.0f})"


def _flood(harness: Harness, house: House, pid: int) -> float:
    """Open the streams, leave them, and wait for the last run to end; the memory when they were just left, in MiB."""
    opened = harness.load(house.target(), "fake-n50-w1", "-c", str(STREAMS), "-S", "0.5", "-r", "2000")
    if opened["first"] < STREAMS:
        raise SystemExit(f"only {opened['first']} of {STREAMS} streams had a first token")
    most = resident_mib(pid)
    wait_until(lambda: house.process()["runs"] == 0, "the runs to end", patience=120)
    settled_cpu(pid)
    return most
