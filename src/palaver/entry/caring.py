"""Puts care together: what words say, who helps where, and what becomes of it in runs; it serves nothing."""

import logging
from dataclasses import dataclass
from datetime import date

from palaver.care.culture.service import Culture
from palaver.care.escalations.service import Escalations
from palaver.care.guidance.service import Guidance
from palaver.care.models.encoder import EncoderReader, encoder_folder
from palaver.care.models.readers import Readers
from palaver.care.models.small import SmallReader
from palaver.care.models.statements import StatementReader
from palaver.care.moderation.judges import HttpJudge
from palaver.care.moderation.reviewing import Reviewing
from palaver.care.moderation.service import Moderation
from palaver.care.policy.service import Policies
from palaver.care.redaction.reading import Reading
from palaver.care.resources.service import Help
from palaver.care.resources.throughline import Directory
from palaver.care.screening.service import Screener
from palaver.care.service import Care
from palaver.care.settings import CareSettings
from palaver.entry.redacting import reading_of
from palaver.entry.settings import Settings
from palaver.inference.service import Inference
from palaver.kit.clock import Clock
from palaver.runs.accompanying import Accompanying
from palaver.runs.guarding import Guarding
from palaver.runs.journal import Journal
from palaver.runs.moderating import Moderating
from palaver.storage.port import Database

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Caring:
    """Every part of care of one running server."""

    settings: CareSettings
    database: Database
    clock: Clock
    helping: Help
    care: Care
    policies: Policies
    escalations: Escalations
    culture: Culture
    reading: Reading
    moderation: Moderation
    reviewing: Reviewing

    @property
    def moderating(self) -> Moderating:
        """What judges words in runs."""
        return Moderating(self.moderation, self.reviewing)


def open_care(
    settings: Settings, database: Database, escalations: Escalations, *, inference: Inference, clock: Clock
) -> Caring:  # fmt: skip
    """The parts; rules and readers are read later, files of the operator's now, as the settings were checked."""
    helping = Help(settings.care.resources_file, directory_of(settings.care, clock))
    helping.known()  # a file that is half written later must not be read first while somebody in danger waits
    readers = readers_of(settings.care)
    care = Care(helping, readers)
    policies = Policies(database, care.shipped, clock)
    care.policy = policies.current
    if settings.care.screener.model:
        care.screener = Screener(inference, settings.care.screener)
    culture = Culture(settings.care.culture.packs)
    if settings.care.culture.packs is not None:
        _ = culture.known
    reading = reading_of(settings)
    moderation = moderation_of(settings.care, readers)
    moderation.policy = policies.actions
    return Caring(
        settings=settings.care,
        database=database,
        clock=clock,
        helping=helping,
        care=care,
        policies=policies,
        escalations=escalations,
        culture=culture,
        reading=reading,
        moderation=moderation,
        reviewing=Reviewing(database, clock, excerpts=settings.care.moderation.excerpts),
    )


def directory_of(settings: CareSettings, clock: Clock) -> Directory | None:
    """ThroughLine's, where the operator has an account there."""
    return Directory(settings.throughline, clock, settings.country) if settings.throughline.on else None


def moderation_of(settings: CareSettings, readers: Readers) -> Moderation:
    """The rules, with the operator's service where they name one."""
    ours = settings.moderation
    return Moderation(ours, readers, HttpJudge(ours) if ours.judge_url else None)


def readers_of(settings: CareSettings) -> Readers:
    """The small readers, and the encoder where it is installed and wanted; nothing is read yet."""
    folder = None if settings.encoder == "off" else encoder_folder()
    better = [] if folder is None else [EncoderReader(folder)]
    return Readers(SmallReader(), *better, statements=StatementReader())


def guarding(caring: Caring, journal: Journal) -> Guarding:
    """What reads messages in runs."""
    settings, database = caring.settings, caring.database
    made = Guarding(
        database, journal, caring.care, caring.escalations, profile=settings.profile, country=settings.country,
        clock=caring.clock,
    )  # fmt: skip
    made.moderating = caring.moderating
    made.accompanying = Accompanying(database, caring.care, caring.culture, Guidance())
    return made


def warn(settings: Settings, today: date) -> None:
    """Tell the operator of help resources that somebody should look at again."""
    if says := Help(settings.care.resources_file).doubts(today).says:
        log.warning("%s `palaver doctor` names them.", says)
