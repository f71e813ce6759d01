"""♥ What looks like a secret is taken out of text; the net below `SecretStr`, not a replacement for it."""

import re
from typing import Any

HIDDEN = "[hidden]"

_NAMES = (
    r"(?:access_|refresh_|id_|session_|auth_|csrf_)?token|api[_-]?key|x-api-key|key|ticket|secret|client_secret"
    r"|password|passwd|new_password|authorization|cookie|set-cookie|palaver_session"
)
_SECRET_NAME = re.compile(rf"(?:.*[_-])?(?:{_NAMES})", re.IGNORECASE)

# Each pattern keeps its group `keep` and loses the rest. The order matters: whole headers before what stands in them.
_PATTERNS = (
    # cookie: a=b; c=d        (up to the end of the line: every pair of it may be a credential)
    re.compile(r"(?P<keep>\b(?:set-)?cookie\b[\"']?\s*[:=]\s*)[^\r\n]+", re.IGNORECASE),
    # authorization: Basic …, Bearer …
    re.compile(r"(?P<keep>\b(?:bearer|basic)\s+)[\w.~+/=:-]{6,}", re.IGNORECASE),
    # {"password": "…"}, {'api_key': '…'}, b"token": b'…'
    re.compile(
        rf"(?P<keep>[\"'](?:[\w-]*[_-])?(?:{_NAMES})[\"']\s*:\s*b?)(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')",
        re.IGNORECASE,
    ),
    # ?token=…, &api_key=…, password=…, x-api-key: …
    re.compile(rf"(?P<keep>(?<![\w-])(?:[\w-]*[_-])?(?:{_NAMES})\s?[=:]\s?)[^\s&\"'<>,;)\]}}]+", re.IGNORECASE),
    # postgresql://user:…@host
    re.compile(r"(?P<keep>\b[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s/@]+(?=@)", re.IGNORECASE),
    # a JSON Web Token, wherever it stands
    re.compile(r"(?P<keep>)\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?"),
    # keys that show themselves by how they begin: ours and those of well-known vendors
    re.compile(r"(?P<keep>)\b(?:plv_|sk-|sk_|gsk_|xai-|AIza|ghp_|hf_)[\w-]{8,}"),
)


def redact(text: str) -> str:
    """The text without passwords, tokens, keys and cookies; what is around them stays readable."""
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<keep>{HIDDEN}", text)
    return text


def redact_value(name: str, value: Any) -> Any:
    """A named value as it may be logged: hidden where the name says that it is a secret."""
    if _SECRET_NAME.fullmatch(name):
        return HIDDEN
    if isinstance(value, str):
        return redact(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return redact(str(value))
