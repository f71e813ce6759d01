"""What an operator can say about models: which servers, which keys, how long to wait; nothing is looked up here."""

import re
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

ProviderKind = Literal["openai_chat", "openai_responses", "anthropic_messages", "builtin"]


class Timeouts(BaseModel):
    """How long one try may take, in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    connect: float = Field(default=10.0, gt=0, description="Seconds until a connection must stand.")
    first_token: float = Field(default=180.0, gt=0, description="Seconds until the answer must begin.")
    idle: float = Field(default=60.0, gt=0, description="Seconds an answer that has begun may pause.")


class DatedPrice(BaseModel):
    """What a model costs from a day on, until the next such day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: date = Field(description="The first day (UTC) on which it holds, as 2026-12-01.")
    input_usd_per_mtok: float = Field(ge=0, description="US dollars for a million tokens in.")
    cached_usd_per_mtok: float | None = Field(default=None, ge=0, description="US dollars for a million cached tokens.")
    output_usd_per_mtok: float = Field(ge=0, description="US dollars for a million tokens out.")


class ModelFacts(BaseModel):
    """What an operator knows better about one model; it goes before every other source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = Field(default=None, description="The name people see.")
    context_window: int | None = Field(default=None, gt=0, description="Tokens that fit into the model's window.")
    max_output: int | None = Field(default=None, gt=0, description="Tokens that one answer may have.")
    images: bool | None = Field(default=None, description="Whether the model takes images.")
    tools: bool | None = Field(default=None, description="Whether the model calls tools.")
    reasoning: bool | None = Field(default=None, description="Whether the model thinks before it answers.")
    input_usd_per_mtok: float | None = Field(default=None, ge=0, description="US dollars for a million tokens in.")
    cached_usd_per_mtok: float | None = Field(default=None, ge=0, description="US dollars for a million cached tokens.")
    output_usd_per_mtok: float | None = Field(default=None, ge=0, description="US dollars for a million tokens out.")
    prices: tuple[DatedPrice, ...] = Field(
        default=(), description="Prices that hold from a day on; what was answered before keeps what it cost."
    )


class ProviderSettings(BaseModel):
    """One server that answers for models."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ProviderKind | None = Field(
        default=None, description="The wire format the server speaks; the vendor's own for well-known names."
    )
    enabled: bool = Field(default=True, description="Whether this provider is used at all.")
    base_url: str | None = Field(
        default=None,
        description="The address before /chat/completions, /responses or /messages; known for well-known names.",
    )
    api_key: SecretStr | None = Field(default=None, description="The key, if the server wants one.")
    api_key_env: str | None = Field(default=None, description="The environment variable that holds the key.")
    models: tuple[str, ...] | Literal["discover", "any"] = Field(
        default="discover",
        description="The models offered: a list, what the server lists (discover), or any id that is asked for.",
    )
    facts: dict[str, ModelFacts] = Field(default_factory=dict, description="What is known of single models, by id.")
    timeouts: Timeouts = Field(default_factory=Timeouts, description="How long one try may take.")
    headers: dict[str, SecretStr] = Field(default_factory=dict, description="Headers sent with every request.")
    thoughts: bool = Field(
        default=False,
        description="Whether OpenAI's Responses are asked to tell thoughts, which takes a verified account.",
    )
    proxy: str | None = Field(default=None, description="The HTTP proxy through which the server is reached.")
    fallback: tuple[str, ...] = Field(
        default=(), description="Models (provider/model) to ask when this provider fails."
    )
    local: bool | None = Field(
        default=None,
        description="Whether its models run on machines of yours, for care.redaction; else told from the address.",
    )
    admins_only: bool = Field(default=False, description="Whether only administrators may use this provider.")

    @field_validator("base_url", "proxy")
    @classmethod
    def _web_address(cls, url: str | None) -> str | None:
        if url is not None and not re.fullmatch(r"https?://[^/?#\s@]+([/?#]\S*)?", url):
            raise ValueError("write an address that begins with http:// or https:// and has no name or password in it")
        return url


class InferenceSettings(BaseModel):
    """How models are chosen, tried again and looked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    default_model: str | None = Field(
        default=None, description="The model (provider/model) used when a request names none."
    )
    embedding_model: str | None = Field(
        default=None,
        description="The model (provider/model) that makes vectors of texts: files are searched by meaning too.",
    )
    fallback: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Models to ask, in order, when a model (provider/model) fails."
    )
    tries: int = Field(default=3, ge=1, le=10, description="How often one model is asked before it counts as failed.")
    first_wait: float = Field(
        default=0.5, ge=0, description="Seconds the first wait between two tries may last; it doubles."
    )
    longest_wait: float = Field(default=8.0, ge=0, description="Seconds a wait between two tries may last at most.")
    patience: float = Field(default=20.0, ge=0, description="The longest Retry-After, in seconds, that is waited for.")
    breaker_after: int = Field(default=5, ge=1, description="Failures in a row after which a provider is left alone.")
    breaker_rest: float = Field(default=30.0, gt=0, description="Seconds a failing provider is left alone.")
    local_servers: dict[str, str] = Field(
        default_factory=lambda: {
            "ollama": "http://127.0.0.1:11434/v1",
            "llamacpp": "http://127.0.0.1:8080/v1",
            "vllm": "http://127.0.0.1:8000/v1",
            "lmstudio": "http://127.0.0.1:1234/v1",
        },
        description="Servers without a key that are used when they answer, by provider name.",
    )
    local_every: float = Field(default=30.0, gt=0, description="Seconds between two looks for local servers.")
    list_every: float = Field(default=900.0, gt=0, description="Seconds between two looks at what other servers offer.")
    look_deadline: float = Field(default=5.0, gt=0, description="Seconds a server may take to list its models.")
