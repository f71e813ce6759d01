"""What readers get: the same events as frames and as objects, from any number on."""

import json

from hypothesis import given
from hypothesis import strategies as some

from palaver.core.events import RunDone, TextGrew
from palaver.core.ids import RunId, Seq, SessionId
from palaver.runs.records import record
from palaver.runs.told import Address, Told

ADDRESS = Address(RunId("run_1"), SessionId("ses_1"))


def told(first: int, last: int) -> Told:
    lines = [(Seq(seq), record(Seq(seq), TextGrew(content=f"{seq}"))) for seq in range(first, last + 1)]
    return Told(ADDRESS, lines)


def test_an_object_is_the_event_with_its_run_and_its_session() -> None:
    assert json.loads(told(4, 4).objects()[0]) == {
        "type": "content", "seq": 4, "content": "4", "run_id": "run_1", "session_id": "ses_1"
    }  # fmt: skip


def test_a_frame_has_the_number_the_kind_and_the_object() -> None:
    done = Told(ADDRESS, [(Seq(9), record(Seq(9), RunDone(finish_reason="stop", duration_ms=1.5, turns=1)))], ends=True)
    head, kind, data, *rest = done.frames().decode().split("\n")
    assert (head, kind, rest) == ("id: 9", "event: done", ["", ""])
    assert data == "data: " + done.objects()[0].decode()


def test_the_frames_of_several_events_follow_each_other() -> None:
    assert told(1, 3).frames() == told(1, 1).frames() + told(2, 3).frames()


def test_frames_are_made_once_for_all_readers() -> None:
    one = told(1, 2)
    assert one.frames() is one.frames()


@given(some.integers(1, 20), some.integers(0, 8), some.integers(0, 30))
def test_a_reader_gets_what_it_does_not_have(first: int, more: int, known: int) -> None:
    rest = told(first, first + more).after(known)
    has = [seq for seq, _ in rest.lines] if rest else []
    assert has == [seq for seq in range(first, first + more + 1) if seq > known]


def test_what_is_left_of_the_end_is_still_the_end() -> None:
    end = Told(ADDRESS, told(1, 3).lines, ends=True).after(2)
    assert end is not None
    assert (end.first, end.last, end.ends) == (3, 3, True)


def test_its_weight_is_not_less_than_its_frames_take() -> None:
    assert told(1, 50).weight() >= 0.9 * len(told(1, 50).frames())
