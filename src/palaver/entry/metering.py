"""Puts together what counts calls: with other servers on the same file, or alone; it decides no number."""

import logging

from palaver.bus.counters import Counters, MemoryCounters
from palaver.bus.shared import SharedCounters
from palaver.entry.settings import Settings
from palaver.identity.limits.service import Rates
from palaver.kit.clock import Clock

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
