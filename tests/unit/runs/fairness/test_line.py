"""Who is next: nobody starves, nobody overtakes themselves, and no place stays empty that somebody could have."""

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from palaver.runs.fairness.line import Line

ROOM, EACH = 4, 3


class Queueing(RuleBasedStateMachine):
    """Turns come and go, of a few users."""

    def __init__(self) -> None:
        super().__init__()
        self.line: Line[str, int] = Line(ROOM, EACH)
        self.number = 0
        self.owner: dict[int, str] = {}
        self.running: list[int] = []
        self.waiting: list[int] = []
        self.overtaken: Counter[str] = Counter()

    @rule(user=st.sampled_from("abc"))
    def join(self, user: str) -> None:
        self.number += 1
        self.owner[self.number] = user
        (self.running if self.line.join(user, self.number) else self.waiting).append(self.number)

    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        everyone = [*self.running, *self.waiting]
        if not everyone:
            return
        run = data.draw(st.sampled_from(everyone))
        (self.running if run in self.running else self.waiting).remove(run)
        for begun in self.line.leave(run):
            self.begin(begun)

    def begin(self, run: int) -> None:
        user = self.owner[run]
        theirs = [one for one in self.waiting if self.owner[one] == user]
        assert run == theirs[0], "of one user the first comes first"
        counts = Counter(self.owner[one] for one in self.running)
        for other in {self.owner[one] for one in self.waiting} - {user}:
            able = counts[other] < EACH
            assert not able or counts[user] <= counts[other], "whoever has fewest under way is next"
            self.overtaken[other] = self.overtaken[other] + 1 if able and counts[other] == counts[user] else 0
            assert self.overtaken[other] <= 2, "of equals each has a turn before one has two"
        self.overtaken[user] = 0
        self.waiting.remove(run)
        self.running.append(run)

    @invariant()
    def nothing_is_lost(self) -> None:
        counts = Counter(self.owner[one] for one in self.running)
        assert len(self.running) <= ROOM
        assert all(count <= EACH for count in counts.values())
        for user in "abc":
            waiting = [one for one in self.waiting if self.owner[one] == user]
            assert (self.line.running(user), self.line.waiting(user)) == (counts[user], len(waiting))
            if waiting:
                assert len(self.running) == ROOM or counts[user] == EACH, "a place stays empty"


TestQueueing = Queueing.TestCase
TestQueueing.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_of_a_hundred_of_one_and_the_first_of_another_the_first_is_next() -> None:
    line: Line[str, str] = Line(2, 99)
    assert [line.join("many", f"many {number}") for number in range(102)] == [True, True] + [False] * 100
    assert not line.join("one", "first")
    assert line.leave("many 0") == ["first"]
    assert line.leave("many 1") == ["many 2"]
    assert line.leave("first") == ["many 3"]
    assert line.leave("nobody knows it") == []
    assert (line.running("many"), line.waiting("many"), line.running("one")) == (2, 98, 0)


def test_who_has_a_place_has_it_when_it_asks_again() -> None:
    line: Line[str, int] = Line(1, 1)
    assert [line.join("a", 1), line.join("a", 1), line.join("b", 2)] == [True, True, False]
    assert line.leave(2) == []
    assert line.leave(1) == []
    assert line.join("b", 3)
