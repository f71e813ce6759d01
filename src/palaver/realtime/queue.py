"""The live queue of escalations: what happens to any of them, as one stream of numbered events; no word of anybody.

Who follows hears that something happened to which one, and asks for it: what they may see of it is decided there.
"""

import asyncio
from collections.abc import Sequence

import msgspec

from palaver.bus.port import Bus
from palaver.care.escalations.service import Escalations
from palaver.care.escalations.store import Happened
from palaver.core.ids import RunId, Seq, SessionId
from palaver.core.room import MemberLeft
from palaver.kit.sse import PING, frame
from palaver.realtime.follow import Mail
from palaver.runs.told import Address, Told

TOPIC = "escalations"
MISSED = 1_000  # events that a reader is told who comes back; more, and it asks for the queue anyway

_NOWHERE = Address(RunId(""), SessionId(""))  # these events belong to no run
_encode = msgspec.json.Encoder().encode


class Queue:
    """Tells what happened to all who follow."""

    def __init__(self, bus: Bus, escalations: Escalations) -> None:
        self._bus = bus
        self._escalations = escalations

    def tell(self, happened: Sequence[Happened]) -> None:
        """Something was written down."""
        if self._bus.readers(TOPIC):
            told = _told(happened)
            self._bus.publish(TOPIC, told, told.weight)

    def feed(self, after: int | None) -> "QueueFeed":
        """What happens from now on, after what a reader missed since a number."""
        return QueueFeed(self._bus, self._escalations, after)


class QueueFeed:
    """What one reader of the queue is to get; see `follow.Feed`. It never ends by itself."""

    over = False

    def __init__(self, bus: Bus, escalations: Escalations, after: int | None) -> None:
        self._bus = bus
        self._escalations = escalations
        self._after = after
        self._closed = False
        self.mailbox: Mail = bus.listen(TOPIC)
        self.began = asyncio.get_running_loop().time()

    def ends_with(self, left: MemberLeft) -> bool:
        """It is about no session."""
        return False

    async def past(self) -> Told | None:
        """What was missed; for who comes for the first time the last event, so that they have a number."""
        happened = await self._escalations.happened(self._after, MISSED)
        self._after = self._after or 0
        return self.due(_told(happened)) if happened else None

    def due(self, told: Told) -> Told | None:
        """What of this the reader does not have yet."""
        rest = told.after(self._after or 0)
        if rest is not None:
            self._after = rest.last
        return rest

    def last(self, told: Told) -> bool:
        """Nothing is the last."""
        return False

    def close(self) -> None:
        """Stop listening."""
        if not self._closed:
            self._closed = True
            self._bus.leave(self.mailbox, TOPIC)


class QueueRendering:
    """Events of the queue, which belong to no run."""

    ping = PING
    headers: list[tuple[bytes, bytes]] = []  # noqa: RUF012 - nobody changes it

    def frames(self, told: Told) -> bytes:
        """As server-sent events."""
        return b"".join([frame(seq, "escalation", line) for seq, line in told.lines])


def _told(happened: Sequence[Happened]) -> Told:
    return Told(_NOWHERE, [(Seq(one.n), _line(one)) for one in happened])


def _line(one: Happened) -> bytes:
    shown = {"type": "escalation", "seq": one.n, "kind": one.kind, "escalation_id": one.escalation_id, "at": one.at}
    return _encode(shown | {"actor_id": one.actor_id})
