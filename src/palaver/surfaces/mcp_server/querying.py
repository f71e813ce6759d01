"""The tool `query`: one turn, heard while it comes; the run itself is like any other.

What is reported never holds the run up: words that came while a report was on its way go with the next one.
"""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress

import anyio
import msgspec

from palaver.agents.wanted import Wanted
from palaver.core.errors import Conflict, PalaverError
from palaver.core.events import TextGrew
from palaver.core.ids import SessionId
from palaver.core.principal import Principal
from palaver.core.usage import Usage
from palaver.runs.prompt import Prompt
from palaver.runs.store import Kept
from palaver.sessions.service import plain
from palaver.surfaces.asking import WAITS
from palaver.surfaces.mcp_server.addresses import of_session
from palaver.surfaces.mcp_server.behind import Behind, Brought, Report

AGENT = "agent/"  # before the name of a stored agent, in the place of a model
LAST_WORD = 1.0  # seconds that the last report may take once the answer is there

# What is no word and shows all the same that something goes on, so that a client does not give up.
_SIGNS = frozenset({"reasoning", "tool_call", "tool_started", "tool_progress", "tool_result", "subagent"})

_grew = msgspec.json.Decoder(TextGrew)


async def query(
    behind: Behind, principal: Principal, prompt: str, session_id: str | None, *, model: str | None, report: Report
) -> Brought:
    """Ask, and give the answer when it is whole. Raises what the model failed with."""
    progress = _Progress(report)
    run = await progress.during(behind.hearing.hear(principal, _prompt(prompt, session_id, model), progress.tell))
    if run.state == "waiting":
        raise Conflict(f"{WAITS} It is run {run.id} of session {run.session_id}.")
    message = await behind.asking.message(principal, run.message_id)
    used = message.usage or Usage()
    data = {
        "session_id": run.session_id,
        "message_id": message.id,
        "text": message.text,
        "model": message.model,
        "finish_reason": message.finish_reason,
        "usage": {
            "input_tokens": used.input_tokens, "output_tokens": used.output_tokens, "cost_usd": used.cost_usd,
        },
    }  # fmt: skip
    return Brought(message.text, data, [(of_session(run.session_id), run.session_id)])


def _prompt(prompt: str, session_id: str | None, model: str | None) -> Prompt:
    agent = model.removeprefix(AGENT) if model and model.startswith(AGENT) else None
    return Prompt(
        eventless=True,
        parts=plain(prompt),
        session_id=SessionId(session_id) if session_id else None,
        model=None if agent else model,
        # There is nobody here who could be asked for a yes.
        wanted=Wanted(agent=agent, permission_mode="dontAsk"),
    )


class _Progress:
    """What came and is not reported yet."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._came = asyncio.Event()
        self._words: list[str] = []
        self._step = 0.0
        self._idle = asyncio.Event()
        self._idle.set()

    def tell(self, what: str, line: bytes) -> None:
        """An event of the run."""
        if what == "content":
            self._words.append(_grew.decode(line).content)
        elif what not in _SIGNS:
            return
        self._idle.clear()
        self._came.set()

    async def during(self, work: Awaitable[Kept]) -> Kept:
        """Report while this work lasts, and a moment longer for what came last; what it fails with, it fails with."""
        done: Kept | PalaverError = Conflict("The answer was cancelled.")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._go_on)
            try:
                done = await work
                with suppress(TimeoutError):
                    async with asyncio.timeout(LAST_WORD):
                        await self._idle.wait()
            except PalaverError as error:  # the group would make a group of it
                done = error
            tasks.cancel_scope.cancel()
        if isinstance(done, PalaverError):
            raise done
        return done

    async def _go_on(self) -> None:
        while True:
            await self._came.wait()
            self._came.clear()
            words, self._words = self._words, []
            self._step += 1
            with suppress(anyio.ClosedResourceError, anyio.BrokenResourceError):  # nobody listens; the run goes on
                await self._report(self._step, "".join(words) or None)
            if not self._came.is_set():
                self._idle.set()
