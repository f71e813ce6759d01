"""A model as OpenAI's list of models and its many imitations describe it; what we know ourselves is in profiles."""

from typing import Any

from palaver.inference.port import Capability, Offer
from palaver.inference.profiles import profile_of
from palaver.inference.providers.fields import group, positive, text


def offer_of(item: dict[str, Any]) -> Offer | None:
    """One entry of a list of models, as far as it describes something one can talk with."""
    told = item.get("id") or item.get("name")
    if not isinstance(told, str) or not told:
        return None
    model = told.removeprefix("models/")  # Gemini's endpoint
    if not profile_of(model).chats or item.get("type") in ("embedding", "embeddings", "image", "audio", "rerank"):
        return None
    most = positive(item, "max_completion_tokens") or positive(group(item, "top_provider"), "max_completion_tokens")
    window = positive(item, "context_length", "context_window", "max_model_len", "max_context_length")
    into, out = _pricing(item)
    return Offer(
        model=model,
        name=text(item, "display_name") or (text(item, "name") if item.get("id") else None),
        context_window=window or positive(group(item, "meta"), "n_ctx"),
        max_output=most,
        capabilities=_capabilities(item),
        input_usd_per_mtok=into,
        output_usd_per_mtok=out,
    )


def _capabilities(item: dict[str, Any]) -> frozenset[Capability] | None:
    """What OpenRouter tells of a model; others tell nothing."""
    shape, fields = group(item, "architecture").get("input_modalities"), item.get("supported_parameters")
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
    prices = group(item, "pricing")
    try:
        into, out = float(prices["prompt"]) * 1e6, float(prices["completion"]) * 1e6
    except (KeyError, TypeError, ValueError):
        return None, None
    return (round(into, 6), round(out, 6)) if into >= 0 and out >= 0 else (None, None)
