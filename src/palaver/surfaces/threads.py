"""Finds the session in which a history of another protocol goes on, or gives it one; it runs nothing.

A history is found by the mark of its longest beginning that ended with an answer. What follows that is adopted: an
edited message makes a branch of the same session. Where the session answers somebody else just now, the history goes on
in a fork: these clients ask twenty things at once from one beginning, and expect twenty answers.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Literal, NamedTuple

from palaver.core.errors import Invalid, SessionBusy
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.core.messages import Message, Part
from palaver.sessions import store as session_store
from palaver.sessions.adopting import Adopting, brought
from palaver.sessions.forking import Wish
from palaver.sessions.session import Session
from palaver.storage.port import Database
from palaver.storage.script import Script
from palaver.surfaces import store
from palaver.surfaces.history import Said, as_given_back, marks, refuse_uncalled, split
from palaver.surfaces.store import Thread

Sure = Callable[[tuple[Part, ...]], Awaitable[None]]  # raises what keeps a turn of these parts from beginning
Fork = Callable[[UserId, Wish], Awaitable[Session]]


class Spot(NamedTuple):
    """Where the newest turn of a history goes, what it says, and the mark of everything with it."""

    session_id: SessionId | None
    below: MessageId | Literal["head", "root"]
    parts: tuple[Part, ...]
    mark: str | None  # None where the session was named: then nothing has to be found again


class After(NamedTuple):
    """An answer that a client names to go on from, and the mark of everything up to it, where it has one."""

    thread: Thread
    mark: str | None


class Threads:
    """Histories of other protocols."""

    def __init__(self, database: Database, adopting: Adopting, fork: Fork) -> None:
        self._database = database
        self._adopting = adopting
        self._fork = fork

    async def spot(self, user_id: UserId, history: Sequence[Said], named: SessionId | None, sure: Sure) -> Spot:
        """Where a history goes on; `named` is the session that the client attaches to, whose past is its own.

        Nothing is adopted before it is `sure` that the newest turn can begin.
        """
        past, new = _split(history)
        if named is not None:
            return Spot(named, "head", new, None)
        asked = Said("user", new)
        if not past:
            return Spot(None, "head", new, marks([asked])[-1])
        of_past = marks(past)
        mark = marks([asked], of_past[-1])[-1]
        thread = await self._thread(user_id, past, of_past, partial(_sure, past, new, sure))
        return Spot(thread.session_id, thread.message_id, new, mark)

    async def below(self, user_id: UserId, history: Sequence[Said], after: After, sure: Sure) -> Spot:
        """Where a history goes on that says itself what it follows."""
        past, new = _split(history)
        if past:
            await _sure(past, new, sure)
        thread = await self._standing_still(user_id, after.thread)
        if past:
            thread = Thread(*await self._adopting.adopt(user_id, *thread, brought(past)))
        found = marks([*past, Said("user", new)], after.mark)[-1] if after.mark is not None else None
        return Spot(*thread, new, found)

    async def within(self, user_id: UserId, history: Sequence[Said], session_id: SessionId, sure: Sure) -> Spot:
        """The same at the end of a session, which is one conversation for all who are in it; SessionBusy."""
        past, new = _split(history)
        session = (await self._database.read(session_store.find(session_id, user_id))).session
        if session.active_run_id is not None:
            raise SessionBusy
        if past:
            await _sure(past, new, sure)
            await self._adopting.adopt(user_id, session_id, session.head_message_id, brought(past))
        return Spot(session_id, "head", new, None)

    async def _thread(
        self, user_id: UserId, past: list[Said], of_past: list[str], sure: Callable[[], Awaitable[None]]
    ) -> Thread:
        ends = [mark for mark, said in zip(of_past, past, strict=True) if said.role == "assistant"]
        found = await self._database.read(store.find(user_id, ends))
        if found is None or ends[found[0]] != of_past[-1]:
            await sure()
        if found is None:
            return await self._adopted(user_id, None, past, of_past)
        mark, thread = ends[found[0]], await self._standing_still(user_id, found[1])
        known = of_past.index(mark) + 1
        return await self._adopted(user_id, thread, past[known:], of_past[known:])

    async def _adopted(
        self, user_id: UserId, thread: Thread | None, past: Sequence[Said], of_past: Sequence[str]
    ) -> Thread:
        """What nobody here said yet, below what is known."""
        if not past:
            assert thread is not None
            return thread
        at = thread or (None, None)
        made = Thread(*await self._adopting.adopt(user_id, *at, brought(past)))
        if past[-1].role == "assistant":
            await self._database.write(store.put(user_id, of_past[-1], made), durable=False)
        return made

    async def _standing_still(self, user_id: UserId, thread: Thread) -> Thread:
        if not await self._database.read(_busy(user_id, thread.session_id)):
            return thread
        return await self.aside(user_id, thread)

    async def aside(self, user_id: UserId, thread: Thread) -> Thread:
        """The same place in a fork, where nobody answers."""
        session = await self._fork(user_id, Wish(thread.session_id, thread.message_id))
        assert session.head_message_id is not None
        return Thread(session.id, session.head_message_id)


async def _sure(past: Sequence[Said], new: tuple[Part, ...], sure: Sure) -> None:
    refuse_uncalled(past, new)
    await sure(new)


def _split(history: Sequence[Said]) -> tuple[list[Said], tuple[Part, ...]]:
    """What was said before, and the newest turn, which is the user's."""
    past, new = split(history)
    if not new:
        raise Invalid("The last message is an answer: say something, or bring the result of a tool.")
    return past, new


def answered(user_id: UserId, thread: str, message: Message) -> Script[None]:
    """Written down with an answer: whoever sends this history again, with the answer, goes on below it."""
    if message.status == "complete":
        mark = marks([as_given_back(message)], thread)[-1]
        yield from store.put(user_id, mark, Thread(message.session_id, message.id))


def _busy(user_id: UserId, session_id: SessionId) -> Script[bool]:
    return (yield from session_store.find(session_id, user_id)).session.active_run_id is not None
