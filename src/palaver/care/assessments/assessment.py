"""One assessment, as it is kept: how soon a message asked for an answer, and why; it judges a text and no person."""

from typing import NamedTuple

import msgspec

from palaver.care.crisis.finding import Level, Signal
from palaver.care.profiles.profile import Profile
from palaver.core.care import Urgency
from palaver.core.ids import MessageId, RunId, SessionId, UserId

ASSESSMENT = "asm"

_encode = msgspec.json.Encoder().encode
_signals = msgspec.json.Decoder(list[Signal])


class Assessment(NamedTuple):
    """`own` is the urgency of the words themselves, `level` that in the conversation's course, which is never below it.

    `known` is False where the words could not be read in time: nobody knows then what they say, and help was shown.
    `course` is what has added up in the session, between 0 and 1. `version` names every rule and model that read.
    """

    id: str
    user_id: UserId
    session_id: SessionId
    run_id: RunId
    message_id: MessageId
    level: Urgency
    own: Urgency
    known: bool
    course: float
    signals: tuple[Signal, ...]
    version: str
    profile: Profile
    created_at: str


def graver(kept: Assessment, later: Assessment) -> Assessment:
    """What is kept of a message with what was found in it later: each at its gravest, with the evidence of both."""
    signals = dict.fromkeys((*later.signals, *kept.signals))
    return kept._replace(
        level=max(Level[kept.level], Level[later.level]).word,
        own=max(Level[kept.own], Level[later.own]).word,
        course=max(kept.course, later.course),
        signals=tuple(sorted(signals, key=lambda one: -Level[one.level])),
        version=later.version,
    )


def signals_body(signals: tuple[Signal, ...]) -> bytes:
    """The evidence as it is stored: places in the message, and none of its words."""
    return _encode(signals)


def signals_of(body: bytes) -> tuple[Signal, ...]:
    """What `signals_body` wrote."""
    return tuple(_signals.decode(body))
