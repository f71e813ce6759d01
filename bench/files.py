"""Files in and out beside `dd` through loopback and the same disk, and checkpoints and rewinds of 10,000 files."""

import os
import shutil
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path

from house import House, serving
from loopback import through_disk, through_memory
from machine import cpu_seconds, on_all_cores, resident_mib
from rows import Promise, Row

FILES, FOLDERS, CHANGED = 10_000, 100, 3
CHECKPOINT, REWIND = Promise(50, "ms"), Promise(1_000, "ms")
SIZE, HUGE = 256 * 2**20, 2_000_000_000
FAST = Promise(0.6, "× dd", at_least=True)
HELD = Promise(20, "MB")
AFTER = 1_900_000_000  # where a download that broke off goes on
BETWEEN = 0.05  # what changed in the last 20 ms is read again at the next checkpoint


def files(house: House, rounds: int) -> list[Row]:
    """All of it; at most 6 GB of disk are taken, and given back."""
    with serving(house) as pid:
        on_all_cores(pid)
        return _snapshots(house, pid, rounds) + _carried(house, pid, rounds)


def _snapshots(house: House, pid: int, rounds: int) -> list[Row]:
    folder = _Folder(house, pid)
    folder.write("first", range(FILES))
    first = folder.timed(lambda: folder.checkpoint("first"))
    few, back_few, back_all, looks, copies = zip(*(folder.turn(number) for number in range(rounds)), strict=True)
    look = f"{statistics.median(looks):.0f} ms (stat of each)"
    copy = f"{statistics.median(copies):.0f} ms (cp of all)"
    return [
        _took(f"checkpoint of {FILES:,} files, {CHANGED} changed", _middle(few), CHECKPOINT, look),
        _took(f"rewind of {FILES:,} files, {CHANGED} changed", _middle(back_few), REWIND, look),
        _took(f"rewind of {FILES:,} files, all changed", _middle(back_all), REWIND, copy),
        _took(f"first checkpoint of {FILES:,} files", first, None, copy),
    ]


class _Folder:
    """The files of a session, changed behind the server's back as programs do, and the requests about them."""

    def __init__(self, house: House, pid: int) -> None:
        session = house.call("POST", "/api/v1/sessions", {})["id"]
        self._pid, self._ask, self._place = pid, house.calls(), f"/api/v1/sessions/{session}"
        self._root, self._copy = house.home / "workspaces" / session, house.home / "copy"
        self._root.mkdir(parents=True, exist_ok=True)

    def turn(self, turn: int) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float], float, float]:
        """Checkpoint with some changed, rewind of these, rewind of all; looking at all files, and copying them."""
        before = self.checkpoint(f"before {turn}")
        for number in range(CHANGED):
            self.write(f"changed {turn}", [number * 3_000])
        few = self.timed(lambda: self.checkpoint("few"))
        look = self._looked()
        back_few = self.timed(lambda: self._rewind(before))
        self.write(f"all {turn}", range(FILES))
        self.checkpoint("all")
        back_all = self.timed(lambda: self._rewind(before))
        return few, back_few, back_all, look, self._copied()

    def write(self, what: str, numbers: Iterable[int]) -> None:
        """Write some of the files, and wait until they are not of the last moment any more."""
        for number in numbers:
            folder = self._root / f"folder{number * FOLDERS // FILES:03}"
            folder.mkdir(exist_ok=True)
            (folder / f"{number}.txt").write_text(f"{what} {number}\n" * 40, encoding="ascii")
        time.sleep(BETWEEN)

    def checkpoint(self, label: str) -> str:
        """Its id."""
        return self._ask("POST", f"{self._place}/checkpoints", {"label": label})["id"]

    def timed(self, act: Callable[[], object]) -> tuple[float, float]:
        """Milliseconds on the wall, and of the server's CPU."""
        used, began = cpu_seconds(self._pid), time.perf_counter()
        act()
        took = (time.perf_counter() - began) * 1000
        return took, (cpu_seconds(self._pid) - used) * 1000

    def _rewind(self, checkpoint: str) -> None:
        self._ask("POST", f"{self._place}/rewind", {"checkpoint_id": checkpoint, "restore": ["files"]})

    def _looked(self) -> float:
        """Asking the system for each file once, which is what finding out what changed cannot do without."""
        began = time.perf_counter()
        for folder in os.scandir(self._root):
            with os.scandir(folder.path) as found:
                for entry in found:
                    entry.stat(follow_symlinks=False)
        return (time.perf_counter() - began) * 1000

    def _copied(self) -> float:
        began = time.perf_counter()
        subprocess.run(["cp", "-r", self._root, self._copy], check=True)
        took = (time.perf_counter() - began) * 1000
        shutil.rmtree(self._copy)
        return took


