"""What the shipped price list says, without a network."""

from datetime import timedelta

import pytest

from palaver.inference.pricelist import PriceList
from palaver.kit.clock import ManualClock


async def test_a_known_model_has_a_price_a_window_and_a_source() -> None:
    found = await PriceList(ManualClock()).look_up("openai", ["gpt-4o", "no-such-model"])
    assert found["gpt-4o"].window == 128_000
    price = found["gpt-4o"].price
    assert price is not None
    assert (price.input_usd_per_mtok, price.output_usd_per_mtok, price.cached_usd_per_mtok) == (2.5, 10.0, 1.25)
    assert price.source.startswith("genai-prices ")
    assert found["no-such-model"].price is None


async def test_prices_that_rise_with_the_length_keep_their_steps() -> None:
    found = await PriceList(ManualClock()).look_up("google", ["gemini-2.5-pro"])
    price = found["gemini-2.5-pro"].price
    assert price is not None
    assert [(step.above, step.rate.input) for step in price.steps] == [(200_000, 2.5)]


async def test_a_price_with_a_date_holds_from_that_date_on() -> None:
    from genai_prices.data import providers
    from genai_prices.types import StartDateConstraint

    dated = next(
        (provider.id, model.id, price.constraint.start_date)
        for provider in providers
        for model in provider.models
        if isinstance(model.prices, list) and len(model.prices) == 2
        for price in model.prices
        if isinstance(price.constraint, StartDateConstraint)
    )
    clock = ManualClock()
    clock.advance(timedelta(days=(dated[2] - clock.now().date()).days - 1))
    prices = PriceList(clock)
    before = (await prices.look_up(dated[0], [dated[1]]))[dated[1]].price
    clock.advance(timedelta(days=1))
    after = (await prices.look_up(dated[0], [dated[1]]))[dated[1]].price
    assert before is not None
    assert after is not None
    assert (before.since, after.since) == (None, dated[2].isoformat())


@pytest.mark.parametrize(
    "vendor", ["openai", "azure", "openrouter", "groq", "mistral", "deepseek", "google", "together"]
)
async def test_the_vendors_we_name_are_in_the_list(vendor: str) -> None:
    from genai_prices.data import providers

    assert vendor in {provider.id for provider in providers}
