"""The shape of a session's tree says the same as a plain table of who stands below whom."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from palaver.sessions import tree
from palaver.sessions.tree import Line, Place, Reach, Tree

# What is done to a tree: below the message of that number (0: at the root) comes one more, or it is taken out. Small
# numbers, so that branches meet.
acts = some.lists(
    some.tuples(some.sampled_from(["append", "append", "append", "prune"]), some.integers(0, 5)),
    min_size=6,
    max_size=16,
)


class Table:
    """The model: who stands below whom, in the order in which they came, and who began a branch."""

    def __init__(self) -> None:
        self.parents: dict[str, str | None] = {}
        self.begun: set[str] = set()
        self.made = 0

    def append(self, below: str | None) -> str:
        self.made += 1
        name = f"m{self.made}"
        if self.children(below):
            self.begun.add(name)
        self.parents[name] = below
        return name

    def prune(self, name: str) -> set[str]:
        gone = {one for one in self.parents if name in self.path(one)}
        self.parents = {one: below for one, below in self.parents.items() if one not in gone}
        return gone

    def path(self, name: str) -> list[str]:
        below = self.parents[name]
        return [*(self.path(below) if below else []), name]

    def children(self, name: str | None) -> list[str]:
        return [one for one, below in self.parents.items() if below == name]

    def leaf(self, name: str) -> str:
        branches = [one for one in self.parents if one in self.begun and name in self.path(one)[:-1]]
        return self.end(branches[-1] if branches else name)

    def end(self, name: str) -> str:
        following = [one for one in self.children(name) if one not in self.begun]
        return self.end(following[0]) if following else name


class Both:
    """A tree and its table, to which the same is done."""

    def __init__(self) -> None:
        self.table = Table()
        self.tree = tree.seed("ses")
        self.places: dict[str, Place] = {}

    def do(self, act: str, number: int) -> None:
        names: list[str | None] = [None, *self.table.parents]
        chosen = names[number % len(names)]
        if act == "append":
            self.append(chosen)
        elif chosen is not None:
            self.prune(chosen)

    def append(self, below: str | None) -> None:
        name = self.table.append(below)
        self.tree, self.places[name] = tree.append(self.tree, self.places[below] if below else None, name)

    def prune(self, name: str) -> None:
        gone = self.table.prune(name)
        self.tree, reaches = tree.prune(self.tree, self.places[name])
        assert sorted(self.spread(reaches), key=str) == sorted((self.places[one] for one in gone), key=str)
        self.places = {one: place for one, place in self.places.items() if one not in gone}

    def spread(self, reaches: tuple[Reach, ...]) -> list[Place]:
        return [Place(reach.line, depth) for reach in reaches for depth in range(reach.start, reach.end)]

    def names(self, places: list[Place]) -> list[str]:
        known = {place: name for name, place in self.places.items()}
        return [known[place] for place in places]


def grown(done: list[tuple[str, int]]) -> Both:
    both = Both()
    for act, number in done:
        both.do(act, number)
    return both


@settings(max_examples=40)
@given(acts)
def test_every_message_has_a_place_of_its_own_as_deep_as_its_path_is_long(done: list[tuple[str, int]]) -> None:
    both = grown(done)
    assert len(set(both.places.values())) == len(both.table.parents)
    assert sum(line.end - line.start for line in both.tree.lines) == len(both.table.parents)
    for name, place in both.places.items():
        assert place.depth == len(both.table.path(name)) - 1


@settings(max_examples=40)
@given(acts)
def test_a_path_runs_from_the_root_to_the_message(done: list[tuple[str, int]]) -> None:
    both = grown(done)
    assert tree.path(both.tree, None) == ()
    for name, place in both.places.items():
        reaches = tree.path(both.tree, place)
        assert both.names(both.spread(reaches)) == both.table.path(name)
        assert all(one.end == after.start for one, after in pairwise(reaches))


@settings(max_examples=40)
@given(acts)
def test_the_one_before_and_those_beside_a_message_are_the_tables(done: list[tuple[str, int]]) -> None:
    both = grown(done)
    for name, place in both.places.items():
        below = both.table.parents[name]
        assert tree.parent(both.tree, place) == (both.places[below] if below else None)
        assert both.names(list(tree.siblings(both.tree, place))) == both.table.children(below)


@settings(max_examples=40)
@given(acts)
def test_the_leaf_is_the_end_of_the_branch_that_began_last(done: list[tuple[str, int]]) -> None:
    both = grown(done)
    for name, place in both.places.items():
        assert both.names([tree.leaf(both.tree, place)]) == [both.table.leaf(name)]


@settings(max_examples=40)
@given(acts)
def test_a_path_runs_through_exactly_its_messages(done: list[tuple[str, int]]) -> None:
    both = grown(done)
    for to, end in both.places.items():
        through = [name for name, place in both.places.items() if tree.contains(both.tree, place, end)]
        assert sorted(through) == sorted(both.table.path(to))


@settings(max_examples=25)
@given(acts, some.integers(0, 8), some.integers(0, 8))
def test_a_window_is_what_of_a_path_lies_at_these_depths(done: list[tuple[str, int]], start: int, length: int) -> None:
    both = grown(done)
    for name, place in both.places.items():
        cut = tree.window(tree.path(both.tree, place), start, start + length)
        assert both.names(both.spread(cut)) == both.table.path(name)[start : start + length]


@settings(max_examples=40)
@given(acts)
def test_what_was_taken_out_leaves_no_empty_line_but_the_first(done: list[tuple[str, int]]) -> None:
    both = grown(done)
    assert both.tree.lines[0].parent is None
    assert all(line.end > line.start for line in both.tree.lines[1:])


def test_messages_without_forks_are_one_line() -> None:
    both = grown([("append", number) for number in (0, 1, 2, 3)])
    assert both.tree == Tree((Line("ses", None, 0, 4),))


def test_a_message_that_comes_after_its_elder_sibling_was_taken_out_stands_behind_the_others() -> None:
    both = grown([("append", 0), ("append", 1), ("append", 1)])  # m1, and below it m2 and m3
    both.prune("m2")
    both.append("m1")
    assert both.names(list(tree.siblings(both.tree, both.places["m3"]))) == ["m3", "m4"]
    assert both.names([tree.leaf(both.tree, both.places["m1"])]) == ["m4"]


def test_a_line_that_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        tree.seed("ses").line("other")
