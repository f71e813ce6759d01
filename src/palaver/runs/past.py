"""Which messages are considered for what a model is told: the newest of a path; what of them fits is decided later."""

from palaver.core.ids import SessionId
from palaver.core.messages import Message
from palaver.sessions import authors, store, tree
from palaver.sessions.tree import Reach
from palaver.storage.script import Script


def considered(
    session_id: SessionId, reaches: tuple[Reach, ...], depth: int, most: int, *, room: bool
) -> Script[list[Message]]:
    """The last messages of a path of so many, oldest first; with their authors, where several take part."""
    found: list[store.Found] = []
    for reach in tree.window(reaches, depth - most, depth):
        found += yield from store.stretch(reach, session_id)
    return (yield from authors.messages(room, found))
