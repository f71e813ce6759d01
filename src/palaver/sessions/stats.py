"""What a person's sessions amount to, counted from rows; null where there is nothing to count."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from palaver.core.errors import Invalid
from palaver.kit.clock import stamp


class Stats(msgspec.Struct, frozen=True, kw_only=True):
    """Counts over everything of one person; `active` are sessions answering now, `today` messages of this day."""

    sessions: int
    messages: int
    active: int
    today: int
    mean_latency_ms: float | None
    p95_latency_ms: float | None
    most_used_model: str | None
    most_used_provider: str | None
    input_tokens: int
    output_tokens: int
    cost_usd: float | None


def midnight(now: datetime, zone: str) -> str:
    """When the day began where the person is, as stored."""
    try:
        there = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        at = {"loc": ["query", "zone"], "msg": "not the name of a time zone", "type": "time_zone"}
        raise Invalid("This time zone is not known; a name like Africa/Nairobi is.", errors=[at]) from error
    return stamp(datetime.combine(now.astimezone(there).date(), time(), there).astimezone(UTC))
