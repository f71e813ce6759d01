"""When a failing server is left alone for a while: decided from the failures and the time it is told, nothing else."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

State = Literal["closed", "open", "half_open"]


@dataclass(frozen=True, slots=True)
class Breaker:
    """`after` failures in a row open it for `rest`; then one request at a time may try (half open).

    An answer that begins closes it, a failed try opens it for another `rest`.
    """

    after: int = 5
    rest: timedelta = timedelta(seconds=30)
    failures: int = 0
    opened: datetime | None = None
    trying: bool = False

    def state(self, now: datetime) -> State:
        """As it is told to operators."""
        if self.opened is None:
            return "closed"
        return "open" if now < self.opened + self.rest else "half_open"

    def admits(self, now: datetime) -> bool:
        """Whether one more request may go out."""
        return self.opened is None or (not self.trying and now >= self.opened + self.rest)

    def remaining(self, now: datetime) -> float:
        """Seconds until it is worth asking again."""
        return 0.0 if self.opened is None else max(0.0, (self.opened + self.rest - now).total_seconds())

    def asked(self) -> "Breaker":
        """A request went out."""
        return self if self.opened is None else replace(self, trying=True)

    def answered(self) -> "Breaker":
        """An answer has begun: others may ask again, but only a whole answer wipes out the failures before it."""
        return self if self.opened is None else replace(self, opened=None, trying=False)

    def succeeded(self) -> "Breaker":
        """An answer came whole, or a refusal that shows the server to be well."""
        if not self.failures and self.opened is None:
            return self
        return replace(self, failures=0, opened=None, trying=False)

    def failed(self, now: datetime) -> "Breaker":
        """One more failure in a row."""
        failures = self.failures + 1
        opens = failures >= self.after or self.trying
        return replace(self, failures=failures, opened=now if opens else self.opened, trying=False)

    def abandoned(self) -> "Breaker":
        """A request that was given up before it told anything about the server."""
        return replace(self, trying=False) if self.trying else self
