"""What a model call consumed: tokens and money. Where the numbers come from is said beside them."""

import msgspec


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens of one or several model calls; `cost_usd` is None where no price is known.

    `cached_tokens` (read from a cache) and `cache_written_tokens` are part of `input_tokens`, `reasoning_tokens` of
    `output_tokens`.
    `estimated` says that the vendor reported nothing and the tokens were counted here.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cache_written_tokens: int = 0
    reasoning_tokens: int = 0
    cost_usd: float | None = None
    estimated: bool = False

    def plus(self, other: "Usage") -> "Usage":
        """Both together; a cost is known when either is."""
        costs = [cost for cost in (self.cost_usd, other.cost_usd) if cost is not None]
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            cache_written_tokens=self.cache_written_tokens + other.cache_written_tokens,
            reasoning_tokens=self.reasoning_tokens + other.reasoning_tokens,
            cost_usd=sum(costs) if costs else None,
            estimated=self.estimated or other.estimated,
        )
