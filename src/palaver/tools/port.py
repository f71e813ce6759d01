"""What a tool is to those who use it: its description, one call, and what comes of it; it runs nothing."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import msgspec

from palaver.core.ids import RunId, SessionId, UserId
from palaver.core.messages import FilePart, ImagePart
from palaver.core.questions import Answers, Question
from palaver.files.workspace import Workspace

# reads: changes nothing anywhere. edits: changes files of the workspace and nothing else. acts: anything beyond (a
# shell, the network, another server). notes: asks the person, or keeps notes of the turn; never needs anybody's yes.
Effect = Literal["reads", "edits", "acts", "notes"]

# tool: its `use` is called. question: the person answers instead. subagent: a run of its own answers instead.
Kind = Literal["tool", "question", "subagent"]


class ToolSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A tool as models and policy know it.

    `parameters` is the JSON Schema (2020-12) of its arguments. `replay_safe` says that a call which was cut may simply
    be made again. `deadline` is seconds. `server` is the MCP server it comes from.
    """

    name: str
    description: str
    parameters: dict[str, Any]
    effect: Effect
    kind: Kind = "tool"
    replay_safe: bool = False
    deadline: float = 120.0
    server: str | None = None


class Outcome(msgspec.Struct, frozen=True):
    """What came of a call, as the model is told it. `truncated`: the whole stands in a file that `content` names."""

    content: str
    ok: bool = True
    parts: tuple[ImagePart | FilePart, ...] = ()
    truncated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where a call happens. `progress` tells the person a line of what goes on; `ask` waits for their answer."""

    user_id: UserId
    session_id: SessionId
    run_id: RunId
    call_id: str
    workspace: Workspace
    progress: Callable[[str], None]
    ask: Callable[[Sequence[Question]], Awaitable[Answers]]


class Tool(Protocol):
    """Something an agent may do. Cancelling `use` stops it at once, with everything it started."""

    @property
    def spec(self) -> ToolSpec:
        """What it is."""
        ...

    async def use(self, arguments: dict[str, Any], scene: Scene) -> Outcome:
        """Do it, with arguments that follow the schema. What a model did wrong is an `Outcome` that is not ok, or a
        `core.errors.Invalid`; any other exception is told to the model as a failure without its details."""
        ...
