"""Sessions of the MCP server: so many for each, forgotten when they are over."""

from datetime import timedelta

from palaver.core.ids import UserId
from palaver.kit.clock import ManualClock
from palaver.surfaces.mcp_server.opened import IDLE, Opened

ADA, BOB = UserId("usr_ada"), UserId("usr_bob")


def test_the_one_used_longest_ago_makes_room_and_only_ones_own() -> None:
    clock = ManualClock()
    opened = Opened(clock, most=2)
    for name, whose in (("b", BOB), ("a1", ADA), ("a2", ADA)):
        assert opened.began(name, whose) is None
        clock.advance(timedelta(seconds=1))
    with opened.asking("a1"):
        pass
    assert opened.began("a3", ADA) == "a2"


def test_one_with_a_request_under_way_is_left_alone() -> None:
    opened = Opened(ManualClock(), most=1)
    opened.began("busy", ADA)
    with opened.asking("busy"):
        assert opened.began("new", ADA) is None
    assert opened.began("newer", ADA) in {"busy", "new"}


def test_a_request_that_came_before_its_session_was_known_keeps_nothing_open() -> None:
    opened = Opened(ManualClock(), most=1)
    with opened.asking("quick"):
        opened.began("quick", ADA)
    assert opened.began("next", ADA) == "quick"


def test_what_is_over_is_forgotten() -> None:
    clock = ManualClock()
    opened = Opened(clock, most=50)
    for number in range(1_000):
        opened.began(f"s{number}", UserId(f"usr_{number}"))
        clock.advance(timedelta(minutes=1))
    assert len(opened) <= IDLE / timedelta(minutes=1)
    opened.ended("s999")
    opened.ended("s999")
    assert opened.began("s999", ADA) is None
