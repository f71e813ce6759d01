"""What a streamed event costs and how soon it comes, beside the reference relays in one run; it starts no server."""

import statistics
from collections.abc import Callable
from typing import Any

from harness import Harness
from machine import fdatasync_ms
from rows import Promise, Row

CPU = Promise(1.6, "× relay_persist", aim=1.1)
FIRST_MS = 1.5
WHOLE_MS = 15.0
LADDER = Promise(0.5, "× relay_raw", aim=0.9, at_least=True)
IDLE = Promise(32, "KiB")
OURS, DURABLE, BARE = "palaver", "relay_persist", "relay_raw"
Rounds = list[dict[str, Any]]


def events(harness: Harness, rounds: int) -> list[Row]:
    """CPU per event at three loads, time to the first token, and a whole turn's p95."""
    before = fdatasync_ms(harness.folder)
    found = harness.script("bench.py", "--rounds", str(rounds), "--tests", "lat,paced,sat")
    disk = statistics.median([before, fdatasync_ms(harness.folder)])
    rows = [_cpu(found, test, judged=test != "lat") for test in ("lat", "paced", "sat")]
    return [*rows, _first(found, disk), _whole(found), _errors(found)]


def _cpu(found: Any, test: str, *, judged: bool) -> Row:
    ours, theirs = (_median(found[name][test], lambda one: one["cpu_per_1k"] * 1000) for name in (OURS, DURABLE))
    pairs = zip(found[OURS][test], found[DURABLE][test], strict=True)
    ratio = statistics.median(one["cpu_per_1k"] / other["cpu_per_1k"] for one, other in pairs)
    return Row(
        what=f"CPU per event, `{test}`",
        promise=CPU if judged else None,
        judged=ratio,
        measured=f"{ours:.1f} µs",
        reference=f"{theirs:.1f} µs",
        ratio=ratio,
    )


def _first(found: Any, disk: float) -> Row:
    ours, theirs = (_median(found[name]["lat"], lambda one: one["ttft"][0]) for name in (OURS, DURABLE))
    return Row(
        what=f"time to first token, p50 at 4 streams, above relay_persist (one fdatasync here: {disk:.2f} ms)",
        promise=Promise(round(FIRST_MS + disk, 2), "ms"),
        judged=ours - theirs,
        measured=f"{ours - theirs:.2f} ms ({ours:.2f})",
        reference=f"{theirs:.2f} ms",
    )


def _whole(found: Any) -> Row:
    ours, direct = (_median(found[name]["lat"], lambda one: one["total"][1]) for name in (OURS, "direct"))
    return Row(
        what="whole turn, p95 at 4 streams, above the model asked directly",
        promise=Promise(WHOLE_MS, "ms"),
        judged=ours - direct,
        measured=f"{ours - direct:.1f} ms ({ours:.1f})",
        reference=f"{direct:.1f} ms",
    )


def _errors(found: Any) -> Row:
    failed = sum(one["errors"] for rounds in found[OURS].values() for one in rounds)
    return Row(what="turns of these that failed", promise=Promise(0), judged=failed, measured=f"{failed}")


def _median(rounds: Rounds, value: Callable[[dict[str, Any]], float]) -> float:
    return statistics.median(value(one) for one in rounds)


def ladder(harness: Harness, rounds: int) -> list[Row]:
    """The most streams of 50 tokens a second whose p95 of added delay stays under 20 ms."""
    found = harness.script("ladder.py", "--rounds", str(rounds), "--only", f"{BARE},{DURABLE},{OURS}")["best"]
    most = {name: statistics.median(best[0] if best else 0 for best in found[name]) for name in found}
    ratio = most[OURS] / most[BARE]
    return [
        Row(
            what="ladder: streams of 50 tokens/s, p95 < 20 ms",
            promise=LADDER,
            judged=ratio,
            measured=f"{most[OURS]:.0f}",
            reference=f"{most[BARE]:.0f} (relay_persist {most[DURABLE]:.0f})",
            ratio=ratio,
        )
    ]


def idle(harness: Harness, _rounds: int) -> list[Row]:
    """Memory of one open stream that waits, at 1,000 of them, in a fresh server that has been warmed."""
    found = harness.script("bench.py", "--tests", "idle", "--ns", "1000", "--only", f"{BARE},{DURABLE},{OURS}")
    each = {name: found[name]["idle"][0]["1000"]["kib_per"] for name in found}
    return [
        Row(
            what="memory per idle stream, 1,000 open",
            promise=IDLE,
            judged=each[OURS],
            measured=f"{each[OURS]:.1f} KiB",
            reference=f"{each[DURABLE]:.1f} KiB",
            ratio=each[OURS] / each[DURABLE],
        )
    ]