def _took(what: str, took: tuple[float, float], promise: Promise | None, reference: str) -> Row:
    measured = f"{took[0]:.0f} ms ({took[1]:.0f} of CPU)"
    return Row(what=what, promise=promise, judged=took[0], measured=measured, reference=reference)


def _middle(many: Iterable[tuple[float, float]]) -> tuple[float, float]:
    walls, used = zip(*many, strict=True)
    return statistics.median(walls), statistics.median(used)


def _carried(house: House, pid: int, rounds: int) -> list[Row]:
    source, session = house.home / "source", house.call("POST", "/api/v1/sessions", {})["id"]
    url = f"{house.url}/api/v1/sessions/{session}/files"
    ways: dict[str, list[str]] = {
        "upload, PUT": ["-T", str(source), f"{url}/one"],
        "upload, a form": ["-F", f"file=@{source};filename=two", f"{url}?on_conflict=replace"],
        "download": [f"{url}/one"],
    }
    _made(source, SIZE)
    ratios: dict[str, list[float]] = {way: [] for way in ways}
    speeds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, words in ways.items():
            reference = through_memory(source) if way == "download" else through_disk(source, house.home / "dd")
            took = _curl(house, *words)
            speeds[way].append(SIZE / took / 1e6)
            ratios[way].append(reference / took)
    rows = [_carrying(way, speeds[way], ratios[way]) for way in ways]
    _made(source, HUGE)
    for way, words in ways.items():
        with _most(pid) as held:
            _curl(house, *words)
        rows.append(_held(f"{way} of {HUGE / 1e9:.0f} GB", held))
        if way == "upload, a form":  # the other one is still to be downloaded
            house.call("DELETE", f"/api/v1/sessions/{session}/files/two")
    rows.append(_resumed(house, source, ways["download"][0]))
    house.call("DELETE", f"/api/v1/sessions/{session}")
    source.unlink()
    return rows


def _carrying(way: str, speeds: list[float], ratios: list[float]) -> Row:
    ratio = statistics.median(ratios)
    return Row(
        what=f"{way} of {SIZE >> 20} MiB",
        promise=FAST,
        judged=ratio,
        ratio=ratio,
        measured=f"{statistics.median(speeds):.0f} MB/s",
        reference=f"{statistics.median(s / r for s, r in zip(speeds, ratios, strict=True)):.0f} MB/s (dd)",
    )


def _held(what: str, held: list[float]) -> Row:
    grown = (max(held) - held[0]) * 1.048576
    return Row(what=f"memory for {what}", promise=HELD, judged=grown, measured=f"+{grown:.1f} MB")


def _resumed(house: House, source: Path, url: str) -> Row:
    """What comes with `Range` from 1.9 GB on is what stands there."""
    rest = house.home / "rest"
    took = _curl(house, "-H", f"Range: bytes={AFTER}-", "-o", str(rest), url)
    with source.open("rb") as whole:
        whole.seek(AFTER)
        same = whole.read() == rest.read_bytes()
    rest.unlink()
    return Row(
        what=f"download that goes on after {AFTER / 1e9:.1f} GB",
        promise=Promise(1, "the same bytes", at_least=True),
        judged=float(same),
        measured=f"{(HUGE - AFTER) / took / 1e6:.0f} MB/s",
    )


def _made(path: Path, size: int) -> None:
    """Bytes that nothing can make smaller, on the disk already."""
    piece = os.urandom(2**20)
    with path.open("wb") as file:
        for start in range(0, size, len(piece)):
            file.write(piece[: size - start])
        file.flush()
        os.fsync(file.fileno())


def _curl(house: House, *words: str) -> float:
    began = time.perf_counter()
    command = ["curl", "-sS", "-f", "-H", f"authorization: Bearer {house.key}", *words]
    subprocess.run(command if "-o" in words else [*command, "-o", "/dev/null"], check=True)
    return time.perf_counter() - began


@contextmanager
def _most(pid: int) -> Generator[list[float]]:
    """Resident memory of a process in MiB, looked at again and again while the block runs; first what it was before."""
    held, over = [resident_mib(pid)], threading.Event()

    def look() -> None:
        with suppress(FileNotFoundError):
            while not over.wait(0.02):
                held.append(resident_mib(pid))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield held
    finally:
        over.set()
        thread.join()
