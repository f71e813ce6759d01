"""Every server that speaks OpenAI's chat completions; how one vendor differs stands in `profiles.py`, not here."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from yarl import URL

from palaver.inference.failures import NotUnderstood
from palaver.inference.port import Ask, Embedded, Offer, Pieces
from palaver.inference.profiles import Vendor
from palaver.inference.providers.call_ids import FreshIds
from palaver.inference.providers.fields import rows
from palaver.inference.providers.openai_chat_answering import Answer
from palaver.inference.providers.openai_chat_asking import Encoding
from palaver.inference.providers.openai_embeddings import embedded
from palaver.inference.providers.openai_listing import offer_of
from palaver.inference.providers.streaming import streamed
from palaver.inference.providers.upstream import Server, Upstream
from palaver.kit.ids import new_id


class OpenAIChat:
    """One server. `deadline` is how long it may take to list its models."""

    def __init__(self, server: Server, vendor: Vendor, *, deadline: float = 5.0) -> None:
        self.vendor = vendor
        self._name = server.name
        self._base = server.base
        self._upstream = Upstream(server)
        self._deadline = deadline
        self._encode = Encoding(vendor, server.name).body
        self._urls: dict[str, URL] = {}

    @property
    def name(self) -> str:
        return self._name

    def stream(self, ask: Ask) -> Pieces:
        answer = Answer(self._name, ask.model, FreshIds(ask, _call_id))
        return streamed(self._upstream, lambda: (self._chat_url(ask.model), self._encode(ask)), answer)

    async def models(self) -> Sequence[Offer]:
        listed = await self._upstream.get_json(self._url("models"), Any, self._deadline)
        found = rows(listed, "data", "models")
        if found is None:
            raise NotUnderstood(f"{self._name} did not list its models in the form that was expected.")
        return [offer for offer in map(offer_of, found) if offer is not None]

    async def embed(self, model: str, texts: Sequence[str]) -> Embedded:
        path = self.vendor.chat.removesuffix("chat/completions") + "embeddings"
        url = self._url(path.replace("{model}", quote(model, safe="")))
        return await embedded(self._upstream, url, self._name, (model, texts))

    async def close(self) -> None:
        await self._upstream.close()

    def _chat_url(self, model: str) -> URL:
        path = self.vendor.chat
        return self._url(path.replace("{model}", quote(model, safe="")) if "{model}" in path else path)

    def _url(self, path: str) -> URL:
        known = self._urls.get(path)
        if known is None:
            url = self._base.with_path(f"{self._base.raw_path.rstrip('/')}/{path}", encoded=True)
            # with_path drops the query; what the operator wrote into the address goes before the vendor's own
            known = self._urls[path] = url.with_query({**(self.vendor.query or {}), **self._base.query})
        return known


def _call_id() -> str:
    return new_id("call")
