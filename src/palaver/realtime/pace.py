"""How much somebody may do in a second: a bucket that fills with time; it is handed the time and waits for nothing."""


class Pace:
    """`rate` a second for long, `burst` at once."""

    __slots__ = ("_at", "_burst", "_left", "_rate")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._left = burst
        self._at = now

    def takes(self, now: float) -> bool:
        """Whether one more is within it; then it is counted."""
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
