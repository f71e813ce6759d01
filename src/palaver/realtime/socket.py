"""One open WebSocket, and the sessions it hears: each event once, in order; what clients want is done elsewhere.

What is told is written where it is told; the connection keeps what its client does not read yet, up to a bound, and
with more the client is let go. Nobody waits for it.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol

import msgspec

from palaver.bus.port import Bus
from palaver.core.ids import RunId, SessionId
from palaver.core.principal import Principal
from palaver.core.room import MemberLeft, Person, Sign, topic_of_room
from palaver.kit.streams import Mailbox
from palaver.realtime.frames import framed
from palaver.realtime.pace import Pace
from palaver.runs.told import Told, topic_of_session

_REMEMBERED = 64  # runs of a session whose last number is kept: more than are ever told again or at once

Item = Told | Sign
Why = Literal["asked", "removed", "deleted"]


class SocketWire(Protocol):
    """The connection below a socket."""

    heard: float
    path: str
    behind: bool  # whether so much waits for the client to read that it is worth counting
    write: Callable[[bytes], None]  # sends whole frames; never waits

    @property
    def unsent(self) -> int:
        """How many bytes still wait for the client to read."""
        ...

    def ping(self) -> None:
        """Ask for a sign of life."""
        ...

    def end(self, code: int, reason: str) -> None:
        """Close it in order: what was written before is still sent."""
        ...

    def abort(self) -> None:
        """Drop it at once, with what was not sent."""
        ...


class Around(Protocol):
    """What a socket needs of all the others."""

    def framed(self, sign: Sign) -> bytes:
        """A sign as it is sent, made once for all who hear it."""
        ...

    def let_go(self, socket: "Socket") -> None:
        """Count somebody who read too slowly."""
        ...


class Socket:
    """One open WebSocket of one user."""

    __slots__ = (
        "_around",
        "_unsent_bytes",
        "active",
        "chat",
        "checked",
        "over",
        "pace",
        "person",
        "pinged",
        "principal",
        "scope",
        "stuck_since",
        "unsent",
        "watches",
        "wire",
    )

    def __init__(
        self, wire: SocketWire, principal: Principal, scope: Mapping[str, Any], *, around: Around, unsent_bytes: int
    ) -> None:
        now = asyncio.get_running_loop().time()
        self.wire = wire
        self.principal = principal
        self.scope = scope
        self.chat: SessionId | None = None  # the session that it is about, where its address says one
        self.person: Person | None = None  # as the others see its user, once that was asked for
        self.pace: Pace | None = None
        self.watches: dict[SessionId, Watch] = {}
        self.over = False
        self.active = self.checked = now
        self.pinged = False
        self.unsent, self.stuck_since = 0, now
        self._around = around
        self._unsent_bytes = unsent_bytes

    def say(self, answer: msgspec.Struct) -> None:
        """Send something to this client alone."""
        self.write(framed(answer))

    def write(self, data: bytes) -> None:
        """Send frames; a client for whom too much waits is let go."""
        if self.over:
            return
        wire = self.wire
        if wire.behind and wire.unsent > self._unsent_bytes:
            self.over = True
            self._around.let_go(self)
            wire.abort()
        else:
            wire.write(data)

    def end(self, code: int, reason: str) -> None:
        """Close it in order."""
        if not self.over:
            self.over = True
            self.wire.end(code, reason)

    def sign(self, sign: Sign) -> None:
        """Send a sign."""
        self.write(self._around.framed(sign))


class Watch:
    """One session on one socket: what was missed first, then what comes."""

    __slots__ = ("_bus", "_last", "_topics", "acks", "closed", "ended", "mailbox", "removed", "session_id", "socket")

    def __init__(self, bus: Bus, socket: Socket, session_id: SessionId, ended: Callable[["Watch"], None]) -> None:
        self.session_id = session_id
        self.socket = socket
        self.ended = ended  # called, a little later, when its user was removed from the session
        self.acks: dict[RunId, msgspec.Struct] = {}  # what is to be said before the first event of a run
        self.closed = self.removed = False
        self._bus = bus
        self._last: dict[RunId, int] = {}
        self._topics = (topic_of_session(session_id), topic_of_room(session_id))
        self.mailbox: Mailbox[Item] = bus.listen(*self._topics)

    def begin(self, past: list[Told]) -> None:
        """Send what was missed and what came meanwhile; from now on things are sent where they are told."""
        for item in (*past, *self.mailbox.taken()):
            self._tell(item)
        self.mailbox.at_once = self._tell

    def close(self) -> None:
        """Stop listening."""
        if not self.closed:
            self.closed = True
            self.mailbox.at_once = None
            self._bus.leave(self.mailbox, *self._topics)

    def _tell(self, item: Item) -> bool:
        # Every event passes here once for every socket that hears it: each call less is a thirtieth of what that costs.
        if self.socket.over or self.closed or self.removed:
            return True
        if not isinstance(item, Told):
            self._sign(item)
            return True
        lines, run_id = item.lines, item.address.run_id
        before = self._last.get(run_id)
        if before is None:
            self._begin(run_id)
            before = 0
        due = item if lines[0][0] > before else item.after(before)
        if due is not None:
            self._last[run_id] = lines[-1][0]
            if due.asker is not None:
                due = due.to(self.socket.principal.user_id)
            self.socket.write(due.messages())
        return True

    def _begin(self, run_id: RunId) -> None:
        """The first events of a run come; what answers the message that began it goes before them."""
        self._last[run_id] = 0
        if len(self._last) > _REMEMBERED:
            del self._last[next(iter(self._last))]
        if self.acks and (ack := self.acks.pop(run_id, None)) is not None:
            self.socket.say(ack)

    def _sign(self, sign: Sign) -> None:
        self.socket.sign(sign)
        if isinstance(sign, MemberLeft) and sign.user_id == self.socket.principal.user_id:
            # The listening itself ends once whoever tells this is through with its readers.
            self.removed = True
            asyncio.get_running_loop().call_soon(self.ended, self)
