"""Hands a call to a subagent: a run of its own, in a session of its own, that may do no more than the one above.

The run above waits for it as a row; what it answers comes back as the call's result.
"""

import logging
from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from palaver.agents.recipe import Recipe, Subagent
from palaver.core.errors import PalaverError
from palaver.core.events import RunEvent, ToolFinished, ToolStarted
from palaver.core.ids import RUN, SESSION, RunId, SessionId, UserId
from palaver.core.messages import TextPart
from palaver.kit.ids import new_id
from palaver.runs.box import Box
from palaver.runs.calls import Call
from palaver.runs.hooked import mode_of
from palaver.runs.journal import Journal
from palaver.runs.live import Live, Parent
from palaver.runs.offering import matches
from palaver.runs.prompt import Prompt
from palaver.runs.written import write
from palaver.tools import policy
from palaver.tools.policy import Permissions, Rules
from palaver.tools.rules import parsed

log = logging.getLogger(__name__)

# Who does what no named subagent is there for.
GENERAL = Subagent(
    name="general",
    description="Does any task with the tools you have yourself.",
    instructions="You do one task for another agent. Do it with your tools, then answer once, briefly: the result.",
)


class Begin(Protocol):
    """Starts a run below another one."""

    async def __call__(self, live: Live, prompt: Prompt) -> None: ...


class Instructions(Protocol):
    """What a subagent is told about itself; one from a shelf is read there. Raises `core.errors`."""

    async def __call__(self, user_id: UserId, subagent: Subagent) -> str: ...


class Delegating:
    """Begins runs that answer calls. Where the house is put together, `begin_run` and `instructions` are filled in."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.begin_run: Begin = _nobody
        self.instructions: Instructions = _own

    async def begin(self, live: Live, box: Box, call: Call, arguments: dict[str, Any]) -> Sequence[RunEvent]:
        """The events of a call that is being answered by a run of its own from now on."""
        subagent = named(live.prompt.recipe, arguments["subagent_type"])
        if subagent is None:
            known = ", ".join(one.name for one in (*live.prompt.recipe.subagents, GENERAL))
            said = f"There is no subagent {arguments['subagent_type']!r} here. There are: {known}."
            return await write(self._journal, live, failed(call.id, said))
        started = ToolStarted(
            call_id=call.id,
            arguments=arguments,
            replay_safe=True,
            child_run_id=call.child_run_id or RunId(new_id(RUN)),
            child_session_id=SessionId(new_id(SESSION)),
        )
        await write(self._journal, live, started)
        try:
            await self.start(live, box, started, subagent)
        except PalaverError as error:
            return await write(self._journal, live, started, failed(call.id, error.detail))
        return (started,)

    async def start(self, live: Live, box: Box, started: ToolStarted, subagent: Subagent) -> None:
        """Let the run below begin, with no more rights than this one has."""
        assert started.child_run_id is not None
        assert started.child_session_id is not None
        child = Live(started.child_run_id, started.child_session_id, live.user_id, epoch=1)
        child.parent = Parent(live.id, started.call_id)
        prompt = Prompt(
            parts=(TextPart(text=started.arguments["prompt"]),),
            model=subagent.model or live.run.model,
            recipe=narrowed(live, box, subagent, instructions=await self.instructions(live.user_id, subagent)),
            workspace=live.prompt.ground(live.session_id),
            key_id=live.prompt.key_id,
        )
        await self.begin_run(child, prompt)


def named(recipe: Recipe, name: str) -> Subagent | None:
    """Whom the recipe knows by this name."""
    return next((one for one in (*recipe.subagents, GENERAL) if one.name == name), None)


def failed(call_id: str, said: str) -> ToolFinished:
    """A task that nobody did."""
    return ToolFinished(call_id=call_id, ok=False, content=said, duration_ms=0, truncated=False)


def narrowed(live: Live, box: Box, subagent: Subagent, *, instructions: str) -> Recipe:
    """The recipe of a subagent: its parent's tools, rules and mode or less, and what is left of its money and time.

    It hands nothing on to others.
    """
    mine, steps, mode = live.prompt.recipe, live.run.steps, mode_of(live, box)
    rules = box.permissions.rules
    own = Permissions(subagent.permission_mode or mode, Rules(allow=rules.allow, deny=parsed(subagent.disallowed)))
    both = policy.narrowed(Permissions(mode, rules), own)
    budget = box.limits.max_budget_usd
    # Those who work at the same time share what is left; what one of them leaves goes back to the run above.
    sharers = sum(_is_task(box, call) for call in live.run.calls) or 1
    spent = (steps.spent.cost_usd or 0.0) + steps.delegated_usd
    left = None if budget is None else max((budget - spent) / sharers, 1e-9)
    return msgspec.structs.replace(
        mine,
        agent=subagent.name,
        version=subagent.version,
        instructions=instructions,
        model=None,
        tools=tuple(name for name in box.tools if subagent.tools is None or matches(name, subagent.tools)),
        allowed=tuple(rule.text for rule in both.rules.allow),
        disallowed=tuple(rule.text for rule in both.rules.deny),
        permission_mode=both.mode,
        max_turns=subagent.max_turns,
        max_budget_usd=left,
        subagents=(),
        output_format=None,
    )


def _is_task(box: Box, call: Call) -> bool:
    return call.name in box.tools and box.tools[call.name].spec.kind == "subagent"


async def _nobody(live: Live, prompt: Prompt) -> None:
    raise AssertionError("nobody starts runs below others here")


async def _own(user_id: UserId, subagent: Subagent) -> str:
    return subagent.instructions
