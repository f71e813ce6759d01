"""How many lists a core serves, and the SQL statements of one, by SQLite's own trace; it judges no other request."""

import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from harness import Harness
from house import BIN, House, serving
from machine import cpu_seconds, settled_cpu
from rows import Promise, Row

SESSIONS, PAGES, TURNS = 10_000, 3000, 50
STATEMENTS = Promise(3)
TRACED = Path(__file__).with_name("traced.py")


def lists(harness: Harness, house: House) -> list[Row]:
    """50 of 10,000 sessions, and 100 messages of one: pages for each second of one core, authenticated."""
    with serving(house) as pid:
        asked = _fill(harness, house)
        settled_cpu(pid)
        rates = {path: _rate(harness, house, path, pid) for path in asked}
    counts = _count(house, list(asked))
    rows: list[Row] = []
    for path, (told, promise) in asked.items():
        rows.append(Row(what=told, promise=promise, judged=rates[path], measured=f"{rates[path]:,.0f}"))
        first, again = counts[path]
        rows.append(
            Row(
                what=f"SQL statements for that (the first time: {first})",
                promise=STATEMENTS,
                judged=max(first, again),
                measured=f"{again}",
            )
        )
    return rows


def _fill(harness: Harness, house: House) -> dict[str, tuple[str, Promise]]:
    target = house.target() | {"url": f"{house.url}/api/v1/sessions", "body": '{"title":"session {{i}}"}'}
    made = harness.load(target, "", "-c", "32", "-n", str(SESSIONS))
    if made["errors"]:
        raise SystemExit(f"{made['errors']} sessions were not made: {made['err']}")
    session = house.call("POST", "/api/v1/sessions", {})["id"]
    for number in range(TURNS):
        said = {"session_id": session, "model": "bench/fake-n20-d0", "prompt": f"question {number}"}
        house.call("POST", "/api/v1/query/single", said)
    return {
        "/api/v1/sessions?limit=50": (
            f"list 50 of {SESSIONS:,} sessions",
            Promise(1500, "per core-second", aim=3000, at_least=True),
        ),
        f"/api/v1/sessions/{session}/messages?limit=100": (
            "fetch 100 messages",
            Promise(1000, "per core-second", aim=2000, at_least=True),
        ),
    }


def _rate(harness: Harness, house: House, path: str, pid: int) -> float:
    target = house.target() | {"url": house.url + path, "body": ""}
    before = cpu_seconds(pid)
    done = harness.load(target, "", "-m", "GET", "-c", "8", "-n", str(PAGES))
    if done["errors"]:
        raise SystemExit(f"{path}: {done['errors']} of {PAGES} failed: {done['err']}")
    return done["ok"] / (cpu_seconds(pid) - before)


def _count(house: House, paths: list[str]) -> dict[str, tuple[int, int]]:
    with _tracing(house) as trace:
        return {path: (_statements(house, path, trace), _statements(house, path, trace)) for path in paths}


@contextmanager
def _tracing(house: House) -> Generator[Path]:
    with tempfile.TemporaryDirectory(dir=house.home.parent) as folder:
        trace = Path(folder) / "statements"
        with serving(house, [str(BIN / "python"), str(TRACED), str(trace)]) as pid:
            settled_cpu(pid)
            yield trace


def _statements(house: House, path: str, trace: Path) -> int:
    before = trace.stat().st_size
    house.call("GET", path)
    with trace.open(encoding="utf-8") as file:
        file.seek(before)
        told = file.read().splitlines()
    print(f"{path}: " + " / ".join(line[:80] for line in told), file=sys.stderr)
    return len(told)
