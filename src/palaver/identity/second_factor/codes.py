"""The codes of authenticator apps (RFC 6238) and backup codes, as text and numbers; it keeps none and knows no time.

Six digits, thirty seconds, SHA-1: what every app can do. HMAC-SHA-1 has none of SHA-1's weaknesses.
"""

import base64
import hashlib
import hmac
import struct
from urllib.parse import quote, urlencode

DIGITS, SECONDS = 6, 30
AROUND = (0, -1, 1)  # time steps beside the present one that count, for clocks that differ
BYTES = 20  # of a secret: as many as the hash has (RFC 4226, section 4)
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no letter that looks like a digit


def step_at(seconds: float) -> int:
    """The number of the time step that this moment lies in."""
    return int(seconds // SECONDS)


def code_of(secret: bytes, step: int) -> str:
    """The six digits of one time step."""
    digest = hmac.digest(secret, struct.pack(">Q", step), hashlib.sha1)
    at = digest[-1] & 0x0F
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret: bytes, code: str, seconds: float) -> int | None:
    """The time step whose code this is, now or one step off; None where it is no code of these."""
    typed = code.replace(" ", "")
    if not (typed.isascii() and typed.isdigit()):
        return None
    steps = [step_at(seconds) + off for off in AROUND]
    fits = [step for step in steps if step >= 0 and hmac.compare_digest(code_of(secret, step), typed)]
    return fits[0] if fits else None


def written(secret: bytes) -> str:
    """The secret as people type it into an app."""
    return base64.b32encode(secret).decode().rstrip("=")


def uri(secret: bytes, account: str, issuer: str) -> str:
    """What a QR code for an app says."""
    asked = {"secret": written(secret), "issuer": issuer, "algorithm": "SHA1", "digits": DIGITS, "period": SECONDS}
    return f"otpauth://totp/{quote(f'{issuer}:{account}', safe='')}?{urlencode(asked, quote_via=quote)}"


def backup_code(entropy: bytes) -> str:
    """Sixteen letters and digits in fours; each byte below gives one, so 79 bits that nobody guesses."""
    letters = [_ALPHABET[byte % len(_ALPHABET)] for byte in entropy]
    return "-".join("".join(letters[at : at + 4]) for at in range(0, len(letters), 4))


def typed_backup_code(text: str) -> str:
    """A backup code as it was written, however it is typed."""
    plain = "".join(letter for letter in text.lower() if letter.isalnum())
    return "-".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def looks_like_code(text: str) -> bool:
    """Whether this is a code of an app rather than one from paper."""
    typed = text.replace(" ", "")
    return len(typed) == DIGITS and typed.isdigit()
