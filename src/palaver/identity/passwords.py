"""Hashing and checking passwords with argon2, in a few threads with a bounded queue; not whose they are."""

import asyncio
import base64
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from palaver.core.errors import Invalid
from palaver.identity.refusals import PasswordsBusy
from palaver.identity.settings import IdentitySettings
from palaver.kit.lazily import Lazily
from palaver.kit.sealed import Sealed

if TYPE_CHECKING:
    import argon2
else:
    argon2 = Lazily("argon2")  # a house whose people sign in by a link or elsewhere has no passwords

T = TypeVar("T")

# The OWASP cheat sheet's recommendation for argon2id: 19 MiB, two passes, one lane. More memory would be
# paid by every check at once, on machines that a whole Palaver shares.
MEMORY_KIB, PASSES, LANES = 19_456, 2, 1

_LONGEST = 256  # characters; more is no safer and costs to hash


class Passwords:
    """A pool of checkers. What comes when the queue is full is answered `PasswordsBusy`, at once."""

    def __init__(self, settings: IdentitySettings) -> None:
        self._shortest = settings.password_min_length
        self._room = settings.password_threads + settings.password_queue
        self._busy = 0
        self._threads = ThreadPoolExecutor(settings.password_threads, "palaver-password")
        self._nobody = _hash_of_nobody()

    @cached_property
    def _argon(self) -> "argon2.PasswordHasher":
        return argon2.PasswordHasher(PASSES, MEMORY_KIB, LANES)

    def check_rules(self, password: Sealed[str]) -> None:
        """Raise `Invalid` for a new password that is too short or too long."""
        if len(password) < self._shortest:
            raise _bad(f"A password has at least {self._shortest} characters.")
        if len(password) > _LONGEST:
            raise _bad(f"A password has at most {_LONGEST} characters.")

    async def hash(self, password: Sealed[str]) -> str:
        """What to store for a new password."""
        return await self._in_thread(lambda: self._argon.hash(password.reveal()))

    async def verify(self, stored: str | None, password: Sealed[str]) -> bool:
        """Whether this is the password; without a stored hash it takes as long and is wrong."""
        return await self._in_thread(lambda: self._matches(stored or self._nobody, password))

    def outdated(self, stored: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._argon.check_needs_rehash(stored)

    def close(self) -> None:
        """Let the threads go; checks that wait are given up."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _matches(self, stored: str, password: Sealed[str]) -> bool:
        if len(password) > _LONGEST:
            return False
        try:
            return self._argon.verify(stored, password.reveal())
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._busy >= self._room:
            raise PasswordsBusy(retry_after=1)
        future = self._threads.submit(work)
        self._busy += 1
        future.add_done_callback(_in_loop(asyncio.get_running_loop(), self._done))
        return await asyncio.wrap_future(future)

    def _done(self) -> None:
        self._busy -= 1


def _in_loop(loop: asyncio.AbstractEventLoop, act: Callable[[], None]) -> Callable[[object], None]:
    """Counting happens in the loop's thread, also for a check whose asker has gone."""

    def call(_: object) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(act)

    return call


def _hash_of_nobody() -> str:
    """A hash that no password has: made of random bytes, so that it costs nothing to make and as much to check."""

    def text(size: int) -> str:
        return base64.b64encode(secrets.token_bytes(size)).rstrip(b"=").decode()

    return f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${text(16)}${text(32)}"


def _bad(says: str) -> Invalid:
    return Invalid(says, errors=[{"loc": ["body", "password"], "msg": says, "type": "password"}])
