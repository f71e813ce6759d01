"""Puts together what one agent may use in one run, from all places where tools come from; it decides about no call."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from palaver.agents.recipe import Recipe, SkillBrief
from palaver.core.events import Noticed
from palaver.core.ids import SessionId, UserId
from palaver.inference.port import ToolSpec
from palaver.runs import offering
from palaver.runs.box import Box
from palaver.runs.delegating import GENERAL
from palaver.runs.limits import Limits
from palaver.runs.live import Live
from palaver.runs.settings import RunSettings
from palaver.tools.hooks.port import Hook
from palaver.tools.policy import Permissions, Rules
from palaver.tools.port import Tool
from palaver.tools.rules import parsed
from palaver.tools.service import Tools

MOST_KNOWN = 64  # selections of shipped tools; usually there is one


class _Offered(NamedTuple):
    """Tools by name, and as models are told of them."""

    tools: dict[str, Tool]
    specs: tuple[ToolSpec, ...]


class Places(Protocol):
    """Where tools and hooks come from that belong to somebody, or to a place."""

    async def servers(self, user_id: UserId, mcp: Sequence[dict[str, Any]]) -> tuple[Sequence[Tool], Sequence[Noticed]]:
        """The tools of MCP servers, and which servers are not there."""
        ...

    def skills(self, user_id: UserId, briefs: Sequence[SkillBrief]) -> Tool:
        """The tool that opens skills."""
        ...

    def hooks(self, recipe: Recipe, user_id: UserId) -> tuple[Hook, ...]:
        """The hooks of the operator, the person and the request."""
        ...

    async def grounds(self, session_id: SessionId) -> str | None:
        """The instructions that lie in a workspace."""
        ...


class RunBoxes:
    """Finds what an agent may use. `bypass` says whether the mode that asks for nothing is open to anybody here."""

    def __init__(self, tools: Tools, places: Places, settings: RunSettings, *, bypass: bool) -> None:
        self._tools = tools
        self._places = places
        self._settings = settings
        self._bypass = bypass
        self._known: dict[tuple[Any, ...], _Offered] = {}

    async def of(self, live: Live) -> Box:
        """What this run may use; servers that are not there are told of, and left out."""
        box = await self._of_ours(live)
        return offering.with_clients(box, live.prompt.client_tools) if live.prompt.client_tools else box

    async def _of_ours(self, live: Live) -> Box:
        recipe, model = live.prompt.recipe, live.asked
        mode = recipe.permission_mode or live.mode
        if mode == "bypassPermissions" and not self._bypass:
            mode = "default"  # it was opened once, and an operator closed it since
        permissions = Permissions(mode, _rules(recipe))
        hooks = self._places.hooks(recipe, live.user_id)
        limits = _limits(recipe, self._settings)
        grounds = await self._places.grounds(live.prompt.ground(live.session_id))
        if model.tools == "no" or not live.prompt.server_tools:
            return Box(tools={}, specs=(), permissions=permissions, limits=limits, hooks=hooks, grounds=grounds)
        notices: Sequence[Noticed] = ()
        if recipe.mcp or recipe.skills or recipe.subagents:
            offered, notices = await self._gathered(live, permissions.rules)
        else:
            offered = self._shipped(live, permissions.rules)
        return Box(
            tools=offered.tools,
            specs=offered.specs,
            permissions=permissions,
            limits=limits,
            hooks=hooks,
            notices=tuple(notices),
            grounds=grounds,
        )

    def _shipped(self, live: Live, rules: Rules) -> _Offered:
        """What is left of the shipped tools: made once, as they are the same for every turn that selects the same."""
        recipe, below = live.prompt.recipe, live.parent is not None
        selection = (recipe.tools, recipe.disallowed, below)
        known = self._known.get(selection)
        if known is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            left = offering.left(self._all(recipe), recipe, rules, below=below)
            known = self._known[selection] = _Offered(left, offering.specs(left, (GENERAL,)))
        return known

    async def _gathered(self, live: Live, rules: Rules) -> tuple[_Offered, Sequence[Noticed]]:
        """What is left of the tools from everywhere, and which servers are not there."""
        recipe = live.prompt.recipe
        found = self._all(recipe)
        notices: Sequence[Noticed] = ()
        if recipe.mcp:
            servers, notices = await self._places.servers(live.user_id, recipe.mcp)
            found |= {tool.spec.name: tool for tool in servers}
        if recipe.skills:
            found[offering.SKILL] = self._places.skills(live.user_id, recipe.skills)
        left = offering.left(found, recipe, rules, below=live.parent is not None)
        return _Offered(left, offering.specs(left, (*recipe.subagents, GENERAL))), notices

    def _all(self, recipe: Recipe) -> dict[str, Tool]:
        shipped = self._tools.offered() if recipe.tools is None else self._tools.all()
        return {tool.spec.name: tool for tool in shipped}


def _rules(recipe: Recipe) -> Rules:
    if not recipe.allowed and not recipe.disallowed:
        return NO_RULES
    return Rules(allow=parsed(recipe.allowed), deny=parsed(recipe.disallowed))


NO_RULES = Rules()


def _limits(recipe: Recipe, settings: RunSettings) -> Limits:
    longest = settings.longest.total_seconds()
    return Limits(
        max_turns=recipe.max_turns or settings.max_turns,
        max_seconds=min(recipe.max_seconds, longest) if recipe.max_seconds else longest,
        max_characters=settings.output_characters,
        repeats=settings.repeats,
        max_budget_usd=recipe.max_budget_usd,
    )
