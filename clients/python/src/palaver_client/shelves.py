"""What a person keeps for agents: their definitions, tools, grants and facts; who uses them, the server decides."""

from typing import Generic, Literal, TypeVar, Unpack

from palaver_client.modes import Mode, Resource, asked, told
from palaver_client.scripts import Script, Telling, path_of
from palaver_client.shapes import (
    Agent,
    AgentChanges,
    Cleared,
    Command,
    CommandChanges,
    Fact,
    FactFields,
    GrantView,
    Hook,
    HookChanges,
    McpServer,
    McpServerChanges,
    McpServerListed,
    Memory,
    NewAgent,
    NewCommand,
    NewFact,
    NewHook,
    NewMcpServer,
    NewSkill,
    NewToolPreset,
    ServerOffer,
    SignInAt,
    Skill,
    SkillChanges,
    ToolInfo,
    ToolPreset,
    ToolPresetChanges,
)

Kept = TypeVar("Kept")
Listed = TypeVar("Listed")
New = TypeVar("New")
Changes = TypeVar("Changes")


class Shelf(Resource[Mode], Generic[Mode, Kept, Listed, New, Changes]):
    """Definitions of one kind. Each change makes a new version."""

    at: str

    @told
    def list(self) -> Telling[Listed]:
        """All that are yours, shared, or from the disk."""
        return self._pages(path_of(self.at))

    @asked
    def create(self, definition: New) -> Script[Kept]:
        """A new one."""
        return self._post(path_of(self.at), definition)

    @asked
    def get(self, definition_id: str) -> Script[Kept]:
        """One of them."""
        return self._get(path_of(self.at, definition_id))

    @asked
    def update(self, definition_id: str, changes: Changes) -> Script[Kept]:
        """Change what is given."""
        return self._patch(path_of(self.at, definition_id), changes)

    @asked
    def delete(self, definition_id: str) -> Script[None]:
        """Remove it, with all its versions."""
        return self._delete(path_of(self.at, definition_id))

    @told
    def versions(self, definition_id: str) -> Telling[Kept]:
        """How it was, the newest first."""
        return self._pages(path_of(self.at, definition_id, "versions"))


class Agents(Shelf[Mode, Agent, Agent, NewAgent, AgentChanges], Generic[Mode]):
    """Who answers."""

    at = "agents"


class Skills(Shelf[Mode, Skill, Skill, NewSkill, SkillChanges], Generic[Mode]):
    """What agents can learn when they need it."""

    at = "skills"


class Commands(Shelf[Mode, Command, Command, NewCommand, CommandChanges], Generic[Mode]):
    """Prompts with a name: `/name`."""

    at = "commands"


class Hooks(Shelf[Mode, Hook, Hook, NewHook, HookChanges], Generic[Mode]):
    """Programs that are asked before and after an agent acts."""

    at = "hooks"


class ToolPresets(Shelf[Mode, ToolPreset, ToolPreset, NewToolPreset, ToolPresetChanges], Generic[Mode]):
    """Sets of tools with a name."""

    at = "tool-presets"


class McpServers(Shelf[Mode, McpServer, McpServerListed, NewMcpServer, McpServerChanges], Generic[Mode]):
    """Servers that bring tools of their own."""

    at = "mcp-servers"

    @asked
    def offer(self, server_id: str) -> Script[ServerOffer]:
        """How it fares, and what it has besides tools."""
        return self._get(path_of(self.at, server_id, "offer"))

    @asked
    def authorize(self, server_id: str) -> Script[SignInAt]:
        """Where a person signs in, in a browser, for one that wants it."""
        return self._post(path_of(self.at, server_id, "authorize"))


class Tools(Resource[Mode], Generic[Mode]):
    """What agents can do."""

    @told
    def list(self) -> Telling[ToolInfo]:
        """All of them."""
        return self._pages("/tools")


class Grants(Resource[Mode], Generic[Mode]):
    """What was allowed once and for all."""

    @told
    def list(self) -> Telling[GrantView]:
        """All of them."""
        return self._pages("/grants")

    @asked
    def delete(self, grant_id: str) -> Script[None]:
        """Ask again from now on."""
        return self._delete(path_of("grants", grant_id))


class Memories(Resource[Mode], Generic[Mode]):
    """Facts that Palaver remembers of you."""

    @told
    def list(self, *, q: str | None = None, project_id: str | None = None) -> Telling[Fact]:
        """All of them, or those of a project, or about something."""
        return self._pages("/memories", q=q, project_id=project_id)

    @asked
    def create(self, text: str, **fields: Unpack[NewFact]) -> Script[Fact]:
        """Remember this."""
        return self._post("/memories", {"text": text, **fields})

    @asked
    def get(self, memory_id: str) -> Script[Fact]:
        """One of them."""
        return self._get(path_of("memories", memory_id))

    @asked
    def update(self, memory_id: str, **fields: Unpack[FactFields]) -> Script[Fact]:
        """Change what is given."""
        return self._patch(path_of("memories", memory_id), fields)

    @asked
    def delete(self, memory_id: str) -> Script[None]:
        """Forget it."""
        return self._delete(path_of("memories", memory_id))

    @asked
    def clear(self, *, project_id: str | None = None) -> Script[Cleared]:
        """Forget everything, or everything of a project; how much that was."""
        return self._delete("/memories", project_id=project_id, all=None if project_id else True)

    @asked
    def settings(self) -> Script[Memory]:
        """Whether facts are recalled and taken down."""
        return self._get("/memory")

    @asked
    def set(self, mode: Literal["off", "recall", "on"]) -> Script[Memory]:
        """Say whether facts are recalled and taken down."""
        return self._patch("/memory", {"mode": mode})
