"""Measures what reads words on public labelled sets, which stay where they are; it trains nothing.

`make care-quality DATA=folder` runs it; the folder holds the sets under the names in docs/care/quality.md. It prints
numbers only: no text of the sets is shown or kept. What the readers have learnt from is told apart from what they have
not: for posts and prompts, which all of them have learnt from, `make care-train` prints what copies said that had not.
"""

import csv
import json
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).parents[1] / "training" / "care"))

import sets

from palaver.care.crisis import detector as heart
from palaver.care.crisis.finding import Level
from palaver.care.emotion.feeling import Feeling, feeling_of
from palaver.care.models.encoder import EncoderReader, encoder_folder
from palaver.care.models.port import EKMAN, Reader
from palaver.care.models.raising import Said, about_oneself, raised, signals_of
from palaver.care.models.readers import Told
from palaver.care.models.small import SmallReader
from palaver.care.models.statements import StatementReader

# Written for Palaver, one a line, as people write to somebody who can help with anything; nothing has learnt from them.
LONG = Path(__file__).with_name("long_everyday.txt")


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


def auroc(yes: Sequence[float], no: Sequence[float]) -> float:
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


def felt(readers: Sequence[Reader], text: str) -> Feeling:
    """What feelings they tell together, the small one first."""
    return Told(len(text), [(one, one.read(text)) for one in readers], failed=False).feeling


def feelings(readers: Sequence[Reader], name: str, language: str, rows: Sequence[tuple[str, frozenset[str]]]) -> None:
    """Precision, recall and F1 of the main feeling and of all that are told; what is taken for what."""
    told = [felt(readers, text) for text, _ in rows]
    unknown = sum(one.emotion == "unknown" for one in told)
    print(
        f"{name}: {unknown} of {len(rows)} unknown, {sum(one.language == language for one in told)} read as {language}"
    )
    classes = [one for one in EKMAN if any(one in those for _, those in rows)]
    for kind, said in (
        ("main", [{one.emotion} for one in told]),
        ("all", [{other.emotion for other in one.emotions} for one in told]),
    ):
        scores: list[float] = []
        for one in classes:
            both = sum(one in ours and one in those for ours, (_, those) in zip(said, rows, strict=True))
            ours, theirs = sum(one in those for those in said), sum(one in those for _, those in rows)
            scores.append(2 * both / (ours + theirs))
            print(
                f"{name}, {kind} {one}: precision {both / max(ours, 1):.3f}, recall {both / theirs:.3f},"
                f" F1 {scores[-1]:.3f} ({theirs})"
            )
        print(f"{name}, {kind}: macro-F1 {sum(scores) / len(scores):.3f}")
    single = [(next(iter(those)), one.emotion) for one, (_, those) in zip(told, rows, strict=True) if len(those) == 1]
    for was in classes:
        taken = Counter(said for one, said in single if one == was)
        print(f"{name}, of {was}: " + ", ".join(f"{taken[one]} {one}" for one in (*EKMAN, "unknown") if taken[one]))


def sure_of_it(reader: Reader, rows: Sequence[tuple[str, frozenset[str]]]) -> None:
    """How often the main feeling is right, by how sure it is told."""
    told = [(feeling_of(reader.read(text).emotions, reader.sure), those) for text, those in rows]
    for tenth in range(10):
        some = [(one, those) for one, those in told if one.confidence is not None and int(one.confidence * 10) == tenth]
        if some:
            mean = sum(one.confidence or 0 for one, _ in some) / len(some)
            right = sum(one.emotion in those for one, those in some) / len(some)
            print(f"GoEmotions, confidence {mean:.2f}: right {right:.2f} ({len(some)})")


def together(read: heart.Detector, readers: Sequence[Reader], name: str, texts: Sequence[str]) -> None:
    """Alarms of rules and readers together, as a server reads."""
    who = " and ".join(["rules", *(one.name for one in readers)])
    levels: list[Level] = []
    began = process_time()
    for text in texts:
        found, told = read.read(text), [Said(one.name, one.read(text), one.sure) for one in readers]
        levels.append(Level[raised(found, signals_of(len(text), told, about_oneself(found))).urgency])
    cost = (process_time() - began) / len(texts) * 1e6
    for least in (Level.low, Level.medium, Level.high):
        found = sum(level >= least for level in levels)
        print(f"{name}, {who}: {least.word} or above {found / len(texts) * 1000:.2f} per 1,000 ({found})")
    print(f"{name}, {who}: {cost:.0f} microseconds of CPU a text, {len(texts)} texts")


def small(data: Path) -> None:
    """The small reader, on development splits that it has not learnt from."""
    reader = SmallReader()
    comments = [
        (text, frozenset(sets.EKMAN_OF[one] for one in fine))
        for text, fine in sets.goemotions(data / "goemotions" / "dev.tsv")
    ]
    feelings([reader], "GoEmotions dev", "en", comments)
    sure_of_it(reader, comments)
    feelings([reader], "BRIGHTER Swahili dev", "sw", sets.brighter(data / "brighter" / "swa-dev.csv"))
    tweets = sets.afrisenti(data / "afrisenti-swa" / "dev.tsv")
    pleasant = {"positive": list[float](), "neutral": list[float](), "negative": list[float]()}
    for text, label in tweets:
        pleasant[label].append(feeling_of(reader.read(text).emotions, reader.sure).valence or 0.0)
    for one, other in (("positive", "negative"), ("positive", "neutral"), ("neutral", "negative")):
        print(f"AfriSenti dev, valence of {one} above {other}: AUROC {auroc(pleasant[one], pleasant[other]):.3f}")


def encoder(folder: Path, data: Path) -> Reader:
    """The encoder, on a split that it has not learnt from."""
    reader = EncoderReader(folder)
    comments = sets.goemotions(data / "goemotions" / "dev.tsv")
    rows = [(text, frozenset(sets.EKMAN_OF[one] for one in fine)) for text, fine in comments]
    feelings([SmallReader(), reader], "GoEmotions dev, small and encoder", "en", rows)
    return reader


def alarms(read: heart.Detector, readers: Sequence[Reader], data: Path) -> None:
    """Of everything together, on what is said every day."""
    together(read, readers, "GoEmotions dev", [text for text, _ in sets.goemotions(data / "goemotions" / "dev.tsv")])
    together(read, readers, "AfriSenti dev", [text for text, _ in sets.afrisenti(data / "afrisenti-swa" / "dev.tsv")])
    together(
        read, readers, "BRIGHTER English dev", [text for text, _ in sets.brighter(data / "brighter" / "eng-dev.csv")]
    )
    together(read, readers, "our long everyday messages", LONG.read_text("utf-8").splitlines())


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
    small(data)
    shipped = [SmallReader(), StatementReader()]
    alarms(read, shipped, data)
    if folder := encoder_folder():
        alarms(read, [*shipped, encoder(folder, data)], data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
