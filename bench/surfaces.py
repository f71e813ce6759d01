"""What an event costs through other people's protocols, beside our own stream from the very same server."""

import json
import statistics
from typing import Any

from harness import Harness, Target
from house import House, serving
from machine import settled_cpu
from rows import Promise, Row

CPU = Promise(1.25, "× our own stream")
LADDER = Promise(0.9, "× our own", at_least=True)
OURS = "palaver"
CHAT = "openai_chat"
# As in `events`, but of so many turns as end, so that no run is left for the next one to pay.
WARMING = ("fake-n5-d1", "-c", "4", "-n", "40", "-x", "5")
LOADS = {
    "paced": ("fake-n50-d20", "-c", "20", "-n", "60", "-x", "50"),
    "sat": ("fake-n50-d2", "-c", "256", "-n", "1024", "-x", "50"),
}
UNNAMED = "[context]\ntitles = false\n"  # names are asked of the model whenever the house is idle
Found = dict[tuple[str, str], list[float]]
_PART = '{"type":"text","text":"hello {{i}}"}'
_MESSAGES = '"model":"bench/{{model}}","stream":true,"messages":[{"role":"user","content":"hello {{i}}"}]'
SURFACES = {
    CHAT: ("/v1/chat/completions", "{" + _MESSAGES + "}"),
    "anthropic_messages": ("/v1/messages", '{"max_tokens":4096,' + _MESSAGES + "}"),
    "ai_sdk": (
        "/api/ai-sdk/chat",
        '{"id":"{{uuid}}","model":"bench/{{model}}","messages":[{"id":"1","role":"user","parts":[' + _PART + "]}]}",
    ),
    "ag_ui": (
        "/ag-ui",
        (
            '{"threadId":"{{uuid}}","runId":"1","messages":[{"id":"1","role":"user","content":"hello {{i}}"}],'
            '"forwardedProps":{"model":"bench/{{model}}"}}'
        ),
    ),
    "openai_responses": ("/v1/responses", '{"model":"bench/{{model}}","stream":true,"input":"hello {{i}}"}'),
}


def surfaces(harness: Harness, house: House, rounds: int) -> list[Row]:
    """CPU per event of each protocol, and the ladder of the one that most clients speak."""
    with serving(house) as pid:
        targets = _targets(harness, house, pid)
        found = _rounds(harness, targets, pid, rounds)
        rows = [_cpu(found, name, test) for name in SURFACES for test in LOADS]
        best = harness.script("ladder.py", "--rounds", str(rounds), "--only", f"{OURS},{CHAT}")["best"]
    return [*rows, _ladder(best)]


def _targets(harness: Harness, house: House, pid: int) -> list[Target]:
    own: Target = house.target() | {"cmd": None, "pid": pid}
    own["headers"].append("anthropic-version: 2023-06-01")  # which means nothing to the others
    others = [own | {"name": name, "url": house.url + path, "body": body} for name, (path, body) in SURFACES.items()]
    (harness.folder / "targets.json").write_text(json.dumps([own, *others]), encoding="utf-8")
    return [own, *others]


def _rounds(harness: Harness, targets: list[Target], pid: int, rounds: int) -> Found:
    """Microseconds for each event, by target and load; every second round goes the other way about."""
    for target in targets:
        _each(harness, target, pid, WARMING)
    found: Found = {}
    for number in range(rounds):
        for test, load in LOADS.items():
            for target in targets if number % 2 == 0 else reversed(targets):
                found.setdefault((target["name"], test), []).append(_each(harness, target, pid, load))
    return found


def _each(harness: Harness, target: Target, pid: int, load: tuple[str, ...]) -> float:
    """What the server does after the answers counts too, for whoever asked; so nobody pays for the one before."""
    model, *arguments = load
    before = settled_cpu(pid)
    done = harness.load(target, model, *arguments)
    if done["errors"]:
        raise SystemExit(f"{target['name']}: {done['errors']} turns failed: {done['err']}")
    return (settled_cpu(pid) - before) / done["events"] * 1e6


def _cpu(found: Found, name: str, test: str) -> Row:
    theirs, ours = found[name, test], found[OURS, test]
    ratio = statistics.median(one / other for one, other in zip(theirs, ours, strict=True))
    return Row(
        what=f"CPU per event through {name}, `{test}`",
        promise=CPU,
        judged=ratio,
        measured=f"{statistics.median(theirs):.1f} µs",
        reference=f"{statistics.median(ours):.1f} µs (our own stream)",
        ratio=ratio,
    )


def _ladder(best: Any) -> Row:
    most = {name: statistics.median(one[0] if one else 0 for one in best[name]) for name in (OURS, CHAT)}
    ratio = most[CHAT] / most[OURS]
    return Row(
        what="ladder: streams of 50 tokens/s through Chat Completions, p95 < 20 ms",
        promise=LADDER,
        judged=ratio,
        measured=f"{most[CHAT]:.0f}",
        reference=f"{most[OURS]:.0f} (our own stream)",
        ratio=ratio,
    )
