"""Which call needs whose yes: mode, effect of the tool, and rules become allow, ask or deny. It asks nobody.

From the strongest: a deny (rule or hook), plan mode's refusal, an ask, an allow (each by rule or hook), the mode.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from palaver.core.permissions import PermissionMode
from palaver.tools.port import Effect, ToolSpec
from palaver.tools.rules import Rule, common, exactly

Verdict = Literal["allow", "ask", "deny"]
Scope = Literal["session", "tool"]

# From the narrowest: no mode lets a call through that a later one holds back.
NARROWEST_FIRST: tuple[PermissionMode, ...] = ("plan", "dontAsk", "default", "acceptEdits", "bypassPermissions")

# What nobody is asked about, whatever the mode.
HARMLESS: frozenset[Effect] = frozenset({"reads", "notes"})


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a call, and a sentence that says why, for the person and for the model."""

    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What was said about calls in general; `allow` holds the request's, the agent's and what is remembered."""

    allow: tuple[Rule, ...] = ()
    deny: tuple[Rule, ...] = ()
    ask: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Permissions:
    """How freely somebody may act: a mode, and the rules beside it."""

    mode: PermissionMode
    rules: Rules


def decide(
    mode: PermissionMode,
    spec: ToolSpec,
    arguments: Mapping[str, Any],
    rules: Rules,
    *,
    hooked: Decision | None = None,
) -> Decision:
    """Whether a call runs, waits for a person, or is refused. `hooked` is what hooks said about it, if anything.

    For arguments that a person or a hook edited, ask again: only a deny counts then, the yes has been given.
    """
    if denied := _said("deny", hooked, _touching(rules.deny, spec, arguments)):
        return denied
    if mode == "plan" and spec.effect not in HARMLESS:
        return Decision("deny", "In plan mode nothing is changed: say what would be done instead.")
    if asking := _said("ask", hooked, _touching(rules.ask, spec, arguments)):
        return _asked(mode, asking.reason)
    if allowed := _said("allow", hooked, _granting(rules.allow, spec, arguments)):
        return allowed
    return _by_mode(mode, spec)


def narrowed(parent: Permissions, child: Permissions) -> Permissions:
    """What a subagent may do: never more than its parent, and never more than it is meant to.

    The narrower mode, every deny and every ask of both, and of the allow rules what both allow.
    """
    mode = parent.mode if _breadth(parent) <= _breadth(child) else child.mode
    deny = _together(parent.rules.deny, child.rules.deny)
    ask = _together(parent.rules.ask, child.rules.ask)
    if mode == "plan" and "dontAsk" in {parent.mode, child.mode}:
        # plan mode may ask about what it reads, and one of the two may not ask
        deny, ask = _together(deny, ask), ()
    return Permissions(mode, Rules(allow=common(parent.rules.allow, child.rules.allow), deny=deny, ask=ask))


def remembered(name: str, arguments: Mapping[str, Any], scope: Scope) -> str | None:
    """The allow rule that is kept when a person says yes for longer; None where it cannot be said.

    `tool`: every call of this tool. `session`: this very command or code, this file, this web site, this skill or
    agent; of tools whose arguments no rule speaks about, every call.
    """
    return name if scope == "tool" else exactly(name, arguments)


def hides(deny: Iterable[Rule], name: str) -> bool:
    """Whether a tool is denied as a whole, and therefore not offered."""
    return any(rule.pattern is None and rule.concerns(name) for rule in deny)


def call_hash(name: str, arguments: Mapping[str, Any]) -> str:
    """What binds a yes to the call it was given to: equal for equal calls, whatever the order of their arguments."""
    text = json.dumps([name, arguments], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _breadth(permissions: Permissions) -> int:
    return NARROWEST_FIRST.index(permissions.mode)


def _said(verdict: Verdict, hooked: Decision | None, rule: Rule | None) -> Decision | None:
    if hooked is not None and hooked.verdict == verdict:
        return hooked
    return None if rule is None else Decision(verdict, _SAID[verdict].format(rule=rule.text))


def _touching(rules: Iterable[Rule], spec: ToolSpec, arguments: Mapping[str, Any]) -> Rule | None:
    return next((rule for rule in rules if rule.touches(spec, arguments)), None)


def _granting(rules: Iterable[Rule], spec: ToolSpec, arguments: Mapping[str, Any]) -> Rule | None:
    return next((rule for rule in rules if rule.grants(spec, arguments)), None)


_SAID: dict[Verdict, str] = {
    "deny": "The rule `{rule}` forbids this.",
    "ask": "The rule `{rule}` wants a person's yes.",
    "allow": "The rule `{rule}` allows this.",
}


def _by_mode(mode: PermissionMode, spec: ToolSpec) -> Decision:
    if spec.effect in HARMLESS:
        return Decision("allow", "It changes nothing.")
    if mode == "bypassPermissions":
        return Decision("allow", "Nothing is asked in this mode.")
    if mode == "acceptEdits" and spec.effect == "edits":
        return Decision("allow", "Changes of the workspace's files are accepted in this mode.")
    return _asked(mode, _WHY[spec.effect])


_WHY: dict[Effect, str] = {
    "edits": "It changes files of the workspace.",
    "acts": "It acts beyond the files of the workspace.",
}


def _asked(mode: PermissionMode, reason: str) -> Decision:
    if mode == "dontAsk":
        return Decision("deny", f"{reason} Nobody is asked in this mode, so it is refused.")
    return Decision("ask", reason)


def _together(first: tuple[Rule, ...], second: tuple[Rule, ...]) -> tuple[Rule, ...]:
    return tuple(dict.fromkeys(first + second))
