"""Servers that speak OpenAI's responses; how an answer is read and a question written stands beside this."""

from collections.abc import Sequence
from typing import Any

from yarl import URL

from palaver.inference.failures import NotUnderstood
from palaver.inference.port import Ask, Embedded, Offer, Pieces
from palaver.inference.profiles import Vendor
from palaver.inference.providers.call_ids import FreshIds
from palaver.inference.providers.fields import rows
from palaver.inference.providers.openai_embeddings import embedded
from palaver.inference.providers.openai_listing import offer_of
from palaver.inference.providers.responses_answering import Answer
from palaver.inference.providers.responses_asking import Encoding
from palaver.inference.providers.stopping import Stops
from palaver.inference.providers.streaming import streamed
from palaver.inference.providers.upstream import Server, Upstream
from palaver.kit.ids import new_id


class OpenAIResponses:
    """One server. `deadline` is how long it may take to list its models; `thoughts` asks for what the model thinks."""

    def __init__(self, server: Server, vendor: Vendor, *, deadline: float = 5.0, thoughts: bool = False) -> None:
        self._name = server.name
        self._upstream = Upstream(server)
        self._deadline = deadline
        self._responses = _url(server.base, "responses")
        self._embeddings = _url(server.base, "embeddings")
        self._list = _url(server.base, "models")
        self._encoding = Encoding(server.name, vendor.system, thoughts=thoughts)

    @property
    def name(self) -> str:
        return self._name

    def stream(self, ask: Ask) -> Pieces:
        answer = Answer(self._name, ask.model, FreshIds(ask, _call_id), Stops(ask.stop))
        return streamed(self._upstream, lambda: (self._responses, self._encoding.body(ask)), answer)

    async def models(self) -> Sequence[Offer]:
        found = rows(await self._upstream.get_json(self._list, Any, self._deadline), "data", "models")
        if found is None:
            raise NotUnderstood(f"{self._name} did not list its models in the form that was expected.")
        return [offer for offer in map(offer_of, found) if offer is not None]

    async def embed(self, model: str, texts: Sequence[str]) -> Embedded:
        return await embedded(self._upstream, self._embeddings, self._name, (model, texts))

    async def close(self) -> None:
        await self._upstream.close()


def _call_id() -> str:
    return new_id("call")


def _url(base: URL, path: str) -> URL:
    return base.with_path(f"{base.raw_path.rstrip('/')}/{path}", encoded=True).with_query(base.query)
