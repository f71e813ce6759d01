"""What a WebSocket costs: one session told to 200 of them, beside a bare broadcast in turn, and 5,000 that rest."""

import json
import statistics
import subprocess
import sys
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness import Harness
from house import BIN, House, clean_environment, serving
from machine import CLIENTS, SERVERS, pinned, resident_mib, settled_cpu, wait_until
from rows import Promise, Row

FAN_OUT = Promise(0.6, "× a bare broadcast", at_least=True)
IDLE = Promise(40, "KiB")
SOCKETS, RESTING, SESSIONS = 200, 5_000, 100
COUNT, TURNS = 300, 2
GAPS = (
    5,
    2,
)  # ms between two pieces of text: 40,000 messages a second, and 100,000, which no server here keeps up with
PEER = Path(__file__).with_name("broadcast.py")


class Listening:
    """A process with many open sockets, on the core that measures."""

    def __init__(self, port: int) -> None:
        command = ["taskset", "-c", str(CLIENTS), sys.executable, str(Path(__file__).with_name("listeners.py"))]
        self.process = subprocess.Popen(
            [*command, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=clean_environment(), text=True
        )

    def ask(self, **asked: Any) -> dict[str, Any]:
        """One thing to do, and what came of it."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("The process that listens has ended; it said why above.")
        return json.loads(line)

    def open(self, count: int, *paths: str, key: str = "") -> None:
        """Open that many sockets, on these paths in turn."""
        self.ask(open=count, paths=paths, headers=f"Authorization: Bearer {key}\r\n" if key else "")


@contextmanager
def _listening(port: int) -> Generator[Listening]:
    listening = Listening(port)
    try:
        yield listening
    finally:
        listening.process.terminate()
        listening.process.wait()


def sockets(harness: Harness, house: House, peer: int, rounds: int) -> list[Row]:
    """Fan-out, then memory."""
    with _bare(harness, peer) as bare:
        with serving(house) as palaver:
            rows = _fan_out(house, palaver, peer, bare, rounds)
        with serving(house) as palaver:
            resting = _resting(house, palaver)
        reference = _each(bare, peer, "/")
    return [*rows, *_rests(resting, reference)]


@contextmanager
def _bare(harness: Harness, port: int) -> Generator[int]:
    log = harness.folder / "run" / "broadcast.log"
    command = [str(BIN / "python"), str(PEER), str(port)]
    with pinned(command, SERVERS, log, environment=clean_environment()) as process:
        wait_until(lambda: _answers(port) or process.poll() is not None, "the bare broadcast")
        yield process.pid


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).close()
    except OSError:
        return False
    return True


def _fan_out(house: House, palaver: int, peer: int, bare: int, rounds: int) -> list[Row]:
    path = f"/ws/chat/{house.call('POST', '/api/v1/sessions', {})['id']}"
    with _listening(house.port) as ours, _listening(peer) as theirs:
        ours.open(SOCKETS, path, key=house.key)
        theirs.open(SOCKETS, "/")
        told = ours.ask(say=_turn(GAPS[0], -1))
        size = told["bytes"] // told["messages"]
        return [_row(gap, _rounds(ours, palaver, theirs, bare, rounds, gap, size)) for gap in GAPS]


def _turn(gap: int, number: int) -> str:
    asked = {
        "type": "message",
        "model": f"bench/fake-n{COUNT}-d{gap}",
        "prompt": "hello",
        "client_id": f"{gap}.{number}",
    }
    return json.dumps(asked)


def _rounds(
    ours: Listening, palaver: int, theirs: Listening, bare: int, rounds: int, gap: int, size: int
) -> list[tuple[float, float, float]]:
    """Messages per core-second of both in turn, and how busy those who listen were."""
    found: list[tuple[float, float, float]] = []
    for number in range(rounds):
        said = [f"{COUNT} {gap} {size}"] * TURNS
        other, _ = _told(theirs, bare, said)
        mine, busy = _told(ours, palaver, [_turn(gap, number * TURNS + turn) for turn in range(TURNS)])
        found.append((mine, other, busy))
    return found


def _told(listening: Listening, pid: int, said: list[str]) -> tuple[float, float]:
    listening.ask(live=True)
    before = settled_cpu(pid)
    told = [listening.ask(say=one) for one in said]
    if any(one["least"] != one["most"] for one in told):
        raise SystemExit("Not every socket heard the same.")
    spent = settled_cpu(pid) - before
    return sum(one["messages"] for one in told) / spent, max(one["own_cpu"] / one["seconds"] for one in told)


def _row(gap: int, found: list[tuple[float, float, float]]) -> Row:
    mine, other, busy = (statistics.median(column) for column in zip(*found, strict=True))
    ratio = statistics.median(one / two for one, two, _ in found)
    return Row(
        what=f"one session told to {SOCKETS} sockets, text {gap} ms apart (who listens: {busy:.0%} of a core)",
        promise=FAN_OUT,
        judged=ratio,
        measured=f"{mine:,.0f} per core-second",
        reference=f"{other:,.0f} (bare broadcast)",
        ratio=ratio,
    )


def _resting(house: House, palaver: int) -> tuple[float, float]:
    """KiB of a socket that hears a session, then of one that hears none."""
    sessions = [house.call("POST", "/api/v1/sessions", {})["id"] for _ in range(SESSIONS)]
    hearing = [f"/ws/chat/{one}" for one in sessions]
    with _listening(house.port) as warm:
        warm.open(SOCKETS, *hearing, key=house.key)
    # The dearer ones first: the others may take the place that these leave.
    heard = _each(palaver, house.port, *hearing, key=house.key)
    return heard, _each(palaver, house.port, "/api/v1/ws", key=house.key)


def _each(pid: int, port: int, *paths: str, key: str = "") -> float:
    settled_cpu(pid)
    before = resident_mib(pid)
    with _listening(port) as resting:
        resting.open(RESTING, *paths, key=key)
        settled_cpu(pid)
        return (resident_mib(pid) - before) * 1024 / RESTING


def _rests(ours: tuple[float, float], bare: float) -> list[Row]:
    return [
        Row(
            what=f"memory of each of {RESTING:,} idle sockets, {what}",
            promise=IDLE,
            judged=each,
            measured=f"{each:.1f} KiB",
            reference=f"{bare:.1f} KiB (bare uvicorn)",
            ratio=each / bare,
        )
        for what, each in zip(
            (f"each hearing one of {SESSIONS} sessions", "without a session, after those"), ours, strict=True
        )
    ]
