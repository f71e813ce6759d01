"""Puts together what keeps conversations within windows, and what people can see of that; it decides nothing."""

from palaver.bus.port import Bus
from palaver.care.moderation.service import Moderation
from palaver.context import counting
from palaver.context.settings import ContextSettings
from palaver.entry.agency import Agency, Settling
from palaver.entry.settings import Settings
from palaver.files.service import Files
from palaver.inference.service import Inference
from palaver.kit.clock import Clock
from palaver.runs.boxes import RunBoxes
from palaver.runs.compacting import Compacting
from palaver.runs.consulting import Consulting
from palaver.runs.conveying import Conveying
from palaver.runs.hooked import Hooked
from palaver.runs.journal import Journal
from palaver.runs.recalling import Recall
from palaver.runs.seeing import Seeing
from palaver.runs.spending.purse import Purse
from palaver.runs.titling import Titling
from palaver.sessions.service import Sessions
from palaver.storage.port import Database

QUIET = 2  # runs under way, up to which a session may be named beside them


def seeing(
    settings: Settings, database: Database, inference: Inference, *, agency: Agency, sessions: Sessions, recall: Recall
) -> Seeing:  # fmt: skip
    """What answers what models saw and would see, with the same words and tools that runs have."""
    bypass = settings.agents.allow_bypass != "nobody"
    return Seeing(
        database,
        inference.resolve,
        Settling(agency.agents.recipes, sessions, agency.servers),
        RunBoxes(agency.tools, agency.places, settings.runs, bypass=bypass),
        conveying=conveying(settings, database, agency.files),
        history=settings.runs.history_messages,
        recall=recall,
    )


def conveying(settings: Settings, database: Database, files: Files) -> Conveying:
    """What makes of attached files what models can be told."""
    return Conveying(database, files.showing, characters=settings.context.document_characters)


def titling(
    settings: ContextSettings, journal: Journal, inference: Inference, *, database: Database, bus: Bus, clock: Clock,
    purse: Purse, moderation: Moderation,
) -> Titling:  # fmt: skip
    """What names sessions; answers go first."""
    consulting = Consulting(inference, counting.count, purse, moderation=moderation)

    def busy() -> bool:
        return len(journal.lives) > QUIET

    return Titling(database, bus, consulting, inference.resolve, settings=settings, clock=clock, busy=busy)


def compacting(
    settings: Settings, journal: Journal, inference: Inference, *, hooked: Hooked, clock: Clock, purse: Purse,
    moderation: Moderation,
) -> Compacting:  # fmt: skip
    """What sums up earlier messages."""
    consulting = Consulting(inference, counting.count, purse, moderation=moderation)
    return Compacting(
        journal, consulting, hooked, inference.resolve, settings=settings.context, clock=clock,
        history=settings.runs.history_messages,
    )  # fmt: skip
