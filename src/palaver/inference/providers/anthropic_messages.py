"""Servers that speak Anthropic's messages; how an answer is read and a question written stands beside this."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from yarl import URL

from palaver.inference.failures import NotUnderstood
from palaver.inference.port import Ask, Capability, Offer, Pieces
from palaver.inference.profiles import profile_of
from palaver.inference.providers.anthropic_answering import Answer
from palaver.inference.providers.anthropic_asking import Ability, Encoding
from palaver.inference.providers.anthropic_thinking import Way
from palaver.inference.providers.call_ids import FreshIds
from palaver.inference.providers.fields import group, positive, rows, text
from palaver.inference.providers.streaming import streamed
from palaver.inference.providers.upstream import Server, Upstream
from palaver.kit.ids import new_id

VERSION = "2023-06-01"
# the greatest page; the vendor's own list is far shorter
PAGE = 1_000


class AnthropicMessages:
    """One server. `deadline` is how long it may take to list its models."""

    def __init__(self, server: Server, *, deadline: float = 5.0) -> None:
        self._name = server.name
        self._upstream = Upstream(replace(server, headers={"anthropic-version": VERSION, **server.headers}))
        self._deadline = deadline
        self._messages = _url(server.base, "messages")
        self._list = _url(server.base, "models").update_query(limit=PAGE)
        self._encoding = Encoding(server.name)

    @property
    def name(self) -> str:
        return self._name

    def stream(self, ask: Ask) -> Pieces:
        answer = Answer(self._name, ask.model, FreshIds(ask, _call_id))
        return streamed(self._upstream, lambda: (self._messages, self._encoding.body(ask)), answer)

    async def models(self) -> Sequence[Offer]:
        listed = rows(await self._upstream.get_json(self._list, Any, self._deadline), "data")
        if listed is None:
            raise NotUnderstood(f"{self._name} did not list its models in the form that was expected.")
        told = {model: item for item in listed if (model := text(item, "id")) and item.get("lifecycle") != "retired"}
        self._encoding.abilities = {model: _ability(item) for model, item in told.items()}
        return [_offer(model, item) for model, item in told.items()]

    async def close(self) -> None:
        await self._upstream.close()


def _call_id() -> str:
    return new_id("call")


def _url(base: URL, path: str) -> URL:
    return base.with_path(f"{base.raw_path.rstrip('/')}/{path}", encoded=True).with_query(base.query)


def _offer(model: str, item: dict[str, Any]) -> Offer:
    return Offer(
        model=model,
        name=text(item, "display_name"),
        context_window=positive(item, "max_input_tokens"),
        max_output=positive(item, "max_tokens"),
        capabilities=_capabilities(model, item),
    )


def _capabilities(model: str, item: dict[str, Any]) -> frozenset[Capability] | None:
    """What the list tells; every model in it calls tools."""
    if not group(item, "capabilities"):
        return None
    said: dict[Capability, bool | None] = {
        "images": _supported(item, "image_input"),
        "tools": True,
        "reasoning": _supported(item, "thinking"),
        "json_schema": _supported(item, "structured_outputs"),
    }
    known = profile_of(model).capabilities
    return frozenset(name for name, can in said.items() if (can if can is not None else name in known))


def _ability(item: dict[str, Any]) -> Ability:
    types = group(group(group(item, "capabilities"), "thinking"), "types")
    way: Way | None = None
    if _supported(item, "thinking") is False:
        way = "none"
    elif group(types, "adaptive").get("supported") is True:
        way = "adaptive"
    elif group(types, "enabled").get("supported") is True:
        way = "budget"
    return Ability(way, _supported(item, "structured_outputs"), positive(item, "max_tokens"))


def _supported(item: dict[str, Any], name: str) -> bool | None:
    told = group(group(item, "capabilities"), name).get("supported")
    return told if isinstance(told, bool) else None
