"""What runs are made of, handed around as one; it does nothing itself but begin what was accepted."""

from dataclasses import dataclass, field
from typing import Protocol

from palaver.bus.port import Bus
from palaver.core.ids import UserId
from palaver.core.principal import Principal
from palaver.files.attached import Attaches, NoFiles
from palaver.inference.port import ResolvedModel
from palaver.kit.clock import Clock
from palaver.runs.accepting import Acceptance, Accepted, begun
from palaver.runs.driver import Driver
from palaver.runs.family import Family
from palaver.runs.journal import Journal
from palaver.runs.keeping import Keeping, nothing
from palaver.storage.port import Database


class Resolve(Protocol):
    """Finds the model that is meant; raises `core.errors` where it may not be asked."""

    async def __call__(self, model_id: str | None, principal: Principal) -> ResolvedModel: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that starting, queueing and recovering runs needs; `holder` names this process's lease."""

    database: Database
    bus: Bus
    journal: Journal
    driver: Driver
    family: Family
    resolve: Resolve
    acceptance: Acceptance
    keeping: Keeping = field(default_factory=nothing)
    attachments: Attaches = field(default_factory=NoFiles)
    clock: Clock
    holder: str

    def begin(self, accepted: Accepted) -> None:
        """The question stands in the database; while the disk takes it, the model may be asked already."""
        live = begun(accepted)
        if live is not None:
            self.journal.open(live)
            self.driver.drive(live)


def accepted_before(user_id: UserId) -> Principal:
    """For a model that was resolved for this person when the turn was accepted: it is not refused now."""
    return Principal(user_id=user_id, role="admin")
