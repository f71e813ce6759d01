"""Makes the encoder: `python training/care/encoder SETS MINILM WORK`; it fetches nothing.

What was made on the way lies in WORK; a run that was stopped goes on from there. `small.npz` is there before: what
copies of the small reader say of posts that they have not seen.
"""

import json
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np
import onnxruntime
import texts
import torch
from deciding import Heard, dangers, feelings, unsafe
from export import exported
from learning import Cut, Plan, learn
from measured import Told, ruled
from network import Encoder, started
from safetensors.torch import load_file
from texts import AT, HEADS, WIDE, Row
from tokenizers import Tokenizer

from palaver.care.models.encoder import windows
from palaver.care.models.port import EKMAN, Reader
from palaver.care.models.small import SmallReader
from palaver.care.models.statements import StatementReader

FIRST = Plan(epochs=2, speed=2.5e-4, heads_speed=1e-3, kept_layers=0, places=64, seed=7)
SECOND = Plan(epochs=3, speed=1.5e-4, heads_speed=1e-3, kept_layers=3, places=96, seed=8)
VERSION = "2026.11.22.5"
PACKAGE = Path(__file__).parents[3] / "packages/palaver-care/src/palaver_care"
EVERYDAY_LONG = Path(__file__).parents[3] / "bench/long_everyday.txt"
Cutting = Callable[[int], Cut]
LEAST = 28  # tokens that a text has to have before danger is told: of a sentence alone idioms look like it
PARTS = 3  # of the labelled danger, held out in turn


class Sets:
    """All sets, read once."""

    def __init__(self, folder: Path) -> None:
        self.comments = texts.comments(folder / "goemotions", "train")
        self.later = texts.comments(folder / "goemotions", "dev")
        self.posts = texts.posts(folder / "cssrs/half.jsonl")
        self.prompts = texts.prompts(folder / "openai-moderation/half.jsonl")
        self.written = texts.written(Path(__file__).with_name("sentences.toml"))
        self.swahili = texts.swahili(folder)


def base(sets: Sets, start: Path, cut: Cut, work: Path) -> Encoder:
    """What is felt, from everyday comments alone: the ground that everything else is learnt on."""
    torch.manual_seed(FIRST.seed)
    model = started(load_file(start / "model.safetensors"), HEADS)
    if not (work / "base.pt").exists():
        learn(model, lambda _: sets.comments, cut, FIRST)
        torch.save(model.state_dict(), work / "base.pt")
    model.load_state_dict(torch.load(work / "base.pt"))
    return model


