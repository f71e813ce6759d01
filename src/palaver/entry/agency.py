"""Puts together what agents act with: tools, servers, hooks, shelves and workspaces. It serves and decides nothing."""

import asyncio
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from palaver.agents.commands import Expanded
from palaver.agents.instructions import of_session
from palaver.agents.opening import Agents, Bounds, open_agents
from palaver.agents.recipe import Recipe, SkillBrief, Subagent
from palaver.agents.service import Recipes
from palaver.agents.settings import AgentSettings
from palaver.context.memory.fact import mode_in
from palaver.core.errors import Invalid
from palaver.core.events import Noticed
from palaver.core.ids import SessionId, UserId
from palaver.core.messages import TextPart, text_of
from palaver.core.principal import Principal
from palaver.entry.filing import open_files
from palaver.entry.keys import TOKENS, sealer_of
from palaver.entry.settings import Settings
from palaver.files.searching import Searching
from palaver.files.service import Files, Home
from palaver.files.templates import Templates, open_templates
from palaver.files.workspaces import Workspaces
from palaver.kit.clock import Clock
from palaver.runs.prompt import Prompt
from palaver.sessions.grounds import Grounds
from palaver.sessions.service import Sessions
from palaver.storage.port import Database
from palaver.tools.builtin.programs import programs, withheld
from palaver.tools.builtin.search_files import SearchFiles
from palaver.tools.builtin.shelf import plain_tools
from palaver.tools.builtin.web_fetch import WebFetch
from palaver.tools.builtin.web_search import WebSearch, web_search
from palaver.tools.hooks.asking import Hooks
from palaver.tools.hooks.callbacks import installed
from palaver.tools.hooks.port import Hook, HookQuestion
from palaver.tools.mcp.definition import ONLY_ADMINS
from palaver.tools.mcp.service import McpServers
from palaver.tools.mcp.tokens import FolderTokens
from palaver.tools.port import Tool
from palaver.tools.sandbox.choosing import Chosen, choose
from palaver.tools.service import Tools

PROMPT = "/mcp__"  # how a prompt of an MCP server is asked for, as commands are

# What programs of ours get of the environment, where it is there; see `tools.mcp.service`.
Environment = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Agency:
    """All that agents act with, in one running server."""

    tools: Tools
    servers: McpServers
    hooks: Hooks
    agents: Agents
    workspaces: Workspaces
    files: Files
    searching: Searching
    grounds: Grounds
    templates: Templates
    chosen: Chosen
    places: "HousePlaces"
    web: tuple[WebFetch | WebSearch, ...]

    async def session_ends(self, user_id: UserId, session_id: SessionId) -> None:
        """Tell the hooks that concern this person that one of their sessions is about to be deleted."""
        recipes = self.agents.recipes
        recipe = await recipes.resolve(Principal(user_id=user_id, role="member"))
        question = HookQuestion(hook_event="SessionEnd", session_id=session_id, kind="deleted")
        await self.hooks.fire(recipes.hooks(recipe.hooks), question)

    async def close(self) -> None:
        """End every server and close every connection."""
        await self.servers.close()
        await self.hooks.close()
        for one in self.web:
            await one.close()


async def open_agency(
    settings: Settings, database: Database, environment: Environment, *, tasks: asyncio.TaskGroup, clock: Clock
) -> Agency:
    """Find out what there is on this machine; nothing runs yet."""
    home = settings.home
    sealer = sealer_of(settings)
    chosen = await choose(settings.sandbox, home)
    web = _web(settings)
    files = open_files(home, settings.files, database, clock)
    searching = Searching(database, files, clock)
    shipped = [*plain_tools(settings.tools), SearchFiles(searching), *programs(chosen, settings.sandbox), *web]
    tools = Tools(shipped, settings.tools, withheld=withheld(chosen))
    hooks = Hooks(settings.hooks, clock, installed(_callbacks(settings)))
    servers = McpServers(
        settings.mcp, environment=environment, sealer=sealer, tokens=FolderTokens(home / TOKENS), tasks=tasks,
        clock=clock,
    )  # fmt: skip
    bounds = Bounds(agents=settings.agents, mcp=settings.mcp, hooks=settings.hooks)
    agents = open_agents(database, home, sealer, clock, bounds=bounds)
    agents.tell_status(servers.status)
    workspaces = files.home.workspaces
    places = HousePlaces(servers, agents.recipes, files.home, settings.agents)
    templates = open_templates(home, settings.files, files.home)
    grounds = Grounds(database, workspaces)
    return Agency(tools, servers, hooks, agents, workspaces, files, searching, grounds, templates, chosen, places, web)


