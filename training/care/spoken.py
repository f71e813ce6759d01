"""Counts three-letter groups of English and Swahili for `care/culture/spoken.py`; it keeps no text and no word.

`python training/care/spoken.py DATA` writes the same bytes from the same sets, with nothing but Python. Of what people
wrote, only how often three letters follow each other is left.
"""

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterator
from math import log2
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "src"))

from palaver.care.culture.spoken import groups

OUT = Path(__file__).parents[2] / "src/palaver/care/culture/data/letters.json"
KEPT = 2_600  # groups: more of them were no better on what was held back
STEPS = 4  # of one bit
LEAST = 3  # times that a group was seen, so that none tells of one text


def texts_of(data: Path, split: str) -> dict[str, list[str]]:
    """The texts of a split, by language: tweets, comments and short messages."""
    return {
        "en": [*_rows(data / f"goemotions/{split}.tsv", 0, "\t", heading=False), *_brighter(data, "eng", split)],
        "sw": [*_rows(data / f"afrisenti-swa/{split}.tsv", 0, "\t", heading=True), *_brighter(data, "swa", split)],
    }


def _brighter(data: Path, name: str, split: str) -> Iterator[str]:
    yield from _rows(data / f"brighter/{name}-{split}.csv", 1, ",", heading=True)


def _rows(file: Path, column: int, delimiter: str, *, heading: bool) -> Iterator[str]:
    with file.open(encoding="utf-8", newline="") as lines:
        quoting = csv.QUOTE_MINIMAL if delimiter == "," else csv.QUOTE_NONE
        for number, row in enumerate(csv.reader(lines, delimiter=delimiter, quoting=quoting)):
            if row and not (heading and number == 0):
                yield row[column]


def counted(texts: list[str]) -> Counter[str]:
    """How often each group stands in some texts."""
    return Counter(group for text in texts for word in text.lower().split() for group in groups(word))


def costs(data: Path) -> dict[str, object]:
    """What each group costs in each language, in quarters of a bit, and what one costs that was not seen."""
    counts = {language: counted(texts) for language, texts in texts_of(data, "train").items()}
    wholes = {language: sum(those.values()) for language, those in counts.items()}
    seen = {group for those in counts.values() for group, number in those.items() if number >= LEAST}

    def share(group: str) -> float:
        return sum(counts[language][group] / wholes[language] for language in counts)

    kept = sorted(sorted(seen), key=share, reverse=True)[:KEPT]

    def cost(group: str, language: str) -> int:
        return round(-STEPS * log2((counts[language][group] + 0.5) / (wholes[language] + 0.5 * KEPT)))

    rest = {language: 1 - sum(counts[language][group] for group in kept) / wholes[language] for language in counts}
    return {
        "languages": sorted(counts),
        "unseen": [round(-STEPS * log2(rest[language] / (4 * KEPT))) for language in sorted(counts)],
        "groups": {group: [cost(group, language) for language in sorted(counts)] for group in sorted(kept)},
    }


def main(data: Path) -> None:
    """Write the table."""
    OUT.write_text(json.dumps(costs(data), ensure_ascii=True, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
