"""What runs, sessions and parts of messages are called in this protocol; pure, and each name leads back."""

import re
from datetime import UTC, datetime
from typing import NamedTuple

from palaver.core.ids import MESSAGE, RUN, SESSION, MessageId, RunId, SessionId

_RESPONSE = "resp"
_CONVERSATION = "conv"
_HEX = re.compile(r"[0-9a-f]{32}")
_ITEM = re.compile(r"(?:msg|rs|fc|fco)_(.+)_([0-9]{1,5})(?:r[0-9]+)?")


class ItemName(NamedTuple):
    """An item: the n-th block of a message, see `items.py`."""

    message_id: MessageId
    number: int


def response_id(run_id: str) -> str:
    """A run's name."""
    return f"{_RESPONSE}_{run_id.partition('_')[2]}"


def run_of(name: str) -> RunId | None:
    """The run of that name; None for what is no such name."""
    found = _found(_RESPONSE, name)
    return RunId(f"{RUN}_{found}") if found else None


def conversation_id(session_id: str) -> str:
    """A session's name."""
    return f"{_CONVERSATION}_{session_id.partition('_')[2]}"


def session_of(name: str) -> SessionId | None:
    """The session of that name; None for what is no such name."""
    found = _found(_CONVERSATION, name)
    return SessionId(f"{SESSION}_{found}") if found else None


def item_id(kind: str, message_id: str, number: int, voided: int = 0) -> str:
    """An item's name; `voided` is how often the block began and was taken back before."""
    again = f"r{voided}" if voided else ""
    return f"{kind}_{message_id.partition('_')[2]}_{number}{again}"


def item_of(name: str) -> ItemName | None:
    """The item of that name; None for what is no such name."""
    found = _ITEM.fullmatch(name)
    return ItemName(MessageId(f"{MESSAGE}_{found[1]}"), int(found[2])) if found else None


def born(run_id: str) -> int:
    """When a run was made, in seconds: its id begins with that, so that everybody tells the same."""
    return int(run_id.partition("_")[2][:12], 16) // 1000


def seconds(stamped: str) -> int:
    """An instant as this protocol has it."""
    return int(datetime.fromisoformat(stamped).replace(tzinfo=UTC).timestamp())


def _found(kind: str, name: str) -> str | None:
    before, _, after = name.partition("_")
    return after if before == kind and _HEX.fullmatch(after) else None
