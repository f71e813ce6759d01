"""Prices and windows from the data that the package `genai-prices` ships; it downloads nothing.

The package takes 20 MB and a fifth of a second, so it is imported in a thread when a vendor with prices is first used.
"""

import asyncio
from datetime import date, datetime
from decimal import Decimal
from importlib import import_module
from importlib.metadata import version

from palaver.inference.describing import Listed
from palaver.inference.price import Price, Rate, Step
from palaver.kit.clock import Clock


class PriceList:
    """Looks models up, each once a day: prices have dates from which they hold."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[tuple[str, str], Listed] = {}
        self._day: date | None = None

    async def look_up(self, vendor: str, models: list[str]) -> dict[str, Listed]:
        """What the list says about a vendor's models; empty where it says nothing."""
        now = self._clock.now()
        if now.date() != self._day:
            self._day = now.date()
            self._known.clear()
        missing = [model for model in models if (vendor, model) not in self._known]
        if missing:
            found = await asyncio.to_thread(_find_all, vendor, missing, now)
            self._known.update(zip([(vendor, model) for model in missing], found, strict=True))
        return {model: self._known[vendor, model] for model in models}


def _find_all(vendor: str, models: list[str], now: datetime) -> list[Listed]:
    return [_find(vendor, model, now) for model in models]


def _find(vendor: str, model: str, now: datetime) -> Listed:
    from genai_prices.types import ConditionalPrice, ModelPrice, Provider, StartDateConstraint  # noqa: PLC0415

    # Imported by name: a type checker that reads these three megabytes of literals takes most of a minute.
    providers: list[Provider] = import_module("genai_prices.data").providers
    provider = next((one for one in providers if one.id == vendor), None)
    found = provider.find_model(model, all_providers=providers) if provider else None
    if found is None:
        return Listed()
    since: str | None = None
    if isinstance(found.prices, list):
        held: list[ConditionalPrice] = found.prices
        dates = [one.constraint.start_date for one in held if isinstance(one.constraint, StartDateConstraint)]
        since = max((day.isoformat() for day in dates if day <= now.date()), default=None)
    prices: ModelPrice = found.get_prices(now)
    return Listed(found.name, found.context_window, _price(prices, since))


def _price(prices: object, since: str | None) -> Price | None:
    names = ("input", "output", "cache_read", "cache_write")
    into, out, cached, written = (_levels(getattr(prices, f"{name}_mtok", None)) for name in names)
    if into is None or out is None:
        return None
    starts = sorted({start for levels in (into, out, cached or {}, written or {}) for start in levels if start > 0})
    steps = tuple(
        Step(
            start,
            Rate(
                input=_at(into, start),
                output=_at(out, start),
                cached=_at(cached, start) if cached else None,
                written=_at(written, start) if written else None,
            ),
        )
        for start in starts
    )
    return Price(
        input_usd_per_mtok=into[0],
        output_usd_per_mtok=out[0],
        cached_usd_per_mtok=cached[0] if cached else None,
        cache_written_usd_per_mtok=written[0] if written else None,
        steps=steps,
        source=f"genai-prices {version('genai-prices')}",
        since=since,
    )


def _levels(price: object) -> dict[int, float] | None:
    """A price by the number of tokens from which on it holds."""
    from genai_prices.types import TieredPrices  # noqa: PLC0415

    if isinstance(price, TieredPrices):
        return {0: float(price.base)} | {tier.start: float(tier.price) for tier in price.tiers}
    return {0: float(price)} if isinstance(price, Decimal) else None


def _at(levels: dict[int, float], start: int) -> float:
    return levels[max(level for level in levels if level <= start)]
