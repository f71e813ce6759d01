"""What a fork takes and writes down, and how long a session is opened, at 10 and at 100,000 messages."""

import statistics
import time
from collections.abc import Callable

from filled import Said, fill, index, opened, user_of
from house import OWNER, House, serving
from machine import fdatasync_ms
from rows import Promise, Row

SHORT, LONG = 10, 100_000
FORKS, OPENINGS = 100, 30
TAKES, WRITES, OPENS = Promise(5, "ms"), Promise(10, "KiB"), Promise(30, "ms")
AT = "2026-11-21T12:00:00.000000Z"


def forks(house: House, rounds: int) -> list[Row]:
    """Forks at the head and the first page of messages, over HTTP; the floor is reading the session's own row so."""
    with opened(house.home) as link:
        owner = user_of(link, OWNER)
        many = [Said(number, owner, [f"message {n}" for n in range(length)], AT) for number, length in _lengths()]
        fill(link, iter(many))
        index(link)
    rows: list[Row] = []
    with serving(house):
        for said in many:
            rows += _forked(house, said, rounds)
        rows.append(_opened(house, many[-1], rounds))
    return rows


def _lengths() -> list[tuple[int, int]]:
    return [(1, SHORT), (2, LONG)]


def _forked(house: House, said: Said, rounds: int) -> list[Row]:
    place, told = f"/api/v1/sessions/{said.id}", f"fork of a session of {len(said.texts):,} messages, p50"
    floors, took, sizes = list[float](), list[float](), list[float]()
    ask = house.calls()
    _times(lambda: ask("POST", f"{place}/fork", {}), FORKS)
    for _ in range(rounds):
        floors.append(statistics.median(_times(lambda: ask("GET", place), FORKS)))
        before = _bytes(house)
        took.append(statistics.median(_times(lambda: ask("POST", f"{place}/fork", {}), FORKS)))
        sizes.append((_bytes(house) - before) / FORKS / 1024)
    middle, size = statistics.median(took), statistics.median(sizes)
    floor = f"{statistics.median(floors):.2f} ms (GET of it), {fdatasync_ms(house.home, 20):.2f} (fdatasync)"
    return [
        Row(what=told, promise=TAKES, judged=middle, measured=f"{middle:.2f} ms", reference=floor),
        Row(what="what each writes down", promise=WRITES, judged=size, measured=f"{size:.1f} KiB"),
    ]


def _opened(house: House, said: Said, rounds: int) -> Row:
    """As a page does: the session, and its newest messages."""
    place, ask = f"/api/v1/sessions/{said.id}", house.calls()

    def read() -> None:
        ask("GET", place)
        ask("GET", f"{place}/messages?limit=100")

    took = [statistics.median(_times(read, OPENINGS)) for _ in range(rounds)]
    floors = [statistics.median(_times(lambda: ask("GET", place), OPENINGS)) for _ in range(rounds)]
    middle = statistics.median(took)
    return Row(
        what=f"opening a session of {len(said.texts):,} messages: it and 100 messages, p50",
        promise=OPENS,
        judged=middle,
        measured=f"{middle:.1f} ms",
        reference=f"{statistics.median(floors):.2f} ms (GET of it)",
    )


def _times(act: Callable[[], object], count: int) -> list[float]:
    took: list[float] = []
    for _ in range(count):
        began = time.perf_counter()
        act()
        took.append((time.perf_counter() - began) * 1000)
    return took


def _bytes(house: House) -> int:
    """What the database holds, free pages left out."""
    with opened(house.home) as link:
        pages, free, size = (
            link.execute(f"pragma {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
    return (pages - free) * size
