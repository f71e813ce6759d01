"""Makes the encoder: `python training/care/encoder SETS MINILM WORK`; it fetches nothing.

What was made on the way lies in WORK; a run that was stopped goes on from there.
"""

import json
import random
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import texts
import torch
from deciding import LONG, Said, dangers, feelings, unsafe
from export import exported
from learning import Cut, Plan, learn, told
from network import Encoder, started
from safetensors.torch import load_file
from texts import AT, HEADS, WIDE, Row
from tokenizers import Tokenizer

from palaver.care import crisis
from palaver.care.crisis.detector import Detector
from palaver.care.crisis.finding import Level

FIRST = Plan(epochs=2, speed=2.5e-4, heads_speed=1e-3, kept_layers=0, places=64, seed=7)
SECOND = Plan(epochs=3, speed=1.5e-4, heads_speed=1e-3, kept_layers=3, places=96, seed=8)
VERSION = "2026.11.22"
PACKAGE = Path(__file__).parents[3] / "packages/palaver-care/src/palaver_care"
Cutting = Callable[[int], Cut]
PARTS = 3  # of the labelled danger, held out in turn


def detector() -> Detector:
    """The rules that the encoder stands beside."""
    folder = Path(str(crisis.__file__)).parent
    words, rules = (tomllib.loads((folder / name).read_text("utf-8")) for name in ("words.toml", "rules.toml"))
    return Detector(words, rules)


class Sets:
    """All sets, read once."""

    def __init__(self, folder: Path, rules: Detector) -> None:
        def calm(text: str) -> bool:
            return rules.read(text).urgency == "none"

        self.comments = texts.comments(folder / "goemotions", "train", calm)
        self.later = texts.comments(folder / "goemotions", "dev", calm)
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
    """What is said about each labelled text by an encoder that has not seen it."""
    found = {"posts": np.zeros((len(sets.posts), WIDE)), "prompts": np.zeros((len(sets.prompts), WIDE))}
    for part in range(PARTS):
        kept = one_part(sets, (start, cut, work), part)
        for name, whole in found.items():
            mine = np.array(texts.folds(getattr(sets, name), PARTS)) == part
            whole[mine] = kept[name][mine]
    return found


def one_part(sets: Sets, at: tuple[Path, Cutting, Path], part: int) -> Mapping[str, np.ndarray]:
    """What an encoder says that has not seen one part."""
    start, cut, work = at
    file = work / f"part{part}.npz"
    if not file.exists():
        model = base(sets, start, cut(FIRST.places), work)
        danger(sets, model, cut(SECOND.places), part)
        asked = {"posts": sets.posts, "prompts": sets.prompts}
        np.savez(file, **{name: told(model, rows, cut(SECOND.places)) for name, rows in asked.items()})
    return np.load(file)


def whole(sets: Sets, start: Path, cut: Cutting, work: Path) -> Encoder:
    """The encoder that ships: it has seen everything but what `later` holds."""
    model = base(sets, start, cut(FIRST.places), work)
    if not (work / "whole.pt").exists():
        danger(sets, model, cut(SECOND.places), None)
        torch.save(model.state_dict(), work / "whole.pt")
    model.load_state_dict(torch.load(work / "whole.pt"))
    return model


def rows_of(file: Path, asked: list[list[int]]) -> np.ndarray:
    """What the file that ships says: text by text, as in a server."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    return np.concatenate([session.run(None, {"tokens": np.array([one], np.int64)})[0] for one in asked])


def main(folder: str, start: str, into: str, only: str = "") -> None:
    """From sets to the files of the package; with a number, only the part that is held out with it."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    work, rules = Path(into), detector()
    work.mkdir(parents=True, exist_ok=True)
    sets = Sets(Path(folder), rules)

    def cut(places: int) -> Cut:
        return Cut(Tokenizer.from_file(str(Path(start) / "tokenizer.json")), places)

    if only:
        one_part(sets, (Path(start), cut, work), int(only))
        return
    exported(whole(sets, Path(start), cut, work), SECOND.places, PACKAGE / "encoder.onnx")
    later = rows_of(PACKAGE / "encoder.onnx", cut(SECOND.places)(sets.later))
    levels = {f"{name}_rules": levels_of(rules, getattr(sets, name)) for name in ("later", "posts")}
    lengths = {
        f"{name}_long": np.array([len(one) for one in cut(SECOND.places)(getattr(sets, name))]) >= LONG
        for name in ("later", "posts")
    }
    said = Said(later=later, **lengths, **held_out(sets, Path(start), cut, work), **levels)
    tokenizer = Tokenizer.from_file(str(Path(start) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(PACKAGE / "tokenizer.json"), pretty=False)
    about, figures = decided(said, sets)
    (PACKAGE / "about.json").write_text(json.dumps(about, indent=1) + "\n", "utf-8")
    (work / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    print(json.dumps(figures, indent=1))


def levels_of(rules: Detector, rows: Sequence[Row]) -> np.ndarray:
    """What the rules call each text, as a number."""
    return np.array([Level[rules.read(row.text).urgency] for row in rows])


def decided(said: Said, sets: Sets) -> tuple[dict[str, object], dict[str, object]]:
    """What stands beside the file that ships, and the figures of the model card."""
    scales, emotion, felt = feelings(said, sets.later)
    grave, found = dangers(said, sets.posts)
    unsafe_bounds, unsafe_figures = unsafe(said, sets.prompts)
    scale, bias = [1.0] * WIDE, [0.0] * WIDE
    scale[AT["ekman"]], bias[AT["ekman"]] = ([round(pair[n], 4) for pair in scales] for n in (0, 1))
    emotions = {"en": {name: round(float(value), 3) for name, value in emotion.items()}}
    sure = {**{name: round(value, 2) for name, value in grave.items()}, "emotion": emotions, "unsafe": unsafe_bounds}
    about: dict[str, object] = {
        "version": VERSION,
        "places": SECOND.places,
        "lanes": texts.LANES,
        "scale": scale,
        "bias": bias,
    }
    about["least"] = LONG
    about["nested"] = round(grave["high"] / grave["medium"], 4)
    about |= {"pleasant": texts.PLEASANT, "unpleasant": texts.UNPLEASANT, "stirred": texts.STIRRED, "sure": sure}
    return about, {"feelings": felt, "danger": found, "unsafe": unsafe_figures}


if __name__ == "__main__":
    main(*sys.argv[1:])
