"""The bus of one process tells whoever listens now, and keeps nothing."""

import pytest

from palaver.bus.memory import MemoryBus
from palaver.kit.streams import Closed, Lagged


def light() -> int:
    return 1


async def test_everybody_who_listens_to_a_topic_hears_what_is_told_there_in_order() -> None:
    bus = MemoryBus(10)
    with bus.subscribe("a") as one, bus.subscribe("a", "b") as two:
        for topic, item in (("a", 1), ("b", 2), ("c", 3), ("a", 4)):
            bus.publish(topic, item, light)
        assert await one.take() == [1, 4]
        assert await two.take() == [1, 2, 4]


async def test_who_comes_later_does_not_hear_what_was_told_before() -> None:
    bus = MemoryBus(10)
    bus.publish("a", 1, light)
    with bus.subscribe("a") as late:
        bus.publish("a", 2, light)
        assert await late.take() == [2]


async def test_a_slow_reader_is_let_go_and_the_others_hear_on() -> None:
    bus = MemoryBus(3)
    with bus.subscribe("a") as slow, bus.subscribe("a") as quick:
        heard: list[int] = []
        for number in range(5):
            bus.publish("a", number, light)
            heard += await quick.take()
        assert heard == [0, 1, 2, 3, 4]
        with pytest.raises(Lagged):
            await slow.take()


async def test_what_weighs_more_fills_the_mailbox_sooner() -> None:
    bus = MemoryBus(10)
    with bus.subscribe("a") as mailbox:
        bus.publish("a", "x", lambda: 6)
        bus.publish("a", "y", lambda: 6)
        with pytest.raises(Lagged):
            await mailbox.take()


def test_who_leaves_leaves_nothing_behind() -> None:
    bus = MemoryBus(10)
    with bus.subscribe("a", "b"), bus.subscribe("a"):
        assert (bus.readers("a"), bus.readers("b"), bus.readers("c")) == (2, 1, 0)
    assert (bus.readers("a"), bus.readers("b"), bus._topics) == (0, 0, {})


async def test_a_topic_that_ends_lets_its_readers_go_and_no_others() -> None:
    bus = MemoryBus(10)
    with bus.subscribe("a") as one, bus.subscribe("b") as two:
        bus.publish("a", 1, light)
        bus.end("a")
        bus.publish("b", 2, light)
        assert await one.take() == [1]
        with pytest.raises(Closed):
            await one.take()
        assert await two.take() == [2]


async def test_a_bus_that_closes_lets_everybody_go_whoever_comes_later_too() -> None:
    bus = MemoryBus(10)
    with bus.subscribe("a") as before:
        bus.close()
        with bus.subscribe("b") as after:
            for mailbox in (before, after):
                with pytest.raises(Closed):
                    await mailbox.take()
