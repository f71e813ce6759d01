"""Secrets of full entropy: how they are made and how they are kept; passwords, which people choose, are not among them.

They are stored as plain SHA-256. A slow hash or a salt protects what can be guessed; a secret of 256 random bits
cannot be, whoever has the hash, and a slow hash would be paid by every request.
"""

import hashlib
import hmac
import re
import secrets
import zlib

from palaver.kit.sealed import Sealed

KEY_MARK = "plv_"
# What scanners for leaked secrets look for. The last six characters are a checksum, so that they find no false ones;
# keys that were made before there was one have none.
KEY_PATTERN = r"plv_([0-9a-f]{32})_([A-Za-z0-9_-]{43})([0-9A-Za-z]{6})?"
_KEY = re.compile(KEY_PATTERN)
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECK = 6  # digits: 62^6 is more than the 2^32 values of a CRC-32


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
    """The text a client sends: a mark that scanners for leaked secrets find, the key's id, the secret, a checksum."""
    text = f"{KEY_MARK}{key_id.partition('_')[2]}_{secret.reveal()}"
    return Sealed(text + checksum(text))


def parts_of_key(text: str) -> tuple[str, str] | None:
    """The id and the secret of an API key, or None where the text cannot be one."""
    match = _KEY.fullmatch(text)
    if match is None or (match[3] is not None and match[3] != checksum(text[:-_CHECK])):
        return None
    return f"key_{match[1]}", match[2]


def keys_in(text: str) -> list[str]:
    """Everything in a text that can be an API key, each once, in its order."""
    found: dict[str, None] = {}
    for match in _KEY.finditer(text):
        whole = match[0]
        if match[3] is not None and match[3] != checksum(whole[:-_CHECK]):
            whole = whole[:-_CHECK]  # one without a checksum, and other words behind it
        found[whole] = None
    return list(found)


def checksum(text: str) -> str:
    """The CRC-32 of a key without it, in six digits of base 62. It tells a key from what looks like one; no more."""
    rest = zlib.crc32(text.encode())
    digits = ""
    for _ in range(_CHECK):
        rest, digit = divmod(rest, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits
