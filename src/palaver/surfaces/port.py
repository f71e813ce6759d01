"""What surfaces need of the doors through which events leave; who gives it is not their business."""

from collections.abc import Mapping
from typing import Any, Protocol

from starlette.responses import Response

from palaver.core.ids import RunId
from palaver.core.principal import Principal
from palaver.runs.prompt import Prompt
from palaver.runs.rendering import Rendering
from palaver.runs.store import Kept

Scope = Mapping[str, Any]  # of ASGI


class Doorway(Protocol):
    """Starts runs and tells of them; `realtime.doorway.Doorway` is one."""

    async def sure(self, principal: Principal, prompt: Prompt) -> None:
        """Raise what keeps a turn from beginning wherever it goes: asked before anything is kept for it."""
        ...

    async def stream(self, scope: Scope, principal: Principal, prompt: Prompt, rendering: Rendering) -> Response:
        """Start a run and hear it; it ends when the client goes. Raises what kept the model from saying anything."""
        ...

    async def whole(self, scope: Scope, principal: Principal, prompt: Prompt) -> Kept:
        """Start a run and return when it is over, or waits for a person; it ends when the client goes.

        Raises what the model failed with.
        """
        ...

    async def follow(self, principal: Principal, run_id: RunId, rendering: Rendering, *, after: int = 0) -> Response:
        """Hear a run that was started before; it goes on when the client goes."""
        ...

    async def turn(
        self, scope: Scope, principal: Principal, prompt: Prompt, rendering: Rendering, *, stays: bool
    ) -> Response:
        """Start a run and hear it until it is over or waits for a person; with `stays` it goes on without its reader.

        Raises what kept the model from saying anything.
        """
        ...

    async def go_on(
        self, principal: Principal, kept: Kept, rendering: Rendering, *, beyond: int = 0, stays: bool = True
    ) -> Response:
        """Hear a run from its first event until it is over, or waits again after the number `beyond`."""
        ...