class HousePlaces:
    """Where tools, hooks and instructions of one run come from (`runs.boxes.Places`)."""

    def __init__(self, servers: McpServers, recipes: Recipes, home: Home, settings: AgentSettings) -> None:
        self._servers = servers
        self._recipes = recipes
        self._home = home
        self._settings = settings

    async def servers(self, user_id: UserId, mcp: Sequence[dict[str, Any]]) -> tuple[Sequence[Tool], Sequence[Noticed]]:
        """The tools of MCP servers, and which servers are not there."""
        offered = await self._servers.tools(user_id, self._recipes.servers(mcp))
        barred = [one["name"] for one in mcp if one.get("barred")]
        notices = [Noticed(code="mcp_barred", message=f"{name} is left out. {ONLY_ADMINS}") for name in barred]
        return offered.tools, [*notices, *(Noticed(code=one.code, message=one.message) for one in offered.notices)]

    def skills(self, user_id: UserId, briefs: Sequence[SkillBrief]) -> Tool:
        """The tool that opens skills."""
        return self._recipes.skill_tool(briefs)

    def hooks(self, recipe: Recipe, user_id: UserId) -> tuple[Hook, ...]:
        """The hooks of the person and the request; the operator's are asked always."""
        return self._recipes.hooks(recipe.hooks) if recipe.hooks else ()

    async def grounds(self, session_id: SessionId) -> str | None:
        """The instructions that lie in a workspace, if there is one."""
        if not self._home.workspaces.exists(session_id):
            return None  # most sessions have no files: a look costs less than a thread
        return await asyncio.to_thread(of_session, self._home, session_id, self._settings)

    async def instructions(self, user_id: UserId, subagent: Subagent) -> str:
        """What a subagent is told about itself."""
        return await self._recipes.instructions_of(subagent)


class Settling:
    """Looks up what a prompt names (`runs.service.Settle`)."""

    def __init__(self, recipes: Recipes, sessions: Sessions, servers: McpServers) -> None:
        self._recipes = recipes
        self._servers = servers
        self._sessions = sessions

    async def __call__(self, principal: Principal, prompt: Prompt) -> Prompt:
        """The prompt with its command written out, and its recipe."""
        session = await self._sessions.find(principal.user_id, prompt.session_id) if prompt.session_id else None
        said = text_of(prompt.parts)
        whose = principal.user_id
        if session and session.role == "editor":  # the project is the owner's, and counts for all who take part
            whose = await self._sessions.owner(whose, session.id)
        brief = await self._sessions.projects.brief(whose, session.project_id if session else None)
        expanded = await self._recipes.expand(principal, said) if said.startswith("/") else None
        recipe = await self._recipes.resolve(
            principal, prompt.wanted, session.settings if session else None, command=expanded
        )
        if expanded is None and said.startswith(PROMPT):
            expanded = await self._prompt(principal, said, recipe)
        if expanded is not None:
            others = tuple(part for part in prompt.parts if not isinstance(part, TextPart))
            prompt = msgspec.structs.replace(
                prompt,
                parts=(TextPart(text=expanded.text), *others),
                metadata={**prompt.metadata, "command": said[:1_000]},
            )
        if brief.text:
            recipe = msgspec.structs.replace(recipe, project=brief.text, project_files=brief.files)
        if session and (session.project_id or session.settings):
            recipe = msgspec.structs.replace(
                recipe,
                project_id=session.project_id if whose == principal.user_id else None,
                memory=mode_in(session.settings, others=whose != principal.user_id),
            )  # fmt: skip
        return msgspec.structs.replace(prompt, recipe=recipe)

    async def _prompt(self, principal: Principal, said: str, recipe: Recipe) -> Expanded | None:
        """What an MCP server's prompt says: `/mcp__server__prompt name=value …`; None where there is no such server."""
        command, _, rest = said[len(PROMPT) :].partition(" ")
        name, _, prompt = command.partition("__")
        server = next((one for one in self._recipes.servers(recipe.mcp) if one.name == name), None)
        if server is None or not prompt:
            return None
        try:
            given = dict(word.split("=", 1) for word in shlex.split(rest))
        except ValueError:
            at = {"loc": ["body", "prompt"], "msg": "not name=value", "type": "value_error"}
            raise Invalid("Give a server's prompt its arguments as name=value.", errors=[at]) from None
        text = await self._servers.prompt(principal.user_id, server, prompt, given)
        return Expanded(command=f"mcp__{command}", text=text)


def _web(settings: Settings) -> tuple[WebFetch | WebSearch, ...]:
    found = web_search(settings.web)
    fetch = (WebFetch(settings.web),) if settings.web.fetch else ()
    return (*fetch, found) if found else fetch


def _callbacks(settings: Settings) -> list[str]:
    return [one.callback for one in settings.hooks.operator if one.callback]
