"""Use cases of care: reads words and rules when they are first asked for; it keeps nothing of what it is shown."""

import asyncio
import tomllib
from collections.abc import Awaitable, Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from palaver.care.crisis.detector import Detector
from palaver.care.crisis.finding import Finding, Level
from palaver.care.policy.policy import judged
from palaver.care.policy.service import FIRST, PolicyVersion
from palaver.care.resources.choosing import Wish
from palaver.care.resources.resource import Resource
from palaver.care.resources.service import Help
from palaver.core.care import Kind

_BOOKS = Path(__file__).with_name("crisis")
_ANY: tuple[Kind, ...] = ("crisis_line", "text")
_LIKELIEST = 5  # services before the emergency numbers and the directory: a list that can be read in need
_AT_ONCE = 4_000  # characters that are read in less than a millisecond; more are read in a thread beside the loop


async def _ships() -> PolicyVersion:
    return FIRST


class Care:
    """What a text says about how somebody is, and who helps then."""

    def __init__(self, helping: Help) -> None:
        self._helping = helping
        self.policy: Callable[[], Awaitable[PolicyVersion]] = _ships  # what administrators changed
        self._under = FIRST

    async def crisis(self, text: str) -> Finding:
        """The urgency of response to a text, with its evidence; a long text holds up nobody else."""
        self._under = await self.policy()
        read = self._detector.read
        found = read(text) if len(text) <= _AT_ONCE else await asyncio.to_thread(read, text)
        return judged(found, self._under.policy)

    def levels(self) -> dict[str, Level]:
        """Every rule that ships, and how urgent it is."""
        return {name: Level[one["level"]] for name, one in self._rules.items() if name not in {"about", "macros"}}

    def helpers(self, found: Finding | None, country: str | None, language: str | None) -> list[Resource]:
        """Who helps with what was found, and nothing is kept back by level; or with what could not be read."""
        return self._helping.find(Wish(country, language, _kinds(found) if found else _ANY), _LIKELIEST)

    @property
    def version(self) -> str:
        """Of the rules, and of what administrators made of them."""
        policy = f" policy-{self._under.version}" if self._under.version else ""
        return f"{self._rules['about']['version']}{policy}"

    @cached_property
    def _rules(self) -> dict[str, Any]:
        return tomllib.loads((_BOOKS / "rules.toml").read_text("utf-8"))

    @cached_property
    def _detector(self) -> Detector:
        return Detector(tomllib.loads((_BOOKS / "words.toml").read_text("utf-8")), self._rules)


def _kinds(found: Finding) -> tuple[Kind, ...]:
    """What is wanted besides lines for everybody."""
    urgent: tuple[Kind, ...] = ("emergency",) if found.concerns["medical_emergency"] != "none" else ()
    return (*urgent, *_ANY, *(("domestic_violence",) if found.concerns["abuse"] != "none" else ()))
