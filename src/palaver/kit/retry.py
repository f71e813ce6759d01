"""How long to wait before trying again, as arithmetic; it neither waits nor decides what is worth another try."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Exponential waits with full jitter: each is drawn evenly from zero to a bound that doubles.

    Full jitter spreads the callers that failed together over the whole time, which a fixed wait would send back
    together (M. Brooker, "Exponential Backoff And Jitter", 2015).
    """

    tries: int = 3
    first: float = 0.5
    longest: float = 8.0
    patience: float = 20.0

    def wait(self, failures: int, chance: float, asked: float | None = None) -> float | None:
        """Seconds until the next try after so many failures, or None to give up.

        `chance` is a random number in [0, 1). `asked` is the wait the other side asked for: it is honoured as the
        least wait, and beyond `patience` there is no next try.
        """
        if failures >= self.tries or (asked is not None and asked > self.patience):
            return None
        drawn = chance * min(self.longest, self.first * 2.0 ** (failures - 1))
        return drawn if asked is None else asked + chance * min(self.first, asked)
