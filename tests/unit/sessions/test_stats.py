"""When a day begins depends on where one is."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from palaver.core.errors import Invalid
from palaver.kit.clock import instant
from palaver.sessions.stats import midnight

ZONES = ["UTC", "Africa/Nairobi", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe",
         "Pacific/Apia", "Pacific/Kiritimati", "America/Sao_Paulo", "America/Havana", "Africa/Cairo"]  # fmt: skip


@pytest.mark.parametrize(
    ("now", "zone", "began"),
    [
        ("2026-01-01T12:00:00Z", "UTC", "2026-01-01T00:00:00.000000Z"),
        ("2026-01-01T22:30:00Z", "Africa/Nairobi", "2026-01-01T21:00:00.000000Z"),
        ("2026-01-01T02:00:00Z", "America/New_York", "2025-12-31T05:00:00.000000Z"),
        # the clock went forward at 2 and back at 3 in the morning: the day began before that
        ("2026-03-29T12:00:00Z", "Europe/Berlin", "2026-03-28T23:00:00.000000Z"),
        ("2026-10-25T12:00:00Z", "Europe/Berlin", "2026-10-24T22:00:00.000000Z"),
        # midnight itself was skipped: the day began at one o'clock
        ("2018-11-04T12:00:00Z", "America/Sao_Paulo", "2018-11-04T03:00:00.000000Z"),
        # midnight came twice: the day began with the first
        ("2025-11-02T12:00:00Z", "America/Havana", "2025-11-02T04:00:00.000000Z"),
        ("2025-11-02T05:30:00Z", "America/Havana", "2025-11-02T04:00:00.000000Z"),
    ],
)
def test_today_began_at_the_first_moment_of_its_date(now: str, zone: str, began: str) -> None:
    assert midnight(instant(now), zone) == began


@given(some.datetimes(datetime(2000, 1, 1), datetime(2035, 1, 1), timezones=some.just(UTC)), some.sampled_from(ZONES))  # noqa: DTZ001
def test_today_began_not_later_than_now_on_the_same_date_and_a_moment_before_it_was_another_date(
    now: datetime, zone: str
) -> None:
    there = ZoneInfo(zone)
    began = instant(midnight(now, zone))
    assert began <= now
    assert began.astimezone(there).date() == now.astimezone(there).date()
    assert (began - timedelta(microseconds=1)).astimezone(there).date() < now.astimezone(there).date()


@pytest.mark.parametrize(
    "zone", ["", "Nowhere", "../etc/passwd", "/etc/passwd", "Europe", "a\x00b", "\ud800", "x" * 5000]
)
def test_a_zone_that_nobody_knows_is_refused_with_the_field(zone: str) -> None:
    with pytest.raises(Invalid) as refused:
        midnight(datetime(2026, 1, 1, tzinfo=UTC), zone)
    assert refused.value.errors[0]["loc"] == ["query", "zone"]
