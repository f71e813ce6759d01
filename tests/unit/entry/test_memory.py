"""When memory is tidied: after a busy time, and never in it."""

import gc
import weakref
from datetime import timedelta

import pytest

from palaver.entry.memory import begin, keep_tidy, settle
from palaver.kit.clock import ManualClock


class Circle:
    def __init__(self) -> None:
        self.itself = self


class Over(Exception):
    """The time of a test is up."""


class Counted(ManualClock):
    """A clock on which so many spans pass."""

    def __init__(self, spans: int) -> None:
        super().__init__()
        self._left = spans

    async def sleep(self, span: timedelta) -> None:
        if self._left == 0:
            raise Over
        self._left -= 1


@pytest.mark.parametrize(("under_way", "kept"), [([True, False], False), ([True, True], True), ([False, False], True)])
async def test_circles_are_freed_once_a_busy_time_is_over(under_way: list[bool], kept: bool) -> None:
    looks = iter(under_way)
    gc.disable()
    try:
        circle = weakref.ref(Circle())
        with pytest.raises(Over):
            await keep_tidy(lambda: not next(looks), Counted(len(under_way)))
        assert (circle() is not None) is kept
    finally:
        gc.enable()


def test_nothing_is_looked_for_while_a_server_starts_and_everything_afterwards() -> None:
    thresholds = gc.get_threshold()
    try:
        begin()
        assert not gc.isenabled()
        settle()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
        gc.enable()
        gc.set_threshold(*thresholds)
