"""Runs for protocols that are not ours: started, heard, and ended with whoever asked; what is written is theirs.

Their clients know no way back into a run: who closes the connection wants it ended. What cannot begin is refused
before a stream does, with the status that says why.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from palaver.bus.port import Bus
from palaver.core.errors import PalaverError, Unavailable, coded
from palaver.core.events import RunFailed
from palaver.core.ids import RunId
from palaver.core.principal import Principal
from palaver.kit.streams import Closed
from palaver.realtime.follow import Feed, RunFeed, TurnFeed
from palaver.realtime.sse import EXTENSION, EventStream, Pulse, Wire
from palaver.runs.prompt import Prompt
from palaver.runs.records import kind
from palaver.runs.rendering import Rendering
from palaver.runs.service import Runs
from palaver.runs.store import Kept
from palaver.runs.told import Told

# What is told before the model, or a tool, says anything: a failure up to here is the answer's status.
_SILENT = frozenset({"session", "run", "notice", "hook", "step_restarted", "title", "compacted", "usage"})

_failed = msgspec.json.Decoder(RunFailed)

Scope = Mapping[str, Any]


class Doorway:
    """What `surfaces.port.Doorway` asks for."""

    def __init__(self, runs: Runs, bus: Bus, *, pulse: Pulse) -> None:
        self._runs = runs
        self._bus = bus
        self._pulse = pulse

    async def sure(self, principal: Principal, prompt: Prompt) -> None:
        """Raise what keeps a turn from beginning wherever it goes."""
        await self._runs.sure(principal, prompt)

    async def stream(self, scope: Scope, principal: Principal, prompt: Prompt, rendering: Rendering) -> Response:
        """Start a run and hear it; it ends when the client goes. Raises what kept the model from saying anything."""
        run_id = self._runs.new_id()
        feed = RunFeed(self._bus, self._runs, principal.user_id, run_id, after=0)
        try:
            kept = await self._runs.start(principal, prompt, run_id)
            feed.session_id = kept.session_id
            left = self._ending(principal, kept)
            first = await _heard(feed, scope, _is_word, left)
        except BaseException:
            feed.close()
            raise
        return EventStream(feed, self._pulse, first, rendering=rendering, headers=_where(kept), left=left)

    async def whole(self, scope: Scope, principal: Principal, prompt: Prompt) -> Kept:
        """Start a run and return when it is over, or waits for a person; it ends when the client goes.

        Raises what the model failed with.
        """
        run_id = self._runs.new_id()
        feed = RunFeed(self._bus, self._runs, principal.user_id, run_id, after=0)
        try:
            kept = await self._runs.start(principal, prompt, run_id)
            feed.session_id = kept.session_id
            await _heard(feed, scope, _is_end, self._ending(principal, kept))
        finally:
            feed.close()
        return await self._runs.find(principal.user_id, kept.id)

    async def follow(self, principal: Principal, run_id: RunId, rendering: Rendering, *, after: int = 0) -> Response:
        """Hear a run that was started before; it goes on when the client goes."""
        feed = RunFeed(self._bus, self._runs, principal.user_id, run_id, after=after)
        try:
            return EventStream(feed, self._pulse, await feed.past(), rendering=rendering)
        except BaseException:
            feed.close()
            raise

    async def turn(
        self, scope: Scope, principal: Principal, prompt: Prompt, rendering: Rendering, *, stays: bool
    ) -> Response:
        """Start a run and hear it until it is over or waits for a person; with `stays` it goes on without its reader.

        Raises what kept the model from saying anything.
        """
        run_id = self._runs.new_id()
        feed = TurnFeed(self._bus, self._runs, principal.user_id, run_id)
        try:
            kept = await self._runs.start(principal, prompt, run_id)
            left = _nothing if stays else self._ending(principal, kept)
            first = await _heard(feed, scope, _is_word, left)
        except BaseException:
            feed.close()
            raise
        return EventStream(feed, self._pulse, first, rendering=rendering, headers=_where(kept), left=left)

    async def go_on(
        self, principal: Principal, kept: Kept, rendering: Rendering, *, beyond: int = 0, stays: bool = True
    ) -> Response:
        """Hear a run from its first event until it is over, or waits again after the number `beyond`."""
        feed = TurnFeed(self._bus, self._runs, principal.user_id, kept.id, beyond=beyond)
        left = _nothing if stays else self._ending(principal, kept)
        try:
            first = await feed.past()
            return EventStream(feed, self._pulse, first, rendering=rendering, headers=_where(kept), left=left)
        except BaseException:
            feed.close()
            raise

    def _ending(self, principal: Principal, kept: Kept) -> Callable[[], Awaitable[object]]:
        async def left() -> None:
            if not self._runs.draining:  # then it is the server that goes, and the run is taken up again
                await self._runs.end(kept.id)

        return left


async def _heard(
    feed: Feed, scope: Scope, enough: Callable[[str], bool], left: Callable[[], Awaitable[object]]
) -> Told:
    """What is told until something is enough, as one; raises the run's failure where that comes first."""
    wire: Wire = scope["extensions"][EXTENSION]
    wire.lost = feed.mailbox.end
    heard: list[Told] = []
    sufficient = False
    try:
        while not sufficient:
            if wire.gone:
                raise ClientDisconnect
            fresh = [due for told in await feed.mailbox.take() if told and (due := feed.due(told))]
            for _, line in (line for told in fresh for line in told.lines):
                if kind(line) == "error" and not sufficient:
                    raise _failure(line)
                sufficient = sufficient or enough(kind(line))
            heard += fresh
    except Closed:
        if not wire.gone:
            raise Unavailable("The server is restarting; try again in a moment.") from None
        raise ClientDisconnect from None
    finally:
        wire.lost = None
        if wire.gone:
            await left()
    return Told(heard[0].address, [line for told in heard for line in told.lines], ends=heard[-1].ends)


def _where(kept: Kept) -> list[tuple[bytes, bytes]]:
    """Where the answer stands, for whoever wants to come back to it in our own way."""
    return [(b"x-palaver-session", kept.session_id.encode()), (b"x-palaver-run", kept.id.encode())]


async def _nothing() -> None:
    """What happens to a run that goes on without its reader."""


def _is_word(what: str) -> bool:
    return what not in _SILENT


def _is_end(what: str) -> bool:
    return what in {"done", "waiting"}


def _failure(line: bytes) -> PalaverError:
    error = _failed.decode(line)
    return coded(error.code)(error.message)
