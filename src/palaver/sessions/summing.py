"""What a summary does to a session: it stands on a branch like a message, and can be taken back; nobody writes it here.

Scripts for somebody else's unit of work (`runs.compacting`).
"""

import msgspec

from palaver.core.errors import Conflict
from palaver.core.ids import RunId, SessionId, UserId
from palaver.core.messages import Message, Siblings, Summary
from palaver.core.usage import Usage
from palaver.sessions import store, tree
from palaver.sessions.session import Session
from palaver.sessions.store import Found, Kept
from palaver.sessions.tree import Place
from palaver.sessions.turns import Asked
from palaver.storage.script import Script


def at_head(kept: Kept) -> Asked:
    """The session as it is, for a summary below its last message."""
    if kept.head is None or kept.session.head_message_id is None:
        raise Conflict("Nothing was said in this session yet.")
    return Asked(kept, kept.session.head_message_id, kept.head, None)


def hold(asked: Asked, run_id: RunId, *, now: str) -> Kept:
    """The session while a summary of it is being written: nobody else begins anything in it."""
    session = msgspec.structs.replace(asked.kept.session, active_run_id=run_id, status="running", updated_at=now)
    return asked.kept._replace(session=session)


def let_go(session_id: SessionId, now: str) -> Script[None]:
    """No summary came of it: the session is as it was."""
    kept = yield from store.held(session_id)
    session = msgspec.structs.replace(kept.session, active_run_id=None, status="idle", updated_at=now)
    yield from store.save(kept._replace(session=session))


def add(session_id: SessionId, user_id: UserId, summary: Message, *, below: Place, now: str) -> Script[Siblings]:
    """Put a summary below the last message, and let the session go."""
    kept = yield from store.held(session_id)
    grown, place = tree.append(kept.tree, below, summary.id)
    yield from store.put_message(summary, place, user_id)
    session = msgspec.structs.replace(_with(kept.session, summary), active_run_id=None, status="idle", updated_at=now)
    head = place if kept.head == below else kept.head
    if head == place:
        session = msgspec.structs.replace(session, head_message_id=summary.id)
    yield from store.save(kept._replace(session=session, tree=grown, head=head))
    family = tree.siblings(grown, place)
    return Siblings(len(family), family.index(place))


def insert(session_id: SessionId, user_id: UserId, summary: Message, *, before: Place) -> Script[Kept | None]:
    """Put a summary between the last question and what came before it; None where that question has other company.

    `before` is where the question stands. Afterwards it is the session's head again, one place further down.
    """
    kept = yield from store.held(session_id)
    line = kept.tree.line(before.line)
    alone = line.end == before.depth + 1 and not line.closed and len(tree.siblings(kept.tree, before)) == 1
    if kept.head != before or not alone or tree.leaf(kept.tree, before) != before:
        return None
    (question,) = yield from store.stretch(tree.Reach(before.line, before.depth, before.depth + 1), session_id)
    below = msgspec.structs.replace(question.message(), parent_id=summary.id)
    place = Place(before.line, before.depth + 1)
    yield from store.move(below, place)
    yield from store.put_message(summary, before, user_id)
    longer = msgspec.structs.replace(line, end=line.end + 1)
    lines = tuple(longer if one.id == line.id else one for one in kept.tree.lines)
    moved = kept._replace(session=_with(kept.session, summary), tree=tree.Tree(lines), head=place)
    yield from store.save(moved)
    return moved


def take_back(kept: Kept, found: Found) -> Script[bool]:
    """Take a summary back that messages stand below; False where it is none, or can just be deleted.

    It stays where it is, marked, because what was said after it stands below it; from now on nobody is told of it.
    """
    message = found.message()
    if not isinstance(message.summary, Summary) or tree.leaf(kept.tree, found.place) == found.place:
        return False
    if found.shared:
        raise Conflict("This summary was written in the session that this one was forked off; take it back there.")
    undone = msgspec.structs.replace(message.summary, undone=True)
    yield from store.move(msgspec.structs.replace(message, summary=undone), found.place)
    return True


def _with(session: Session, summary: Message) -> Session:
    usage = session.usage.plus(summary.usage or Usage())
    return msgspec.structs.replace(session, message_count=session.message_count + 1, usage=usage, cost=usage.cost_usd)
