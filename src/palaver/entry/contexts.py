"""Puts together what keeps conversations within windows, and what people can see of that; it decides nothing."""

from palaver.context import counting
from palaver.context.settings import ContextSettings
from palaver.core.principal import Principal
from palaver.entry.agency import Agency, Settling
from palaver.entry.settings import Settings
from palaver.inference.port import ResolvedModel
from palaver.inference.service import Inference
from palaver.kit.clock import Clock
from palaver.runs.boxes import RunBoxes
from palaver.runs.compacting import Compacting
from palaver.runs.consulting import Consulting
from palaver.runs.hooked import Hooked
from palaver.runs.journal import Journal
from palaver.runs.seeing import Seeing
from palaver.sessions.service import Sessions
from palaver.storage.port import Database


def seeing(
    settings: Settings, database: Database, inference: Inference, *, agency: Agency, sessions: Sessions
) -> Seeing:  # fmt: skip
    """What answers what models saw and would see, with the same words and tools that runs have."""
    bypass = settings.agents.allow_bypass != "nobody"
    return Seeing(
        database,
        inference.resolve,
        Settling(agency.agents.recipes, sessions, agency.servers),
        RunBoxes(agency.tools, agency.places, settings.runs, bypass=bypass),
        history=settings.runs.history_messages,
    )


def compacting(
    settings: ContextSettings, journal: Journal, inference: Inference, *, hooked: Hooked, clock: Clock
) -> Compacting:  # fmt: skip
    """What sums up earlier messages."""

    async def resolve(model_id: str | None, principal: Principal) -> ResolvedModel:
        return await inference.resolve(model_id, principal)

    consulting = Consulting(inference, counting.count)
    return Compacting(journal, consulting, hooked, resolve, settings=settings, clock=clock)
