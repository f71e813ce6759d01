"""When hooks are asked in a run, and what their answers mean for it; how they are reached is `tools.hooks`'."""

from collections.abc import Sequence
from typing import Any

from palaver.core.events import InstructionsAdded, ModelReplied, Pushed, RunEvent, RunFailed
from palaver.core.permissions import PermissionMode
from palaver.runs.box import Box
from palaver.runs.journal import Journal
from palaver.runs.live import Live
from palaver.tools.hooks.asking import Hooks
from palaver.tools.hooks.port import Fired, HookEvent, HookQuestion
from palaver.tools.policy import NARROWEST_FIRST


class Hooked:
    """Asks the hooks of runs. Without hooks nothing is awaited."""

    def __init__(self, journal: Journal, hooks: Hooks) -> None:
        self._journal = journal
        self._hooks = hooks

    def asks(self, box: Box, *events: HookEvent) -> bool:
        """Whether somebody is asked at one of these events."""
        return any(self._hooks.anybody(box.hooks, event) for event in events)

    async def fire(self, live: Live, box: Box, event: HookEvent, **said: Any) -> Fired | None:
        """What the hooks of an event say; what became of each is told. None where nobody is to be asked."""
        if not self._hooks.anybody(box.hooks, event, said.get("tool_name")):
            return None
        question = HookQuestion(
            hook_event=event,
            session_id=live.session_id,
            run_id=live.id,
            agent=live.prompt.recipe.agent,
            permission_mode=mode_of(live, box),
            **said,
        )
        fired = await self._hooks.fire(box.hooks, question)
        for report in fired.reports:
            self._journal.tell(live, report, 0)
        return fired

    async def opening(self, live: Live, box: Box, prompt: str) -> RunFailed | None:
        """Before the first model call: a refusal, where a hook refuses the prompt."""
        opened = await self.fire(live, box, "SessionStart", kind="new") if live.created else None
        prompted = await self.fire(live, box, "UserPromptSubmit", prompt=prompt)
        known = live.fold().steps.added  # whoever drives the run after a restart asks again
        for fired in (opened, prompted):
            if fired is not None and fired.additional_context and fired.additional_context not in known:
                self._journal.tell(live, InstructionsAdded(text=fired.additional_context), 0)
        if prompted is not None and prompted.decision == "deny":
            return RunFailed(code="forbidden", message=prompted.reason or "A hook refused the prompt.", retryable=False)
        return None

    async def ending(self, live: Live, box: Box, reply: ModelReplied) -> Sequence[RunEvent]:
        """Before the answer is the answer: why the agent is to go on, where a hook wants that."""
        event: HookEvent = "SubagentStop" if live.parent else "Stop"
        steps = live.run.steps
        fired = await self.fire(live, box, event, answer=steps.text, continued=len(steps.pushes))
        if fired is None or fired.decision != "deny":
            return ()
        return (Pushed(reason=fired.reason or "Go on.", reply=reply),)


def mode_of(live: Live, box: Box) -> PermissionMode:
    """How freely the agent may act at this moment; what is said above a subagent makes it no freer than it was."""
    own, said = box.permissions.mode, live.run.mode
    if live.parent is not None and said is not None:
        return next(mode for mode in NARROWEST_FIRST if mode in {own, said})
    return said or own
