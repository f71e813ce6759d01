"""Measures how many explicit statements are called high or critical, and how many calm ones are; it trains nothing.

The lists in `training/care/said/unseen` were written for Palaver by who had not seen rules, readers or the other lists.
No reader has learnt from them, and the rules were not mended by them. `make care-quality` runs it; it prints numbers.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from palaver.care.crisis.finding import Finding, Level
from palaver.care.models.encoder import EncoderReader, encoder_folder
from palaver.care.models.raising import about_oneself, raised
from palaver.care.models.readers import Readers
from palaver.care.models.small import SmallReader
from palaver.care.models.statements import StatementReader
from palaver.care.service import shipped_detector

UNSEEN = Path(__file__).parents[1] / "training" / "care" / "said" / "unseen"


def read(readers: Readers | None, text: str) -> Finding:
    """As the server reads it."""
    found = shipped_detector().read(text)
    return raised(found, readers.told(text).signals_where({}, about_oneself(found))) if readers else found


def ways() -> dict[str, Callable[[str], Finding]]:
    """Rules alone, the default install, and with the encoder where it is installed."""
    found = {
        "rules": partial(read, None),
        "default": partial(read, Readers(SmallReader(), statements=StatementReader())),
    }
    if folder := encoder_folder():
        better = Readers(SmallReader(), EncoderReader(folder), statements=StatementReader())
        found["encoder"] = partial(read, better)
    return found


def main() -> int:
    """A line for each list, language and way."""
    for file in sorted(UNSEEN.glob("*.jsonl")):
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        for name, way in ways().items():
            many, high, medium = Counter[str](), Counter[str](), Counter[str]()
            for row in rows:
                level = Level[way(row["text"]).urgency]
                for group in (row["language"], "all"):
                    many[group] += 1
                    high[group] += level >= Level.high
                    medium[group] += level >= Level.medium
            for group in sorted(many):
                shares = f"high {high[group] / many[group]:.3f}, medium {medium[group] / many[group]:.3f}"
                print(f"{file.stem}, {group} ({many[group]}), {name}: {shares}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
