"""Counts calls, and refuses what is too much; the numbers are the settings', the counting is the bus's.

A `Toll` goes with each request from the gate, which knows its address, to the door, which knows who calls: it is paid
once, whoever asks how often, and tells at the end what is left.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from palaver.bus.counters import Claim, Counters
from palaver.core.errors import RateLimited
from palaver.core.principal import Principal
from palaver.identity.limits.groups import ADDRESSES, USERS, ByAddress, Group, group_of, place_of
from palaver.identity.limits.rate import SECOND, Rate, read
from palaver.identity.limits.settings import GroupRates, LimitSettings
from palaver.kit.clock import Clock

TOLL = "palaver.toll"  # where it stands in the scope of a request


class Bucket(NamedTuple):
    """One limit that holds for somebody; `key` is what it is counted under."""

    name: str
    rate: Rate
    claim: Claim


class Left(NamedTuple):
    """What is left of the limit that is nearest."""

    name: str
    rate: Rate
    ahead: int

    def headers(self) -> list[tuple[bytes, bytes]]:
        """As clients are told of it."""
        rate, ahead = self.rate, self.ahead
        return [
            (b"ratelimit-limit", b"%d" % rate.count),
            (b"ratelimit-remaining", b"%d" % rate.remaining(ahead)),
            (b"ratelimit-reset", b"%d" % rate.reset(ahead)),
            (b"ratelimit-policy", b'"%b";q=%d;w=%d' % (self.name.encode(), rate.count, rate.seconds)),
        ]


class RateLeft(msgspec.Struct, frozen=True, kw_only=True):
    """A limit of the caller's: `limit` in `seconds`, `remaining` now, all of them again in `reset` seconds.

    `by` says what is counted: everything the user does, or what this API key does.
    """

    group: Group
    by: str
    limit: int
    seconds: int
    remaining: int
    reset: int


class Rates:
    """The limits of one house."""

    def __init__(self, settings: LimitSettings, counters: Counters, clock: Clock) -> None:
        self._counters = counters
        self._clock = clock
        self.enabled = settings.enabled
        self._user = _rates(settings.user)
        self._key = _rates(settings.key)
        said: dict[ByAddress, str | None] = {"auth": settings.auth, "open": settings.open, "refused": settings.refused}
        self._addresses: dict[ByAddress, Rate] = {group: read(text) for group, text in said.items() if text}

    def toll(self, scope: Mapping[str, Any], method: str) -> "Toll | None":
        """What goes with a request; None where nothing is counted."""
        if not self.enabled:
            return None
        group = "sockets" if method == "" else group_of(method, scope["path"])
        return Toll(self, group, scope) if group is not None else None

    async def address(self, group: ByAddress, address: str) -> Left | None:
        """Count one request of an address. Raises RateLimited."""
        rate = self._addresses.get(group)
        if rate is None:
            return None
        place = place_of(address)
        return await self._take([Bucket(group, rate, Claim(f"a:{group}:{place}", rate.step, rate.room))])

    async def caller(self, group: Group, principal: Principal) -> Left | None:
        """Count one act of somebody who is known. Raises RateLimited."""
        if not self.enabled:
            return None
        buckets = self._of(group, principal)
        return await self._take(buckets) if buckets else None

    async def left(self, principal: Principal) -> list[RateLeft]:
        """What bounds somebody now; nothing is counted."""
        if not self.enabled:
            return []
        found: list[tuple[Group, Bucket]] = [
            (group, bucket) for group in USERS.values() for bucket in self._of(group, principal)
        ]
        ahead = await self._counters.look([bucket.claim for _, bucket in found], self._now())
        return [
            RateLeft(
                group=group,
                by="key" if bucket.claim.key.startswith("k:") else "user",
                limit=bucket.rate.count,
                seconds=bucket.rate.seconds,
                remaining=bucket.rate.remaining(mark),
                reset=bucket.rate.reset(mark),
            )
            for (group, bucket), mark in zip(found, ahead, strict=True)
        ]

    def _of(self, group: Group, principal: Principal) -> list[Bucket]:
        found: list[Bucket] = []
        if (rate := self._user.get(group)) is not None:
            found.append(Bucket(group, rate, Claim(f"u:{group}:{principal.user_id}", rate.step, rate.room)))
        if principal.key_id is not None and (rate := self._key.get(group)) is not None:
            found.append(Bucket(group, rate, Claim(f"k:{group}:{principal.key_id}", rate.step, rate.room)))
        return found

    async def _take(self, buckets: Sequence[Bucket]) -> Left:
        taken = await self._counters.take([bucket.claim for bucket in buckets], self._now())
        all_left = [Left(bucket.name, bucket.rate, ahead) for bucket, ahead in zip(buckets, taken.ahead, strict=True)]
        if taken.refused is not None:
            left = all_left[taken.refused]
            raise TooOften(left)
        return all_left[0] if len(all_left) == 1 else min(all_left, key=lambda one: one.rate.remaining(one.ahead))

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1_000_000) * (SECOND // 1_000_000)


class TooOften(RateLimited):
    """More calls than a limit allows; `left` is that limit."""

    def __init__(self, left: Left) -> None:
        rate = left.rate
        said = f"There may be {rate.count} of these calls ({left.name}) in {_span(rate.seconds)}."
        super().__init__(said, retry_after=rate.wait(left.ahead))
        self.left = left


class Toll:
    """What one request has to pay, and what is left then."""

    __slots__ = ("_address", "_group", "_place", "_rates", "left", "paid")

    def __init__(self, rates: Rates, group: Group | ByAddress, scope: Mapping[str, Any]) -> None:
        client = scope.get("client")
        self._rates = rates
        self._address: str = client[0] if client else ""
        self._place: ByAddress | None = ADDRESSES.get(group)
        self._group: Group | None = USERS.get(group)
        self.paid = False
        self.left: Left | None = None

    async def enter(self) -> None:
        """Pay for what anybody may call, before anything else is done. Raises RateLimited."""
        if self._place is not None:
            await self._by_address(self._place)

    async def pay(self, principal: Principal) -> None:
        """Pay as somebody who is known; once. Raises RateLimited."""
        if self.paid:
            return
        self.paid = True
        if self._group is None:
            return
        try:
            self.left = await self._rates.caller(self._group, principal)
        except TooOften as error:
            self.left = error.left
            raise

    async def refuse(self) -> None:
        """Count a credential that does not hold. Raises RateLimited where there were too many."""
        if not self.paid:
            self.paid = True
            await self._by_address("refused")

    async def _by_address(self, group: ByAddress) -> None:
        try:
            self.left = await self._rates.address(group, self._address)
        except TooOften as error:
            self.left = error.left
            raise


def _rates(settings: GroupRates) -> dict[Group, Rate]:
    said: dict[Group, str | None] = {
        "runs": settings.runs,
        "reads": settings.reads,
        "writes": settings.writes,
        "files": settings.files,
        "sockets": settings.sockets,
        "frames": settings.frames,
    }
    return {group: read(text) for group, text in said.items() if text}


def _span(seconds: int) -> str:
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds % length == 0:
            return unit if seconds == length else f"{seconds // length} {unit}s"
    return "a second" if seconds == 1 else f"{seconds} seconds"
