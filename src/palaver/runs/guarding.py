"""Care in a run: the person's message is read before any model is asked, and what follows of it is written down.

What a text says is `care`'s. A reading that fails or takes too long never stops the conversation: help is shown, and
the assessment says that nobody knows.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import NamedTuple

from palaver.care.assessments import store as assessments
from palaver.care.assessments.assessment import ASSESSMENT, Assessment
from palaver.care.assessments.course import grown, urgency
from palaver.care.crisis.finding import Finding, Level
from palaver.care.guidance.service import Guidance
from palaver.care.profiles.profile import Profile, notices
from palaver.care.profiles.store import profile_of
from palaver.care.resources.told import told
from palaver.care.service import Care
from palaver.core.care import CareResource
from palaver.core.events import CareTold, InstructionsAdded, ModelReplied, RunEvent, TextGrew
from palaver.core.usage import Usage
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.runs import store
from palaver.runs.journal import Journal
from palaver.runs.live import Live
from palaver.storage.port import Database
from palaver.storage.script import Script

log = logging.getLogger(__name__)

PATIENCE = 0.3  # seconds; a reading that takes longer counts as unknown
BUILT_IN = "builtin"  # the provider of the guide: no model that could be told how to answer


class _Read(NamedTuple):
    """A message, read. Without a finding it could not be."""

    assessment: Assessment
    found: Finding | None


class Guarding:
    """Reads for the runs of this process."""

    def __init__(
        self, database: Database, journal: Journal, care: Care, *, profile: Profile, country: str | None, clock: Clock
    ) -> None:
        self._database = database
        self._journal = journal
        self._care = care
        self._profile: Profile = profile
        self._country = country
        self._clock = clock
        self._guidance = Guidance()

    async def before(self, live: Live, text: str) -> Sequence[RunEvent]:
        """Read what the person wrote; events that end the step where no model is to be asked.

        A task that was handed on is nobody's message, and neither are results of tools.
        """
        if live.parent is not None or not text.strip() or live.user_message_id is None:
            return ()
        profile, course = await self._known(live)
        if not notices(profile):
            return ()
        read = await self._read(live, text, profile, course)
        if Level[read.assessment.level] == Level.none:
            self._keep_later(read.assessment)
            return ()
        return await self._tell(live, read)

    async def _known(self, live: Live) -> tuple[Profile, float]:
        """The session's profile and course; a session that has just begun has the server's profile, and no course."""
        message_id = live.user_message_id
        assert message_id is not None
        if live.created:
            return self._profile, 0.0

        def known() -> Script[tuple[Profile, float]]:
            profile = yield from profile_of(live.session_id, self._profile)
            return profile, (yield from assessments.course(live.session_id, message_id))

        return await self._database.read(known())

    async def _read(self, live: Live, text: str, profile: Profile, course: float) -> _Read:
        try:
            async with asyncio.timeout(PATIENCE):
                found = await self._care.crisis(text)
        except Exception:  # whatever reads: help is shown rather than nothing
            log.exception("A message could not be read for danger", extra={"run_id": live.id})
            found = None
        own = Level[found.urgency] if found else Level.low
        course = grown(course, own if found else Level.none)
        assert live.user_message_id is not None
        assessment = Assessment(
            id=new_id(ASSESSMENT),
            user_id=live.user_id,
            session_id=live.session_id,
            run_id=live.id,
            message_id=live.user_message_id,
            level=urgency(course, own).word,
            own=own.word,
            known=found is not None,
            course=course,
            signals=tuple(found.signals) if found else (),
            version=self._care.version,
            profile=profile,
            created_at=stamp(self._clock.now()),
        )
        return _Read(assessment, found)

    def _keep_later(self, assessment: Assessment) -> None:
        """Where nothing was found, nobody waits for its row."""
        self._database.post(assessments.put(assessment), durable=False, done=_kept, failed=_not_kept)

    async def _tell(self, live: Live, read: _Read) -> Sequence[RunEvent]:
        """Write down what was noticed and what follows in one unit of work, then tell who helps."""
        assessment, found = read
        resources = self._resources(read)
        guided = live.asked.provider == BUILT_IN and Level[assessment.own] >= Level.low
        events: list[RunEvent] = []
        said = live.fold().steps
        if not said.added and not said.said:  # else whoever drove the run before this process told it
            message = self._guidance.message(found, assessment.level)
            events.append(CareTold(level=assessment.level, resources=resources, message=message))
            if not guided:
                instructions = self._guidance.instructions(found, assessment.level, resources)
                events.append(InstructionsAdded(text=instructions))
                events += self._ahead(live, read, resources)

        def write() -> Script[tuple[Sequence[RunEvent], None]]:
            yield from store.hold(live.id, live.epoch)
            yield from assessments.put(assessment)
            return events, None

        await self._journal.boundary(live, write())
        for event in events:
            live.fold(event)
        if not guided:
            return ()
        self._say(live, self._guidance.answer(found, assessment.level, resources))
        return (ModelReplied(finish_reason="stop", usage=Usage()),)

    def _ahead(self, live: Live, read: _Read, resources: tuple[CareResource, ...]) -> list[RunEvent]:
        """Who helps, as the beginning of the answer, for those who are shown no events and want no JSON."""
        prompt = live.prompt
        if not prompt.eventless or prompt.recipe.output_format is not None:
            return []
        return [TextGrew(content=self._guidance.ahead(read.found, read.assessment.level, resources))]

    def _say(self, live: Live, text: str) -> None:
        self._journal.tell(live, TextGrew(content=text), len(text))

    def _resources(self, read: _Read) -> tuple[CareResource, ...]:
        language = self._guidance.language(read.found)
        return tuple(map(told, self._care.helpers(read.found, self._country, language)))


def _kept(_: bool) -> None:
    """It stands in the database."""


def _not_kept(error: Exception) -> None:
    log.error("An assessment was not written down", exc_info=error)
