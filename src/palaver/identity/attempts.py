"""How many wrong passwords came lately from one address for one e-mail address; counted in this process only."""

from collections import OrderedDict
from datetime import datetime, timedelta

from palaver.identity.refusals import TooManyAttempts
from palaver.identity.settings import IdentitySettings
from palaver.kit.clock import Clock

_REMEMBERED = 10_000  # pairs; the one that was wrong longest ago is forgotten first


class Attempts:
    """A sliding window per address and e-mail. An attempt counts from its start, so that many at once count too."""

    def __init__(self, settings: IdentitySettings, clock: Clock) -> None:
        self._most = settings.login_attempts
        self._window: timedelta = settings.login_window
        self._clock = clock
        self._times: OrderedDict[tuple[str, str], list[datetime]] = OrderedDict()

    def begin(self, address: str, email: str) -> None:
        """Count one attempt, or raise `TooManyAttempts` with the time after which the next is heard."""
        now = self._clock.now()
        times = [at for at in self._times.get((address, email), ()) if now - at < self._window]
        if len(times) >= self._most:
            raise TooManyAttempts(retry_after=(times[0] + self._window - now).total_seconds())
        self._times[address, email] = [*times, now]
        self._times.move_to_end((address, email))
        if len(self._times) > _REMEMBERED:
            self._times.popitem(last=False)

    def succeeded(self, address: str, email: str) -> None:
        """The password was right: what came before was the same person mistyping."""
        self._times.pop((address, email), None)
