"""Puts together what counts calls and runs: with other servers on the same file, or alone; it decides no number."""

import logging
from collections.abc import Callable

from palaver.bus.counters import Counters, MemoryCounters
from palaver.bus.shared import SharedCounters
from palaver.core.ids import UserId
from palaver.entry.settings import Settings
from palaver.identity.budgets.api import RunsNow
from palaver.identity.limits.service import Rates
from palaver.kit.clock import Clock
from palaver.runs.service import Runs

log = logging.getLogger(__name__)

BESIDE = ".counters"  # added to the name of the database, beside which all its servers count


def open_rates(settings: Settings, clock: Clock) -> Rates:
    """The limits of this house."""
    return Rates(settings.limits, _counters(settings), clock)


def _counters(settings: Settings) -> Counters:
    path = settings.database_path
    if not settings.limits.enabled:
        return MemoryCounters()
    try:
        return SharedCounters(path.with_name(path.name + BESIDE))
    except OSError as error:
        log.warning("Calls are counted by this process alone: %s", error)
        return MemoryCounters()


def running_of(runs: Runs) -> Callable[[UserId], RunsNow]:
    """How many runs of somebody work and wait."""

    def running(user_id: UserId) -> RunsNow:
        places = runs.places
        if places is None:
            return RunsNow(None, 0, 0)
        return RunsNow(places.each, places.line.running(user_id), places.line.waiting(user_id))

    return running
