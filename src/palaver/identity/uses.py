"""When keys and cookies were last used, gathered in memory and written down now and then; a request never waits for it.

At most `_MOST` are gathered between two writes; a use beyond that is not noted. What a killed process had not
written yet is forgotten: a last use is told to people, nothing is decided on it but when a cookie ends unused.
"""

import logging
from datetime import datetime

from palaver.identity import store
from palaver.identity.settings import IdentitySettings
from palaver.kit.clock import Clock, stamp
from palaver.storage.port import Database

log = logging.getLogger(__name__)

_MOST = 10_000


class Uses:
    """`key` and `cookie` are called by the door; `write` by the job, and once more at the end."""

    def __init__(self, database: Database, settings: IdentitySettings, clock: Clock) -> None:
        self._database = database
        self._cookie_lifetime = settings.cookie_lifetime
        self._clock = clock
        self._keys: dict[str, datetime] = {}
        self._cookies: dict[str, datetime] = {}

    def key(self, key_id: str) -> None:
        """This API key was used now."""
        if len(self._keys) < _MOST:
            self._keys[key_id] = self._clock.now()

    def cookie(self, hash_: str) -> None:
        """This cookie was used now."""
        if len(self._cookies) < _MOST:
            self._cookies[hash_] = self._clock.now()

    def of_key(self, key_id: str) -> str | None:
        """A use of the key that is not written down yet."""
        at = self._keys.get(key_id)
        return stamp(at) if at else None

    def write(self) -> None:
        """Hand everything gathered to the database, in one unit of work that nobody waits for."""
        if not self._keys and not self._cookies:
            return
        keys = [{"of": key, "at": stamp(at)} for key, at in self._keys.items()]
        cookies = [
            {"of": hash_, "at": stamp(at), "until": stamp(at + self._cookie_lifetime)}
            for hash_, at in self._cookies.items()
        ]
        self._keys, self._cookies = {}, {}
        self._database.post(store.write_uses(keys, cookies), durable=False, done=_nothing, failed=_not_written)


def _nothing(_: None) -> None:
    return None


def _not_written(error: Exception) -> None:
    log.warning("The last uses of keys and cookies could not be written down: %r", error)
