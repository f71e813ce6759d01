"""How many durable turns a core carries, beside relay_persist, and whether a long session makes the server grow."""

import json
import statistics

from harness import Harness, Target
from house import House, serving
from machine import cpu_seconds, resident_mib, settled_cpu
from rows import Promise, Row

PER_CORE = Promise(800, "per core-second", aim=1200, at_least=True)
GROWTH = Promise(2, "MiB")  # "no growth", with what the allocator's pages make of it
CONVERSATIONS, TURNS, LONG = 256, 2560, 1000


def durable(harness: Harness, house: House, target: Target, rounds: int) -> list[Row]:
    """Turns of 50 tokens at 256 conversations, both messages on the disk, for each second of one core."""
    rows: list[Row] = []
    with harness.relay(target) as relay, serving(house) as palaver:
        for model, told in (("fake-n50-d2", "tokens 2 ms apart"), ("fake-n50-d0", "all tokens at once")):
            ours: list[float] = []
            theirs: list[float] = []
            for _ in range(rounds):
                theirs.append(_turns(harness, target, model, relay))
                ours.append(_turns(harness, house.target(), model, palaver))
            rows.append(_row(told, ours, theirs, judged=model == "fake-n50-d2"))
    return rows


def _turns(harness: Harness, target: Target, model: str, pid: int) -> float:
    before = cpu_seconds(pid)
    done = harness.load(target, model, "-c", str(CONVERSATIONS), "-n", str(TURNS), "-x", "50")
    if done["errors"]:
        raise SystemExit(f"{target['name']}: {done['errors']} of {TURNS} turns failed: {done['err']}")
    return done["ok"] / (settled_cpu(pid) - before)


def _row(told: str, ours: list[float], theirs: list[float], *, judged: bool) -> Row:
    mine, other = statistics.median(ours), statistics.median(theirs)
    return Row(
        what=f"durable turns of 50 tokens, {CONVERSATIONS} conversations, {told}",
        promise=PER_CORE if judged else None,
        judged=mine,
        measured=f"{mine:,.0f}",
        reference=f"{other:,.0f}",
        ratio=statistics.median(one / two for one, two in zip(ours, theirs, strict=True)),
    )


def growth(harness: Harness, house: House) -> list[Row]:
    """Resident memory before and after 1,000 turns of one session, another such session having gone before."""
    with serving(house) as pid:
        settled_cpu(pid)
        rested = resident_mib(pid)
        _long_session(harness, house)
        settled_cpu(pid)
        before = resident_mib(pid)
        _long_session(harness, house)
        settled_cpu(pid)
        grown = resident_mib(pid) - before
    return [
        Row(
            what=f"growth over {LONG:,} turns of one session",
            promise=GROWTH,
            judged=grown,
            measured=f"{grown:+.1f} MiB (from {before:.0f}; the first such session: {before - rested:+.0f})",
        )
    ]


def _long_session(harness: Harness, house: House) -> None:
    session = house.call("POST", "/api/v1/sessions", {})["id"]
    body = json.dumps({"model": "bench/{{model}}", "prompt": "hello {{i}}", "session_id": session})
    target = house.target() | {"body": body}
    done = harness.load(target, "fake-n5-d0", "-c", "1", "-n", str(LONG), "-x", "5")
    if done["errors"]:
        raise SystemExit(f"growth: {done['errors']} of {LONG} turns failed: {done['err']}")
