"""Vectors of texts from servers that speak OpenAI's embeddings; how long texts may be, is their business."""

import math
from collections.abc import Sequence
from typing import Any, cast

import msgspec
from yarl import URL

from palaver.core.usage import Usage
from palaver.inference.failures import NotUnderstood
from palaver.inference.port import Embedded
from palaver.inference.providers.fields import count, group, rows, text
from palaver.inference.providers.upstream import Upstream

LARGEST = 64 * 2**20  # bytes of a reply


async def embedded(upstream: Upstream, url: URL, provider: str, asked: tuple[str, Sequence[str]]) -> Embedded:
    """A vector for each text, in their order; `asked` is the model and the texts."""
    model, texts = asked
    body = msgspec.json.encode({"model": model, "input": list(texts), "encoding_format": "float"})
    async with upstream.post(url, body) as call:
        reply = await call.whole(LARGEST)
    try:
        return _read(msgspec.json.decode(reply), len(texts))
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise NotUnderstood(f"{provider} did not answer with vectors in the form that was expected.") from error


def _read(reply: Any, wanted: int) -> Embedded:
    found = rows(reply, "data") or []
    vectors: dict[int, tuple[float, ...]] = {}
    for place, one in enumerate(found):
        index = one.get("index", place)
        vectors[index if isinstance(index, int) else place] = _vector(one.get("embedding"))
    if sorted(vectors) != list(range(wanted)) or len({len(one) for one in vectors.values()}) > 1:
        raise ValueError("vectors are missing, or of different lengths")
    tokens = count(group(reply, "usage").get("prompt_tokens"))
    usage = Usage(input_tokens=tokens or 0, estimated=tokens is None)
    said = cast("dict[str, Any]", reply) if isinstance(reply, dict) else {}
    return Embedded(tuple(vectors[place] for place in range(wanted)), usage, text(said, "model"))


def _vector(value: object) -> tuple[float, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError("no vector")
    numbers = tuple(cast("list[Any]", value))
    if any(isinstance(one, bool) or not isinstance(one, (int, float)) or not math.isfinite(one) for one in numbers):
        raise ValueError("no numbers")
    return tuple(float(one) for one in numbers)
