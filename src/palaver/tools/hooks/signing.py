"""Signatures of requests to callbacks, as Standard Webhooks has them; it sends nothing.

https://www.standardwebhooks.com: HMAC-SHA256 over id, time and body, so that none of them can be exchanged.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64  # bytes of a key, as the specification has it


def key_of(secret: str) -> bytes:
    """The key that a secret stands for, or a `ValueError` with a sentence about what is wrong with it."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or not SHORTEST <= len(key) <= LONGEST:
        raise ValueError(f"a secret is `{PREFIX}` and {SHORTEST} to {LONGEST} random bytes in base64")
    return key


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """The signature of a body that is sent under this id at this second."""
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(secret: str | None, message_id: str, timestamp: int, body: bytes) -> Mapping[str, str]:
    """What a request carries, so that its receiver can tell who sent it, and when; unsigned without a secret."""
    said = {"content-type": "application/json", "webhook-id": message_id, "webhook-timestamp": str(timestamp)}
    return (
        said
        if secret is None
        else {**said, "webhook-signature": signature(key_of(secret), message_id, timestamp, body)}
    )
