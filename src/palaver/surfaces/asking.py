"""Asks on behalf of clients of other protocols: where their history belongs; it speaks none of them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import msgspec
from starlette.responses import Response

from palaver.core.errors import Conflict, SessionBusy
from palaver.core.ids import MessageId, SessionId
from palaver.core.messages import Message, Part
from palaver.core.principal import Principal
from palaver.runs.prompt import Prompt
from palaver.runs.rendering import Rendering
from palaver.runs.store import Kept
from palaver.sessions import store as session_store
from palaver.storage.port import Database
from palaver.surfaces.history import Said
from palaver.surfaces.models import Bearers, whole_name
from palaver.surfaces.port import Doorway, Scope
from palaver.surfaces.store import Thread
from palaver.surfaces.threads import After, Spot, Sure, Threads

Begun = TypeVar("Begun")

WAITS = "The run waits for a person's answer: see /api/v1/approvals."
SESSION_HEADER = "x-palaver-session"


class Asking:
    """What all surfaces share."""

    def __init__(self, database: Database, doorway: Doorway, threads: Threads, models: Bearers) -> None:
        self._database = database
        self._models = models
        self.doorway = doorway
        self._threads = threads

    async def placed(
        self, principal: Principal, prompt: Prompt, history: Sequence[Said], named: str | None = None
    ) -> Prompt:
        """The prompt with the newest turn of a history, in the session where that goes on, and its model by its id."""
        prompt = await self._with_model(principal, prompt)
        session_id, sure = SessionId(named) if named else None, self._sure(principal, prompt)
        return _at(prompt, await self._threads.spot(principal.user_id, history, session_id, sure))

    async def placed_below(self, principal: Principal, prompt: Prompt, history: Sequence[Said], after: After) -> Prompt:
        """The same below an answer that the client names."""
        prompt = await self._with_model(principal, prompt)
        return _at(prompt, await self._threads.below(principal.user_id, history, after, self._sure(principal, prompt)))

    async def placed_within(
        self, principal: Principal, prompt: Prompt, history: Sequence[Said], session_id: SessionId
    ) -> Prompt:
        """The same at the end of a session, with all that the client brings for it."""
        prompt = await self._with_model(principal, prompt)
        sure = self._sure(principal, prompt)
        return _at(prompt, await self._threads.within(principal.user_id, history, session_id, sure))

    async def _with_model(self, principal: Principal, prompt: Prompt) -> Prompt:
        model = await whole_name(self._models, principal, prompt.model) if prompt.model else None
        return msgspec.structs.replace(prompt, model=model)

    async def sure(self, principal: Principal, prompt: Prompt) -> None:
        """Raise what keeps a turn from beginning wherever it goes: asked before anything is kept for it."""
        await self.doorway.sure(principal, await self._with_model(principal, prompt))

    def _sure(self, principal: Principal, prompt: Prompt) -> Sure:
        async def sure(parts: tuple[Part, ...]) -> None:
            await self.doorway.sure(principal, msgspec.structs.replace(prompt, parts=parts))

        return sure

    async def stream(self, scope: Scope, principal: Principal, prompt: Prompt, rendering: Rendering) -> Response:
        """The answer as it comes."""
        return await self.begun(principal, prompt, lambda it: self.doorway.stream(scope, principal, it, rendering))

    async def whole(self, scope: Scope, principal: Principal, prompt: Prompt) -> tuple[Kept, Message]:
        """The run and its finished message. Raises what the model failed with; Conflict where somebody must answer."""
        run = await self.begun(principal, prompt, lambda it: self.doorway.whole(scope, principal, it))
        if run.state == "waiting":
            raise Conflict(f"{WAITS} It is run {run.id}.")
        return run, await self.message(principal, run.message_id)

    async def begun(self, principal: Principal, prompt: Prompt, begin: Callable[[Prompt], Awaitable[Begun]]) -> Begun:
        """What comes of beginning a turn; in a fork, where another turn was faster below the same answer."""
        try:
            return await begin(prompt)
        except SessionBusy:
            if prompt.session_id is None or prompt.below in ("head", "root"):  # one conversation for all who are in it
                raise
        thread = await self._threads.aside(principal.user_id, Thread(prompt.session_id, MessageId(prompt.below)))
        return await begin(msgspec.structs.replace(prompt, session_id=thread.session_id, below=thread.message_id))

    async def message(self, principal: Principal, message_id: MessageId) -> Message:
        """One message."""
        return (await self._database.read(session_store.message(message_id, principal.user_id))).message()


def _at(prompt: Prompt, spot: Spot) -> Prompt:
    return msgspec.structs.replace(
        prompt, session_id=spot.session_id, below=spot.below, parts=spot.parts, thread=spot.mark
    )


def session_headers(run: Kept) -> dict[str, str]:
    """Where an answer stands, for whoever wants to attach to it."""
    return {SESSION_HEADER: run.session_id, "x-palaver-run": run.id}
