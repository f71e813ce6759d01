"""What an event costs through other people's protocols, beside our own stream from the very same server."""

import json
import statistics
from typing import Any

from harness import Harness
from house import House, serving
from rows import Promise, Row

CPU = Promise(1.25, "× our own stream")
LADDER = Promise(0.9, "× our own", at_least=True)
OURS = "palaver"
CHAT = "openai_chat"
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
        _targets(harness, house, pid)
        found = harness.script("bench.py", "--rounds", str(rounds), "--tests", "paced,sat")
        rows = [_cpu(found, name, test) for name in SURFACES for test in ("paced", "sat")]
        best = harness.script("ladder.py", "--rounds", str(rounds), "--only", f"{OURS},{CHAT}")["best"]
    return [*rows, _ladder(best), _errors(found)]


def _targets(harness: Harness, house: House, pid: int) -> None:
    own = house.target() | {"cmd": None, "pid": pid}
    own["headers"].append("anthropic-version: 2023-06-01")  # which means nothing to the others
    others = [own | {"name": name, "url": house.url + path, "body": body} for name, (path, body) in SURFACES.items()]
    (harness.folder / "targets.json").write_text(json.dumps([own, *others]), encoding="utf-8")


def _cpu(found: Any, name: str, test: str) -> Row:
    pairs = list(zip(found[name][test], found[OURS][test], strict=True))
    theirs, ours = (statistics.median(pair[at]["cpu_per_1k"] * 1000 for pair in pairs) for at in (0, 1))
    ratio = statistics.median(one["cpu_per_1k"] / other["cpu_per_1k"] for one, other in pairs)
    return Row(
        what=f"CPU per event through {name}, `{test}`",
        promise=CPU,
        judged=ratio,
        measured=f"{theirs:.1f} µs",
        reference=f"{ours:.1f} µs (our own stream)",
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


def _errors(found: Any) -> Row:
    failed = sum(one["errors"] for name in SURFACES for rounds in found[name].values() for one in rounds)
    return Row(what="turns of these that failed", promise=Promise(0), judged=failed, measured=f"{failed}")
