"""Getting an answer to begin: trying again, leaving a failing server alone, turning to another model.

It never tries again once a piece was told, and it knows no wire format.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from palaver.core.errors import Invalid, PalaverError
from palaver.inference import failures
from palaver.inference.imageless import holds_images, without_images
from palaver.inference.port import Ask, Leaving, Piece, Pieces, Remarked, ResolvedModel
from palaver.inference.servers import Server
from palaver.inference.toolless import holds_calls, without_tools
from palaver.kit.clock import Clock
from palaver.kit.retry import Backoff
from palaver.observability.metrics import Metrics

log = logging.getLogger(__name__)

T = TypeVar("T")

Chance = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Begun:
    """An answer whose first pieces are here; whoever holds it closes `rest`. `remark` is told before them."""

    model: ResolvedModel
    server: Server
    first: Sequence[Piece]
    rest: Pieces
    remark: Remarked | None = None


class Attempts:
    """Asks one model until it begins to answer or the backoff gives up."""

    def __init__(self, backoff: Backoff, clock: Clock, chance: Chance, metrics: Metrics) -> None:
        self._backoff = backoff
        self._clock = clock
        self._chance = chance
        self._metrics = metrics
        self.leaving: Leaving | None = None

    async def begin(self, model: ResolvedModel, server: Server, ask: Ask) -> Begun:
        """The beginning of an answer; raises what the last try raised. Without tools where the model calls none."""
        fitted = _fitted(ask, model)
        try:
            begun = await self._persist(model, server, fitted)
        except failures.ToolsUnsupported as error:
            if not fitted.tools and not holds_calls(fitted):
                raise
            log.info("%s", error.detail)
            server.toolless.add(model.model)
            fitted = without_tools(fitted)
            begun = await self._persist(model, server, fitted)
        if ask.tools and not fitted.tools:
            told = f"{model.name} calls no tools. It answers without them."
            return replace(begun, remark=Remarked("tools_unsupported", told))
        if holds_images(ask) and not holds_images(fitted):
            return replace(begun, remark=Remarked("images_unsupported", f"{model.name} does not see the images."))
        return begun

    async def _persist(self, model: ResolvedModel, server: Server, ask: Ask) -> Begun:
        tried = 0
        while True:
            try:
                return await self._try(model, server, ask)
            except PalaverError as error:
                tried += 1
                await self._wait(error, tried)

    async def whole(self, server: Server, ask: Callable[[], Awaitable[T]]) -> T:
        """What `ask` gives, which is told whole or not at all; raises what the last try raised."""
        tried = 0
        while True:
            self._admit(server)
            try:
                found = await ask()
            except PalaverError as error:
                self.note(server, error)
                tried += 1
                await self._wait(error, tried)
            except BaseException:
                server.breaker = server.breaker.abandoned()
                raise
            else:
                server.breaker = server.breaker.succeeded()
                return found

    def note(self, server: Server, error: PalaverError) -> None:
        """Count a failure against the server, if it is the server's; a refusal shows that it is well."""
        ailing = isinstance(error, failures.AILING)
        # our own sentence, which repeats nothing of the vendor's; what only the caller did wrong is the caller's
        log.log(logging.DEBUG if isinstance(error, Invalid) else logging.WARNING, "%s", error.detail)
        self._metrics.upstream_errors.add(server.name, error.code)
        server.breaker = server.breaker.failed(self._clock.now()) if ailing else server.breaker.succeeded()

    async def _try(self, model: ResolvedModel, server: Server, ask: Ask) -> Begun:
        now = self._admit(server)
        rest = self._asked(server, ask)
        try:
            first = await anext(rest)
        except PalaverError as error:
            self.note(server, error)
            raise
        except BaseException:
            server.breaker = server.breaker.abandoned()
            raise
        server.breaker = server.breaker.answered()
        self._metrics.first_token_seconds.add((self._clock.now() - now).total_seconds(), server.name)
        return Begun(model, server, first, rest)

    def _asked(self, server: Server, ask: Ask) -> Pieces:
        if self.leaving is None or server.inside:
            return server.provider.stream(ask)
        return self.leaving.stream(server.provider, ask, local=server.near)

    def _admit(self, server: Server) -> datetime:
        """When the try begins; raises where the server is left alone."""
        now = self._clock.now()
        if not server.breaker.admits(now):
            told = f"{server.name} failed too often and is left alone for now."
            raise failures.ProviderResting(told, retry_after=server.breaker.remaining(now))
        server.breaker = server.breaker.asked()
        return now

    async def _wait(self, error: PalaverError, tried: int) -> None:
        """Wait before the next try, or raise the error again if there is to be none."""
        wait = self._backoff.wait(tried, self._chance(), error.retry_after)
        if wait is None or not failures.worth_another_try(error):
            raise error
        await self._clock.sleep(timedelta(seconds=wait))


def _fitted(ask: Ask, model: ResolvedModel) -> Ask:
    """The question for this model: under its name, with what a provider must know of it."""
    if model.tools == "no" and (ask.tools or holds_calls(ask)):
        ask = without_tools(ask)
    if model.images == "no":
        ask = without_images(ask)
    images = "images" in model.capabilities
    return msgspec.structs.replace(ask, model=model.model, most_output=model.max_output, images=images)
