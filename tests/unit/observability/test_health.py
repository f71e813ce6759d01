"""Ready means: what is needed works, now, and the server is not going down."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from palaver.kit.clock import ManualClock
from palaver.observability.health import HealthChecks
from palaver.observability.settings import ObservabilitySettings

SETTINGS = ObservabilitySettings()


class Probe:
    def __init__(self, detail: Mapping[str, object] | None = None) -> None:
        self.detail = detail
        self.error: Exception | None = None
        self.asked = 0

    async def __call__(self) -> Mapping[str, object] | None:
        self.asked += 1
        if self.error:
            raise self.error
        return self.detail


async def test_with_everything_well_the_server_is_ready_and_says_what_it_found() -> None:
    health = HealthChecks(SETTINGS, ManualClock())
    health.add("database", Probe({"size": 3}))
    found = await health.look()
    assert (found.status, found.ready) == ("ready", True)
    assert found.checks[0].detail == {"size": 3}


async def test_what_is_needed_and_fails_makes_it_not_ready_and_says_why() -> None:
    health = HealthChecks(SETTINGS, ManualClock())
    database = Probe()
    database.error = OSError("disk is full")
    health.add("database", database)
    found = await health.look()
    assert (found.status, found.ready) == ("not_ready", False)
    assert found.checks[0].error == "disk is full"


async def test_what_is_not_needed_and_fails_only_degrades() -> None:
    health = HealthChecks(SETTINGS, ManualClock())
    provider = Probe()
    provider.error = RuntimeError()
    health.add("database", Probe())
    health.add("provider", provider, needed=False)
    found = await health.look()
    assert (found.status, found.ready) == ("degraded", True)
    assert found.checks[1].error == "RuntimeError"


async def test_a_check_that_never_answers_counts_as_failed() -> None:
    async def never() -> None:
        await asyncio.get_running_loop().create_future()

    health = HealthChecks(ObservabilitySettings(check_timeout=timedelta(milliseconds=10)), ManualClock())
    health.add("database", never)
    found = await health.look()
    assert not found.ready
    assert found.checks[0].error == "no answer within 0.01 s"


async def test_many_who_ask_at_once_cause_one_look_and_a_moment_later_another() -> None:
    clock, probe = ManualClock(), Probe()
    health = HealthChecks(SETTINGS, clock)
    health.add("database", probe)
    await asyncio.gather(*(health.look() for _ in range(20)))
    assert probe.asked == 1
    clock.advance(SETTINGS.check_reuse)
    await health.look()
    assert probe.asked == 2


async def test_a_server_that_goes_down_is_not_ready_though_all_is_well() -> None:
    clock = ManualClock()
    health = HealthChecks(SETTINGS, clock)
    health.add("database", Probe())
    assert (await health.look()).ready
    health.drain()
    found = await health.look()
    assert (found.status, found.ready) == ("draining", False)


async def test_uptime_is_what_the_clock_says() -> None:
    clock = ManualClock()
    health = HealthChecks(SETTINGS, clock)
    clock.advance(timedelta(seconds=90))
    assert (await health.look()).uptime_s == 90.0
