"""Secrets as they are written down: encrypted, and bound to what they belong to; it keeps no key and no secret.

Each secret is encrypted with a key of its own, and that key with the one of the house, which the text names. So the
house's key can be replaced without knowing what a secret belongs to: only the small key is wrapped anew.
"""

import base64
import binascii
import hashlib
import os
import re
from typing import NoReturn, Protocol

from palaver.core.errors import Unavailable

KEY_BYTES = 32
NONCE_BYTES = 12  # what AES-GCM is made for; random, so one key wraps 2^32 secrets before a repeat is to be feared
OLD_VERSION = "v1"  # `v1.<key id>.<nonce and ciphertext>`: sealed by the house's key itself, and still opened
VERSION = "v2"  # `v2.<key id>.<wrapped key>.<nonce and ciphertext>`

# How a sealed text looks inside another one; what is wrapped always has the same length.
SEALED = re.compile(rb"v2\.([0-9a-f]{8})\.([A-Za-z0-9_-]{80})(?=\.[A-Za-z0-9_=-]{38,})")


class SealBroken(Unavailable):
    """A sealed secret that cannot be opened; the message says why and what to do, and never what was in it."""

    code = "seal_broken"
    title = "A stored secret cannot be opened"
    retryable = False


class Keys(Protocol):
    """The keys of the house."""

    def current(self) -> bytes:
        """The one that seals."""
        ...

    def find(self, key_id: str) -> bytes | None:
        """One that opens."""
        ...


class OneKey:
    """The twin: one key, for ever."""

    def __init__(self, key: bytes) -> None:
        if len(key) < KEY_BYTES:
            raise SealBroken(f"The key that seals secrets must have {KEY_BYTES} bytes.")
        self._key = key[:KEY_BYTES]

    def current(self) -> bytes:
        return self._key

    def find(self, key_id: str) -> bytes | None:
        return self._key if key_id == key_id_of(self._key) else None


class Sealer:
    """Seals texts with AES-256-GCM. What is sealed says which key it needs; `about` is part of the seal.

    A secret that is copied to another place (another server's record, another header) does not open there.
    """

    def __init__(self, keys: Keys | bytes) -> None:
        self._keys: Keys = OneKey(keys) if isinstance(keys, bytes) else keys

    @property
    def key_id(self) -> str:
        """Of the key that seals now."""
        return key_id_of(self._keys.current())

    def seal(self, text: str, about: str) -> str:
        """The text as it may be stored, another each time."""
        key, own = self._keys.current(), os.urandom(KEY_BYTES)
        head = f"{VERSION}.{key_id_of(key)}"
        wrapped = _hide(key, own, head.encode())
        hidden = _hide(own, text.encode("utf-8", "surrogatepass"), _bound(VERSION, about))
        return f"{head}.{_text(wrapped)}.{_text(hidden)}"

    def open(self, sealed: str, about: str) -> str:
        """The text that was sealed about the same thing; raises `SealBroken`."""
        version, _, rest = sealed.partition(".")
        key_id, *blobs = rest.split(".")
        if (version, len(blobs)) not in {(OLD_VERSION, 1), (VERSION, 2)} or not all(blobs):
            _broken(about, "it is not in the form that secrets are stored in")
        key = self._keys.find(key_id)
        if key is None:
            _broken(about, "it was sealed with another key; bring that key back, or enter the secret anew")
        head = f"{version}.{key_id}"
        if version == OLD_VERSION:
            return _shown(key, blobs[0], _bound(head, about), about).decode("utf-8", "surrogatepass")
        own = _shown(key, blobs[0], head.encode(), about)
        return _shown(own, blobs[1], _bound(VERSION, about), about).decode("utf-8", "surrogatepass")

    def rewrapped(self, content: bytes, key_id: str) -> bytes:
        """The same text, as long as before, with every key in it that this key wraps wrapped by the one of now."""
        old, new = self._keys.find(key_id), self._keys.current()
        if old is None:
            raise SealBroken(f"The sealing key {key_id} is not there; bring it back.")
        head, now = f"{VERSION}.{key_id}".encode(), f"{VERSION}.{key_id_of(new)}".encode()

        def again(found: re.Match[bytes]) -> bytes:
            if found[1].decode() != key_id:
                return found[0]
            try:
                own = _shown(old, found[2].decode(), head, "")
            except SealBroken:
                return found[0]  # it only looks like one: somebody wrote such a text
            return b"%b.%b" % (now, _text(_hide(new, own, now)).encode())

        return SEALED.sub(again, content)


def key_id_of(key: bytes) -> str:
    """How sealed texts name a key; it says nothing of it."""
    return hashlib.sha256(b"palaver sealing key" + key).hexdigest()[:8]


def is_sealed(text: str) -> bool:
    """Whether a text has the form that `Sealer.seal` gives."""
    parts = text.split(".")
    return (parts[0], len(parts)) in {(OLD_VERSION, 3), (VERSION, 4)} and len(parts[1]) == 8


def _hide(key: bytes, content: bytes, bound: bytes) -> bytes:
    # here and below: 5 MB of library that only those load who have secrets
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, bound)


def _shown(key: bytes, text: str, bound: bytes, about: str) -> bytes:
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    try:
        blob = base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        _broken(about, "it is damaged")
    if len(blob) < NONCE_BYTES + 16:
        _broken(about, "it is cut short")
    try:
        return AESGCM(key).decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], bound)
    except InvalidTag:
        _broken(about, "it was changed, or it belongs to something else")


def _text(blob: bytes) -> str:
    return base64.urlsafe_b64encode(blob).decode()


def _bound(head: str, about: str) -> bytes:
    return f"{head}\n{about}".encode()


def _broken(about: str, why: str) -> NoReturn:
    raise SealBroken(f"The secret {about} cannot be opened: {why}.")
