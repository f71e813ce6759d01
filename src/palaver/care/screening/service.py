"""Asks the operator's model about words that may be urgent; what it does not say in time, and in form, nobody knows.

It keeps nothing, decides nothing, and what it logs has none of the words in it.
"""

import asyncio
import logging
from collections import Counter
from contextlib import aclosing
from typing import Literal, NamedTuple

import msgspec

from palaver.care.crisis.finding import Finding, Level, Signal
from palaver.care.models.raising import raised
from palaver.care.screening.port import Models
from palaver.care.screening.questions import SCHEMA, SYSTEM, answers_in, asked_about, nothing_found, signals_of
from palaver.care.screening.settings import ScreenerSettings
from palaver.core.care import Urgency
from palaver.core.errors import PalaverError
from palaver.core.ids import SessionId, UserId
from palaver.core.messages import TextPart
from palaver.core.principal import Principal
from palaver.inference.port import Ask, Finished, OutputFormat, ResolvedModel, Switched, TextPiece, Turn

Outcome = Literal["answered", "late", "failed", "unreadable"]

MOST_TOKENS = 1_500  # six short answers, and what a model thinks before them
LONGEST = 10_000  # characters; whoever says more than that does not answer the questions
_HOUSE = Principal(user_id=UserId("house"), role="admin")  # the operator chose the model: nobody's own grants count

log = logging.getLogger(__name__)


class Screened(NamedTuple):
    """The finding with what a model answered, and which model that was; `signals` are those that it added."""

    found: Finding
    signals: tuple[Signal, ...]
    version: str


class Screener:
    """Asks the model of `care.screener`."""

    def __init__(self, models: Models, settings: ScreenerSettings) -> None:
        self._models = models
        self._settings = settings
        self.asked: Counter[Outcome] = Counter()

    def asks(self, urgency: Urgency) -> bool:
        """Whether a model is asked at all: where something is urgent, and could be more so."""
        return bool(self._settings.model) and Level.none < Level[urgency] < Level.critical

    async def read(
        self, text: str, found: Finding | None, session_id: SessionId | None = None
    ) -> Screened | None:  # fmt: skip
        """What the model makes of a text in which `found` was found, or that could not be read; None: nobody knows."""
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                said, model = await self._said(asked_about(text, found), session_id)
            signals = signals_of(answers_in(said), text, found)
        except TimeoutError:
            return self._unknown("late")
        except (msgspec.MsgspecError, UnicodeError):
            return self._unknown("unreadable")
        except Exception as error:  # noqa: BLE001  # whatever it was: what the rules found counts, and the person is waiting
            return self._unknown("failed", error.code if isinstance(error, PalaverError) else type(error).__name__)
        self.asked["answered"] += 1
        return Screened(raised(found or nothing_found(), signals), tuple(signals), f"screener-{model}")

    def _unknown(self, outcome: Outcome, code: str = "") -> None:
        self.asked[outcome] += 1
        log.warning("The model of care.screener.model gave no answer: %s %s", outcome, code)

    async def _said(self, text: str, session_id: SessionId | None) -> tuple[str, str]:
        """The whole answer, and the id of the model that gave it."""
        model = await self._models.resolve(self._settings.model, _HOUSE)
        said: list[str] = []
        async with aclosing(self._models.stream(model, _ask(model, text, session_id))) as stream:
            async for read in stream:
                for piece in read:
                    if isinstance(piece, TextPiece):
                        said.append(piece.text)
                    elif isinstance(piece, Switched):
                        model = piece.resolved
                    elif isinstance(piece, Finished):
                        return "".join(said), model.id
                if sum(map(len, said)) > LONGEST:
                    break
        return "", model.id


def _ask(model: ResolvedModel, text: str, session_id: SessionId | None) -> Ask:
    """The text stands in the person's turn, alone and as it is: nothing in it can end where it stands."""
    return Ask(
        model=model.model,
        messages=(Turn("user", (TextPart(text=text),)),),
        system=SYSTEM,
        tool_choice="none",
        temperature=0.0,
        max_output_tokens=MOST_TOKENS,
        output_format=OutputFormat(SCHEMA, "answers") if "json_schema" in model.capabilities else None,
        session_id=session_id,
    )
