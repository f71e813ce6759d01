"""A tool whose work waits for the disk: it runs in a thread, hears when it is cancelled, and may tell how it goes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from palaver.files.workspace import Workspace
from palaver.tools.port import Outcome, Scene, ToolSpec
from palaver.tools.threads import Stop, in_thread


@dataclass(frozen=True, slots=True)
class Desk:
    """What the work has at hand, in its thread. Work that takes long looks at `stop` and ends when it is set."""

    workspace: Workspace
    stop: Stop
    tell: Callable[[str], None]


Work = Callable[[dict[str, Any], Desk], Outcome]


@dataclass(frozen=True, slots=True)
class BlockingTool:
    """`work` as a tool."""

    spec: ToolSpec
    work: Work

    async def use(self, arguments: dict[str, Any], scene: Scene) -> Outcome:
        """Do it in a thread; cancelled, this returns at once."""
        loop = asyncio.get_running_loop()

        def tell(line: str) -> None:
            loop.call_soon_threadsafe(scene.progress, line)

        return await in_thread(lambda stop: self.work(arguments, Desk(scene.workspace, stop, tell)))


def schema(required: str, **properties: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of an object with these properties and no others; `required` names some, with spaces between."""
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }
