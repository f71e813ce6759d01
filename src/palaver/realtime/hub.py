"""All open WebSockets of this process: how many, who hears what, who is there, who is let go; it reads no command."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Protocol

from palaver.bus.port import Bus
from palaver.core.errors import PalaverError, RateLimited, Unavailable
from palaver.core.ids import SessionId, UserId
from palaver.core.principal import Principal
from palaver.core.room import Person, Presence, Sign, Typing, topic_of_room
from palaver.realtime.frames import Notice, Unsubscribed, framed
from palaver.realtime.pace import Pace
from palaver.realtime.presence import Rooms
from palaver.realtime.socket import Socket, SocketWire, Watch, Why
from palaver.realtime.socket_settings import SocketSettings
from palaver.runs.told import Told

UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, IDLE, TOO_LARGE, TOO_MANY, RESTARTING = 4401, 4403, 4404, 4408, 4413, 4429, 1012
FAULT = 1011
_MISSED_BEATS = 3  # silent for so many heartbeats, a client is gone: one ping may be lost on a bad road
_LOOKS = 4  # looks at every socket per heartbeat, so that none is late by more than a quarter


class Counts(Protocol):
    """Counts sockets; `observability.metrics.Metrics` is one."""

    sockets_open: int
    readers_let_go: int


class Hub:
    """What the sockets of a process share."""

    def __init__(
        self,
        settings: SocketSettings,
        bus: Bus,
        counts: Counts,
        *,
        answering: Callable[[], set[SessionId]],
        stuck: timedelta,
    ) -> None:
        self.settings = settings
        self.bus = bus
        self.rooms = Rooms()
        self.sockets: set[Socket] = set()
        self._counts = counts
        self._answering = answering
        self._stuck = stuck.total_seconds()
        self._of_user: Counter[UserId] = Counter()
        self._draining = False
        self._last: tuple[Sign, bytes] | None = None
        self._looked = 0.0

    def admit(self, wire: SocketWire, principal: Principal, scope: Mapping[str, Any]) -> Socket:
        """A new socket. Raises RateLimited where there are too many, Unavailable where the server is about to end."""
        if self._draining:
            raise Unavailable("The server is restarting; try again in a moment.")
        if len(self.sockets) >= self.settings.most:
            raise RateLimited("Too many sockets are open here.")
        if self._of_user[principal.user_id] >= self.settings.per_user:
            raise RateLimited("You have too many sockets open.")
        socket = Socket(wire, principal, scope, around=self, unsent_bytes=self.settings.unsent_bytes)
        socket.pace = Pace(self.settings.messages_per_second, self.settings.messages_at_once, socket.active)
        self.sockets.add(socket)
        self._of_user[principal.user_id] += 1
        self._counts.sockets_open += 1
        return socket

    def left(self, socket: Socket) -> None:
        """A socket is gone."""
        socket.over = True
        for watch in list(socket.watches.values()):
            self.unwatch(watch)
        self.sockets.discard(socket)
        self._counts.sockets_open -= 1
        self._of_user[socket.principal.user_id] -= 1
        if not self._of_user[socket.principal.user_id]:
            del self._of_user[socket.principal.user_id]

    def listen(self, socket: Socket, session_id: SessionId) -> Watch:
        """Begin to listen to a session; nothing is sent of it before `watch`."""
        if session_id not in socket.watches:
            if len(socket.watches) >= self.settings.subscriptions:
                raise RateLimited(f"One socket hears {self.settings.subscriptions} sessions at most.")
            if self.rooms.windows(session_id) >= self.settings.per_session:
                raise RateLimited("Too many sockets hear this session.")
        return Watch(self.bus, socket, session_id, self._removed)

    def watch(self, watch: Watch, past: list[Told], person: Person) -> None:
        """Let a socket hear a session: what was missed, then what comes, then who is there."""
        socket, session_id = watch.socket, watch.session_id
        known = socket.watches.get(session_id)
        if known is not None:
            known.close()
        socket.watches[session_id] = watch
        watch.begin(past)
        if known is None and self.rooms.enter(session_id, person):
            self._tell_presence(session_id)
        else:
            socket.sign(Presence(session_id=session_id, users=self.rooms.users(session_id)))
        for user_id in self.rooms.typing(session_id):
            socket.sign(Typing(session_id=session_id, user_id=user_id, on=True))

    def unwatch(self, watch: Watch, why: Why | None = None) -> None:
        """Let a socket hear a session no more, and tell it why where it is still there."""
        socket, session_id = watch.socket, watch.session_id
        watch.close()
        if socket.watches.get(session_id) is not watch:
            return
        del socket.watches[session_id]
        user_id = socket.principal.user_id
        if self.rooms.leave(session_id, user_id):
            self.types(session_id, user_id, on=False)
            self._tell_presence(session_id)
        if why is not None:
            socket.say(Unsubscribed(session_id=session_id, reason=why))
            if why != "asked" and socket.chat == session_id:
                socket.end(FORBIDDEN if why == "removed" else NOT_FOUND, why)

    def deleted(self, session_id: SessionId) -> None:
        """A session is gone: nobody hears it any more."""
        for socket in list(self.sockets):
            if (watch := socket.watches.get(session_id)) is not None:
                self.unwatch(watch, "deleted")

    def types(self, session_id: SessionId, user_id: UserId, *, on: bool) -> None:
        """Somebody writes, or does not any more; the others hear of it where it is news."""
        until = asyncio.get_running_loop().time() + self.settings.typing.total_seconds()
        news = self.rooms.types(session_id, user_id, until) if on else self.rooms.rests(session_id, user_id)
        if news:
            self._publish(Typing(session_id=session_id, user_id=user_id, on=on))

    def framed(self, sign: Sign) -> bytes:
        """A sign as it is sent; it is told to all its hearers before another one is."""
        if self._last is None or self._last[0] is not sign:
            self._last = sign, framed(sign)
        return self._last[1]

    def let_go(self, socket: Socket) -> None:
        """Count somebody who read too slowly."""
        self._counts.readers_let_go += 1

    def drain(self) -> None:
        """Say that the server ends, and close every socket; clients come back with their last number."""
        self._draining = True
        said = framed(Notice(code="restarting", message="The server is restarting; come back in a moment."))
        for socket in list(self.sockets):
            socket.write(said)
            socket.end(RESTARTING, "restarting")

    @property
    def every(self) -> float:
        """Seconds between two ticks: short beside every deadline that they keep."""
        shortest = min(self.settings.heartbeat, self.settings.typing, self.settings.idle, self.settings.credentials)
        return max(0.02, shortest.total_seconds() / _LOOKS)

    def tick(self) -> None:
        """Look at what is late, and now and then at every socket."""
        now = asyncio.get_running_loop().time()
        for session_id, user_id in self.rooms.late(now):
            self._publish(Typing(session_id=session_id, user_id=user_id, on=False))
        every = min(self.settings.heartbeat, self.settings.idle).total_seconds() / _LOOKS
        if now - self._looked >= every:
            self._looked = now
            answering = self._answering()
            for socket in list(self.sockets):
                self._look(socket, now, answering)

    async def check(self, holds: Callable[[Mapping[str, Any], Principal], Awaitable[None]]) -> None:
        """Look at the credentials of sockets again, each after a while; one that does not hold ends its socket."""
        now, while_ = asyncio.get_running_loop().time(), self.settings.credentials.total_seconds()
        for socket in [one for one in self.sockets if now - one.checked >= while_ and not one.over]:
            socket.checked = now
            try:
                await holds(socket.scope, socket.principal)
            except Unavailable:
                continue  # it is not known now; the next look will tell
            except PalaverError as error:
                socket.end(UNAUTHENTICATED, error.code)

    async def look(self, user_id: UserId, stands: Callable[[Principal], Awaitable[bool]]) -> None:
        """Something changed about a user: end those of their sockets whose credential holds no more."""
        for socket in [one for one in self.sockets if one.principal.user_id == user_id and not one.over]:
            if not await stands(socket.principal):
                socket.end(UNAUTHENTICATED, "unauthenticated")

    def _look(self, socket: Socket, now: float, answering: set[SessionId]) -> None:
        silent = now - socket.wire.heard
        beat = self.settings.heartbeat.total_seconds()
        if socket.wire.unsent and socket.wire.unsent == socket.unsent:
            stuck = now - socket.stuck_since > self._stuck
        else:
            socket.unsent, socket.stuck_since, stuck = socket.wire.unsent, now, False
        if stuck or silent > beat * _MISSED_BEATS:
            socket.over = True
            self.let_go(socket)
            socket.wire.abort()
            return
        if not socket.watches.keys().isdisjoint(answering):
            socket.active = now
        if now - socket.active > self.settings.idle.total_seconds():
            socket.end(IDLE, "idle")
        elif silent >= beat * (1 - 1 / _LOOKS):
            socket.wire.ping()

    def _removed(self, watch: Watch) -> None:
        self.unwatch(watch, "removed")

    def _tell_presence(self, session_id: SessionId) -> None:
        self._publish(Presence(session_id=session_id, users=self.rooms.users(session_id)))

    def _publish(self, sign: Sign) -> None:
        self.bus.publish(topic_of_room(sign.session_id), sign, lambda: len(self.framed(sign)))
