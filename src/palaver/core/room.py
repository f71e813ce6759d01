"""What people who share a session hear of each other: a closed union beside the events of runs; none has a number.

It is told live and kept nowhere: who comes back asks who is there (`members`, `presence`).
"""

from typing import Literal

import msgspec

from palaver.core.ids import MessageId, SessionId, UserId

MemberRole = Literal["owner", "editor", "viewer"]


class Person(msgspec.Struct, frozen=True):
    """Somebody as the others see them."""

    user_id: UserId
    name: str


class _Sign(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """What all of them have in common: the session, and the tag `type`."""

    session_id: SessionId


class MemberJoined(_Sign, frozen=True, tag="member_joined"):
    """Somebody takes part from now on, or in another role."""

    person: Person
    role: MemberRole


class MemberLeft(_Sign, frozen=True, tag="member_left"):
    """Somebody takes part no more: their streams and sockets of this session end."""

    user_id: UserId


class MarkedRead(_Sign, frozen=True, tag="read"):
    """Somebody has read up to this message."""

    user_id: UserId
    message_id: MessageId


class Typing(_Sign, frozen=True, tag="typing"):
    """Somebody is writing, or is not any more."""

    user_id: UserId
    on: bool


class Presence(_Sign, frozen=True, tag="presence"):
    """Who is there now: each person once, however many windows they have open."""

    users: tuple[Person, ...]


Sign = MemberJoined | MemberLeft | MarkedRead | Typing | Presence


def topic_of_room(session_id: SessionId) -> str:
    """Where signs of a session are told on the bus."""
    return f"room:{session_id}"
