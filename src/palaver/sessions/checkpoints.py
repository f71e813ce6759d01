"""What a checkpoint is, and which of two kinds comes first on a page; it reads nothing and moves nothing."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from palaver.core.ids import MessageId, SessionId

CHECKPOINT = "chk"

# turn: stands before a message of the user by itself. named: was set. rewind: takes a rewind back.
Kind = Literal["turn", "named", "rewind"]


class KeptFiles(msgspec.Struct, frozen=True):
    """What a checkpoint keeps of the workspace."""

    count: int
    bytes: int


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point to which one can go back: `before` or `after` a message; `files` is None where there were none."""

    id: str
    session_id: SessionId
    kind: Kind
    label: str | None = None
    stands: Literal["before", "after"]
    message_id: MessageId | None
    files: KeptFiles | None = None
    created_at: str


def of_turn(message_id: MessageId) -> str:
    """The id of the checkpoint that stands before a message of the user."""
    return CHECKPOINT + message_id[3:]


def before_turn(checkpoint_id: str) -> MessageId:
    """The message before which that checkpoint stands."""
    return MessageId("msg" + checkpoint_id[3:])


def newest(some: Sequence[Checkpoint], limit: int) -> list[Checkpoint]:
    """The newest of them, the newest first."""
    return sorted(some, key=lambda one: (one.created_at, one.id), reverse=True)[:limit]
