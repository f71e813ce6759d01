"""Scripts that find what a checkpoint means now: where the head would stand, and which files there would be."""

from typing import NamedTuple

from palaver.core.errors import Conflict, NotFound
from palaver.core.ids import MessageId, SessionId
from palaver.files import store as files_store
from palaver.sessions import checkpoints_store, shown, store, tree
from palaver.sessions.checkpoints import Checkpoint, KeptFiles, before_turn, of_turn
from palaver.sessions.checkpoints_store import Set
from palaver.sessions.store import Found, Kept
from palaver.sessions.tree import Place
from palaver.storage.script import Script


class Target(NamedTuple):
    """Where a checkpoint leads: the head, the snapshot of the files (None: there were none), and the time."""

    place: Place | None
    message_id: MessageId | None
    root: str | None
    at: str


class Files(NamedTuple):
    """A snapshot (None: there were no files), or the files as they are `now`."""

    root: str | None = None
    now: bool = False


def target(kept: Kept, checkpoint_id: str) -> Script[Target]:
    """Where this checkpoint of a session leads; NotFound where there is none."""
    one = yield from checkpoints_store.find(kept.session.id, checkpoint_id)
    if one is not None:
        place = (yield from _head(kept, one.message_id)).place if one.message_id else None
        return Target(place, one.message_id, one.root, one.created_at)
    found = yield from question(kept, checkpoint_id)
    message = found.message()
    taken = yield from files_store.before([shown.written(message.id)[0]])
    before = tree.parent(kept.tree, found.place)
    return Target(before, message.parent_id, taken.root if taken else None, message.created_at)


def question(kept: Kept, checkpoint_id: str) -> Script[Found]:
    """The message of the user before which that checkpoint stands by itself."""
    try:
        found = yield from store.in_session(kept, before_turn(checkpoint_id))
    except NotFound:
        raise NotFound("There is no such checkpoint.") from None
    if found.message().role != "user":
        raise NotFound("There is no such checkpoint.")
    return found


def _head(kept: Kept, message_id: MessageId) -> Script[Found]:
    try:
        return (yield from store.in_session(kept, message_id))
    except NotFound:
        raise Conflict("The message at which this checkpoint stands was deleted.") from None


def files_after(kept: Kept, found: Found) -> Script[Files]:
    """The files as they were once a message was there; of a question, as they were before its turn.

    Where the session stands, they are the files as they are now.
    """
    place = found.place
    if kept.head == place and kept.session.active_run_id is None:
        return Files(now=True)
    if found.message().role == "user":
        return (yield from _kept_before(found.message().id))
    leaf = kept.head if kept.head and tree.contains(kept.tree, place, kept.head) else tree.leaf(kept.tree, place)
    after = tree.window(tree.path(kept.tree, leaf), place.depth + 1, leaf.depth + 1)
    following = yield from checkpoints_store.next_question(after)
    if following is None and kept.head == leaf:
        return Files(now=kept.session.active_run_id is None)
    if following is None:  # the end of another branch: what is nearest was kept before its last turn
        asked = yield from checkpoints_store.questions(tree.path(kept.tree, place), 1)
        following = MessageId(asked[0][1][1]) if asked else None
    return (yield from _kept_before(following))


def _kept_before(message_id: MessageId | None) -> Script[Files]:
    taken = (yield from files_store.before([shown.written(message_id)[0]])) if message_id else None
    return Files(root=taken.root) if taken else Files()


def was_set(one: Set) -> Checkpoint:
    """A checkpoint that was set, as clients see it."""
    return Checkpoint(
        id=one.id,
        session_id=one.session_id,
        kind="rewind" if one.kind == "rewind" else "named",
        label=one.label,
        stands="after",
        message_id=one.message_id,
        files=None if one.root is None else KeptFiles(one.files or 0, one.bytes or 0),
        created_at=one.created_at,
    )


def implied(session_id: SessionId, message_id: MessageId, created_at: str) -> Script[Checkpoint]:
    """The checkpoint that stands before a message of the user by itself."""
    taken = yield from files_store.before([shown.written(message_id)[0]])
    return Checkpoint(
        id=of_turn(message_id),
        session_id=session_id,
        kind="turn",
        stands="before",
        message_id=message_id,
        files=None if taken is None else KeptFiles(taken.files, taken.bytes),
        created_at=created_at,
    )
