"""The small reader: sums of small whole numbers over hashed pieces of words; it needs nothing but Python and one file.

The file has a line of JSON, a filter of hashes of the words that it knows, and a row of bytes for each hash. A row is
read as one large number, so that one addition adds to all questions at once.
"""

import os
import weakref
from collections.abc import Iterable, Mapping
from functools import cached_property
from math import exp, sqrt
from os import pread
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import msgspec

from palaver.care.models.grams import BITS, buckets, windows, words
from palaver.care.models.port import EKMAN, UNSAFE, Ekman, Emotions, Heads, Sure

FILE = Path(__file__).with_name("small.bin")
LANES = 32  # bytes of a row; the last is how rare the hash is, squared
RAISED = 128  # what is added to each weight
SQUARE = 2  # steps of rarity squared that make one
_HEAD = 65_536  # bytes in which the line of JSON and the filter stand
_KNOWN_BITS = 18  # of the filter: a twentieth of all unknown words pass
_EVEN = int.from_bytes(b"\xff\x00" * (LANES // 2), "little")
_ROOM = 257  # rows whose sum fits into two bytes each
# Fewer of its words than this are known: the text is in another language, or in none.
_KNOWN_ENOUGH = 0.5
# How stirred who shows this is, where nothing else was learnt (Russell's circumplex, 1980).
_STIRRED: dict[Ekman, float] = {"anger": 0.6, "disgust": 0.3, "fear": 0.7, "joy": 0.4, "sadness": -0.4, "surprise": 0.6}


class _About(msgspec.Struct, frozen=True):
    """The file's first line: for each lane, what makes its sum a probability."""

    version: str
    made_of: dict[str, str]
    lanes: dict[str, tuple[float, float]]
    sure: Sure


class _Trained(NamedTuple):
    """The file: which words are known, and where the first row stands. A text needs few rows: only those are read."""

    about: _About
    known: bytes
    file: int
    first: int


class SmallReader:
    """Reads English, and emotions in Swahili; the file is read with the first text."""

    name = "small"

    def __init__(self, file: Path = FILE) -> None:
        self._file = file

    @property
    def version(self) -> str:
        """Of what was trained."""
        return f"{self.name}-{self._trained.about.version}"

    @property
    def sure(self) -> Sure:
        """From where on its answers count."""
        return self._trained.about.sure

    @property
    def made_of(self) -> Mapping[str, str]:
        """Hashes of the files of the repository that it was trained with."""
        return self._trained.about.made_of

    def read(self, text: str) -> Heads:
        """What it says; of a long text the gravest part counts, and the mean of emotions."""
        whole = text.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair is no text elsewhere
        cut = (words(part) for part in dict.fromkeys(windows(whole)))
        parts = [self._part(those) for those in cut if self._knows(those)]
        if not parts:
            return Heads(None, None, None)
        return Heads(
            crisis=_falling([max(part[f"crisis_{at}"] for part in parts) for at in (1, 2, 3, 4)]),
            emotions=_emotions({name: sum(part[name] for part in parts) / len(parts) for name in parts[0]}),
            unsafe={name: max(part[f"unsafe_{name}"] for part in parts) for name in UNSAFE},
        )

    def _knows(self, those: list[str]) -> bool:
        """Whether enough of the words are known; signs count only where there is no word."""
        asked = [word for word in those if word[0].isalpha()] or those
        known = self._trained.known
        return bool(asked) and sum(_held(known, word) for word in asked) >= _KNOWN_ENOUGH * len(asked)

    def _part(self, those: list[str]) -> dict[str, float]:
        """How likely each question is answered yes."""
        sums = self._sums(sorted(buckets(those)))
        length = sqrt(sums[LANES - 1] / SQUARE) or 1.0
        return {
            name: 1 / (1 + exp(-max(-60.0, min(60.0, scale * total / length + bias))))
            for (name, (scale, bias)), total in zip(self._trained.about.lanes.items(), sums, strict=False)
        }

    def _sums(self, those: list[int]) -> list[int]:
        """Of each lane, what was added to weights taken off again."""
        file, first, read, sums = self._trained.file, self._trained.first, int.from_bytes, [0] * LANES
        for start in range(0, len(those), _ROOM):
            even = odd = 0
            some = those[start : start + _ROOM]
            for bucket in some:
                at = first + bucket * LANES
                row = read(pread(file, LANES, at), "little")
                even += row & _EVEN
                odd += (row >> 8) & _EVEN
            for half, total in ((0, even), (1, odd)):
                told = total.to_bytes(LANES, "little")
                for at in range(0, LANES, 2):
                    sums[at + half] += told[at] + 256 * told[at + 1] - RAISED * len(some)
        sums[LANES - 1] += RAISED * len(those)  # rarity was not raised
        return sums

    @cached_property
    def _trained(self) -> _Trained:
        file = os.open(self._file, os.O_RDONLY | os.O_CLOEXEC)
        weakref.finalize(self, os.close, file)
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_WILLNEED)  # no message waits for the disk
        head = os.pread(file, _HEAD, 0)
        known = head.find(b"\n") + 1
        first = known + (1 << _KNOWN_BITS) // 8
        if first > len(head) or os.fstat(file).st_size != first + (LANES << BITS):
            raise ValueError(f"{self._file.name} is not whole.")
        return _Trained(msgspec.json.decode(head[:known], type=_About), head[known:first], file, first)


def written(header: Mapping[str, object], known: bytes, rows: bytes) -> bytes:
    """The file, as it is read above."""
    return msgspec.json.encode(header) + b"\n" + known + rows


def filled(those: Iterable[str]) -> bytes:
    """A filter that holds these words, and by chance some others."""
    known = bytearray((1 << _KNOWN_BITS) // 8)
    for word in those:
        for bit in _bits(word):
            known[bit >> 3] |= 1 << (bit & 7)
    return bytes(known)


def _bits(word: str) -> tuple[int, int]:
    told, mask = word.encode(), (1 << _KNOWN_BITS) - 1
    return crc32(told) & mask, crc32(told[::-1]) & mask


def _held(known: bytes, word: str) -> bool:
    return all(known[bit >> 3] & 1 << (bit & 7) for bit in _bits(word))


def _falling(told: list[float]) -> tuple[float, float, float, float]:
    """None likelier than the one below it."""
    for at in range(1, len(told)):
        told[at] = min(told[at], told[at - 1])
    return told[0], told[1], told[2], told[3]


def _emotions(told: Mapping[str, float]) -> Emotions:
    if told["swahili"] < 0.5:
        return Emotions(
            {name: told[f"en_{name}"] for name in EKMAN},
            valence=told["en_pleasant"] - told["en_unpleasant"],
            arousal=2 * told["en_stirred"] - 1,
            language="en",
        )
    ekman: dict[Ekman, float] = {name: told[f"sw_{name}"] for name in EKMAN[:-1]}
    stirred = sum(_STIRRED[name] * likely for name, likely in ekman.items()) / max(sum(ekman.values()), 1.0)
    valence = told["sw_pleasant"] - told["sw_unpleasant"]
    # Nobody labelled these texts as neutral, only as neither pleasant nor unpleasant: that is not told as a class.
    return Emotions({**ekman, "neutral": 0.0}, valence=valence, arousal=stirred, language="sw")
