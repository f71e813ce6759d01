"""Use cases of care: reads words and rules when they are first asked for; it keeps nothing of what it is shown."""

import asyncio
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any

from palaver.care.crisis.detector import Detector
from palaver.care.crisis.finding import Finding

_BOOKS = Path(__file__).with_name("crisis")
_AT_ONCE = 4_000  # characters that are read in less than a millisecond; more are read in a thread beside the loop


class Care:
    """What a text says about how somebody is."""

    async def crisis(self, text: str) -> Finding:
        """The urgency of response to a text, with its evidence; a long text holds up nobody else."""
        if len(text) <= _AT_ONCE:
            return self._detector.read(text)
        return await asyncio.to_thread(self._detector.read, text)

    @property
    def version(self) -> str:
        """Of the rules."""
        return str(self._rules["about"]["version"])

    @cached_property
    def _rules(self) -> dict[str, Any]:
        return tomllib.loads((_BOOKS / "rules.toml").read_text("utf-8"))

    @cached_property
    def _detector(self) -> Detector:
        return Detector(tomllib.loads((_BOOKS / "words.toml").read_text("utf-8")), self._rules)
