"""Servers everybody knows by name: their addresses and the variables their keys stand in. It reads no environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from palaver.inference.settings import ProviderKind, ProviderSettings


@dataclass(frozen=True, slots=True)
class WellKnown:
    """`key` is the variable that is customary for the key; `prefers` are the models taken when none is named.

    The first of `prefers` that the server lists (as it is or as the beginning of an id) is taken.
    """

    base_url: str
    key: str
    prefers: tuple[str, ...] = ()
    kind: ProviderKind = "openai_chat"


WELL_KNOWN: Mapping[str, WellKnown] = {
    "openai": WellKnown(
        "https://api.openai.com/v1", "OPENAI_API_KEY", ("gpt-5.4-mini", "gpt-5-mini", "gpt-4.1-mini", "gpt-4o-mini")
    ),
    "anthropic": WellKnown(
        "https://api.anthropic.com/v1",
        "ANTHROPIC_API_KEY",
        ("claude-sonnet-5", "claude-sonnet-4-6", "claude-sonnet", "claude-haiku"),
        kind="anthropic_messages",
    ),
    "openrouter": WellKnown("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY", ("openrouter/auto",)),
    "groq": WellKnown(
        "https://api.groq.com/openai/v1", "GROQ_API_KEY", ("openai/gpt-oss-120b", "llama-3.3-70b-versatile")
    ),
    "mistral": WellKnown(
        "https://api.mistral.ai/v1", "MISTRAL_API_KEY", ("mistral-medium-latest", "mistral-small-latest")
    ),
    "deepseek": WellKnown("https://api.deepseek.com/v1", "DEEPSEEK_API_KEY", ("deepseek-chat",)),
    "gemini": WellKnown(
        "https://generativelanguage.googleapis.com/v1beta/openai",
        "GEMINI_API_KEY",
        ("gemini-flash-latest", "gemini-2.5-flash"),
    ),
    "together": WellKnown("https://api.together.xyz/v1", "TOGETHER_API_KEY", ("openai/gpt-oss-120b",)),
    "fireworks": WellKnown("https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY"),
    "cerebras": WellKnown("https://api.cerebras.ai/v1", "CEREBRAS_API_KEY", ("gpt-oss-120b",)),
    "xai": WellKnown("https://api.x.ai/v1", "XAI_API_KEY"),
    "moonshot": WellKnown("https://api.moonshot.ai/v1", "MOONSHOT_API_KEY"),
    "perplexity": WellKnown("https://api.perplexity.ai", "PERPLEXITY_API_KEY", ("sonar",)),
}


def key_variables(given: Mapping[str, ProviderSettings]) -> frozenset[str]:
    """Every variable whose value `configured` wants to be handed."""
    named = {one.api_key_env for one in given.values() if one.api_key_env}
    return frozenset(named | {row.key for row in WELL_KNOWN.values()})


def configured(given: Mapping[str, ProviderSettings], keys: Mapping[str, str]) -> dict[str, ProviderSettings]:
    """All providers, whole: what was written, then the well-known ones whose key is there.

    Raises `ValueError` for one whose address nobody knows.
    """
    made = {name: _completed(name, one, keys) for name, one in given.items()}
    for name, row in WELL_KNOWN.items():
        if name not in made and keys.get(row.key):
            made[name] = _completed(name, ProviderSettings(), keys)
    return made


def _completed(name: str, one: ProviderSettings, keys: Mapping[str, str]) -> ProviderSettings:
    row = WELL_KNOWN.get(name)
    variable = one.api_key_env or (row.key if row else "")
    key = one.api_key or (SecretStr(keys[variable]) if keys.get(variable) else None)
    url = one.base_url or (row.base_url if row else None)
    kind = one.kind or (row.kind if row else "openai_chat")
    if url is None and kind != "builtin" and one.enabled:
        raise ValueError(
            f"The provider {name} needs a base_url; only {', '.join(sorted(WELL_KNOWN))} are known by name."
        )
    return one.model_copy(update={"api_key": key, "base_url": url, "kind": kind})
