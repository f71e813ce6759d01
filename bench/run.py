"""`python bench/run.py`: measures what was promised of speed and weight and prints one table; it decides no promise.

It needs Linux, two cores, gcc, the load harness beside the repository (or LOAD_HARNESS) and an installed .venv.
"""

import argparse
import json
import resource
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from abandoned import PAUSE, left_behind
from crowd import crowd
from files import files
from footprint import footprint
from forks import forks
from guard import guard
from harness import Harness, built
from house import BIN, House, furnish
from lists import lists
from machine import PORTS, free_ports
from rows import Row, as_data, table
from search import search
from servers import calls
from sockets import sockets
from streams import DURABLE, events, idle, ladder
from surfaces import UNNAMED, surfaces
from tools import OFFERED, round_trip, vendor, waiting
from tools import ladder as tools_ladder
from turns import durable, growth

Part = Callable[["Bench"], list[Row]]


class Bench:
    """One run: the harness, a port, and a new home for every part."""

    def __init__(self, harness: Harness, folder: Path, rounds: int) -> None:
        self.harness = harness
        self.folder = folder
        self.rounds = rounds
        # away from the harness' own
        self._port, self.second, self._vendor = free_ports(len(PORTS) // 2)[-3:]

    def house(self, name: str, *, pause: float = 60, more: str = "") -> House:
        """A home of that name, made now."""
        return furnish(self.folder / name, self._port, self.harness.upstream, pause=pause, more=more)

    def streamed(self, name: str, measure: Callable[[Harness, int], list[Row]]) -> list[Row]:
        """A part that the harness' own scripts measure."""
        self.harness.targets(self.house(name))
        return measure(self.harness, self.rounds)

    def turns(self) -> list[Row]:
        """Durable turns beside relay_persist."""
        house = self.house("turns")
        relay = next(one for one in self.harness.targets(house) if one["name"] == DURABLE)
        return durable(self.harness, house, relay, self.rounds)

    def tools(self) -> list[Row]:
        """Turns with tools, and runs that wait for people."""
        house = self.house("tools", more=OFFERED)
        direct = self.harness.targets(house)[0]
        rows = round_trip(self.harness, house, direct, self.rounds)
        beside = furnish(self.folder / "calling", self.second, self.harness.upstream, more=OFFERED)
        rows += tools_ladder(self.harness, house, beside, self.rounds)
        with vendor(self._vendor, self.folder / "vendor.log"):
            return rows + waiting(furnish(self.folder / "waiting", self._port, self._vendor))


PARTS: dict[str, Part] = {
    "events": lambda bench: bench.streamed("events", events),
    "ladder": lambda bench: bench.streamed("ladder", ladder),
    "turns": Bench.turns,
    "idle": lambda bench: bench.streamed("idle", idle),
    "abandoned": lambda bench: left_behind(bench.harness, bench.house("abandoned", pause=PAUSE)),
    "growth": lambda bench: growth(bench.harness, bench.house("growth")),
    "tools": Bench.tools,
    "servers": lambda bench: calls(bench.rounds),
    "lists": lambda bench: lists(bench.harness, bench.house("lists")),
    "crowd": lambda bench: crowd(bench.folder, bench.rounds),
    "guard": lambda bench: guard(bench.folder, bench.rounds),
    "files": lambda bench: files(bench.house("files"), bench.rounds),
    "forks": lambda bench: forks(bench.house("forks"), bench.rounds),
    "surfaces": lambda bench: surfaces(bench.harness, bench.house("surfaces", more=UNNAMED), bench.rounds),
    "sockets": lambda bench: sockets(bench.harness, bench.house("sockets"), bench.second, bench.rounds),
    "search": lambda bench: search(bench.house("search"), bench.rounds),
    "footprint": lambda bench: footprint(bench.house("footprint"), bench.folder, bench.rounds),
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure Palaver beside two reference relays.")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of every interleaved measurement (default 3)")
    parser.add_argument("--only", default=",".join(PARTS), help="parts to run, of: " + ", ".join(PARTS))
    parser.add_argument("--json", action="store_true", help="print rows for machines instead of the table")
    chosen = parser.parse_args()
    unknown = set(chosen.only.split(",")) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return chosen


def _measure(chosen: argparse.Namespace) -> list[Row]:
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="palaver-bench-") as name, built(Path(name) / "perf") as harness:
        bench = Bench(harness, Path(name), chosen.rounds)
        for part in chosen.only.split(","):
            print(f"· {part}", file=sys.stderr, flush=True)
            rows += PARTS[part](bench)
    return rows


def _ended(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(1)


def main() -> None:
    """Measure and print; whatever was started is ended, also when we are."""
    signal.signal(signal.SIGTERM, _ended)
    chosen = _arguments()
    if not (BIN / "palaver").exists():
        raise SystemExit("Palaver is not installed in .venv: run `make install` first.")
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    rows = _measure(chosen)
    print(json.dumps([as_data(row) for row in rows], indent=1, ensure_ascii=False) if chosen.json else table(rows))


if __name__ == "__main__":
    main()
