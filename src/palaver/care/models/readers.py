"""Which trained readers there are, and what they say together; where they count is decided in `raising.py`."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from palaver.care.crisis.finding import Level, Signal
from palaver.care.emotion.feeling import Feeling, feeling_of, together
from palaver.care.models.port import Heads, Reader, Sure, Unsafe
from palaver.care.models.raising import Said, signals_of

log = logging.getLogger(__name__)

_AT_ONCE = 1_000  # characters that small readers read in a few milliseconds; more are read in a thread
Threshold = Literal["low", "medium", "high"]
_NOTHING = Heads(None, None, None)


class Readers:
    """The small reader, which is always there, the one of statements, and better ones where they are installed."""

    def __init__(self, small: Reader, *better: Reader, statements: Reader | None = None) -> None:
        self._all = (small, *([] if statements is None else [statements]), *better)
        self._quick = not better

    @property
    def version(self) -> str:
        """Of all of them."""
        return " ".join(one.version for one in self._all)

    @property
    def names(self) -> list[str]:
        """Of all of them, the small one first."""
        return [one.name for one in self._all]

    async def load(self) -> None:
        """Read what is on disk now, rather than when the first message waits."""
        await asyncio.to_thread(self.told, "Good morning.")

    async def read(self, text: str) -> "Told":
        """What each says; nobody else waits for a long text or a slow reader."""
        if len(text) <= _AT_ONCE and self._quick:
            return self.told(text)
        return await asyncio.to_thread(self.told, text)

    def told(self, text: str) -> "Told":
        """The same, for who waits for nobody."""
        heads = [(one, _read(one, text)) for one in self._all]
        return Told(len(text), [(one, said or _NOTHING) for one, said in heads], any(said is None for _, said in heads))


class Told:
    """What readers said about one text; `failed` where one of them could not."""

    def __init__(self, length: int, heads: Sequence[tuple[Reader, Heads]], failed: bool) -> None:
        self._length = length
        self._heads = heads
        self.failed = failed

    @property
    def signals(self) -> list[Signal]:
        """Of danger, by every reader that is sure enough."""
        return self.signals_where({})

    def signals_where(self, moved: Mapping[str, Mapping[Threshold, float]], found: Level = Level.none) -> list[Signal]:
        """The same, where rules call the text `found`, and administrators moved from when on a reader is believed.

        Of all: what one does not hear another may. Their bounds were chosen together, for their false alarms add up.
        """
        told = [Said(one.name, heads, _moved(one.sure, moved.get(one.name, {}))) for one, heads in self._heads]
        return signals_of(self._length, told, found)

    @property
    def feeling(self) -> Feeling:
        """By all readers that know the text's language, as the small one tells it; bounds are those of the best."""
        small, said = self._heads[0]
        known = [
            (one, heads.emotions)
            for one, heads in self._heads
            if said.emotions and heads.emotions and heads.emotions.language == said.emotions.language
        ]
        if not known:
            return feeling_of(None, small.sure)
        best = known[-1][0].sure
        return feeling_of(together([heads for _, heads in known], best), best)

    @property
    def unsafe(self) -> frozenset[Unsafe]:
        """The categories that a reader is sure of."""
        return frozenset(
            name
            for one, heads in self._heads
            for name, likely in (heads.unsafe or {}).items()
            if likely >= one.sure.unsafe.get(name, 2.0)
        )


def _moved(sure: Sure, moved: Mapping[Threshold, float]) -> Sure:
    """Whoever believes `high` sooner believes it as soon as that where something is found already, too."""
    after = min(sure.high_after, moved.get("high", sure.high_after))
    return msgspec.structs.replace(sure, **moved, high_after=after)


def _read(one: Reader, text: str) -> Heads | None:
    try:
        return one.read(text)
    except Exception:  # whatever a reader's library raises: what the others say must still be heard
        log.exception("A reader of words failed", extra={"reader": one.name})
        return None
