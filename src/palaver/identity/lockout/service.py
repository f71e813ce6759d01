"""Counts wrong passwords and codes, in the database, and says who must wait; the arithmetic is in `delays`.

Two counts: of tries from one place for one account, whose pauses grow long, and of tries from everywhere for that
account, whose pauses stay short: who has the right password and is signed in there already is never kept out by
strangers, and who is not waits a minute at most, or comes by a link.
"""

from datetime import timedelta

from palaver.identity.credentials import hashed
from palaver.identity.lockout import delays, store
from palaver.identity.lockout.delays import Patience
from palaver.identity.lockout.store import Try
from palaver.identity.refusals import TooManyAttempts
from palaver.identity.settings import IdentitySettings
from palaver.kit.clock import Clock
from palaver.storage.port import Database

_EVERYWHERE = 10  # times as many tries from everywhere as from one place before there is a pause
_LONGEST_EVERYWHERE = timedelta(minutes=1)


class Lockout:
    """A try counts from its start, so that many at once count too. Holds over restarts and processes."""

    def __init__(self, database: Database, settings: IdentitySettings, clock: Clock) -> None:
        first, longest, window = settings.login_pause, settings.login_longest_pause, settings.login_window
        self._database = database
        self._pair = Patience(settings.login_attempts, first, longest, window)
        self._everywhere = Patience(
            settings.login_attempts * _EVERYWHERE, first, min(longest, _LONGEST_EVERYWHERE), window
        )
        self._clock = clock

    async def begin(self, address: str, account: str) -> None:
        """Count one try, or raise `TooManyAttempts` with the time after which the next is heard."""
        script = store.begin(_try(address, account), self._pair, self._everywhere, self._clock.now())
        if early := await self._database.write(script, durable=False):
            raise TooManyAttempts(retry_after=early)

    async def succeeded(self, address: str, account: str) -> None:
        """It was right: what came before from there was the same person mistyping."""
        await self._database.write(store.succeeded(_try(address, account), self._clock.now()), durable=False)

    async def forget(self, account: str) -> None:
        """Who has the account showed it another way: tries from everywhere hinder nobody any more."""
        await self._database.write(store.forget(_try("", account).everywhere), durable=False)

    async def sweep(self) -> int:
        """Remove what is forgotten."""
        return await self._database.write(store.sweep(self._clock.now() - self._pair.window), durable=False)


def _try(address: str, account: str) -> Try:
    place = delays.place(address)
    return Try(address, account, hashed(f"{account} from {place}"), hashed(f"{account} from everywhere"))
