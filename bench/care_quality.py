"""Measures the rules for danger in words on public labelled sets, which stay where they are; it trains nothing.

`make care-quality DATA=folder` runs it; the folder holds the sets under the names in docs/care/quality.md. It prints
numbers only: no text of the sets is shown or kept.
"""

import csv
import json
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from time import perf_counter

from palaver.care.crisis import detector as heart
from palaver.care.crisis.finding import Level


def detector() -> heart.Detector:
    """As the server reads texts."""
    books = Path(heart.__file__).parent
    words, rules = (tomllib.loads((books / name).read_text("utf-8")) for name in ("words.toml", "rules.toml"))
    return heart.Detector(words, rules)


def lines(path: Path) -> list[dict[str, str]]:
    """Rows of a JSON-lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]


def columns(paths: Iterable[Path], *, header: bool) -> Iterator[str]:
    """First columns of tab-separated files."""
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            if header:
                next(rows)
            yield from (row[0] for row in rows if row)


def auroc(yes: Sequence[int], no: Sequence[int]) -> float:
    """How often a text with the label is above one without; ties count half."""
    above = sum((a > b) + (a == b) / 2 for a in yes for b in no)
    return above / (len(yes) * len(no))


def share(levels: Sequence[Level], least: Level) -> str:
    """How many are at that level or above, of how many."""
    found = sum(level >= least for level in levels)
    return f"{found / len(levels):.3f} ({found} of {len(levels)})"


def posts(read: heart.Detector, path: Path) -> None:
    """Recall on posts with a level of the screener."""
    rows = [(int(row["level"]), Level[read.read(row["text"]).urgency]) for row in lines(path)]
    for at, least in ((2, Level.low), (2, Level.medium), (4, Level.medium), (4, Level.high)):
        print(
            f"C-SSRS >= {at} found as {least.word} or above: {share([ours for was, ours in rows if was >= at], least)}"
        )
    none = [ours for was, ours in rows if was == 0]
    print(f"posts of level 0 at medium or above: {share(none, Level.medium)}")


def everyday(read: heart.Detector, name: str, texts: Sequence[str]) -> None:
    """Alarms on what people say every day, and what reading it costs."""
    began = perf_counter()
    levels = [Level[read.read(text).urgency] for text in texts]
    cost = (perf_counter() - began) / len(texts) * 1e6
    for least in (Level.low, Level.medium, Level.high):
        found = sum(level >= least for level in levels)
        print(f"{name}: {least.word} or above {found / len(texts) * 1000:.2f} per 1,000 ({found} of {len(texts)})")
    print(f"{name}: {cost:.0f} microseconds a text")


def main() -> int:
    """All sets of a folder."""
    if len(sys.argv) != 2:
        print("Usage: make care-quality DATA=folder")
        return 2
    data, read = Path(sys.argv[1]), detector()
    posts(read, data / "cssrs" / "half.jsonl")
    prompts = [
        (row.get("SH"), int(Level[read.read(row["prompt"]).urgency]))
        for row in lines(data / "openai-moderation" / "half.jsonl")
    ]
    yes, no = [ours for label, ours in prompts if label == 1], [ours for label, ours in prompts if label == 0]
    print(
        f"OpenAI moderation, self-harm: AUROC {auroc(yes, no):.3f} ({len(yes)} of {len(yes) + len(no)} have the label)"
    )
    english = [data / "goemotions" / name for name in ("train.tsv", "dev.tsv")]
    swahili = [data / "afrisenti-swa" / name for name in ("train.tsv", "dev.tsv")]
    everyday(read, "GoEmotions", list(columns(english, header=False)))
    everyday(read, "AfriSenti Swahili", list(columns(swahili, header=True)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
