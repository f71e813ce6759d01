"""Secrets of full entropy: how they are made and how they are kept; passwords, which people choose, are not among them.

They are stored as plain SHA-256. A slow hash or a salt protects what can be guessed; a secret of 256 random bits
cannot be, whoever has the hash, and a slow hash would be paid by every request.
"""

import hashlib
import hmac
import re
import secrets

from palaver.kit.sealed import Sealed

KEY_MARK = "plv_"
_KEY = re.compile(r"plv_([0-9a-f]{32})_([A-Za-z0-9_-]{43})")


def new_secret() -> Sealed[str]:
    """43 characters that can stand in a URL or a header: 256 bits from the operating system."""
    return Sealed(secrets.token_urlsafe(32))


def hashed(secret: str) -> str:
    """What is stored instead of the secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same(stored: str, secret: str) -> bool:
    """Whether this is the secret whose hash is stored, in constant time."""
    return hmac.compare_digest(stored, hashed(secret))


def api_key(key_id: str, secret: Sealed[str]) -> Sealed[str]:
    """The text a client sends: a mark that scanners for leaked secrets can find, the key's id, the secret."""
    return Sealed(f"{KEY_MARK}{key_id.partition('_')[2]}_{secret.reveal()}")


def parts_of_key(text: str) -> tuple[str, str] | None:
    """The id and the secret of an API key, or None where the text cannot be one."""
    match = _KEY.fullmatch(text)
    return (f"key_{match[1]}", match[2]) if match else None
