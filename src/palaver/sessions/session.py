"""A session as clients see it; where its messages stand in the tree is `tree.py`."""

from typing import Any, Literal

import msgspec

from palaver.core.ids import MessageId, RunId, SessionId
from palaver.core.permissions import PermissionMode
from palaver.core.room import MemberRole
from palaver.core.usage import Usage

SessionStatus = Literal["idle", "running", "waiting", "error"]


class Origin(msgspec.Struct, frozen=True):
    """Where a session was forked from; `message_id` is None where nothing had been said there yet."""

    session_id: SessionId
    message_id: MessageId | None


class Human(msgspec.Struct, frozen=True):
    """Somebody from the team who answers in a session instead of models, at most until `until`."""

    escalation_id: str
    name: str
    joined_at: str
    until: str


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation. Counts cover all branches; `cost` is in US dollars, None where no price is known.

    `run_id` is the run that this session works for, where a subagent talks in it; lists leave such sessions out.
    `role` is the reader's, and stands only where others than the owner take part, or did.
    `human` stands only while somebody from the team answers there, and models do not.
    """

    id: SessionId
    title: str | None = None
    title_source: Literal["auto", "user"] = "auto"
    model: str | None = None
    provider: str | None = None
    system_prompt: str | None = None
    settings: dict[str, Any] = {}
    permission_mode: PermissionMode = "default"
    tags: tuple[str, ...] = ()
    metadata: dict[str, Any] = {}
    pinned: bool = False
    archived: bool = False
    project_id: str | None = None
    parent: Origin | None = None
    head_message_id: MessageId | None = None
    active_run_id: RunId | None = None
    run_id: RunId | None = None
    status: SessionStatus = "idle"
    message_count: int = 0
    turn_count: int = 0
    usage: Usage = Usage()
    cost: float | None = None
    created_at: str
    updated_at: str
    last_message_at: str | None = None
    role: MemberRole | msgspec.UnsetType = msgspec.UNSET
    human: Human | msgspec.UnsetType = msgspec.UNSET
