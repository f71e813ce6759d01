"""Signatures of deliveries, as Standard Webhooks has them, by every secret that counts now; it keeps no secret.

https://www.standardwebhooks.com: while a secret is rotated, a request carries a signature by each.
"""

import base64
from collections.abc import Mapping, Sequence

from palaver.tools.hooks.signing import PREFIX, key_of, signature

SECRET_BYTES = 32


def secret_of(key: bytes) -> str:
    """A key as people are told it."""
    return PREFIX + base64.b64encode(key).decode()


def headers(secrets: Sequence[str], delivery_id: str, timestamp: int, body: bytes) -> Mapping[str, str]:
    """What a delivery carries, so that its receiver can tell who sent it, when, and whether it came before."""
    signed = [signature(key_of(secret), delivery_id, timestamp, body) for secret in secrets]
    return {
        "content-type": "application/json",
        "webhook-id": delivery_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signed),
    }
