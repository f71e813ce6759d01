"""What hooks may say at which event, and what follows from several answers. It asks nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from palaver.core.events import HookFired
from palaver.tools.hooks.port import Fired, Hook, HookAnswer, HookEvent, HookQuestion, Verdict

LONGEST_REASON = 2_000
LONGEST_CONTEXT = 20_000
GRAVEST_FIRST: tuple[Verdict, ...] = ("deny", "ask", "allow")


@dataclass(frozen=True, slots=True)
class Powers:
    """What counts of the answers at an event, besides `allow`, which hinders nothing."""

    decisions: frozenset[Verdict] = frozenset({"allow"})
    changes_input: bool = False
    adds_context: bool = False


POWERS: dict[HookEvent, Powers] = {
    "PreToolUse": Powers(frozenset(GRAVEST_FIRST), changes_input=True),
    "PostToolUse": Powers(frozenset({"allow", "deny"}), adds_context=True),
    "UserPromptSubmit": Powers(frozenset({"allow", "deny"}), adds_context=True),
    "SessionStart": Powers(adds_context=True),
    "SessionEnd": Powers(),
    "Stop": Powers(frozenset({"allow", "deny"})),
    "SubagentStop": Powers(frozenset({"allow", "deny"})),
    "PreCompact": Powers(),
    "Notification": Powers(),
}
FAILS_CLOSED: HookEvent = "PreToolUse"
STOPS: frozenset[HookEvent] = frozenset({"Stop", "SubagentStop"})


@dataclass(frozen=True, slots=True)
class Failure:
    """A hook that did not answer as agreed, in words for the person whose turn it is."""

    says: str


def concerned(hooks: Sequence[Hook], event: HookEvent, tool: str | None) -> tuple[Hook, ...]:
    """Those of the hooks that are asked at this event."""
    return tuple(hook for hook in hooks if hook.event == event and (tool is None or hook.matcher.matches(tool)))


def misfit(answer: HookAnswer, question: HookQuestion) -> Failure | None:
    """What an answer says that cannot be said at this event."""
    powers = POWERS[question.hook_event]
    if answer.decision is not None and answer.decision not in powers.decisions:
        return Failure(f"answered `{answer.decision}`, which {question.hook_event} does not know")
    if answer.modified_input is not None and not powers.changes_input:
        return Failure(f"changed an input, which {question.hook_event} does not have")
    if answer.additional_context is not None and not powers.adds_context:
        return Failure(f"added context, which {question.hook_event} does not take")
    return None


def judged(name: str, said: HookAnswer | Failure, question: HookQuestion, continuations: int) -> Fired:
    """What follows from one answer."""
    failure = said if isinstance(said, Failure) else misfit(said, question)
    if failure is not None:
        return _failed(name, failure, question)
    assert isinstance(said, HookAnswer)
    decision, reason = said.decision, (said.reason or "")[:LONGEST_REASON]
    if decision == "deny" and question.hook_event in STOPS and question.continued >= continuations:
        decision, reason = None, f"It has gone on {question.continued} times already, so it stops."
    return Fired(
        decision=decision,
        reason=reason or (f"The hook {name} refused." if decision == "deny" else ""),
        modified_input=None if decision == "deny" else said.modified_input,
        additional_context=(said.additional_context or "")[:LONGEST_CONTEXT] or None,
        reports=(_report(name, question, ok=True, decision=decision, reason=_told(said, reason)),),
    )


def merged(results: Sequence[Fired]) -> Fired:
    """All together: any deny wins, then ask, then allow; of inputs the last, of contexts all; every report is kept."""
    reports = tuple(report for result in results for report in result.reports)
    contexts = [result.additional_context for result in results if result.additional_context]
    inputs: list[dict[str, Any]] = [result.modified_input for result in results if result.modified_input is not None]
    gravest = next((one for verdict in GRAVEST_FIRST for one in results if one.decision == verdict), Fired())
    return Fired(
        decision=gravest.decision,
        reason=gravest.reason,
        modified_input=inputs[-1] if inputs and gravest.decision != "deny" else None,
        additional_context="\n\n".join(contexts) or None,
        reports=reports,
    )


def _failed(name: str, failure: Failure, question: HookQuestion) -> Fired:
    closed = question.hook_event == FAILS_CLOSED
    reason = f"The hook {name} {failure.says}; " + ("so the call is refused." if closed else "it goes on without it.")
    decision: Verdict | None = "deny" if closed else None
    report = _report(name, question, ok=False, decision=decision, reason=reason)
    return Fired(decision=decision, reason=reason if closed else "", reports=(report,))


def _told(said: HookAnswer, reason: str) -> str | None:
    changed = "It changed the input." if said.modified_input is not None and said.decision != "deny" else ""
    return " ".join(part for part in (reason, changed) if part) or None


def _report(name: str, question: HookQuestion, *, ok: bool, decision: Verdict | None, reason: str | None) -> HookFired:
    return HookFired(
        hook_event=question.hook_event,
        name=name,
        ok=ok,
        decision=decision,
        reason=reason,
        call_id=question.call_id,
    )
