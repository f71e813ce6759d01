"""What calling somebody asks of the world: that an alarm reaches them on one way; the ways stand in `sending.py`."""

from typing import NamedTuple, Protocol

from palaver.care.escalations.machine import Level
from palaver.care.on_call.ladder import Way
from palaver.care.on_call.settings import OnCall


class Alarm(NamedTuple):
    """What those who are called are told: no word of the conversation, and nobody's name."""

    escalation_id: str
    number: int  # how many alarms there were about the same
    level: Level
    group: str
    since: str

    @property
    def told_as(self) -> str:
        """The id under which it is told, the same however often it is tried."""
        return f"{self.escalation_id}.{self.number}"


class NotTold(Exception):
    """It did not reach anybody; the message is for the log and for those who answer, and names no address."""


class Telling(Protocol):
    """Tells an alarm on one way."""

    async def tell(self, alarm: Alarm, group: OnCall, way: Way) -> None:
        """Return when it was taken; raises `NotTold`."""
        ...
