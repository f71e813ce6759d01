"""Use cases about turns: what a request wants becomes a recipe, commands and skills are found; it takes no turn."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from palaver.agents import store
from palaver.agents.choosing import Choosing, Keepings
from palaver.agents.commands import Command, Expanded, called, expand
from palaver.agents.disk import Disk, DiskEntry
from palaver.agents.kinds import COMMAND, SKILL
from palaver.agents.recipe import NOTHING, Recipe, SkillBrief, Subagent, Wish, merge
from palaver.agents.servers import MCP_SERVER
from palaver.agents.settings import AgentSettings
from palaver.agents.shelf import Shelf, Thing
from palaver.agents.shelves import check_bypass
from palaver.agents.skills import SkillTool
from palaver.agents.store import Kept
from palaver.agents.wanted import ANYTHING, Wanted, of_session
from palaver.core.audit import Audit, SecurityEvent, unheard
from palaver.core.errors import NotFound
from palaver.core.ids import UserId
from palaver.core.principal import Principal
from palaver.kit.ids import new_id
from palaver.storage.port import Database
from palaver.tools.hooks.port import Hook
from palaver.tools.mcp.definition import ServerDefinition
from palaver.tools.mcp.precedence import Server

Values = dict[str, Any]

OF_REQUEST = "req"  # what the secrets of one request's servers and hooks are bound to


class Recipes:
    """Makes recipes. `operator` are the MCP servers that everybody has, `defaults` what an operator wants of turns."""

    def __init__(
        self,
        database: Database,
        disk: Disk,
        settings: AgentSettings,
        keepings: Keepings,
        *,
        operator: Mapping[str, ServerDefinition] | None = None,
        defaults: Wish = NOTHING,
    ) -> None:
        self._database = database
        self._disk = disk
        self._settings = settings
        self._keepings = keepings
        self._operator = dict(operator or {})
        self.audit: Audit = unheard
        self._defaults = defaults
        self._servers = tuple({"name": name, "source": "operator"} for name in sorted(self._operator))
        self._plain = merge(defaults, Wish(mcp=self._servers)) if self._servers else merge(defaults)

    async def resolve(
        self,
        principal: Principal,
        wanted: Wanted = ANYTHING,
        session_settings: Mapping[str, Any] | None = None,
        *,
        command: Expanded | None = None,
    ) -> Recipe:
        """The recipe of one turn; `Invalid` where something that is named is not there, or is wrong in itself.

        Costs one statement where nothing is wanted and nothing is kept.
        """
        shelf = await self._shelf(principal.user_id)
        session = of_session(session_settings or {})
        if not shelf and wanted == ANYTHING and session == ANYTHING and command is None:
            return self._plain
        shelf = await self._filled(shelf, principal, [*wanted.named, *session.named])
        choosing = Choosing(shelf, principal, self._keepings, self._servers)
        agent = choosing.agent(wanted.agent, "body", "agent") or choosing.agent(session.agent, "session", "agent")
        unnamed, answering = choosing.unnamed(agent), NOTHING
        if agent is not None:
            whole = await self._whole(agent)
            skills = [(SKILL.name, name) for name in whole.get("skills") or ()]
            answering = choosing.over(await self._filled(shelf, principal, skills)).of_agent(agent, whole)
        below = answering.mcp if answering.mcp is not None else unnamed.mcp or ()
        about = new_id(OF_REQUEST) if wanted.mcp_servers or wanted.hooks else ""
        recipe = merge(
            self._defaults,
            unnamed,
            choosing.preset(session.tool_preset, "session", "tool_preset"),
            choosing.plain(session, "session"),
            answering,
            choosing.preset(wanted.tool_preset, "body", "tool_preset"),
            choosing.command(command),
            choosing.plain(wanted, "body"),
            Wish(mcp=choosing.servers(wanted.mcp_servers, below, about), hooks=choosing.hooks(wanted.hooks, about)),
        )
        if recipe.permission_mode == "bypassPermissions":
            check_bypass(principal, self._settings)
            await self.audit(SecurityEvent(kind="permission.bypassed", actor_id=principal.user_id))
        return recipe

    def check_mode(self, principal: Principal, mode: str) -> None:
        """Forbid a permission mode that is not open to this person; for whoever sets one outside of a request."""
        if mode == "bypassPermissions":
            check_bypass(principal, self._settings)

    async def expand(self, principal: Principal, text: str) -> Expanded | None:
        """What the command makes of a prompt that begins with `/name`; None where there is no such command."""
        call = called(text)
        if call is None:
            return None
        shelf = await self._filled(await self._shelf(principal.user_id), principal, [(COMMAND.name, call[0])])
        found = shelf.find(COMMAND.name, call[0])
        if found is None:
            return None
        whole = await self._whole(found)
        granted = tuple(whole.get("allowed_tools") or ()) if found.trusted else ()
        command = Command(name=found.name, body=whole["body"], model=whole.get("model"), allowed_tools=granted)
        return expand(text, {found.name: command, found.id: command})

    async def instructions_of(self, subagent: Subagent) -> str:
        """What a subagent is told about itself; `NotFound` where it was removed from its shelf meanwhile."""
        if subagent.instructions or subagent.id is None:
            return subagent.instructions
        return (await self._text(subagent.id, subagent.version))["instructions"]

    def skill_tool(self, skills: Sequence[SkillBrief]) -> SkillTool:
        """The tool that opens these skills."""
        return SkillTool(skills, self.skill_text)

    async def skill_text(self, skill: SkillBrief, file: str | None = None) -> str:
        """What a skill says, with the names of its files; or one of them. `NotFound` where it is not there any more."""
        entry = (await self._disk.look()).by_id.get(skill.id)
        if entry is not None:
            return await self._disk_text(entry, file)
        whole = await self._text(skill.id, skill.version)
        files: dict[str, str] = whole.get("files") or {}
        if file is None:
            return _with_files(whole["body"], list(files))
        if file not in files:
            raise NotFound(_no_file(skill.name, file, list(files)))
        return files[file]

    def servers(self, mcp: Sequence[Values]) -> tuple[Server, ...]:
        """The MCP servers of a recipe, opened; those that the operator took away meanwhile are left out."""
        return self._keepings.servers.opened(mcp, self._operator)

    def hooks(self, hooks: Sequence[Values]) -> tuple[Hook, ...]:
        """The hooks of a recipe, opened; those of the operator's file are not among them."""
        return self._keepings.hooks.opened(hooks)

    async def _shelf(self, user_id: UserId) -> Shelf:
        rows = await self._database.read(store.unnamed(user_id))
        found = await self._disk.look()
        if not rows and not found.entries:
            return _EMPTY
        # the operator's MCP servers come with their secrets, from the settings
        on_disk = [_of_disk(one) for one in found.entries if one.kind != MCP_SERVER]
        return Shelf([*(_stored(row, user_id) for row in rows), *on_disk])

    async def _filled(self, shelf: Shelf, principal: Principal, named: Sequence[tuple[str, str]]) -> Shelf:
        """The shelf, and of what is named and not on it, what other users share."""
        lacking = shelf.lacks(named)
        if not lacking:
            return shelf
        rows = await self._database.read(store.shared_as(lacking, principal.user_id))
        return shelf.having(_stored(row, principal.user_id) for row in rows)

    async def _whole(self, thing: Thing) -> Values:
        return thing.brief if thing.origin == "disk" else await self._text(thing.id, thing.version)

    async def _text(self, definition_id: str, version: int) -> Values:
        entry = (await self._disk.look()).by_id.get(definition_id)
        if entry is not None:
            return entry.body
        found = await self._database.read(store.version(definition_id, version))
        if found is None:
            raise NotFound("It was removed meanwhile.")
        return msgspec.json.decode(found.body)

    async def _disk_text(self, entry: DiskEntry, file: str | None) -> str:
        files = await self._disk.files(entry)
        if file is None:
            return _with_files(await self._disk.text(entry), files)
        if file not in files:
            raise NotFound(_no_file(entry.name, file, files))
        return await self._disk.text(entry, file)


_EMPTY = Shelf()


def _stored(row: Kept, user_id: UserId) -> Thing:
    mine = row.user_id == user_id
    return Thing(
        kind=row.kind,
        name=row.name,
        id=row.id,
        version=row.version,
        origin="own" if mine else "shared",
        trusted=mine or row.role == "admin",
        raw=row.brief,
    )


def _of_disk(entry: DiskEntry) -> Thing:
    path = f"{entry.folder.parent.name}/{entry.folder.name}" if entry.kind == "skill" else entry.path
    return Thing(
        kind=entry.kind,
        name=entry.name,
        id=entry.id,
        version=1,
        origin="disk",
        trusted=True,
        raw=entry.body,
        path=path,
    )


def _with_files(text: str, files: list[str]) -> str:
    return f"{text}\n\nFiles of this skill, to be opened with `file`:\n" + "\n".join(files) if files else text


def _no_file(skill: str, file: str, files: list[str]) -> str:
    return f"The skill {skill} has no file {file[:200]!r}. It has: {', '.join(files) or 'none'}."