def danger(sets: Sets, model: Encoder, cut: Cut, held: int | None) -> None:
    """What danger sounds like, beside what was learnt before; the part `held` of the labelled sets is left out."""
    posts, prompts = (
        [row for row, part in zip(rows, texts.folds(rows, PARTS), strict=True) if part != held]
        for rows in (sets.posts, sets.prompts)
    )

    def rows(chance: random.Random) -> list[Row]:
        everyday = chance.sample(sets.comments, 1_500) + chance.sample(sets.swahili, 300)
        return posts + chance.sample(prompts, len(prompts) // 2) + sets.written + everyday

    learn(model, rows, cut, SECOND)


def held_out(sets: Sets, start: Path, cut: Cutting, work: Path) -> dict[str, np.ndarray]:
    """What is said about each labelled text by an encoder that has not seen it, as the file that ships would say it."""
    asked = {"posts": sets.posts, "prompts": sets.prompts}
    found = {name: np.zeros((len(rows), WIDE)) for name, rows in asked.items()}
    for part in range(PARTS):
        file = one_part(sets, (start, cut, work), part)
        for name, rows in asked.items():
            mine = np.flatnonzero(np.array(texts.folds(rows, PARTS)) == part)
            found[name][mine] = heard(file, [rows[at] for at in mine])
    return found


def one_part(sets: Sets, at: tuple[Path, Cutting, Path], part: int) -> Path:
    """The file of an encoder that has not seen one part."""
    start, cut, work = at
    file = work / f"part{part}.onnx"
    if not file.exists():
        model = base(sets, start, cut(FIRST.places), work)
        danger(sets, model, cut(SECOND.places), part)
        exported(model, SECOND.places, file)
    return file


def whole(sets: Sets, start: Path, cut: Cutting, work: Path) -> Encoder:
    """The encoder that ships: it has seen everything but what `later` holds."""
    model = base(sets, start, cut(FIRST.places), work)
    if not (work / "whole.pt").exists():
        danger(sets, model, cut(SECOND.places), None)
        torch.save(model.state_dict(), work / "whole.pt")
    model.load_state_dict(torch.load(work / "whole.pt"))
    return model


def heard(file: Path, rows: Sequence[Row]) -> np.ndarray:
    """What a file says of whole texts, as in a server: of a long one the most that a window says."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(PACKAGE / "tokenizer.json"))
    found = np.full((len(rows), WIDE), -30.0, np.float32)
    for at, row in enumerate(rows):
        tokens = tokenizer.encode(row.text, add_special_tokens=False).ids
        if parts := windows(tokens, SECOND.places):
            found[at] = session.run(None, {"tokens": np.array(parts, np.int64)})[0].max(0)
        if len(tokens) + 2 < LEAST:
            found[at, AT["levels"]] = -30.0
    return found


def main(folder: str, start: str, into: str, only: str = "") -> None:
    """From sets to the files of the package; with a number, only the part that is held out with it."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    work = Path(into)
    work.mkdir(parents=True, exist_ok=True)
    sets = Sets(Path(folder))

    def cut(places: int) -> Cut:
        return Cut(Tokenizer.from_file(str(Path(start) / "tokenizer.json")), places)

    if only:
        one_part(sets, (Path(start), cut, work), int(only))
        return
    file = PACKAGE / "encoder.onnx"
    exported(whole(sets, Path(start), cut, work), SECOND.places, file)
    tokenizer = Tokenizer.from_file(str(Path(start) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(PACKAGE / "tokenizer.json"), pretty=False)
    about, figures = decided(file, held_out(sets, Path(start), cut, work), sets, np.load(work / "small.npz")["posts"])
    (PACKAGE / "about.json").write_text(json.dumps(about, indent=1) + "\n", "utf-8")
    (work / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    print(json.dumps(figures, indent=1))


def beside(logits: np.ndarray, rows: Sequence[Row], small: np.ndarray | None = None) -> Heard:
    """What the encoder says of some texts, and what rules and readers do, or copies that had not seen them."""
    said = [row.text for row in rows]
    readers = (SmallReader(), StatementReader())
    likely = [small if small is not None else of_danger(readers[0], said), of_danger(readers[1], said)]
    others = (Told(told, msgspec.structs.asdict(one.sure)) for told, one in zip(likely, readers, strict=True))
    return Heard(logits, tuple(others), ruled(said))


def of_danger(reader: Reader, said: Sequence[str]) -> np.ndarray:
    """How likely a reader calls each text of level 1, 2 and 4 or above."""
    told = [reader.read(text).crisis or (0.0, 0.0, 0.0, 0.0) for text in said]
    return np.array([(one[0], one[1], one[3]) for one in told]).T


def small_feelings(rows: Sequence[Row]) -> np.ndarray:
    """How likely the small reader calls each class, NaN where it does not take a text for English."""
    reader, found = SmallReader(), np.full((len(rows), len(EKMAN)), np.nan)
    for at, row in enumerate(rows):
        said = reader.read(row.text).emotions
        if said and said.language == "en":
            found[at] = [said.ekman[name] for name in EKMAN]
    return found


def decided(
    file: Path, held: dict[str, np.ndarray], sets: Sets, small: np.ndarray
) -> tuple[dict[str, object], dict[str, object]]:
    """What stands beside the file that ships, and the figures of the model card."""
    later = heard(file, sets.later)
    long = [texts.row(text, "long") for text in EVERYDAY_LONG.read_text("utf-8").splitlines()]
    felt, figures = feelings(later, small_feelings(sets.later), sets.later)
    level = np.nansum([row.wanted[AT["levels"]] for row in sets.posts], axis=1)
    posts = beside(held["posts"], sets.posts, small)
    grave, found = dangers(beside(later, sets.later), beside(heard(file, long), long), posts, level)
    unsafe_bounds, unsafe_figures = unsafe(held["prompts"], sets.prompts)
    scale, bias = [1.0] * WIDE, [0.0] * WIDE
    scale[AT["ekman"]], bias[AT["ekman"]] = ([pair[n] for pair in felt.scales] for n in (0, 1))
    sure = {**{name: round(value, 2) for name, value in grave.items()}, "emotion": {"en": felt.bounds}}
    sure |= {"unsafe": unsafe_bounds, "beside": {"en": felt.beside}}
    about: dict[str, object] = {"version": VERSION, "places": SECOND.places, "lanes": texts.LANES}
    about |= {"scale": scale, "bias": bias, "least": LEAST}
    about |= {"pleasant": texts.PLEASANT, "unpleasant": texts.UNPLEASANT, "stirred": texts.STIRRED, "sure": sure}
    return about, {"feelings": figures, "danger": found, "unsafe": unsafe_figures}


if __name__ == "__main__":
    main(*sys.argv[1:])
