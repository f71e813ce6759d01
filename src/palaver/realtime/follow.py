"""Readers of runs: every event after a number, each once, in order; what was missed first, then what comes.

A feed listens first and reads the past afterwards, so that nothing falls in between.
"""

import asyncio
from typing import Protocol

from palaver.bus.port import Bus
from palaver.core.ids import RunId, SessionId, UserId
from palaver.core.room import MemberLeft
from palaver.kit.streams import Mailbox
from palaver.runs.records import kind
from palaver.runs.service import Runs
from palaver.runs.told import Told, topic_of_run, topic_of_session
from palaver.sessions.service import Sessions

Mail = Mailbox[Told | None]  # None: nothing was told for a while


class Feed(Protocol):
    """The events that one reader is to get."""

    mailbox: Mail
    over: bool
    began: float  # when it was made, in the loop's time

    def ends_with(self, left: MemberLeft) -> bool:
        """Whether it is somebody's who takes part no more in the session that it follows."""
        ...

    async def past(self) -> Told | None:
        """What was told before; asked once, first. Raises NotFound where the reader may not see it."""
        ...

    def due(self, told: Told) -> Told | None:
        """What of this the reader does not have yet."""
        ...

    def last(self, told: Told) -> bool:
        """Whether nothing is to be read after this."""
        ...

    def close(self) -> None:
        """Stop listening."""
        ...


class _Listening:
    """What all feeds have in common: a mailbox that listens to one topic."""

    def __init__(self, bus: Bus, topic: str) -> None:
        self._bus = bus
        self._topic = topic
        self._closed = False
        self.mailbox: Mail = bus.listen(topic)
        self.over = False
        self.began = asyncio.get_running_loop().time()

    def last(self, told: Told) -> bool:
        return told.ends

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._bus.leave(self.mailbox, self._topic)


class RunFeed(_Listening):
    """One run, after a number, until it is over."""

    def __init__(self, bus: Bus, runs: Runs, user_id: UserId, run_id: RunId, *, after: int) -> None:
        super().__init__(bus, topic_of_run(run_id))
        self._runs = runs
        self._user_id = user_id
        self._run_id = run_id
        self._after = after
        self.session_id: SessionId | None = None  # known once it was looked for

    def ends_with(self, left: MemberLeft) -> bool:
        # One whose session is being looked for at this moment is let go as well: its reader comes back.
        return self._user_id == left.user_id and self.session_id in {None, left.session_id}

    async def past(self) -> Told | None:
        kept = await self._runs.find(self._user_id, self._run_id)
        told = await self._runs.past(self._run_id, kept.session_id, self._after)
        self.session_id = kept.session_id
        self.over = kept.state == "over" and self._runs.all_told(self._run_id)
        return self.due(told) if told else None

    def due(self, told: Told) -> Told | None:
        rest = told.after(self._after)
        if rest is not None:
            self._after = rest.last
            rest = rest.to(self._user_id)
        self.over = self.over or told.ends
        return rest


class TurnFeed(RunFeed):
    """One run until it is over, or waits for a person with an event after the number `beyond`."""

    def __init__(self, bus: Bus, runs: Runs, user_id: UserId, run_id: RunId, *, beyond: int = 0) -> None:
        super().__init__(bus, runs, user_id, run_id, after=0)
        self._beyond = beyond

    def due(self, told: Told) -> Told | None:
        rest = super().due(told)
        self.over = self.over or (rest is not None and self.last(rest))
        return rest

    def last(self, told: Told) -> bool:
        seq, line = told.lines[-1]
        return told.ends or (seq > self._beyond and kind(line) == "waiting")


class SessionFeed(_Listening):
    """The run that answers in a session now, from its first event, then whatever runs follow there."""

    def __init__(self, bus: Bus, runs: Runs, sessions: Sessions, *, user_id: UserId, session_id: SessionId) -> None:
        super().__init__(bus, topic_of_session(session_id))
        self._runs = runs
        self._sessions = sessions
        self._user_id = user_id
        self._session_id = session_id
        self._run_id: RunId | None = None
        self._after = 0

    def ends_with(self, left: MemberLeft) -> bool:
        return (self._user_id, self._session_id) == (left.user_id, left.session_id)

    async def past(self) -> Told | None:
        session = await self._sessions.find(self._user_id, self._session_id)
        run_id = session.active_run_id or self._runs.telling(self._session_id)
        if run_id is None:
            return None
        told = await self._runs.past(run_id, self._session_id, 0)
        return self.due(told) if told else None

    def due(self, told: Told) -> Told | None:
        if told.address.run_id != self._run_id:
            self._run_id, self._after = told.address.run_id, 0
        rest = told.after(self._after)
        if rest is not None:
            self._after = rest.last
            rest = rest.to(self._user_id)
        return rest
