"""Puts together what goes back in time; it serves nothing and decides nothing."""

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
    most = house.settings.sessions.page_limit
    snapshots = house.agency.files.home.snapshots
    forking = Forking(house.database, house.clock, snapshots, hears=house.sessions.hears)
    return Travel(forking, Shapes(house.database, most=most))


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
