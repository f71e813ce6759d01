"""Puts together what people can see of contexts; it serves nothing and decides nothing."""

from palaver.entry.agency import Settling
from palaver.entry.compose import House
from palaver.runs.boxes import RunBoxes
from palaver.runs.seeing import Seeing


def seeing(house: House) -> Seeing:
    """What answers what models saw and would see, with the same words and tools that runs have."""
    settings, agency = house.settings, house.agency
    bypass = settings.agents.allow_bypass != "nobody"
    return Seeing(
        house.database,
        house.inference.resolve,
        Settling(agency.agents.recipes, house.sessions, agency.servers),
        RunBoxes(agency.tools, agency.places, settings.runs, bypass=bypass),
        history=settings.runs.history_messages,
    )
