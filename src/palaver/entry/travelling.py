"""Puts together what goes back in time; it serves nothing and decides nothing."""

from palaver.care.profiles import store as profiles
from palaver.entry.compose import House
from palaver.sessions.checkpointing import Checkpointing
from palaver.sessions.comparing import Comparing
from palaver.sessions.forking import Forking
from palaver.sessions.ledger import Ledger
from palaver.sessions.rewind_api import Backward
from palaver.sessions.rewinding import Rewinding
from palaver.sessions.shape import Shapes
from palaver.sessions.travel_api import Travel


def travel(house: House) -> Travel:
    """Forks and trees of the sessions of this house."""
    return Travel(forking(house), Shapes(house.database, most=house.settings.sessions.page_limit))


def forking(house: House) -> Forking:
    """Makes forks, which are as much cared for as what they come from."""
    made = Forking(house.database, house.clock, house.agency.files.home.snapshots, hears=house.sessions.hears)
    made.inherits = profiles.inherit
    return made


def backward(house: House) -> Backward:
    """Checkpoints, rewinds, comparisons and the ledger of this house."""
    database, clock = house.database, house.clock
    snapshots, most = house.agency.files.home.snapshots, house.settings.sessions.page_limit
    return Backward(
        Checkpointing(database, snapshots, clock, most=most),
        Rewinding(database, snapshots, clock, held=house.runs.keeping.held),
        Comparing(database, snapshots, most=most),
        Ledger(database, most=most),
    )
