"""What a turn with a tool costs over the model's own time, and what is held while people are waited for."""

import json
import statistics
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from harness import Harness, Target
from house import House, serving
from machine import CLIENTS, pinned, resident_mib, settled_cpu, wait_until
from rows import Promise, Row

# LS is called without arguments, which is what the harness' model server calls; it looks at a folder that is not there.
OFFERED = '[tools]\noffer = ["LS"]\n'
ADDED = Promise(8, "ms")
NO_TASK = Promise(0)
WAITING_KIB = Promise(2, "KiB")
LADDER = Promise(0.8, "× the same without a tool", at_least=True)
TURNS, WAITING = 300, 200
WARM = 3  # floods until the caches of the database and the allocator are full
PLAIN, CALLING = "fake-n5-d0", "fake-t1-n5-d0"
VENDOR = Path(__file__).with_name("vendor.py")


def round_trip(harness: Harness, house: House, direct: Target, rounds: int) -> list[Row]:
    """One turn after the other: what a call adds to a turn, over what the model takes for being asked once more."""
    added: list[float] = []
    slowest: list[float] = []
    model: list[float] = []
    work: list[float] = []
    with serving(house) as pid:
        harness.load(house.target(), CALLING, "-c", "1", "-n", "100", "-x", "5")
        for _ in range(rounds):
            own = harness.load(direct, PLAIN, "-c", "1", "-n", str(TURNS), "-x", "5")["total"]
            plain, cheap = _turns(harness, house, PLAIN, pid)
            calling, dear = _turns(harness, house, CALLING, pid)
            added.append(calling[0] - plain[0] - own[0])
            slowest.append(calling[1] - plain[0] - own[0])
            model.append(own[0])
            work.append(dear - cheap)
    middle = statistics.median(added)
    return [
        Row(
            what="tool round trip over the model's own time, p50, one turn at a time",
            promise=ADDED,
            judged=middle,
            measured=f"{middle:.2f} ms (p95 {statistics.median(slowest):.2f})",
            reference=f"{statistics.median(model):.2f} ms (the model, once)",
        ),
        Row(
            what="CPU of one tool round trip, asking the model once more included",
            measured=f"{statistics.median(work):.2f} ms",
        ),
    ]


def _turns(harness: Harness, house: House, model: str, pid: int) -> tuple[list[float], float]:
    """The times of turns (p50, p95, …), and the CPU milliseconds of one."""
    before = settled_cpu(pid)
    done = harness.load(house.target(), model, "-c", "1", "-n", str(TURNS), "-x", "5")
    if done["errors"]:
        raise SystemExit(f"tools: {done['errors']} of {TURNS} turns failed: {done['err']}")
    return done["total"], (settled_cpu(pid) - before) / TURNS * 1000


def ladder(harness: Harness, plain: House, calling: House, rounds: int) -> list[Row]:
    """The most streams of 50 tokens a second when every turn begins with a call, beside the same without."""
    targets = [plain.target(), calling.target() | {"name": "calling"}]
    targets[1]["body"] = targets[1]["body"].replace("{{model}}", "{{model}}-t1")
    (harness.folder / "targets.json").write_text(json.dumps(targets), encoding="utf-8")
    found = harness.script("ladder.py", "--rounds", str(rounds))["best"]
    most = {name: statistics.median(best[0] if best else 0 for best in found[name]) for name in found}
    ratio = most["calling"] / most["palaver"]
    return [
        Row(
            what="ladder: streams of 50 tokens/s, every turn with one tool call, p95 < 20 ms",
            promise=LADDER,
            judged=ratio,
            measured=f"{most['calling']:.0f}",
            reference=f"{most['palaver']:.0f} (without)",
            ratio=ratio,
        )
    ]


def waiting(house: House) -> list[Row]:
    """Tasks and memory of runs that wait for approval, as many having waited before."""
    with serving(house) as pid:
        for _ in range(WARM):
            _wait_for_people(house, pid)
        before = house.process()["tasks"], resident_mib(pid)
        _wait_for_people(house, pid)
        after = house.process()["tasks"], resident_mib(pid)
    tasks = after[0] - before[0]
    each = (after[1] - before[1]) * 1024 / WAITING
    told = f"{WAITING} more runs that wait for approval"
    return [
        Row(what=f"tasks of {told}", promise=NO_TASK, judged=tasks, measured=f"{tasks:+d} (from {before[0]})"),
        Row(what=f"memory of each of {told}", promise=WAITING_KIB, judged=each, measured=f"{each:.2f} KiB"),
    ]


def _wait_for_people(house: House, pid: int) -> None:
    for _ in range(WAITING):
        run = house.call("POST", "/api/v1/query/single", {"model": "bench/any", "prompt": "Write it down."})
        if run.get("status") != "waiting":
            raise SystemExit(f"tools: a run that should wait is {run}")
    wait_until(lambda: house.process()["runs"] == 0, "the runs to lie down")
    settled_cpu(pid)


@contextmanager
def vendor(port: int, log: Path) -> Generator[None]:
    """The model server that calls Write, until the block is left."""
    with pinned([sys.executable, str(VENDOR), str(port)], CLIENTS, log):
        yield
