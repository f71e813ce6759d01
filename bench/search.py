"""How long a search takes among 1,000,000 messages, for somebody who has half of them and for one who has few."""

import itertools
import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from filled import Said, fill, index, opened, user_of
from house import OWNER, House, person, serving
from rows import Promise, Row

MESSAGES, TURNS, WORDS, SAID = 1_000_000, 50, 30_000, 40
QUICK = Promise(50, "ms")
OTHER, NOBODY = "few@palaver.local", "none@palaver.local"
AMONG = ("", "&role=user", "&from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z")
# Word number n is said 1/n as often as the first, as in languages: the first stands in nearly every message.
ASKED = {
    "one word": ["w00000", "w00009", "w00100", "w05000", "raritas"],
    "several words": ["w00000 w00001 w00002", "w00001 w00050 w01000", "w20000 w21000"],
    "the beginning of a word": ["w", "w0", "w00", "w000", "w0000", "w00001", "rarit", "w00002 w0100"],
    "words that nobody said": ["absent", "w00000 absent"],
}
HARDEST = " ".join(f"w{n:05}" for n in range(10))


def search(house: House, rounds: int) -> list[Row]:
    """Each question as it is, narrowed to what people said, and to a month; three people ask it."""
    with opened(house.home) as link:
        people = [person(house, email) for email in (OTHER, NOBODY)]
        ids = [user_of(link, email) for email in (OWNER, OTHER)]
        fill(link, _sessions(ids))
        index(link)
    with serving(house):
        asking = [house, *(replace(house, key=key) for key in people)]
        _ask(asking, [*itertools.chain(*ASKED.values())], 1)
        floor = statistics.median(_ask(asking[-1:], ["absent"], 10))
        rows = [_row(f"search among {MESSAGES:,} messages", _all(asking, rounds), floor)]
        for kind, words in ASKED.items():
            rows.append(_row(f"of these: {kind}", _ask(asking, words, rounds), floor))
        rows.append(_row("the ten commonest words at once", _ask(asking, [HARDEST], rounds), floor, promised=False))
    return rows


def _all(asking: list[House], rounds: int) -> list[float]:
    return _ask(asking, [*itertools.chain(*ASKED.values())], rounds)


def _row(what: str, took: list[float], floor: float, *, promised: bool = True) -> Row:
    took = sorted(took)
    late = took[int(len(took) * 0.95)]
    return Row(
        what=f"{what}, p95",
        promise=QUICK if promised else None,
        judged=late,
        measured=f"{late:.1f} ms (p50 {statistics.median(took):.1f}, slowest {took[-1]:.1f}, of {len(took)})",
        reference=f"{floor:.1f} ms (nothing found)",
    )


def _ask(asking: list[House], words: list[str], rounds: int) -> list[float]:
    took: list[float] = []
    calls = [one.calls() for one in asking]
    for _, ask, said, narrowed in itertools.product(range(rounds), calls, words, AMONG):
        began = time.perf_counter()
        ask("GET", f"/api/v1/search?q={quote(said)}{narrowed}")
        took.append((time.perf_counter() - began) * 1000)
    return took


def _sessions(ids: list[str]) -> Iterator[Said]:
    """Half of the sessions are the owner's, one in a hundred somebody's who has few, the rest other people's."""
    chance = random.Random(1)
    words = [f"w{n:05}" for n in range(WORDS)]
    weights = list(itertools.accumulate(1 / (n + 1) for n in range(WORDS)))
    for number in range(1, MESSAGES // TURNS + 1):
        owner = ids[0] if number % 2 else ids[1] if number % 100 == 0 else f"usr_{number % 40}"
        texts = [" ".join(chance.choices(words, cum_weights=weights, k=SAID)) for _ in range(TURNS)]
        if number % 2_000 == 7:
            texts[5] += " raritas"
        month = 1 + number * 12 // (MESSAGES // TURNS + 1)
        yield Said(number, owner, texts, f"2026-{month:02}-01T00:00:00.{number:06}Z")
