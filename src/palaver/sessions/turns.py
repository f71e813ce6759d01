"""What a turn does to a session: a question stands below a message, an answer below the question.

Scripts for somebody else's unit of work (`runs.service`); nothing here runs a model, and nothing is committed here.
"""

from typing import NamedTuple

import msgspec

from palaver.core.errors import Invalid
from palaver.core.ids import MESSAGE, MessageId, RunId, SessionId, UserId
from palaver.core.messages import (
    FilePart,
    ImagePart,
    Message,
    Part,
    Siblings,
    ToolCallPart,
    ToolResultPart,
    text_of,
)
from palaver.core.usage import Usage
from palaver.files import store as files_store
from palaver.files.attaching import files_in
from palaver.kit.ids import new_id
from palaver.sessions import store, tree
from palaver.sessions.session import Session, SessionStatus
from palaver.sessions.store import Kept
from palaver.sessions.titles import title_of
from palaver.sessions.tree import Place
from palaver.storage.script import Script


class Head:
    """Says that a message goes below the session's head."""


HEAD = Head()
Below = Head | MessageId | None  # None: at the root


class Asked(NamedTuple):
    """A session with a question in it that waits for its answer."""

    kept: Kept
    message_id: MessageId
    place: Place
    message: Message | None  # where it is new, and still to be written

    def write(self, user_id: UserId) -> Script[None]:
        """Write the question down, where it is new."""
        if self.message is not None:
            yield from store.put_message(self.message, self.place, user_id)
            yield from files_store.claim(self.message.id, user_id, files_in(self.message.parts))


def fresh(session: Session) -> Kept:
    """A session that has no message yet."""
    return Kept(session, tree.seed(session.id), None)


def ask(kept: Kept, parts: tuple[Part, ...], *, below: Below, now: str) -> Script[Asked]:
    """The user's message with its place in the tree; nothing is written yet.

    Where it brings nothing but what came of calls that the client made itself, it is a message of tools.
    """
    after, parent_id = yield from _spot(kept, below)
    results = [part for part in parts if isinstance(part, ToolResultPart)]
    if results:
        yield from _refuse_uncalled(kept, parent_id, results)
    message = Message(
        id=MessageId(new_id(MESSAGE)),
        session_id=kept.session.id,
        parent_id=parent_id,
        role="tool" if len(results) == len(parts) else "user",
        parts=parts,
        text=text_of(parts),
        created_at=now,
    )
    return placed(kept, message, after=after)


def _refuse_uncalled(kept: Kept, parent_id: MessageId | None, results: list[ToolResultPart]) -> Script[None]:
    """Invalid for results of calls that the message above does not make, or that it has results of already."""
    above = (yield from store.in_session(kept, parent_id)).message() if parent_id else None
    said = above.parts if above else ()
    done = {part.call_id for part in said if isinstance(part, ToolResultPart)}
    open_calls = {part.call_id for part in said if isinstance(part, ToolCallPart)} - done
    for result in results:
        if result.call_id not in open_calls:
            where = {"loc": ["body", "tool_results"], "msg": f"no open call {result.call_id}", "type": "tool_result"}
            raise Invalid(f"The message above makes no call {result.call_id!r} that is still open.", errors=[where])
        open_calls.discard(result.call_id)


def placed(kept: Kept, message: Message, *, after: Place | None) -> Asked:
    """A message below `after`, and the head moved to it; nothing is written yet."""
    grown, spot = tree.append(kept.tree, after, message.id)
    session = msgspec.structs.replace(
        kept.session,
        title=kept.session.title or title_of(message.text or _names(message.parts)),
        head_message_id=message.id,
        message_count=kept.session.message_count + 1,
    )
    return Asked(kept._replace(session=session, tree=grown, head=spot), message.id, spot, message)


def _names(parts: tuple[Part, ...]) -> str:
    return ", ".join(part.name for part in parts if isinstance(part, ImagePart | FilePart) and part.name)


def ask_again(kept: Kept, message_id: MessageId) -> Script[Asked]:
    """Go back to a user's message that is there already, for another answer."""
    found = yield from store.in_session(kept, message_id)
    again = found.message()
    if again.role not in {"user", "tool"}:
        raise Invalid("Only a user's message can be answered again: give a prompt, or the id of a user's message.")
    session = msgspec.structs.replace(kept.session, head_message_id=again.id)
    return Asked(kept._replace(session=session, head=found.place), again.id, found.place, None)


def note(asked: Asked, metadata: bytes) -> Script[None]:
    """What a client keeps beside the question, which was written or is there already."""
    yield from store.change_metadata((yield from store.in_session(asked.kept, asked.message_id)), metadata)


def begin(asked: Asked, run_id: RunId, *, model: str | None, provider: str | None, now: str) -> Kept:
    """The session while a run answers."""
    session = msgspec.structs.replace(
        asked.kept.session,
        active_run_id=run_id,
        status="running",
        model=model,
        provider=provider,
        turn_count=asked.kept.session.turn_count + 1,
        updated_at=now,
        last_message_at=now,
    )
    return asked.kept._replace(session=session)


def wait(session_id: SessionId) -> Script[None]:
    """The session's run waits for somebody; NotFound when the session is gone."""
    yield from _be(session_id, "waiting")


def go_on(session_id: SessionId) -> Script[None]:
    """The session's run waits no more."""
    yield from _be(session_id, "running")


def _be(session_id: SessionId, status: SessionStatus) -> Script[None]:
    kept = yield from store.held(session_id)
    yield from store.save(kept._replace(session=msgspec.structs.replace(kept.session, status=status)))


def answer(session_id: SessionId, user_id: UserId, message: Message, *, below: Place, now: str) -> Script[Siblings]:
    """Put the answer below its question and save the session; NotFound when the session is gone."""
    kept = yield from store.held(session_id)
    grown, place = tree.append(kept.tree, below, message.id)
    yield from store.put_message(message, place, user_id)
    head = place if kept.head == below else kept.head
    session = _answered(kept.session, message, now)
    if head == place:
        session = msgspec.structs.replace(session, head_message_id=message.id)
    yield from store.save(kept._replace(session=session, tree=grown, head=head))
    family = tree.siblings(grown, place)
    return Siblings(len(family), family.index(place))


def _answered(session: Session, message: Message, now: str) -> Session:
    usage = session.usage.plus(message.usage or Usage())
    return msgspec.structs.replace(
        session,
        active_run_id=None,
        status="error" if message.status == "error" else "idle",
        message_count=session.message_count + 1,
        usage=usage,
        cost=usage.cost_usd,
        updated_at=now,
        last_message_at=now,
    )


def _spot(kept: Kept, below: Below) -> Script[tuple[Place | None, MessageId | None]]:
    if below is None:
        return None, None
    if isinstance(below, Head):
        return kept.head, kept.session.head_message_id
    found = yield from store.in_session(kept, below)
    return found.place, found.message().id
