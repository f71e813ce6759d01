"""The shape of a session's tree: which lines of messages there are and where they leave each other; no message itself.

Messages that follow each other without a fork form a *line* and stand in it by depth, so that a branch is a few ranges
and not a walk from message to message. A second child of one message begins a new line at that depth. A session that
was forked off another one shares lines with it: it shows a part of them, and adds to lines of its own.
"""

import msgspec
from msgspec.structs import replace


class Line(msgspec.Struct, frozen=True, array_like=True):
    """Messages at depths `start` to `end` (exclusive); the one before `start` stands in line `parent`.

    Nothing is added to a line that is `closed`: behind its end stand messages that only other sessions show. A line
    that is `shared` was begun by another session, and is closed as well.
    """

    id: str
    parent: str | None
    start: int
    end: int
    closed: bool = False
    shared: bool = False


class Place(msgspec.Struct, frozen=True):
    """Where one message stands."""

    line: str
    depth: int


class Reach(msgspec.Struct, frozen=True):
    """A stretch of one line, `start` inclusive, `end` exclusive."""

    line: str
    start: int
    end: int
    shared: bool = False


class Tree(msgspec.Struct, frozen=True):
    """All lines of a session, in the order in which they began."""

    lines: tuple[Line, ...]

    def line(self, line_id: str) -> Line:
        """The line of that id; KeyError where there is none."""
        for line in self.lines:
            if line.id == line_id:
                return line
        raise KeyError(line_id)


def seed(line_id: str) -> Tree:
    """The tree of a session without messages."""
    return Tree((Line(line_id, None, 0, 0),))


def append(tree: Tree, after: Place | None, new_line: str) -> tuple[Tree, Place]:
    """One more message below `after` (None: at the root); it begins line `new_line` where it has siblings already."""
    depth = 0 if after is None else after.depth + 1
    line = tree.lines[0] if after is None else tree.line(after.line)
    grows = line.end == depth and not line.closed
    if grows and not _forks(tree, line.id, depth):  # a line that was cut back stays behind its forks
        return _with(tree, replace(line, end=depth + 1)), Place(line.id, depth)
    return Tree((*tree.lines, Line(new_line, line.id, depth, depth + 1))), Place(new_line, depth)


def path(tree: Tree, to: Place | None) -> tuple[Reach, ...]:
    """The stretches from the root to `to`, in reading order."""
    reaches: list[Reach] = []
    end = 0 if to is None else to.depth + 1
    line_id = None if to is None else to.line
    while line_id is not None:
        line = tree.line(line_id)
        if end > line.start:
            reaches.append(Reach(line.id, line.start, end, line.shared))
        line_id, end = line.parent, min(end, line.start)
    return tuple(reversed(reaches))


def parent(tree: Tree, place: Place) -> Place | None:
    """Where the message before this one stands."""
    if place.depth == 0:
        return None
    line = tree.line(place.line)
    return Place(line.id if place.depth > line.start else line.parent or "", place.depth - 1)


def siblings(tree: Tree, place: Place) -> tuple[Place, ...]:
    """All messages with the same parent, this one among them, in the order in which they came."""
    line = tree.line(place.line)
    trunk = tree.line(line.parent) if line.parent is not None and place.depth == line.start else line
    own = (Place(trunk.id, place.depth),) if trunk.start <= place.depth < trunk.end else ()
    # A line that was cut back before `place` keeps its other children, which then are siblings among themselves.
    return own + tuple(Place(other.id, place.depth) for other in _forks(tree, trunk.id, place.depth))


def leaf(tree: Tree, place: Place) -> Place:
    """The end of the newest branch that runs through this message."""
    newest = Place(place.line, tree.line(place.line).end - 1)
    for line in tree.lines:
        if line.parent is not None and _runs_through(tree, line, place):
            newest = Place(line.id, line.end - 1)
    return newest


def prune(tree: Tree, place: Place) -> tuple[Tree, tuple[Reach, ...]]:
    """The tree without this message and everything below it, and the stretches that go."""
    here = tree.line(place.line)
    gone = [Reach(here.id, place.depth, here.end, here.shared)]
    gone += [
        Reach(line.id, line.start, line.end, line.shared) for line in tree.lines if _hangs_below(tree, line, place)
    ]
    dropped = {reach.line for reach in gone[1:]}
    kept = [line for line in tree.lines if line.id not in dropped]
    cut = [replace(line, end=place.depth) if line.id == place.line else line for line in kept]
    return Tree(tuple(line for line in cut if line.end > line.start or line.parent is None)), tuple(gone)


def fork(tree: Tree, to: Place | None, root: str) -> Tree:
    """What a session shows that goes on from `to`: the way there, and no branch beside it; `root` is its first line."""
    lines: list[Line] = []
    for reach in path(tree, to):
        parent = lines[-1].id if lines else None
        lines.append(Line(reach.line, parent, reach.start, reach.end, closed=True, shared=True))
    return Tree(tuple(lines)) if lines else seed(root)


def close(tree: Tree, line_id: str) -> Tree:
    """Let nothing be added to a line any more; to one that is not there nothing is."""
    return Tree(tuple(replace(line, closed=True) if line.id == line_id else line for line in tree.lines))


def contains(tree: Tree, place: Place, to: Place | None) -> bool:
    """Whether the path to `to` runs through `place`."""
    return any(reach.line == place.line and reach.start <= place.depth < reach.end for reach in path(tree, to))


def common(one: tuple[Reach, ...], other: tuple[Reach, ...]) -> int:
    """How many messages two ways have in common, from the root on."""
    depth = 0
    for left, right in zip(one, other, strict=False):
        if left.line != right.line:
            break
        depth = min(left.end, right.end)
        if left.end != right.end:
            break
    return depth


def _with(tree: Tree, line: Line) -> Tree:
    return Tree(tuple(line if known.id == line.id else known for known in tree.lines))


def _forks(tree: Tree, line_id: str, depth: int) -> list[Line]:
    return [line for line in tree.lines if line.parent == line_id and line.start == depth]


def _runs_through(tree: Tree, line: Line, place: Place) -> bool:
    return contains(tree, place, Place(line.id, line.end - 1))


def _hangs_below(tree: Tree, line: Line, place: Place) -> bool:
    return line.id != place.line and line.start > place.depth and _runs_through(tree, line, place)


def window(reaches: tuple[Reach, ...], start: int, end: int) -> tuple[Reach, ...]:
    """What of the stretches lies at depths `start` to `end` (exclusive)."""
    cut = (replace(reach, start=max(reach.start, start), end=min(reach.end, end)) for reach in reaches)
    return tuple(reach for reach in cut if reach.start < reach.end)
