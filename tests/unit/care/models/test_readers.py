"""What readers say together, and what is left where one of them fails or is late."""

import threading

import pytest

from palaver.care import service
from palaver.care.models.port import Heads
from palaver.care.models.readers import Readers
from palaver.care.resources.service import Help
from palaver.care.service import Care
from palaver.core.errors import Unavailable
from tests.unit.care.models.given import Says, emotions

CALM = Heads((0.1, 0.1, 0.1, 0.1), emotions(joy=0.9, sadness=0.5), {"hate": 0.1})
GRAVE = Heads((0.9, 0.9, 0.9, 0.9), emotions(sadness=0.8), {"hate": 0.9})
SWAHILI = Heads((0.1, 0.1, 0.1, 0.1), emotions("sw", joy=0.3), None)


async def test_the_gravest_reader_counts_and_feelings_are_told_by_all_that_know_the_language() -> None:
    told = await Readers(Says(CALM, "small"), Says(GRAVE, "encoder")).read("a text")
    assert [(one.rule, one.level) for one in told.signals] == [("model:encoder", "high")]
    assert (told.feeling.emotion, told.unsafe, told.failed) == ("sadness", {"hate"}, False)
    assert told.feeling.confidence == 0.667  # as sure as both are in the mean, and joy one of them does not see
    told = await Readers(Says(SWAHILI, "small"), Says(GRAVE, "encoder")).read("maandishi")
    assert (told.feeling.emotion, told.feeling.language, told.feeling.reliability) == ("joy", "sw", "low")


async def test_each_reader_is_heard_whatever_the_others_say() -> None:
    told = await Readers(Says(GRAVE, "small"), Says(CALM, "encoder")).read("a text")
    assert [one.rule for one in told.signals] == ["model:small"]
    told = await Readers(Says(GRAVE, "small"), Says(GRAVE, "encoder")).read("a text")
    assert [one.rule for one in told.signals] == ["model:small", "model:encoder"]
    told = await Readers(Says(GRAVE, "small"), Says(OSError("gone"), "encoder")).read("a text")
    assert [one.rule for one in told.signals] == ["model:small"]


async def test_everything_is_read_from_disk_before_somebody_writes_also_where_one_is_not_there() -> None:
    read: list[str] = []

    class Hears(Says):
        def read(self, text: str) -> Heads:
            read.append(self.name)
            return super().read(text)

    await Readers(Hears(CALM, "small"), Hears(OSError("gone"), "encoder")).load()
    assert read == ["small", "encoder"]


async def test_a_reader_that_fails_takes_nothing_from_the_rules_and_where_they_find_nothing_nobody_knows() -> None:
    care = Care(Help(), Readers(Says(CALM, "small"), Says(OSError("gone"), "encoder")))
    assert (await care.crisis("I want to kill myself")).urgency == "high"
    with pytest.raises(Unavailable):
        await care.crisis("See you on Monday")
    assert (await care.feeling("See you on Monday")).emotion == "joy"


async def test_a_reader_that_is_late_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    class Slow(Says):
        def read(self, text: str) -> Heads:
            over.wait(10)
            return super().read(text)

    monkeypatch.setattr(service, "PATIENCE", 0.01)
    care = Care(Help(), Readers(Says(CALM, "small"), Slow(GRAVE, "encoder")))
    try:
        assert (await care.crisis("I want to kill myself")).urgency == "high"
        with pytest.raises(Unavailable):
            await care.crisis("See you on Monday")
    finally:
        over.set()
