"""What a sealing key is wrapped by before it is written down: nothing, a key of the environment, or a program's KMS."""

import base64
import binascii
import hashlib
import os
import subprocess
from typing import Protocol

from palaver.core.errors import Unavailable
from palaver.kit.sealed import Sealed
from palaver.privacy.keys.settings import SecretSettings

NONCE = 12
_ABOUT = b"palaver sealing key"


class KeyUnusable(Unavailable):
    """A sealing key cannot be wrapped or unwrapped; the message says why and what to do, and nothing of it."""

    code = "seal_broken"
    title = "The key of stored secrets cannot be used"
    retryable = False


class Wrapping(Protocol):
    """Wraps a key that is written down, and unwraps it. `name` says by what, in the file."""

    @property
    def name(self) -> str: ...

    def wrap(self, key: bytes) -> bytes:
        """The key as it may be written down."""
        ...

    def unwrap(self, wrapped: bytes) -> bytes:
        """The key that `wrap` was given; raises `KeyUnusable`."""
        ...


class Unwrapped:
    """The twin: keys lie as they are, in files of their owner alone."""

    name = "plain"

    def wrap(self, key: bytes) -> bytes:
        return key

    def unwrap(self, wrapped: bytes) -> bytes:
        return wrapped


class ByKey:
    """By another key, which comes from the environment and lies nowhere in the home."""

    name = "key"

    def __init__(self, key: Sealed[str]) -> None:
        if len(key) < 32:
            raise KeyUnusable("secrets.key must have at least 32 characters.")
        self._key = hashlib.sha256(b"palaver wrapping key" + key.reveal().encode()).digest()

    def wrap(self, key: bytes) -> bytes:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as in privacy.sealing

        nonce = os.urandom(NONCE)
        return nonce + AESGCM(self._key).encrypt(nonce, key, _ABOUT)

    def unwrap(self, wrapped: bytes) -> bytes:
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        try:
            return AESGCM(self._key).decrypt(wrapped[:NONCE], wrapped[NONCE:], _ABOUT)
        except (InvalidTag, ValueError):
            raise KeyUnusable("A sealing key was wrapped by another secrets.key; set that one again.") from None


class ByCommand:
    """By whatever a program asks: it is given `wrap` or `unwrap`, and base64 on its standard input."""

    name = "command"

    def __init__(self, command: tuple[str, ...], timeout: float) -> None:
        self._command = command
        self._timeout = timeout

    def wrap(self, key: bytes) -> bytes:
        return self._asked("wrap", key)

    def unwrap(self, wrapped: bytes) -> bytes:
        return self._asked("unwrap", wrapped)

    def _asked(self, verb: str, said: bytes) -> bytes:
        try:
            done = subprocess.run(  # noqa: S603 - it is the operator's own
                [*self._command, verb], input=base64.b64encode(said), capture_output=True, timeout=self._timeout,
                check=False,
            )  # fmt: skip
            if done.returncode == 0:
                return base64.b64decode(done.stdout.strip(), validate=True)
        except (OSError, subprocess.TimeoutExpired, binascii.Error) as error:
            raise KeyUnusable(f"{self._command[0]} {verb} failed: {type(error).__name__}.") from None
        raise KeyUnusable(f"{self._command[0]} {verb} failed with exit code {done.returncode}.")


def wrapping_of(settings: SecretSettings) -> Wrapping:
    """What the settings say."""
    if settings.command:
        return ByCommand(settings.command, settings.command_timeout)
    return ByKey(settings.key) if settings.key is not None else Unwrapped()
