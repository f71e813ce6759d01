"""Whether this process lives, can serve, and why not; who may ask is decided at the door that serves it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from palaver.kit.clock import Clock
from palaver.observability.settings import ObservabilitySettings

log = logging.getLogger(__name__)

Check = Callable[[], Awaitable[Mapping[str, Any] | None]]


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one check found: numbers and words where it has some, and a sentence where it failed."""

    name: str
    ok: bool
    needed: bool
    took_ms: float
    detail: Mapping[str, Any] = {}
    error: str | None = None


class Health(msgspec.Struct, frozen=True):
    """The state of the whole: `ready` when nothing that is needed fails and the server is not going down."""

    status: Literal["ready", "degraded", "not_ready", "draining"]
    uptime_s: float
    checks: tuple[Finding, ...]

    @property
    def ready(self) -> bool:
        """Whether requests should be sent here."""
        return self.status in ("ready", "degraded")


class HealthChecks:
    """The named checks of this process, each with a deadline; outcomes are reused for a moment.

    A check returns what is worth knowing, and raises when what it looks at does not work.
    """

    def __init__(self, settings: ObservabilitySettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._started = clock.now()
        self._checks: dict[str, tuple[Check, bool]] = {}
        self._looking = asyncio.Lock()
        self._found: tuple[Finding, ...] = ()
        self._found_at: datetime | None = None
        self._draining = False

    def add(self, name: str, check: Check, *, needed: bool = True) -> None:
        """Ask `check` too; without it being `needed`, its failure degrades the server and does not stop it."""
        self._checks[name] = (check, needed)

    def drain(self) -> None:
        """Say from now on that requests should go elsewhere: this process is going down."""
        self._draining = True

    @property
    def uptime(self) -> timedelta:
        """How long this process has been there."""
        return self._clock.now() - self._started

    async def look(self) -> Health:
        """Run all checks at once, or tell what they found a moment ago."""
        async with self._looking:
            if not self._fresh():
                self._found = await self._run_all()
                self._found_at = self._clock.now()
        return Health(self._status(), round(self.uptime.total_seconds(), 3), self._found)

    def _fresh(self) -> bool:
        return self._found_at is not None and self._clock.now() - self._found_at < self._settings.check_reuse

    def _status(self) -> Literal["ready", "degraded", "not_ready", "draining"]:
        if self._draining:
            return "draining"
        failed = [found for found in self._found if not found.ok]
        if any(found.needed for found in failed):
            return "not_ready"
        return "degraded" if failed else "ready"

    async def _run_all(self) -> tuple[Finding, ...]:
        async with asyncio.TaskGroup() as tasks:
            looks = [tasks.create_task(self._run(name), name=f"health {name}") for name in self._checks]
        return tuple(look.result() for look in looks)

    async def _run(self, name: str) -> Finding:
        check, needed = self._checks[name]
        began = self._clock.now()
        detail: Mapping[str, Any] = {}
        error = None
        try:
            async with asyncio.timeout(self._settings.check_timeout.total_seconds()):
                detail = await check() or {}
        except TimeoutError:
            error = f"no answer within {self._settings.check_timeout.total_seconds():g} s"
        except Exception as failure:  # noqa: BLE001 - whatever is wrong with what it looks at is a finding, not a crash
            error = str(failure) or type(failure).__name__
            log.warning("a health check failed", extra={"check": name, "error": repr(failure)})
        took = (self._clock.now() - began).total_seconds() * 1000
        return Finding(name, error is None, needed, round(took, 3), detail, error)
