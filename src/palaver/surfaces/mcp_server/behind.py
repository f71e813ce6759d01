"""What of the house stands behind the MCP server, and what its tools give back; it knows nothing of the protocol."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from palaver.agents.service import Recipes
from palaver.agents.shelves import Shelves
from palaver.core.principal import Principal
from palaver.files.service import Files
from palaver.runs.prompt import Prompt
from palaver.runs.store import Kept
from palaver.sessions.finding import Finding
from palaver.sessions.service import Sessions
from palaver.surfaces.asking import Asking

Report = Callable[[float, str | None], Awaitable[None]]  # how far an answer is, and the words that came since
Tell = Callable[[str, bytes], None]


class Hears(Protocol):
    """Starts runs for callers that are no stream; `realtime.hearing.Hearing` is one."""

    async def hear(self, principal: Principal, prompt: Prompt, tell: Tell) -> Kept:
        """Start a run, tell each event by its kind and record, and return when it is over or waits for a person.

        It ends when whoever waits here is cancelled. Raises what the model failed with.
        """
        ...


@dataclass(frozen=True, slots=True)
class Behind:
    """The services that tools and resources use. `check` raises `Forbidden` where a credential lacks a scope."""

    sessions: Sessions
    finding: Finding
    files: Files
    shelves: Shelves
    recipes: Recipes
    asking: Asking
    hearing: Hears
    check: Callable[[Principal, str], None]


@dataclass(frozen=True, slots=True)
class Brought:
    """What a tool brought: words for a model, and the same as data; `links` are resources it is about."""

    text: str
    data: dict[str, Any]
    links: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])  # address, name
