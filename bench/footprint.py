"""How soon the server is ready, what it holds when idle, and what the default install weighs; no load is made."""

import json
import re
import statistics
import subprocess
import time
from pathlib import Path

from house import BIN, REPOSITORY, House, environment_of, ready, serving
from machine import SERVERS, pinned, resident_mib, settled_cpu, wait_until
from rows import Promise, Row

READY = Promise(3, "s")
IDLE = Promise(130, "MB")
WEIGHT = Promise(150, "MB")
PACKAGES = Promise(70)
WEIGH = """
import importlib.metadata as metadata, json, os, sys
def weight(name):
    try:
        files = {os.path.realpath(one.locate()) for one in metadata.distribution(name).files or ()}
    except metadata.PackageNotFoundError:  # locked for other systems only
        return None
    return sum(os.path.getsize(one) for one in files if os.path.isfile(one))
weights = {name: weight(name) for name in sys.argv[1:]}
print(json.dumps({name: bytes for name, bytes in weights.items() if bytes is not None}))
"""


def footprint(house: House, folder: Path, rounds: int) -> list[Row]:
    """Start, memory at rest, size and number of packages."""
    fresh = [_start(folder / f"fresh{number}", house.port) for number in range(rounds)]
    known = [_start(house.home, house.port) for _ in range(rounds)]
    with serving(house) as pid:
        settled_cpu(pid)
        idle = resident_mib(pid) * 2**20 / 1e6
    weights = _weights()
    ours = sum(one.stat().st_size for one in (REPOSITORY / "src").rglob("*") if one.is_file())
    total = (sum(weights.values()) + ours) / 1e6
    return [
        _seconds("ready, a home that is new", fresh),
        _seconds("ready, a home that exists", known),
        Row(what="memory at rest after the start", promise=IDLE, judged=idle, measured=f"{idle:.0f} MB"),
        Row(what="installed size, bytecode included", promise=WEIGHT, judged=total, measured=f"{total:.0f} MB"),
        Row(what="packages", promise=PACKAGES, judged=len(weights), measured=f"{len(weights)}"),
    ]


def _seconds(what: str, took: list[float]) -> Row:
    middle = statistics.median(took)
    return Row(what=what, promise=READY, judged=middle, measured=f"{middle:.2f} s (slowest {max(took):.2f})")


def _start(home: Path, port: int) -> float:
    """Seconds from the start of the process until it says that it is ready."""
    began = time.monotonic()
    with pinned(
        [str(BIN / "palaver"), "serve"], SERVERS, home.with_suffix(".log"), environment=environment_of(home, port)
    ):
        wait_until(lambda: ready(f"http://127.0.0.1:{port}"), "Palaver", every=0.005)
        return time.monotonic() - began


def _weights() -> dict[str, int]:
    """Bytes on the disk by package of the runtime lock, as it is installed here."""
    lock = (REPOSITORY / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    names = re.findall(r"^([A-Za-z0-9._-]+)(?:\[.*\])?==", lock, re.MULTILINE)
    weighed = subprocess.run([str(BIN / "python"), "-c", WEIGH, *names], capture_output=True, text=True, check=True)
    return json.loads(weighed.stdout)
