"""Care in a run: the person's message is read before any model is asked, and what follows of it is written down.

What a text says is `care`'s. A reading that fails or takes too long never stops the conversation: help is shown, and
the assessment says that nobody knows.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, cast

from palaver.care.assessments import store as assessments
from palaver.care.assessments.assessment import ASSESSMENT, Assessment
from palaver.care.assessments.course import grown, over_days, urgency
from palaver.care.crisis.finding import Finding, Level
from palaver.care.escalations import machine
from palaver.care.escalations import store as escalations
from palaver.care.escalations.service import Escalations
from palaver.care.guidance.service import Guidance
from palaver.care.models.port import Unsafe
from palaver.care.profiles.profile import Profile, accompanies, notices
from palaver.care.profiles.store import profile_of
from palaver.care.resources.told import told as told_of
from palaver.care.screening.service import Screened
from palaver.care.service import Care
from palaver.core.care import CareResource, HelpNamed
from palaver.core.events import CareTold, InstructionsAdded, ModelReplied, RunEvent, TextGrew
from palaver.core.ids import MessageId, UserId
from palaver.core.usage import Usage
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.privacy.consent import store as consents
from palaver.runs import store
from palaver.runs.accompanying import Accompanying
from palaver.runs.confided import NOTHING_CHANGES
from palaver.runs.journal import Journal
from palaver.runs.live import Live
from palaver.runs.moderating import Moderating
from palaver.runs.replies import Reply
from palaver.runs.withholding import Withholding
from palaver.runs.wording import Wording
from palaver.storage.port import Database
from palaver.storage.script import Script

log = logging.getLogger(__name__)

PATIENCE = 0.3  # seconds; a reading that takes longer counts as unknown
DAYS = 14  # how far back the slow average looks: then a day weighs a thirtieth of today
BUILT_IN = "builtin"  # the provider of the guide: no model that could be told how to answer


class _Before(NamedTuple):
    """What is known before a message is read: whose it is, and what was noticed until then."""

    user_id: UserId
    profile: Profile
    course: float = 0.0
    average: float = 0.0


class _Read(NamedTuple):
    """A message, read. Without a finding it could not be."""

    assessment: Assessment
    found: Finding | None
    resources: tuple[CareResource, ...] = ()
    unsafe: frozenset[Unsafe] = frozenset()

    @property
    def urgent(self) -> bool:
        """Whether a human should come."""
        return Level[self.assessment.level] >= Level.high


class Guarding:
    """Reads for the runs of this process."""

    def __init__(
        self, database: Database, journal: Journal, care: Care, escalations: Escalations, *, profile: Profile,
        country: str | None, clock: Clock,
    ) -> None:  # fmt: skip
        self._database = database
        self._journal = journal
        self._care = care
        self._escalations = escalations
        self._profile: Profile = profile
        self._country = country
        self._clock = clock
        self.moderating: Moderating | None = None
        self.accompanying: Accompanying | None = None
        self._guidance = Guidance(care.messages)

    async def before(
        self, live: Live, said: Wording, *, by_human: bool = False, reply: Reply | None = None
    ) -> Sequence[RunEvent]:
        """Read what the person wrote; events that end the step where no model is to be asked.

        A task that was handed on is nobody's message, and neither are results of tools. With `by_human` somebody from
        the team is there to answer: who helps is told, and nothing is said in their place. With `reply` it is what
        they said to a call of the answer under way that waited for them, or what another member of the session did:
        then everything that follows is that person's.
        """
        text = said.text
        if live.parent is not None or not text.strip() or live.user_message_id is None:
            return ()
        message_id = live.user_message_id if reply is None else MessageId(f"{live.message_id}:{reply.call_id}")
        before = await self._known(live, message_id, (reply and reply.user_id) or live.user_id)
        if not notices(before.profile):
            return ()
        read = await self._read(live, said, before, message_id)
        self._looked_at(live, text, read)
        if self.moderating is not None and not by_human:
            instead = await self.moderating.asked(live, text, read.found, read.unsafe, by=before.user_id)
            if instead is not None:
                self._keep_later(read.assessment)
                self._say(live, instead)
                return (ModelReplied(finish_reason="stop", usage=Usage()),)
        if Level[read.assessment.level] == Level.none:
            self._keep_later(read.assessment)
            if reply is None:
                await self._accompany(live, text, before.profile)
            return ()
        read = read._replace(resources=self._resources(read.found))
        await self._tell(live, read, by_human=by_human)
        if self._care.screens(read.assessment.level):
            read = await self._screened(live, said, (before, read), by_human=by_human)
        if not self._guided(live, read, by_human=by_human):
            return ()
        self._say(live, self._guidance.answer(read.found, read.assessment.level, read.resources))
        return (ModelReplied(finish_reason="stop", usage=Usage()),)

    async def _known(self, live: Live, message_id: MessageId, user_id: UserId) -> _Before:
        """A session that has just begun has the server's profile, and no course."""
        begun = live.created and message_id == live.user_message_id
        if begun and not accompanies(self._profile) and live.prompt.recipe.care is None:
            return _Before(user_id, self._profile)
        now = self._clock.now()

        def known() -> Script[_Before]:
            profile = yield from profile_of(live.session_id, self._profile)
            course = yield from assessments.course(live.session_id, user_id, message_id)
            if not accompanies(profile) or not (yield from consents.allows(user_id, "course")):
                return _Before(user_id, profile, course)
            return _Before(user_id, profile, course, (yield from _average(user_id, now)))

        return await self._database.read(known())

    async def _read(self, live: Live, said: Wording, before: _Before, message_id: MessageId) -> _Read:
        try:
            await self._care.load()
            async with asyncio.timeout(PATIENCE):
                found, unsafe = await self._care.read(said.text)
        except Exception:  # whatever reads: help is shown rather than nothing
            log.exception("A message could not be read for danger", extra={"run_id": live.id})
            found, unsafe = None, frozenset[Unsafe]()
        own = Level[found.urgency] if found else Level.low
        course = grown(before.course, own if found else Level.none)
        assessment = Assessment(
            id=new_id(ASSESSMENT),
            user_id=before.user_id,
            session_id=live.session_id,
            run_id=live.id,
            message_id=message_id,
            level=urgency(course, own, before.average).word,
            own=own.word,
            known=found is not None,
            course=course,
            signals=said.placed(found.signals) if found else (),
            version=self._care.version,
            profile=before.profile,
            created_at=stamp(self._clock.now()),
        )
        return _Read(assessment, found, unsafe=unsafe)

    async def _accompany(self, live: Live, text: str, profile: Profile) -> None:
        """What a model is told besides, where nothing is wrong; a failure here costs nobody their answer."""
        if self.accompanying is None or not accompanies(profile) or live.fold().steps.added:
            return
        try:
            async with asyncio.timeout(PATIENCE):
                told = await self.accompanying.told(live.user_id, text)
        except Exception:
            log.exception("What accompanies a message could not be read", extra={"run_id": live.id})
            return
        if told is not None:
            self._journal.tell(live, InstructionsAdded(text=told), 0)

    def _looked_at(self, live: Live, text: str, read: _Read) -> None:
        if self.moderating is not None and read.found is None:
            self.moderating.unread(live, text, read.assessment.user_id)
        if live.shared and Level[read.assessment.level] == Level.none:
            # What others hear in place of a `care` event they hear where nothing was found: so it gives nobody away.
            self._journal.tell(live, NOTHING_CHANGES, 0)

    def answered(self, live: Live, withholding: Withholding) -> None:
        """A step of a model is over."""
        if self.moderating is not None:
            self.moderating.answered(live, withholding)

    def _keep_later(self, assessment: Assessment) -> None:
        """Where nothing was found, nobody waits for its row."""
        self._database.post(assessments.keep(assessment), durable=False, done=_kept, failed=_not_kept)

    def _guided(self, live: Live, read: _Read, *, by_human: bool) -> bool:
        """Whether the guide answers, with words of ours."""
        return not by_human and live.asked.provider == BUILT_IN and Level[read.assessment.own] >= Level.low

    async def _screened(self, live: Live, said: Wording, known: tuple[_Before, _Read], *, by_human: bool) -> _Read:
        """What the operator's model makes of it; who helps was told before, and what is graver is told as well."""
        before, read = known
        screened = await self._care.screened(said.text, read.found, read.assessment.level, live.session_id)
        if screened is None:
            return read
        graver = _graver(read, screened, before, said)
        graver = graver._replace(resources=self._resources(graver.found))
        if graver.assessment.level != read.assessment.level:
            await self._tell_more(live, graver, by_human=by_human)
        else:
            self._database.post(assessments.add(graver.assessment), durable=False, done=_kept, failed=_not_kept)
        return graver

    async def _tell_more(self, live: Live, read: _Read, *, by_human: bool) -> None:
        """Write down that it is graver, and call a human where one should come, in one unit of work; then tell it.

        Who takes the turn over after that asks again, and what was told is not told anew.
        """
        helps = live.fold().helps if read.assessment.user_id == live.user_id else None
        guided = self._guided(live, read, by_human=by_human)

        def write() -> Script[tuple[Sequence[RunEvent], tuple[Sequence[RunEvent], bool]]]:
            yield from store.hold(live.id, live.epoch)
            kept = read._replace(assessment=(yield from assessments.add(read.assessment)))
            called = yield from self._called(kept)
            again = helps is not None and Level[helps.level] >= Level[kept.assessment.level]
            comes = called is not None and (yield from self._escalations.reaches(kept.assessment.user_id))
            events = () if again else self._events(live, kept, called, guided=guided, comes=comes, helps=helps)
            return events, (events, called is not None)

        await self._written(live, write())

    async def _tell(self, live: Live, read: _Read, *, by_human: bool) -> None:
        """Write down what was noticed and what follows in one unit of work, then tell who helps.

        Whoever reads it after the process was killed finds all of it or nothing, and reads the message again then.
        """
        guided = self._guided(live, read, by_human=by_human)

        def write() -> Script[tuple[Sequence[RunEvent], tuple[Sequence[RunEvent], bool]]]:
            yield from store.hold(live.id, live.epoch)
            known = yield from assessments.keep(read.assessment)
            called = (yield from self._called(read)) if known is None else None
            again = known is not None and known.run_id == live.id  # whoever drove the run before this process told it
            comes = called is not None and (yield from self._escalations.reaches(read.assessment.user_id))
            events = () if again else self._events(live, read, called, guided=guided, comes=comes)
            return events, (events, called is not None)

        await self._written(live, write())

    async def _written(
        self, live: Live, write: Script[tuple[Sequence[RunEvent], tuple[Sequence[RunEvent], bool]]]
    ) -> None:
        events, called = await self._journal.boundary(live, write)
        if called:
            self._escalations.wake()
        for event in events:
            live.fold(event)

    def _called(self, read: _Read) -> Script[str | None]:
        """Call a human where one should come and may; which escalation that is."""
        about = read.assessment
        if not read.urgent or not (yield from consents.allows(about.user_id, "escalation_contact")):
            return None
        begun = escalations.Begun(
            assessment_id=about.id,
            user_id=about.user_id,
            level=cast("machine.Level", about.level),
            at=about.created_at,
            session_id=about.session_id,
            run_id=about.run_id,
            language=self._guidance.language(read.found),
            helped=[HelpNamed(one.id, one.name, one.channels) for one in read.resources],
        )
        return (yield from self._escalations.begin(begun))

    def _events(
        self, live: Live, read: _Read, called: str | None, *, guided: bool, comes: bool, helps: CareTold | None = None
    ) -> list[RunEvent]:  # fmt: skip
        """Who helps, and that somebody `comes`; and, for a model, how to answer. `helps` was told of it before."""
        level, prompt, user_id = read.assessment.level, live.prompt, read.assessment.user_id
        other = None if user_id == live.user_id else user_id
        message = self._guidance.message(read.found, level, called=comes)
        told = CareTold(level=level, resources=read.resources, message=message, escalation_id=called, user_id=other)
        events: list[RunEvent] = [told]
        how = self._guidance.instructions(read.found, level, read.resources)
        if not guided and (helps is None or how not in live.run.steps.added):
            events.append(InstructionsAdded(text=how, user_id=other))
        if other is not None:
            return events  # the answer is read by who asked
        if helps is not None and message == helps.message:
            return events
        if prompt.eventless and prompt.recipe.output_format is None and (called or not guided):
            # Who is shown no events reads it as the beginning of the answer, unless that has to be JSON.
            new = [one for one in read.resources if helps is None or one not in helps.resources]
            ahead = self._guidance.ahead(message, () if guided else new)
            events.append(TextGrew(content=f"\n\n{ahead}" if live.run.steps.past else ahead))
        return events

    def _say(self, live: Live, text: str) -> None:
        self._journal.tell(live, TextGrew(content=text), len(text))

    def _resources(self, found: Finding | None) -> tuple[CareResource, ...]:
        language = self._guidance.language(found)
        return tuple(map(told_of, self._care.helpers(found, self._country, language)))


def _graver(read: _Read, screened: Screened, before: _Before, said: Wording) -> _Read:
    """The same with what a model said of it: in everything as urgent as it was, or more."""
    about, found = read.assessment, screened.found
    own = max(Level[about.own], Level[found.urgency])
    course = max(about.course, grown(before.course, Level[found.urgency]))
    assessment = about._replace(
        level=max(Level[about.level], urgency(course, own, before.average)).word,
        own=own.word,
        course=course,
        signals=said.placed(found.signals),
        version=f"{about.version} {screened.version}",
    )
    return _Read(assessment, found if read.found or screened.signals else None)


def _average(user_id: UserId, now: datetime) -> Script[float]:
    gravest = yield from assessments.gravest_by_day(user_id, stamp(now - timedelta(days=DAYS)))
    today = now.date()
    return over_days({(today - date.fromisoformat(day)).days: level for day, level in gravest.items()})


def _kept(_: Assessment | None) -> None:
    """It stands in the database."""


def _not_kept(error: Exception) -> None:
    log.error("An assessment was not written down", exc_info=error)
