"""What tokens cost, as values and arithmetic; where a price comes from is `pricelist.py`'s business."""

import msgspec

from palaver.core.usage import Usage

MILLION = 1_000_000


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """US dollars per million tokens; None means that tokens from a cache, or into it, cost as much as others."""

    input: float
    output: float
    cached: float | None = None
    written: float | None = None


class Step(msgspec.Struct, frozen=True):
    """The rate of calls with more than `above` tokens in; it holds for all their tokens."""

    above: int
    rate: Rate


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """A model's price. `source` says who says so, `since` from which day on, where that is known."""

    input_usd_per_mtok: float
    output_usd_per_mtok: float
    cached_usd_per_mtok: float | None = None
    cache_written_usd_per_mtok: float | None = None
    steps: tuple[Step, ...] = ()
    source: str
    since: str | None = None

    def cost(self, usage: Usage) -> float:
        """US dollars for one call."""
        rate = self._rate(usage.input_tokens)
        cached = min(usage.cached_tokens, usage.input_tokens)
        written = min(usage.cache_written_tokens, usage.input_tokens - cached)
        fresh = (usage.input_tokens - cached - written) * rate.input
        again = cached * (rate.input if rate.cached is None else rate.cached)
        kept = written * (rate.input if rate.written is None else rate.written)
        return (fresh + again + kept + usage.output_tokens * rate.output) / MILLION

    def _rate(self, tokens: int) -> Rate:
        for step in reversed(self.steps):
            if tokens > step.above:
                return step.rate
        return Rate(
            input=self.input_usd_per_mtok,
            output=self.output_usd_per_mtok,
            cached=self.cached_usd_per_mtok,
            written=self.cache_written_usd_per_mtok,
        )
