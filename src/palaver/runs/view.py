"""A run as clients see it; where it is kept is `store.py`'s."""

from typing import Literal

import msgspec

from palaver.core.ids import MessageId, RunId, SessionId
from palaver.core.usage import Usage
from palaver.runs.store import Kept

RunState = Literal["queued", "running", "waiting", "done"]

_STATES: dict[str, RunState] = {"queued": "queued", "live": "running", "waiting": "waiting", "over": "done"}


class RunView(msgspec.Struct, frozen=True, kw_only=True):
    """A run as clients see it; with `parent_run_id` it answers that run's call. `usage` is there once it is over.

    `branched`: its question names another parent than the message that was the newest.
    """

    id: RunId
    session_id: SessionId
    status: RunState
    user_message_id: MessageId | None
    message_id: MessageId
    model: str
    provider: str
    finish_reason: str | None
    error: str | None
    created_at: str
    started_at: str | None
    ended_at: str | None
    parent_run_id: RunId | None = None
    parent_call_id: str | None = None
    usage: Usage | None = None
    branched: bool | msgspec.UnsetType = msgspec.UNSET


class Interrupted(msgspec.Struct, frozen=True):
    """What an interruption ended: the run, or null where nothing was under way."""

    run: RunView | None


def view(kept: Kept) -> RunView:
    """The run of a row."""
    return RunView(
        id=kept.id,
        session_id=kept.session_id,
        status=_STATES[kept.state],
        user_message_id=kept.user_message_id,
        message_id=kept.message_id,
        model=kept.model,
        provider=kept.provider,
        finish_reason=kept.finish_reason,
        error=kept.error,
        created_at=kept.created_at,
        started_at=kept.started_at,
        ended_at=kept.ended_at,
        parent_run_id=kept.parent_run_id,
        parent_call_id=kept.parent_call_id,
        branched=True if kept.prompt.branched else msgspec.UNSET,
    )
