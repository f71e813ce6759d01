"""Facts about vendors and models, as rows: how their wire formats differ and what their models can do. No I/O.

Prices and most windows come from `prices.py`; what an operator writes in the settings goes before every row here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from palaver.inference.port import Capability
from palaver.inference.providers.call_ids import IdForm


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """How one kind of server differs from the plain wire format.

    `limit` names the field for the longest answer, `system` the role of instructions. `usage` says whether
    `stream_options` is understood. `effort` is the shape of the thinking effort, None where there is no such field.
    `key` is the header for the key. `chat` is the path after the base URL; `{model}` stands for the model's id.
    `ids` is the form of ids of calls. `thoughts` says whether thoughts are wanted back while an answer goes on,
    `user_after_tool` whether a person's message may follow results at once.
    `prices` is the vendor's id in the price data, None where calls cost nothing or nobody knows. `most_images` is how
    many images one call is sent.
    """

    name: str
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    system: Literal["system", "developer"] = "system"
    usage: bool = True
    effort: Literal["reasoning_effort", "reasoning"] | None = "reasoning_effort"
    json_schema: bool = True
    key: Literal["authorization", "api-key"] = "authorization"
    chat: str = "chat/completions"
    query: Mapping[str, str] | None = None
    window: int | None = None
    ids: IdForm = "short"
    thoughts: bool = False
    user_after_tool: bool = True
    prices: str | None = None
    most_images: int = 20


PLAIN = Vendor(name="")

VENDORS: Mapping[str, Vendor] = {
    row.name: row
    for row in (
        Vendor(name="openai", limit="max_completion_tokens", system="developer", prices="openai"),
        Vendor(name="anthropic", json_schema=False, prices="anthropic"),
        Vendor(name="azure", limit="max_completion_tokens", key="api-key", prices="azure"),
        # the older Azure address: the deployment stands in the path, and a version is required
        Vendor(
            name="azure-deployments",
            limit="max_completion_tokens",
            key="api-key",
            chat="openai/deployments/{model}/chat/completions",
            query={"api-version": "2024-10-21"},
            prices="azure",
        ),
        Vendor(name="openrouter", effort="reasoning", prices="openrouter"),
        Vendor(name="groq", limit="max_completion_tokens", prices="groq", most_images=5),
        # answers 422 to fields it does not know, and reports usage in streams without being asked
        Vendor(
            name="mistral", usage=False, effort=None, ids="nine", user_after_tool=False, prices="mistral", most_images=8
        ),
        Vendor(name="deepseek", effort=None, json_schema=False, thoughts=True, prices="deepseek"),
        Vendor(name="gemini", prices="google"),
        Vendor(name="together", prices="together"),
        Vendor(name="fireworks", prices="fireworks"),
        Vendor(name="cerebras", limit="max_completion_tokens", prices="cerebras"),
        Vendor(name="xai", prices="x-ai"),
        Vendor(name="moonshot", effort=None, thoughts=True, prices="moonshotai"),
        Vendor(name="perplexity", effort=None, prices="perplexity"),
        # cuts a longer prompt silently unless it was started with a larger OLLAMA_CONTEXT_LENGTH
        Vendor(name="ollama", window=4_096),
        Vendor(name="llamacpp"),
        Vendor(name="vllm"),
        Vendor(name="lmstudio"),
    )
}

# which vendor answers at a host, whatever the operator calls it; the longest matching end speaks
HOSTS: Mapping[str, str] = {
    "api.openai.com": "openai",
    "api.anthropic.com": "anthropic",
    ".openai.azure.com": "azure",
    ".services.ai.azure.com": "azure",
    "openrouter.ai": "openrouter",
    "api.groq.com": "groq",
    "api.mistral.ai": "mistral",
    "api.deepseek.com": "deepseek",
    "generativelanguage.googleapis.com": "gemini",
    "api.together.xyz": "together",
    "api.fireworks.ai": "fireworks",
    "api.cerebras.ai": "cerebras",
    "api.x.ai": "xai",
    "api.moonshot.ai": "moonshot",
    "api.perplexity.ai": "perplexity",
}


def vendor_of(name: str, host: str, path: str) -> Vendor:
    """The row for a provider: by its host, else by its name, else the plain format."""
    ends = [end for end in HOSTS if host.endswith(end)]
    known = HOSTS[max(ends, key=len)] if ends else name
    if known == "azure" and not path.rstrip("/").endswith("/openai/v1"):
        known = "azure-deployments"
    return VENDORS.get(known, PLAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a model can do. None: nobody knows, so the server is left to say.

    `window` is the vendor's own; who runs the model on a machine of theirs gives it less. `image_side` is how many
    pixels of an image's longer side the model looks at: more of them are sent for nothing.
    """

    chats: bool = True
    window: int | None = None
    most_output: int | None = None
    images: bool | None = None
    image_side: int = 1_568
    tools: bool | None = None
    reasoning: bool | None = None
    json_schema: bool | None = None

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What is known to work."""
        known: dict[Capability, bool | None] = {
            "images": self.images,
            "tools": self.tools,
            "reasoning": self.reasoning,
            "json_schema": self.json_schema,
        }
        return frozenset(name for name, can in known.items() if can)


_ALL = Profile(images=True, image_side=2_048, tools=True, reasoning=True, json_schema=True)
_TEXT_THINKER = Profile(images=False, tools=True, reasoning=True, json_schema=True)
_SEES = Profile(images=True, image_side=2_048, tools=True, reasoning=False, json_schema=True)
_TEXT = Profile(images=False, tools=True, reasoning=False)

_CLAUDE = Profile(window=200_000, images=True, tools=True, reasoning=True)

# the first row whose pattern is found in the id (in lower case, after the last slash) speaks for the model
MODELS: tuple[tuple[re.Pattern[str], Profile], ...] = tuple(
    (re.compile(pattern), profile)
    for pattern, profile in (
        (
            (
                r"embed|whisper|tts|dall-e|moderation|image|realtime|transcribe|^text-|babbage|davinci|^ada|curie|rerank"
                r"|^sora|^veo|^imagen|-audio|guard|^gpt-live|^computer-use|^bge-|^playai|^distil|aqa$|-ocr"
                r"|gpt-3\.5-turbo-instruct|deep-research|^omni-"
            ),
            Profile(chats=False),
        ),
        (r"^gpt-oss", _TEXT_THINKER),
        (r"^(gpt-5|gpt-6|o[134])(?!.*-(mini|preview)$)|^o4-mini|^gpt-[56].*mini", _ALL),
        (r"^o1-mini|^o1-preview", Profile(images=False, tools=False, reasoning=True)),
        (r"^o3-mini", _TEXT_THINKER),
        (r"^(gpt-4o|gpt-4\.1|gpt-4\.5|chatgpt-4o|gpt-chat)", _SEES),
        (r"^gpt-4-turbo|vision", Profile(images=True, image_side=2_048, tools=True, reasoning=False)),
        (r"^gpt-(4|3\.5)", _TEXT),
        (r"^claude-(3-haiku|3-opus|2|instant)", replace(_CLAUDE, most_output=4_096, reasoning=False)),
        (r"^claude-3-5", replace(_CLAUDE, most_output=8_192, reasoning=False)),
        (r"^claude-(opus-4(-[01])?(-\d{8})?$)", replace(_CLAUDE, most_output=32_000)),
        (r"^claude-(3-7|(sonnet|haiku|opus)-4(-[05])?(-\d{8})?$)", replace(_CLAUDE, most_output=64_000)),
        (r"^claude", replace(_CLAUDE, most_output=64_000, json_schema=True)),
        (r"^gemini-(2\.5|3)", replace(_ALL, window=1_048_576)),
        (r"^gemini", replace(_SEES, window=1_048_576)),
        (r"^mistral-(large|medium|small)", Profile(window=131_072, tools=True)),
        (r"^gemma-?3|^gemma3", Profile(images=True, image_side=896, reasoning=False)),
        (r"^(deepseek-(r1|reasoner)|qwq|qwen3|magistral|kimi-k2-thinking|glm-[45])(?!.*-vl)", Profile(reasoning=True)),
        (
            r"^(llava|llama-?4|llama-?3\.2.*vision|pixtral|qwen.*-?vl|minicpm-v|moondream)",
            Profile(images=True, image_side=1_120),
        ),
        (r"^(llama|mixtral|codestral|deepseek|mistral-(7b|nemo))", Profile(images=False)),
    )
)
UNKNOWN = Profile()


@lru_cache(maxsize=4096)
def profile_of(model: str) -> Profile:
    """What is known about a model from its id."""
    name = model.lower().rpartition("/")[2].removesuffix(":free")
    return next((profile for pattern, profile in MODELS if pattern.search(name)), UNKNOWN)
