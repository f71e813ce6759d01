"""The shape of a session for people to look at: every message of every branch in a few words, page by page.

A page follows the lines of the tree in the order in which they began, and each line from its first message to its last;
so a parent comes before its children. It changes nothing.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from palaver.core.errors import Invalid
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.core.messages import MessageRole, Siblings
from palaver.kit.pages import BadCursor, cursor, position
from palaver.sessions import shape_store, shown, store, tree
from palaver.sessions.store import Kept
from palaver.sessions.tree import Place, Reach
from palaver.storage.port import Database
from palaver.storage.script import Script

_Depth = Annotated[int, msgspec.Meta(ge=0, lt=1 << 40)]
_AT_CURSOR = {"loc": ["query", "cursor"], "msg": "not a cursor of this list", "type": "bad_cursor"}


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A message in its tree: `words` are the first of its text; one that is `shared` was written in another session."""

    id: MessageId
    parent_id: MessageId | None
    role: MessageRole
    depth: int
    siblings: Siblings
    words: str
    shared: bool
    created_at: str


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a session's tree; `branches` counts all of its ends."""

    items: Sequence[Node]
    head_message_id: MessageId | None
    branches: int
    next_cursor: str | None


class Shapes:
    """Tells the shapes of sessions, at most `most` messages at a time."""

    def __init__(self, database: Database, *, most: int) -> None:
        self._database = database
        self._most = most

    async def page(self, user_id: UserId, session_id: SessionId, after: str | None, limit: int) -> Shape:
        """A page of a session's tree."""
        begin = _position(after) if after else None
        return await self._database.scan(_page(user_id, session_id, begin, min(limit, self._most)))


def _page(user_id: UserId, session_id: SessionId, begin: Place | None, limit: int) -> Script[Shape]:
    kept = yield from store.find(session_id, user_id)
    wanted, more = stretches(kept.tree, begin, limit)
    nodes: list[Node] = []
    for reach in wanted:
        nodes += yield from _nodes(kept, reach)
    return Shape(
        items=nodes,
        head_message_id=kept.session.head_message_id,
        branches=sum(tree.leaf(kept.tree, end).line == end.line for end in _line_ends(kept.tree)),
        next_cursor=cursor(more.line, more.depth) if more else None,
    )


def stretches(shape: tree.Tree, begin: Place | None, limit: int) -> tuple[list[Reach], Place | None]:
    """What of the lines makes a page, and where the next page begins, if there is one."""
    lines = [line for line in shape.lines if line.end > line.start]
    first = next((at for at, line in enumerate(lines) if begin and line.id == begin.line), len(lines) if begin else 0)
    wanted: list[Reach] = []
    for at, line in enumerate(lines[first:]):
        start = max(line.start, begin.depth) if begin and at == 0 else line.start
        if limit == 0:
            return wanted, Place(line.id, start)
        end = min(line.end, start + limit)
        wanted.append(Reach(line.id, start, end, line.shared))
        limit -= end - start
        if end < line.end:
            return wanted, Place(line.id, end)
    return wanted, None


def _nodes(kept: Kept, reach: Reach) -> Script[list[Node]]:
    before = tree.parent(kept.tree, Place(reach.line, reach.start))
    above = yield from _id_at(kept, before) if before else _none()
    nodes: list[Node] = []
    for depth, message_id, role, created_at, words in (yield from shape_store.briefly(reach)):
        own = shown.shown(message_id, kept.session.id) if reach.shared else message_id
        node = Node(
            id=own,
            parent_id=above,
            role=role,
            depth=depth,
            siblings=_siblings(kept.tree, Place(reach.line, depth)),
            words=" ".join(words.split()),
            shared=reach.shared,
            created_at=created_at,
        )
        nodes.append(node)
        above = own
    return nodes


def _id_at(kept: Kept, place: Place) -> Script[MessageId | None]:
    message_id = yield from shape_store.id_at(place)
    if message_id and kept.tree.line(place.line).shared:
        return shown.shown(message_id, kept.session.id)
    return message_id


def _none() -> Script[None]:
    yield from ()


def _siblings(shape: tree.Tree, place: Place) -> Siblings:
    if len(shape.lines) == 1:
        return Siblings()
    family = tree.siblings(shape, place)
    return Siblings(len(family), family.index(place))


def _line_ends(shape: tree.Tree) -> list[Place]:
    return [Place(line.id, line.end - 1) for line in shape.lines if line.end > line.start]


def _position(word: str) -> Place:
    try:
        return Place(*position(word, tuple[str, _Depth]))
    except BadCursor as error:
        raise Invalid("The cursor is not one of this list's.", errors=[_AT_CURSOR]) from error
