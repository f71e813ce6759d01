"""Reads texts for personal data, each once: with what ships, and with the operator's recogniser where there is one.

What was found is remembered by a hash of the text, for conversations are told again with every turn; no text is kept.
"""

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import Collection, Sequence
from typing import NamedTuple

from palaver.care.redaction.detector import Detector
from palaver.care.redaction.entity import KINDS, Entity, Kind
from palaver.care.redaction.lists import names
from palaver.care.redaction.port import Recogniser, RecogniserFailed

log = logging.getLogger(__name__)

REMEMBERED = 5_000  # texts; the longest unused is let go
_AT_ONCE = 4_000  # characters that are read in about a millisecond; more are read in a thread beside the loop
_BLIND: frozenset[Kind] = frozenset(KINDS) - {"name"}


class Found(NamedTuple):
    """What was found; `complete` says that the recogniser, if there is one, was heard."""

    entities: Sequence[Entity]
    complete: bool


class Reading:
    """The one reader of the house."""

    def __init__(self, recogniser: Recogniser | None = None) -> None:
        self._detector = Detector(names)
        self._recogniser = recogniser
        self._known: OrderedDict[tuple[bytes, bool], Sequence[Entity]] = OrderedDict()

    @property
    def recognises(self) -> bool:
        """Whether a recogniser of the operator's is asked."""
        return self._recogniser is not None

    async def read(self, text: str, kinds: Collection[Kind]) -> Found:
        """What of these kinds stands in a text."""
        named = not _BLIND.issuperset(kinds)
        key = (hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest(), named)
        found, complete = self._known.get(key), True
        if found is None:
            found, complete = await self._read(text, KINDS if named else _BLIND)
            if complete:
                self._known[key] = found
        if complete:
            self._known.move_to_end(key)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return Found([one for one in found if one.kind in kinds], complete)

    async def close(self) -> None:
        """Let go of the recogniser."""
        if self._recogniser is not None:
            await self._recogniser.close()

    async def _read(self, text: str, kinds: Collection[Kind]) -> Found:
        besides, complete = await self._recognised(text) if "name" in kinds else ((), True)
        if len(text) <= _AT_ONCE:
            return Found(self._detector.read(text, kinds, besides), complete)
        return Found(await asyncio.to_thread(self._detector.read, text, kinds, besides), complete)

    async def _recognised(self, text: str) -> tuple[Sequence[Entity], bool]:
        if self._recogniser is None or not text.strip():
            return (), True
        try:
            return await self._recogniser.find(text), True
        except RecogniserFailed as error:
            log.warning("The recogniser of personal data failed, and names are found by lists alone: %s", error)
            return (), False
