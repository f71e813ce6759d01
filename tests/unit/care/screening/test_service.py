"""A model that is late, gone or broken says nothing, and what it was asked about stands in no log."""

import asyncio
import logging

import pytest

from palaver.care.crisis.finding import Signal
from palaver.care.models.raising import raised
from palaver.care.screening.questions import nothing_found
from palaver.care.screening.service import Screener
from palaver.care.screening.settings import ScreenerSettings
from palaver.inference.providers.guide import Guide
from palaver.inference.service import Inference
from palaver.inference.settings import InferenceSettings, ProviderSettings
from palaver.kit.clock import SystemClock
from tests.promises import keeps
from tests.vendor import FakeVendor
from tests.vendor.script import Drop, Stall, failure
from tests.vendor.spoken import Answer, Say

FOUND = raised(nothing_found(), [Signal("wish", "self_directed", "low", 0, 6, "en")])
TEXT = "Nobody should know of the garage."


@keeps("care:screener")
async def test_who_does_not_answer_in_time_and_in_form_has_said_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with FakeVendor() as vendor:
        provider = ProviderSettings.model_validate({"kind": "openai_chat", "base_url": vendor.url, "models": "any"})
        settings = InferenceSettings.model_validate({"tries": 1})
        inference = Inference(settings, {"fake": provider}, Guide(SystemClock()), SystemClock())
        slow = {"model": "fake/any", "timeout_seconds": 0.05}
        patient = {"model": "fake/any", "timeout_seconds": 20}
        broken = (failure(401), Answer([Say("{"), Drop()]), Answer([Say("I will not.")], reason="refusal"))
        try:
            for asked, answers in ((slow, (Answer([Stall()]),)), (patient, broken)):
                screener = Screener(inference, ScreenerSettings.model_validate(asked))
                for one in answers:
                    vendor.next(one)
                    async with asyncio.timeout(10):
                        assert await screener.read(TEXT, FOUND) is None
                assert screener.asked.total() == len(answers)
                assert screener.asked["late"] == (1 if asked is slow else 0)
            nobody = Screener(inference, ScreenerSettings.model_validate({"model": "gone/any"}))
            assert await nobody.read(TEXT, None) is None
            assert nobody.asked == {"failed": 1}
        finally:
            vendor.release()
            await inference.close()
    assert not any("garage" in one.getMessage() or "will not" in one.getMessage() for one in caplog.records)


def test_it_is_asked_about_what_is_urgent_and_can_be_more_so_and_off_unless_a_model_is_named() -> None:
    def asks(model: str) -> list[str]:
        screener = Screener(None, ScreenerSettings.model_validate({"model": model}))  # pyright: ignore[reportArgumentType]
        return [one for one in ("none", "low", "medium", "high", "critical") if screener.asks(one)]

    assert asks("") == []
    assert asks("x/y") == ["low", "medium", "high"]
    for wrong in ("gpt", "builtin/guide", "/gpt", "x/"):
        with pytest.raises(ValueError, match="write a provider"):
            asks(wrong)
