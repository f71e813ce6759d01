"""How the fake vendor counts tokens: its own way, which nobody else shares; near to what vendors' vocabularies make."""

import json
import re
from collections.abc import Mapping
from typing import Any

# Words in pieces of up to eight letters, digits by threes, signs that stand together by threes, line breaks.
_PIECES = re.compile(r"[^\W\d_]{1,8}|\d{1,3}|[^\w\s]{1,3}|_|\n+")
_PER_MESSAGE = 4


def tokens(text: str) -> int:
    """How many tokens a text has."""
    return len(_PIECES.findall(text))


def asked(body: Mapping[str, Any]) -> int:
    """How many tokens a request for chat completions has, what is around messages and the tools included."""
    told = sum(tokens(_text(one)) + _PER_MESSAGE for one in body["messages"])
    return told + sum(tokens(json.dumps(tool, ensure_ascii=False)) for tool in body.get("tools", ()))


def _text(message: Mapping[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
