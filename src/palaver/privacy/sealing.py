"""Secrets as they are written down: encrypted, and bound to what they belong to; it keeps no key and no secret."""

import base64
import binascii
import hashlib
import os
from typing import NoReturn

from palaver.core.errors import Unavailable

KEY_BYTES = 32
NONCE_BYTES = 12  # what AES-GCM is made for; random, so one key seals 2^32 secrets before a repeat is to be feared
VERSION = "v1"


class SealBroken(Unavailable):
    """A sealed secret that cannot be opened; the message says why and what to do, and never what was in it."""

    code = "seal_broken"
    title = "A stored secret cannot be opened"
    retryable = False


class Sealer:
    """Seals texts with AES-256-GCM. What is sealed says which key it needs; `about` is part of the seal.

    A secret that is copied to another place (another server's record, another header) does not open there.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < KEY_BYTES:
            raise SealBroken(f"The key that seals secrets must have {KEY_BYTES} bytes.")
        self._key = key[:KEY_BYTES]
        self.key_id = hashlib.sha256(b"palaver sealing key" + self._key).hexdigest()[:8]

    def seal(self, text: str, about: str) -> str:
        """The text as it may be stored: `v1.<key id>.<nonce and ciphertext>`, another each time."""
        # here and below: 5 MB of library that only those load who have secrets
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        head = f"{VERSION}.{self.key_id}"
        nonce = os.urandom(NONCE_BYTES)
        hidden = AESGCM(self._key).encrypt(nonce, text.encode("utf-8", "surrogatepass"), _bound(head, about))
        return f"{head}.{base64.urlsafe_b64encode(nonce + hidden).decode()}"

    def open(self, sealed: str, about: str) -> str:
        """The text that was sealed about the same thing; raises `SealBroken`."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        head, blob = self._parsed(sealed, about)
        try:
            text = AESGCM(self._key).decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], _bound(head, about))
        except InvalidTag:
            _broken(about, "it was changed, or it belongs to something else")
        return text.decode("utf-8", "surrogatepass")

    def _parsed(self, sealed: str, about: str) -> tuple[str, bytes]:
        version, _, rest = sealed.partition(".")
        key_id, _, body = rest.partition(".")
        if version != VERSION or not body:
            _broken(about, "it is not in the form that secrets are stored in")
        if key_id != self.key_id:
            _broken(about, "it was sealed with another key; bring that key back, or enter the secret anew")
        try:
            blob = base64.b64decode(body, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            _broken(about, "it is damaged")
        if len(blob) < NONCE_BYTES + 16:
            _broken(about, "it is cut short")
        return f"{version}.{key_id}", blob


def is_sealed(text: str) -> bool:
    """Whether a text has the form that `Sealer.seal` gives."""
    parts = text.split(".")
    return len(parts) == 3 and parts[0] == VERSION and len(parts[1]) == 8


def _bound(head: str, about: str) -> bytes:
    return f"{head}\n{about}".encode()


def _broken(about: str, why: str) -> NoReturn:
    raise SealBroken(f"The secret {about} cannot be opened: {why}.")
