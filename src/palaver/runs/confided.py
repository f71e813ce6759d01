"""♥ What of a run is for its asker alone, and what others are told in its place; it delivers nothing.

Others hear the same number with nothing in it: clients count on numbers that follow one another.
"""

from collections.abc import Iterable

import msgspec

from palaver.core.events import CareTold, Controlled, MessageFinished, Stamped
from palaver.core.ids import Seq
from palaver.runs.records import kind, record
from palaver.sessions.record import without_help

NOTHING_CHANGES = Controlled()  # what others are told: an event that says nothing, and that no client shows

_encode = msgspec.json.Encoder().encode
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


def confidential(events: Iterable[Stamped]) -> bool:
    """Whether something among these is for the asker alone."""
    return any(_confidential(one) for one in events)


def _confidential(one: Stamped) -> bool:
    event = one.event
    return isinstance(event, CareTold) or (
        isinstance(event, MessageFinished) and event.message.help is not msgspec.UNSET
    )


def for_others(seq: Seq, line: bytes) -> bytes:
    """The record of an event as everybody else reads it."""
    match kind(line):
        case "care":
            return record(seq, NOTHING_CHANGES)
        case "message":
            fields = _fields.decode(line)
            return _encode(fields | {"message": msgspec.Raw(without_help(bytes(fields["message"])))})
        case _:
            return line
