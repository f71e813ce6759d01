"""Puts webhooks together, and lets them hear of runs and sessions; it sends nothing and decides nothing."""

from typing import Protocol

from palaver.entry.keys import sealer_of
from palaver.entry.settings import Settings
from palaver.kit.clock import Clock
from palaver.runs.journal import Journal
from palaver.runs.titling import Titling
from palaver.sessions.service import Sessions
from palaver.storage.port import Database
from palaver.webhooks.jobs import Deliveries
from palaver.webhooks.outbox import Outbox
from palaver.webhooks.sending import Sending
from palaver.webhooks.service import Webhooks


class Ground(Protocol):
    """What they stand on; `holder` is the lease of this process."""

    @property
    def settings(self) -> Settings: ...
    @property
    def database(self) -> Database: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def holder(self) -> str: ...


def webhooks(ground: Ground, sessions: Sessions, journal: Journal, titling: Titling) -> Webhooks:
    """Webhooks that hear of what happens, in the units of work in which it does."""
    settings, database, clock = ground.settings.webhooks, ground.database, ground.clock
    sending = Sending(settings, sealer_of(ground.settings), clock)
    outbox = Outbox(clock, settings)
    jobs = Deliveries(database, sending, outbox, settings=settings, clock=clock, holder=ground.holder)
    outbox.queued = jobs.wake
    journal.heard = outbox.heard
    sessions.hears = titling.hears = outbox
    return Webhooks(database, sending, outbox, jobs, settings=settings, clock=clock)
