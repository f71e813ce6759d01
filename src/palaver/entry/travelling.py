"""Puts together what goes back in time; it serves nothing and decides nothing."""

from palaver.entry.compose import House
from palaver.sessions.forking import Forking
from palaver.sessions.shape import Shapes
from palaver.sessions.travel_api import Travel


def travel(house: House) -> Travel:
    """Forks and trees of the sessions of this house."""
    return Travel(Forking(house.database, house.clock), Shapes(house.database, most=house.settings.sessions.page_limit))
