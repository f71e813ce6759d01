"""The encoder of the extra `care`: six layers that read English; it is loaded with the first text, and from disk only.

The package `palaver-care` holds what was trained. Nothing of it, of onnxruntime or of numpy is imported before that.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from math import exp
from pathlib import Path
from typing import Any

import msgspec

from palaver.care.models.port import EKMAN, UNSAFE, Ekman, Emotions, Heads, Sure

ENCODER_LACKS = "care.encoder needs the extra `care`: install palaver[care], or leave it at auto."

_NEEDS = ("palaver_care", "onnxruntime", "tokenizers")
_LEVELS = ("1", "2", "3", "4")
_SHARED = 32  # tokens that a window shares with the one before it: a sentence that one cuts is whole in the other
_WINDOWS = 12  # of a long text, the first and the last: people write before or after what they paste; 0.1 s at most
_KNOWN = 0.5  # how likely a window has to be English


class About(msgspec.Struct, frozen=True):
    """What was trained, as the file beside it says: which answer stands where, and what makes it a probability.

    Of texts with fewer tokens than `least` nothing is told about danger.
    """

    version: str
    places: int
    lanes: list[str]
    scale: list[float]
    bias: list[float]
    pleasant: list[str]
    unpleasant: list[str]
    stirred: list[str]
    sure: Sure
    least: int


def encoder_folder() -> Path | None:
    """Where the trained files are; None where the extra `care` is not installed whole."""
    if any(find_spec(name) is None for name in _NEEDS):
        return None
    folder = Path(str(import_module("palaver_care").__file__)).parent
    return folder if (folder / "about.json").exists() else None


class EncoderReader:
    """Reads English only: of a text in another language it says nothing."""

    name = "encoder"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def version(self) -> str:
        """Of what was trained."""
        return f"{self.name}-{self._about.version}"

    @property
    def sure(self) -> Sure:
        """From where on its answers count."""
        return self._about.sure

    def read(self, text: str) -> Heads:
        """What it says; of a long text the gravest window counts, and the mean of emotions."""
        tokens = self._tokens(text)
        parts = [part for part in self._told(windows(tokens, self._about.places)) if known(part)]
        if not parts:
            return Heads(None, None, None)
        return Heads(
            crisis=self._danger(parts) if len(tokens) + 2 >= self._about.least else None,
            emotions=self._emotions({name: sum(part[name] for part in parts) / len(parts) for name in parts[0]}),
            unsafe={name: max(part[f"unsafe {name}"] for part in parts) for name in UNSAFE},
        )

    @staticmethod
    def _danger(parts: Sequence[Mapping[str, float]]) -> tuple[float, float, float, float]:
        return falling([max(part[f"level {at}"] for part in parts) for at in _LEVELS])

    def _tokens(self, text: str) -> list[int]:
        whole = text.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair is no text elsewhere
        tokens: list[int] = self._running[0].encode(whole, add_special_tokens=False).ids
        return tokens

    def _told(self, parts: list[list[int]]) -> list[dict[str, float]]:
        """How likely each answer is yes, for windows of one length."""
        if not parts:
            return []
        about, (_, running, numpy) = self._about, self._running
        tokens = numpy.array(parts, dtype=numpy.int64)
        rows: list[list[float]] = running.run(None, {"tokens": tokens})[0].tolist()
        return [
            {name: likely(scale * said + bias) for name, said, scale, bias in zip(*those, strict=True)}
            for those in ((about.lanes, row, about.scale, about.bias) for row in rows)
        ]

    def _emotions(self, told: Mapping[str, float]) -> Emotions:
        """The classes, and how pleasant and how stirred the finer feelings are together."""
        about = self._about
        all_of_it = sum(likely for name, likely in told.items() if name.startswith("feeling ")) or 1.0
        pleasant, unpleasant, stirred = (
            sum(told[f"feeling {name}"] for name in names) / all_of_it
            for names in (about.pleasant, about.unpleasant, about.stirred)
        )
        ekman: dict[Ekman, float] = {name: told[f"ekman {name}"] for name in EKMAN}
        return Emotions(ekman, valence=pleasant - unpleasant, arousal=2 * stirred - 1, language="en")

    @cached_property
    def _about(self) -> About:
        return msgspec.json.decode((self._folder / "about.json").read_bytes(), type=About)

    @cached_property
    def _running(self) -> tuple[Any, Any, Any]:
        """What cuts a text into tokens, what answers, and numpy, that makes rows for it; one thread is used."""
        tokenizer: Any = import_module("tokenizers").Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        runtime: Any = import_module("onnxruntime")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        file, on = str(self._folder / "encoder.onnx"), ["CPUExecutionProvider"]
        return tokenizer, runtime.InferenceSession(file, options, providers=on), import_module("numpy")


def windows(tokens: Sequence[int], places: int, opens: int = 101, closes: int = 102) -> list[list[int]]:
    """The tokens in windows of one length, each opened and closed; of a very long text its beginning and its end."""
    room = places - 2
    starts = list(range(0, max(1, len(tokens) - _SHARED), room - _SHARED)) if len(tokens) > room else [0]
    if len(starts) > _WINDOWS:
        starts = starts[: _WINDOWS // 2] + starts[-_WINDOWS // 2 :]
    starts = [min(start, max(0, len(tokens) - room)) for start in starts]
    return [[opens, *tokens[start : start + room], closes] for start in starts] if tokens else []


def likely(logit: float) -> float:
    """The probability that a number on the whole line stands for."""
    return 1 / (1 + exp(-max(-60.0, min(60.0, logit))))


def known(part: Mapping[str, float]) -> bool:
    """Whether a window is in a language that was learnt."""
    return part["english"] >= _KNOWN


def falling(told: list[float]) -> tuple[float, float, float, float]:
    """None likelier than the one below it."""
    for at in range(1, len(told)):
        told[at] = min(told[at], told[at - 1])
    return told[0], told[1], told[2], told[3]
