"""Letters behind the answers: queued, handed in one after the other, given up loudly; it writes none.

What waits is lost when the process ends: whoever gets no letter asks again. `run` belongs into the house's task group.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from palaver.core.errors import PalaverError
from palaver.identity.letters.settings import MailSettings
from palaver.kit.clock import Clock
from palaver.kit.mail import Letter, LetterRefused, deliver

log = logging.getLogger(__name__)

Work = Callable[[], Awaitable[Letter | None]]
_PAUSE = timedelta(seconds=2)  # after the first failure; twice as long after each further one


class Outbox:
    """Nobody who asks waits for it, or learns from it: looking somebody up for a letter is work of the queue, too."""

    def __init__(self, settings: MailSettings, clock: Clock) -> None:
        self._server = settings.server
        self._tries = settings.tries
        self._clock = clock
        self._waiting: asyncio.Queue[Work] = asyncio.Queue(settings.queue)

    @property
    def there(self) -> bool:
        """Whether letters are sent at all."""
        return self._server is not None

    def post(self, work: Work) -> None:
        """Do this behind the answer and hand in the letter that comes of it, if one does."""
        if self._waiting.full():
            log.error("A letter is given up: too many wait. Is the mail server there?")
        else:
            self._waiting.put_nowait(work)

    def send(self, letter: Letter) -> None:
        """Hand in a letter behind the answer."""

        async def as_it_is() -> Letter:
            return letter

        self.post(as_it_is)

    async def run(self) -> None:
        """One after the other, for ever."""
        while True:
            work = await self._waiting.get()
            try:
                letter = await work()
            except PalaverError as error:
                log.warning("A letter could not be written, and is given up: %s", error.detail)
            else:
                if letter is not None:
                    await self._hand_in(letter)

    async def _hand_in(self, letter: Letter) -> None:
        if self._server is None:
            return
        for number in range(self._tries):
            if number:
                await self._clock.sleep(_PAUSE * 2 ** (number - 1))
            try:
                await deliver(self._server, letter, self._clock)
            except LetterRefused as error:
                log.warning("The mail server did not take a letter (%d of %d): %s", number + 1, self._tries, error)
            else:
                return
        log.error("A letter is given up: the mail server did not take it.")
