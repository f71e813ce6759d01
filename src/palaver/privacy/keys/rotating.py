"""Puts a new key in the place of the one that seals, and lets the old one go once nothing needs it.

It can be ended at any step, by whatever: every step leaves every secret one that opens, and the next call goes on.
"""

import re
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from palaver.kit.clock import Clock
from palaver.privacy.keys import store
from palaver.privacy.keys.ring import FileRing
from palaver.privacy.sealing import OLD_VERSION, VERSION, Sealer
from palaver.storage.port import Database
from palaver.storage.script import Row

# What was sealed with the old key in the moment of the change is written by then, or never.
GRACE = timedelta(seconds=3)

# Wraps anew what is kept in files and holds some bytes, or only counts it; how many there are.
Files = Callable[[Callable[[bytes], bytes] | None, bytes], int]


class Rotated(NamedTuple):
    """What a rotation did: the key that seals now, fields that were wrapped anew, keys that went and that are kept."""

    key_id: str
    fields: int
    retired: tuple[str, ...]
    needed: tuple[str, ...]


class Rotation:
    """One key after the other."""

    def __init__(self, database: Database, ring: FileRing, files: Files, clock: Clock) -> None:
        self._database = database
        self._ring = ring
        self._sealer = Sealer(ring)
        self._files = files
        self._clock = clock

    async def rotate(self) -> Rotated:
        """Take a new key, unless one is under way already, and finish."""
        if not self._ring.older():
            self._ring.replace()
            await self._clock.sleep(GRACE)
        fields, retired = 0, list[str]()
        for key_id in self._ring.older():
            fields += await self._all(key_id)
            if not await self._needed(key_id):
                self._ring.retire(key_id)
                retired.append(key_id)
        return Rotated(self._sealer.key_id, fields, tuple(retired), tuple(self._ring.older()))

    async def _all(self, key_id: str) -> int:
        def again(content: bytes) -> bytes:
            return self._sealer.rewrapped(content, key_id)

        needle = f"{VERSION}.{key_id}."
        fields = self._files(again, needle.encode())
        for table in store.tables():
            async for found in self._holding(table, needle):
                fields += await self._database.write(store.rewrap(table, found, again))
        return fields

    async def _holding(self, table: Any, needle: str) -> AsyncIterator[Sequence[Row]]:
        after: Row | None = None
        while found := await self._database.scan(store.holding(table, needle, after)):
            yield found
            after = store.key_in(table, found[-1])

    async def _needed(self, key_id: str) -> bool:
        """Whether anything is left; what was sealed in the old form stays with its key until it is entered anew."""

        old_form = re.compile(OLD_VERSION.encode() + rb"\." + key_id.encode() + rb"\.[A-Za-z0-9_-]{38}")

        def still(content: bytes) -> bytes:
            return b"" if old_form.search(content) or self._sealer.rewrapped(content, key_id) != content else content

        for version in (VERSION, OLD_VERSION):
            needle = f"{version}.{key_id}."
            if self._files(None, needle.encode()):
                return True
            for table in store.tables():
                async for found in self._holding(table, needle):
                    if store.differs(table, found, still):
                        return True
        return False
