"""What an e-mail address must look like to sign in with it, and its one normal form; nothing is ever sent to it."""

import re
import unicodedata

from palaver.core.errors import Invalid

# One @, no white space or control characters, a domain of at least two labels: enough to catch what is mistyped.
_ADDRESS = re.compile(r"[^\s@\x00-\x1f\x7f]{1,64}@[^\s@.\x00-\x1f\x7f]+(?:\.[^\s@.\x00-\x1f\x7f]+)+")
_LONGEST = 254  # RFC 5321, section 4.5.3.1.3, less the angle brackets


def normal(address: str) -> str:
    """Lower case, composed, trimmed; raises `Invalid` for what is no address."""
    text = unicodedata.normalize("NFC", address.strip()).casefold()
    if len(text) > _LONGEST or not _ADDRESS.fullmatch(text) or not text.isprintable():
        raise Invalid(errors=[{"loc": ["body", "email"], "msg": "This is not an e-mail address.", "type": "email"}])
    return text
