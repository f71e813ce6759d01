"""♥ What of a run is for one person alone, and what others are told in its place; it delivers nothing.

That is who asked, or who answered what the agent asked: help for somebody is nobody else's business.

Others hear the same number with nothing in it: clients count on numbers that follow one another.
"""

from collections.abc import Iterable

import msgspec

from palaver.core.events import CareTold, Controlled, MessageFinished, Stamped
from palaver.core.ids import Seq, UserId
from palaver.runs.records import kind, record
from palaver.sessions.record import without_help

NOTHING_CHANGES = Controlled()  # what others are told: an event that says nothing, and that no client shows

_encode = msgspec.json.Encoder().encode


class _For(msgspec.Struct, frozen=True):
    user_id: UserId | None = None


_whom = msgspec.json.Decoder(_For)
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


def confidential(events: Iterable[Stamped]) -> bool:
    """Whether something among these is for one person alone."""
    return any(_confidential(one) for one in events)


def _confidential(one: Stamped) -> bool:
    event = one.event
    return isinstance(event, CareTold) or (
        isinstance(event, MessageFinished) and event.message.help is not msgspec.UNSET
    )


def meant_for(line: bytes, asker: UserId) -> UserId | None:
    """Whom a record is for; None where it is for everybody."""
    match kind(line):
        case "care":
            return _whom.decode(line).user_id or asker
        case "message":
            return asker
        case _:
            return None


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


def as_told_to(reader: UserId, seq: Seq, line: bytes, asker: UserId) -> bytes:
    """The record of an event as somebody reads it, where this person asked."""
    return line if meant_for(line, asker) in (None, reader) else for_others(seq, line)
