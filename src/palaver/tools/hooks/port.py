"""What hooks are to those who use them: an event, a question, an answer, and what came of asking. It asks nobody."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from palaver.core.events import HookFired
from palaver.core.ids import RunId, SessionId
from palaver.core.permissions import PermissionMode
from palaver.kit.sealed import Sealed
from palaver.tools.hooks.matching import Matcher

HookEvent = Literal[
    "PreToolUse",
    "PostToolUse",
    "UserPromptSubmit",
    "SessionStart",
    "SessionEnd",
    "Stop",
    "SubagentStop",
    "PreCompact",
    "Notification",
]
Verdict = Literal["allow", "deny", "ask"]

# Whose hook it is. Asked in this order: from the least to the most trusted, so that the operator's see what is left.
HookSource = Literal["request", "user", "operator"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Somebody to ask at an event: a URL, or (`callback`) an installed Python function. `timeout` is seconds."""

    event: HookEvent
    source: HookSource
    matcher: Matcher = field(default_factory=Matcher)
    url: str | None = None
    callback: str | None = None
    secret: Sealed[str] | None = None
    timeout: float = 30.0


class HookQuestion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a hook is told. Which fields an event has stands in `docs/decisions/0012-hooks.md`.

    `continued` says how often a turn has already gone on because a hook would not let it stop.
    """

    hook_event: HookEvent
    session_id: SessionId
    run_id: RunId | None = None
    call_id: str | None = None
    permission_mode: PermissionMode | None = None
    tool_name: str | None = None
    tool_input: dict[str, Any] | None = None
    tool_result: dict[str, Any] | None = None
    prompt: str | None = None
    answer: str | None = None
    agent: str | None = None
    kind: str | None = None
    message: str | None = None
    continued: int = 0


class HookAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a hook says; without a decision it has no opinion, and all goes on as it would without it."""

    decision: Verdict | None = None
    reason: str | None = None
    modified_input: dict[str, Any] | None = None
    additional_context: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """What came of an event: the gravest decision with its reason, what was changed or added, and a report per hook."""

    decision: Verdict | None = None
    reason: str = ""
    modified_input: dict[str, Any] | None = None
    additional_context: str | None = None
    reports: tuple[HookFired, ...] = ()


# An installed function: it returns, async or not, a HookAnswer, the same as a mapping, or None (no opinion).
# One that is not async is called in a thread, which goes on after its deadline, unheard.
Callback = Callable[[HookQuestion], object]
