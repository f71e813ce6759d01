"""Who is there and who writes, as a pure calculation; and how much may be sent in a second."""

from hypothesis import given
from hypothesis import strategies as st

from palaver.core.ids import SessionId, UserId
from palaver.core.room import Person
from palaver.realtime.pace import Pace
from palaver.realtime.presence import Rooms
from tests.promises import keeps

S = SessionId("ses_1")
ADA, BOB = Person(UserId("usr_a"), "Ada"), Person(UserId("usr_b"), "Bob")


@keeps("sockets:presence")
@given(st.lists(st.sampled_from([ADA, BOB]), max_size=20))
def test_a_person_is_there_from_their_first_window_to_their_last(windows: list[Person]) -> None:
    rooms, told = Rooms(), list[Person]()
    for person in windows:
        if rooms.enter(S, person):
            told.append(person)
    assert rooms.users(S) == tuple(told)
    assert len(told) == len(set(windows))
    assert rooms.windows(S) == len(windows)
    for person in windows:
        last = rooms.leave(S, person.user_id)
        assert last == (person not in rooms.users(S))
    assert rooms.users(S) == ()


@keeps("sockets:presence")
def test_who_writes_counts_as_writing_until_the_deadline_and_is_told_once() -> None:
    rooms = Rooms()
    assert not rooms.types(S, ADA.user_id, 1.0), "nobody writes who is not there"
    rooms.enter(S, ADA)
    assert rooms.types(S, ADA.user_id, 1.0)
    assert not rooms.types(S, ADA.user_id, 2.0), "said again, it is no news"
    assert rooms.late(1.5) == []
    assert rooms.typing(S) == [ADA.user_id]
    assert rooms.late(2.0) == [(S, ADA.user_id)]
    assert rooms.late(9.0) == []
    assert not rooms.rests(S, ADA.user_id)


def test_a_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    pace = Pace(rate=2, burst=3, now=10.0)
    assert [pace.takes(10.0) for _ in range(4)] == [True, True, True, False]
    assert [pace.takes(10.5) for _ in range(2)] == [True, False]
    assert [pace.takes(100.0) for _ in range(4)] == [True, True, True, False], "it holds no more than a burst"
