"""Every server that speaks OpenAI's chat completions; how one vendor differs stands in `profiles.py`, not here."""

from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import quote

from yarl import URL

from palaver.inference.failures import NotUnderstood
from palaver.inference.port import Ask, Capability, Offer, Pieces
from palaver.inference.profiles import Vendor, profile_of
from palaver.inference.providers.openai_chat_answering import Answer
from palaver.inference.providers.openai_chat_asking import encode
from palaver.inference.providers.upstream import Server, Upstream
from palaver.kit.ids import new_id

# far beyond any answer; a server that ignores `stream` sends the whole of it at once
LARGEST_REPLY = 16 * 1_048_576


class OpenAIChat:
    """One server. `deadline` is how long it may take to list its models."""

    def __init__(self, server: Server, vendor: Vendor, *, deadline: float = 5.0) -> None:
        self.vendor = vendor
        self._name = server.name
        self._base = server.base
        self._upstream = Upstream(server)
        self._deadline = deadline
        self._urls: dict[str, URL] = {}

    @property
    def name(self) -> str:
        return self._name

    async def stream(self, ask: Ask) -> Pieces:
        answer = Answer(self._name, _call_id)
        async with self._upstream.post(self._chat_url(ask.model), encode(ask, self.vendor)) as call:
            if call.is_json:
                if pieces := answer.whole(await call.whole(LARGEST_REPLY)):
                    yield pieces
            else:
                while not answer.done and (data := await call.read()):
                    if pieces := answer.feed(data):
                        call.heard()
                        yield pieces
                    if answer.complete:
                        call.ended()
                    if answer.failure is not None:
                        raise answer.failure
            if answer.failure is None and (last := answer.end()):
                yield last
            if answer.failure is not None:
                raise answer.failure
            await call.drain()

    async def models(self) -> Sequence[Offer]:
        listed = await self._upstream.get_json(self._url("models"), Any, self._deadline)
        items = _inner_list(listed)
        if items is None:
            raise NotUnderstood(f"{self._name} did not list its models in the form that was expected.")
        found = [_offer(cast("dict[str, Any]", item)) for item in items if isinstance(item, dict)]
        return [offer for offer in found if offer is not None]

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


def _inner_list(listed: Any) -> list[Any] | None:
    items: Any = listed
    if isinstance(listed, dict):
        fields = cast("dict[str, Any]", listed)
        items = fields.get("data", fields.get("models"))
    return cast("list[Any]", items) if isinstance(items, list) else None


def _offer(item: dict[str, Any]) -> Offer | None:
    """One entry of a list of models, as far as it describes something one can talk with."""
    told = item.get("id") or item.get("name")
    if not isinstance(told, str) or not told:
        return None
    model = told.removeprefix("models/")  # Gemini's endpoint
    if not profile_of(model).chats or item.get("type") in ("embedding", "embeddings", "image", "audio", "rerank"):
        return None
    most = _number(item, "max_completion_tokens") or _number(_inner(item, "top_provider"), "max_completion_tokens")
    window = _number(item, "context_length", "context_window", "max_model_len", "max_context_length")
    into, out = _pricing(item)
    return Offer(
        model=model,
        name=_text(item, "display_name") or (_text(item, "name") if item.get("id") else None),
        context_window=window or _number(_inner(item, "meta"), "n_ctx"),
        max_output=most,
        capabilities=_capabilities(item),
        input_usd_per_mtok=into,
        output_usd_per_mtok=out,
    )


def _capabilities(item: dict[str, Any]) -> frozenset[Capability] | None:
    """What OpenRouter tells of a model; others tell nothing."""
    shape, fields = _inner(item, "architecture").get("input_modalities"), item.get("supported_parameters")
    if not isinstance(shape, list) or not isinstance(fields, list):
        return None
    told: dict[Capability, bool] = {
        "images": "image" in shape,
        "tools": "tools" in fields,
        "reasoning": "reasoning" in fields,
        "json_schema": "structured_outputs" in fields,
    }
    return frozenset(name for name, can in told.items() if can)


def _pricing(item: dict[str, Any]) -> tuple[float | None, float | None]:
    """OpenRouter's prices, which are texts in dollars per token; -1 stands for "it depends"."""
    prices = _inner(item, "pricing")
    try:
        into, out = float(prices["prompt"]) * 1e6, float(prices["completion"]) * 1e6
    except (KeyError, TypeError, ValueError):
        return None, None
    return (round(into, 6), round(out, 6)) if into >= 0 and out >= 0 else (None, None)


def _inner(item: dict[str, Any], name: str) -> dict[str, Any]:
    inner = item.get(name)
    return cast("dict[str, Any]", inner) if isinstance(inner, dict) else {}


def _number(item: dict[str, Any], *names: str) -> int | None:
    for name in names:
        value = item.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
    return None


def _text(item: dict[str, Any], name: str) -> str | None:
    value = item.get(name)
    return value if isinstance(value, str) and value else None
