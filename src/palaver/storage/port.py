"""What the house asks of a database engine; the engines stand beside it (`sqlite.py`)."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from palaver.core.errors import Unavailable
from palaver.storage.script import Do, Result, Script

T = TypeVar("T")


class StorageUnavailable(Unavailable):
    """The database cannot be read or written now: full, read-only, locked, or away. Nothing was changed."""

    title = "The database is not available"


class UniqueViolated(Exception):
    """A row with this key is there already; a script may catch it only by letting its unit of work fail."""


class Database(Protocol):
    """Runs scripts, each as one transaction.

    Every method raises `StorageUnavailable` when the engine fails, `UniqueViolated` when a key exists already, and
    whatever the script raises; in each case nothing of the script remains.
    """

    async def read(self, script: Script[T]) -> T:
        """Run a script that only reads, and little: rows by key, or one page of an index."""
        ...

    async def scan(self, script: Script[T]) -> T:
        """Run a script that only reads, and possibly much: searches, exports, statistics."""
        ...

    async def write(self, script: Script[T], *, durable: bool = True) -> T:
        """Run a script and return once it is committed; with `durable`, once it also survives a loss of power."""
        ...

    def at_once(self, do: Do) -> Result | None:
        """Execute and commit one statement without waiting; not durable. None where it cannot be now: post it then."""
        ...

    def post(
        self,
        script: Script[T],
        *,
        durable: bool,
        done: Callable[[T], Any],
        failed: Callable[[Exception], Any],
        committed: Callable[[T], Any] | None = None,
        fails_early: bool = False,
    ) -> None:
        """As `write`, without waiting: exactly one of `done` and `failed` is called later, in the event loop.

        `committed` is called before `done`, as soon as others see what was written. Scripts that were committed
        together and failed together are told so last first. A script that `fails_early` raises before it has changed
        anything, or not at all; it needs no savepoint. If it does raise later, all that were to be committed with it
        fail.
        """
        ...

    async def check(self) -> None:
        """Return when reading and writing work; raise `StorageUnavailable` when not."""
        ...

    async def close(self) -> None:
        """Finish what was posted, and let go of files and connections."""
        ...
