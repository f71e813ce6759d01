"""Vectors of texts, whichever server's model makes them; what they are for and where they are kept is decided above."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import msgspec

from palaver.core.errors import Invalid
from palaver.inference.attempts import Attempts
from palaver.inference.port import Embedded, ResolvedModel
from palaver.inference.servers import Server
from palaver.observability.metrics import Metrics


@runtime_checkable
class Embeds(Protocol):
    """What a provider is besides, whose server makes vectors. It tries once, and raises as providers do."""

    async def embed(self, model: str, texts: Sequence[str]) -> Embedded:
        """A vector for each text, all of one length; `model` is the vendor's id."""
        ...


class Embedding:
    """Asks for vectors; failures are met as those of answers are: tried again, and a failing server is left alone."""

    def __init__(self, attempts: Attempts, metrics: Metrics) -> None:
        self._attempts = attempts
        self._metrics = metrics

    async def embed(self, model: ResolvedModel, server: Server, texts: Sequence[str]) -> Embedded:
        """A vector for each text, with what it cost; no texts cost nothing."""
        provider = server.provider
        if not isinstance(provider, Embeds):
            raise Invalid(f"{server.name} makes no vectors of texts.")
        if not texts:
            return Embedded(())
        leaving = self._attempts.leaving
        told = texts if leaving is None or server.inside else await leaving.texts(texts, local=server.near)
        made = await self._attempts.whole(server, lambda: provider.embed(model.model, told))
        self._metrics.embedded_tokens.add(server.name, by=made.usage.input_tokens)
        cost = model.price.cost(made.usage) if model.price else None
        return msgspec.structs.replace(made, usage=msgspec.structs.replace(made.usage, cost_usd=cost))
