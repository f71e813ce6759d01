"""Use cases of care: reads words and rules when they are first asked for; it keeps nothing of what it is shown."""

import asyncio
import logging
import tomllib
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from palaver.care.crisis.detector import Detector
from palaver.care.crisis.finding import Finding, Level
from palaver.care.emotion.feeling import Feeling
from palaver.care.guidance.saying import Matter
from palaver.care.models.port import Unsafe
from palaver.care.models.raising import about_oneself, raised
from palaver.care.models.readers import Readers, Told
from palaver.care.models.statements import lexicon_in
from palaver.care.policy.policy import Shipped, judged
from palaver.care.policy.service import FIRST, PolicyVersion
from palaver.care.resources.choosing import Wish
from palaver.care.resources.resource import Resource
from palaver.care.resources.service import Help
from palaver.care.screening.service import Screened, Screener
from palaver.core.care import Kind, Urgency
from palaver.core.errors import Unavailable
from palaver.core.ids import SessionId

BOOKS = Path(__file__).with_name("crisis")
_ANY: tuple[Kind, ...] = ("crisis_line", "text")
_LIKELIEST = 5  # services before the emergency numbers and the directory: a list that can be read in need
_AT_ONCE = 4_000  # characters that rules read in less than a millisecond; more are read in a thread beside the loop

# Seconds that readers have beside the rules: runs wait 0.3 for both, and what the rules found must be there in time.
PATIENCE = 0.2

log = logging.getLogger(__name__)


async def _ships() -> PolicyVersion:
    return FIRST


class Read(NamedTuple):
    """A text, read for danger, and what else the readers are sure of who read it."""

    finding: Finding
    unsafe: frozenset[Unsafe]


class Care:
    """What a text says about how somebody is, and who helps then."""

    def __init__(self, helping: Help, readers: Readers) -> None:
        self._helping = helping
        self._readers = readers
        self.policy: Callable[[], Awaitable[PolicyVersion]] = _ships  # what administrators changed
        self.screener: Screener | None = None
        self._under = FIRST
        self._loaded = False

    async def crisis(self, text: str) -> Finding:
        """The urgency of response to a text; see `read`."""
        return (await self.read(text)).finding

    async def read(self, text: str) -> Read:
        """The urgency of response to a text, with its evidence: the gravest that rules or readers find.

        A reader that fails or is late takes nothing from what the rules found; where they found nothing, nobody knows,
        and it says so (`Unavailable`). A long text holds up nobody else.
        """
        self._under = await self.policy()
        read = self._detector.read
        found = read(text) if len(text) <= _AT_ONCE else await asyncio.to_thread(read, text)
        told = await self._heard(text)
        if told is not None:
            found = raised(found, told.signals_where(self._under.policy.sure, about_oneself(found)))
        if (told is None or told.failed) and Level[found.urgency] == Level.none:
            raise Unavailable("What the text says could not be read in time. Read it as if somebody needed help.")
        return Read(judged(found, self._under.policy), told.unsafe if told is not None else frozenset())

    def screens(self, urgency: Urgency) -> bool:
        """Whether a model is asked about words that everything else together calls so urgent."""
        return self.screener is not None and self.screener.asks(urgency)

    async def screened(
        self, text: str, found: Finding | None, urgency: Urgency, session_id: SessionId | None = None
    ) -> Screened | None:  # fmt: skip
        """What the operator's model adds to what was found; None where nobody is asked, or knows."""
        if self.screener is None or not self.screener.asks(urgency):
            return None
        return await self.screener.read(text, found, session_id)

    async def _heard(self, text: str) -> Told | None:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._readers.read(text)
        except TimeoutError:
            log.warning("The readers of words were late.")
            return None

    async def load(self) -> None:
        """Read rules and readers from disk, once, beside the loop: nobody's words are late because of that."""
        if not self._loaded:
            await asyncio.to_thread(self._detector.read, "Good morning.")
            await self._readers.load()
            self._loaded = True

    async def feeling(self, text: str) -> Feeling:
        """What feelings a text shows, as far as that is known."""
        return (await self._readers.read(text)).feeling

    def shipped(self) -> Shipped:
        """What administrators can change: rules, and readers."""
        return Shipped(levels_of(self._rules), self._readers.names)

    def messages(self) -> Mapping[str, Mapping[Matter, str]]:
        """What administrators have people told above who helps."""
        return self._under.policy.messages

    def helpers(self, found: Finding | None, country: str | None, language: str | None) -> list[Resource]:
        """Who helps with what was found, and nothing is kept back by level; or with what could not be read."""
        return self._helping.find(Wish(country, language, _kinds(found) if found else _ANY), _LIKELIEST)

    @property
    def version(self) -> str:
        """Of the rules, of every reader, and of what administrators made of them."""
        policy = f" policy-{self._under.version}" if self._under.version else ""
        return f"{self._rules['about']['version']} {self._readers.version}{policy}"

    @property
    def readers_version(self) -> str:
        """Of what tells feelings."""
        return self._readers.version

    @property
    def _rules(self) -> Mapping[str, Any]:
        return shipped_rules()

    @property
    def _detector(self) -> Detector:
        return shipped_detector()


@cache
def shipped_rules() -> Mapping[str, Any]:
    """The rules for danger, as they are written."""
    return tomllib.loads((BOOKS / "rules.toml").read_text("utf-8"))


@cache
def shipped_detector() -> Detector:
    """The same, ready to read texts: made once in a process, which takes longer than a thousand texts."""
    return Detector(lexicon_in(), shipped_rules())


def levels_of(rules: Mapping[str, Any]) -> dict[str, Level]:
    """Every rule of a book, and how urgent it is; signs mean nothing alone and have no urgency."""
    those = {name: one for name, one in rules.items() if name not in {"about", "macros"} and "sign" not in one}
    return {name: Level[one["level"]] for name, one in those.items()}


def _kinds(found: Finding) -> tuple[Kind, ...]:
    """What is wanted besides lines for everybody."""
    urgent: tuple[Kind, ...] = ("emergency",) if found.concerns["medical_emergency"] != "none" else ()
    return (*urgent, *_ANY, *(("domestic_violence",) if found.concerns["abuse"] != "none" else ()))
