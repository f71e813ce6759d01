"""Vectors as the fake vendor makes them: the same for the same words, near to each other for words of one meaning."""

import json
import math
import re
import zlib
from typing import Any

from tests.vendor.script import Knobs, Reply, Stall, failure

LENGTH = 64
# Words of one meaning; all others mean only themselves.
MEANINGS = {word: group[0] for group in (("car", "automobile", "gari"), ("doctor", "physician")) for word in group}


def vector(text: str) -> list[float]:
    """What a text means to the fake model."""
    numbers = [0.0] * LENGTH
    for word in re.findall(r"\w+", text.lower()):
        place = zlib.crc32(MEANINGS.get(word, word).encode())
        numbers[place % LENGTH] += 1.0 if place & 0x10000 else -1.0
    length = math.sqrt(sum(one * one for one in numbers)) or 1.0
    return [one / length for one in numbers]


def replied(body: Any) -> Reply:
    """The answer to a request for vectors, or what the model's name asks for instead (h: a status, w: nothing)."""
    knobs = Knobs.of(str(body.get("model")))
    texts = body.get("input")
    if knobs.has("h"):
        return failure(knobs.get("h", 500))
    if knobs.has("w"):
        return Reply([Stall()], content_type="application/json")
    if not isinstance(texts, list) or not texts or body.get("encoding_format") != "float":
        return failure(400, {"type": "invalid_request_error", "param": "input"})
    made = [{"object": "embedding", "index": place, "embedding": vector(text)} for place, text in enumerate(texts)]
    spent = sum(len(text.split()) for text in texts)
    usage = {"prompt_tokens": spent, "total_tokens": spent}
    reply = {"object": "list", "data": made[::-1], "model": body["model"], "usage": usage}
    return Reply([json.dumps(reply).encode()], content_type="application/json")
