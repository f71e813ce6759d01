"""Sign-ins at remote servers that people have begun and not ended; how a sign-in goes is the SDK's business."""

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yarl import URL

from palaver.core.errors import Invalid, NotFound
from palaver.core.ids import UserId
from palaver.tools.mcp.crew import Crew, ServerAway

if TYPE_CHECKING:
    from palaver.tools.mcp.dialling import Dialling
    from palaver.tools.mcp.oauth import SignIn

log = logging.getLogger(__name__)

PATIENCE = 600.0  # seconds a person has to sign in
BEGUN_WITHIN = 30.0  # seconds the servers have to say where
MOST = 200  # sign-ins that wait at once; the oldest is let go for a new one


@dataclass(slots=True)
class _Waiting:
    user_id: UserId
    sign_in: "SignIn"
    task: asyncio.Task[None]


class SignIns:
    """Begins sign-ins, and takes people back who come from the authorization server."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks
        self._waiting: dict[str, _Waiting] = {}

    async def begin(self, dialling: "Dialling", crew: Crew, user_id: UserId, redirect_uri: str) -> str:
        """The address to which the person is to be sent."""
        sign_in = dialling.begin(crew, redirect_uri)
        task = self._tasks.create_task(self._go(dialling, crew, sign_in), name=f"mcp sign-in {crew.key.name}")
        await asyncio.wait({task, sign_in.url}, timeout=BEGUN_WITHIN, return_when=asyncio.FIRST_COMPLETED)
        if not sign_in.url.done():
            task.cancel()
            raise Invalid("This server does not ask for a sign-in, or its authorization server is not reached.")
        url = sign_in.url.result()
        state = URL(url).query.get("state", "")
        while len(self._waiting) >= MOST:
            self._drop(next(iter(self._waiting)))
        self._waiting[state] = _Waiting(user_id, sign_in, task)
        task.add_done_callback(lambda _: self._waiting.pop(state, None))
        return url

    async def finish(
        self, user_id: UserId, state: str, code: str | None, *, iss: str | None, error: str | None
    ) -> None:
        """The person is back; only the one who went. Raises where the sign-in failed."""
        waiting = self._waiting.get(state)
        if waiting is None or waiting.user_id != user_id:
            raise NotFound("This sign-in is not known any more. Begin it again.")
        if code is None or error:
            waiting.sign_in.refused(error or "no code came back")
        else:
            waiting.sign_in.returned(code, state, iss)
        await asyncio.wait({waiting.task}, timeout=BEGUN_WITHIN)
        if not waiting.sign_in.done:
            raise ServerAway("The sign-in did not succeed.")

    def close(self) -> None:
        """Let go of all that wait."""
        for state in list(self._waiting):
            self._drop(state)

    def _drop(self, state: str) -> None:
        if waiting := self._waiting.pop(state, None):
            waiting.task.cancel()

    async def _go(self, dialling: "Dialling", crew: Crew, sign_in: "SignIn") -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await dialling.sign_in(crew, sign_in)
                await sign_in.keep()
        except Exception:  # whatever the other side answers, it is a sign-in that did not succeed
            log.warning("A sign-in at an MCP server failed", extra={"server": crew.key.name}, exc_info=True)
            return
        crew.failures, crew.retry_at, crew.error = 0, None, None
