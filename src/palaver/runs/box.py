"""What one agent may use in one run: tools, what was said about their use, whom to ask besides; it calls none."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from palaver.core.events import Noticed
from palaver.inference.port import ToolSpec
from palaver.runs.limits import Limits
from palaver.tools.hooks.port import Hook
from palaver.tools.policy import Permissions
from palaver.tools.port import Tool


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """`specs` are what the model is told of; `notices` what is not there although somebody wanted it.

    `handed` are the names of those that the client makes itself: there is no tool for them here.
    `grounds` are instructions that come with the place where the agent works, less trusted than the person's.
    """

    tools: Mapping[str, Tool]
    specs: tuple[ToolSpec, ...]
    permissions: Permissions
    limits: Limits
    handed: frozenset[str] = frozenset()
    hooks: tuple[Hook, ...] = ()
    notices: tuple[Noticed, ...] = field(default=())
    grounds: str | None = None
