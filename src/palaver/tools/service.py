"""All tools of this process, and calls of them within its limits; who may call which is `policy.py`'s to say."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from palaver.core.errors import Invalid
from palaver.tools.checking import check_schema
from palaver.tools.port import Outcome, Scene, Tool
from palaver.tools.settings import ToolSettings
from palaver.tools.toolsets import installed
from palaver.tools.using import use

log = logging.getLogger(__name__)


class Tools:
    """The shipped tools and those of installed packages; tools of MCP servers belong to people and are found elsewhere.

    `added` stands for what packages add; left out, they are asked (entry points), if the settings let them. `withheld`
    are those that cannot work on this machine: they are there, say so when they are called, and are not offered.
    """

    def __init__(
        self,
        shipped: Sequence[Tool],
        settings: ToolSettings,
        added: Sequence[Tool] | None = None,
        *,
        withheld: frozenset[str] = frozenset(),
    ) -> None:
        self._settings = settings
        self._withheld = withheld
        self._tools: dict[str, Tool] = {}
        self._slots = asyncio.Semaphore(settings.parallel_per_process)
        for tool in shipped:
            if tool.spec.name in self._tools:
                raise ValueError(f"Two tools are called {tool.spec.name}.")
            self._tools[tool.spec.name] = tool
        if added is None:
            added = installed() if settings.plugins else ()
        for tool in added:
            self._add(tool)

    def all(self) -> Sequence[Tool]:
        """Every tool, in the order they were added."""
        return tuple(self._tools.values())

    def offered(self) -> Sequence[Tool]:
        """Those an agent is offered when nothing else is said."""
        offer = self._settings.offer
        left = [tool for tool in self.all() if tool.spec.name not in self._withheld]
        return tuple(tool for tool in left if offer == "all" or tool.spec.name in offer)

    def get(self, name: str) -> Tool | None:
        """The tool of this name, if there is one."""
        return self._tools.get(name)

    async def use(self, tool: Tool, arguments: dict[str, Any], scene: Scene) -> Outcome:
        """Call it, once fewer than `parallel_per_process` calls are under way; see `using.use`.

        Also for tools that are not in `all()`, such as those of MCP servers. Questions and subagents are not called.
        """
        async with self._slots:
            return await use(tool, arguments, scene, self._settings)

    def _add(self, tool: Tool) -> None:
        name = tool.spec.name
        try:
            if name in self._tools:
                raise Invalid("another tool has its name")
            check_schema(tool.spec.parameters)
        except Invalid as error:
            log.warning("A tool of a package is left out", extra={"tool": name, "why": error.detail})
            return
        self._tools[name] = tool
