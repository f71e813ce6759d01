"""Deleting users with everything that they own; what stands above identity is deleted by whoever hears of it.

From the first step on they are nobody: nothing of theirs opens anything, nothing says their name, and their address is
free. The rest takes its time and survives the end of the process: whose deletion was begun is found by a mark.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from palaver.core.audit import SecurityEvent
from palaver.core.errors import NotFound, PalaverError
from palaver.core.ids import UserId
from palaver.identity.ground import Ground
from palaver.identity.removing import store
from palaver.identity.users.service import OPERATOR, By
from palaver.kit.clock import stamp

log = logging.getLogger(__name__)

# Deletes what somebody owns that stands above identity; whether all of it is gone, and nothing of theirs goes on.
Clears = Callable[[UserId], Awaitable[bool]]


async def _owns_nothing(user_id: UserId) -> bool:
    """Where there are no sessions."""
    return True


class Removing:
    """`keep_on` never returns: start it in the house's task group."""

    def __init__(self, ground: Ground) -> None:
        self.clears: Clears = _owns_nothing
        self._ground = ground
        self._one = asyncio.Lock()

    async def remove(self, user_id: UserId, by: By = OPERATOR, kind: str = "user.deleted") -> None:
        """Delete somebody; when this returns they are nobody, and nearly always all of theirs is gone."""
        await self.begin(user_id, by, kind)
        try:
            await self.finish(user_id)
        except PalaverError as error:  # it was begun, and is gone on with
            log.warning("What a deleted user owned is removed later: %s", error.detail, extra={"user_id": user_id})

    async def begin(self, user_id: UserId, by: By = OPERATOR, kind: str = "user.deleted") -> None:
        """Nothing of theirs opens anything from now on; NotFound where there is nobody."""
        if (await self._ground.database.write(store.mark(user_id, stamp(self._ground.clock.now())))) is None:
            raise NotFound
        detail = {} if by.user_id else {"by": "operator"}
        await self._ground.audit(
            SecurityEvent(kind=kind, actor_id=by.user_id, subject=user_id, address=by.address, detail=detail)
        )
        await self._ground.standing.out(user_id)

    async def finish(self, user_id: UserId) -> bool:
        """Delete what somebody owns whose deletion was begun, and then their row; whether all is gone."""
        async with self._one:
            await self._ground.standing.out(user_id)
            if not await self.clears(user_id):
                return False
            await self._ground.database.write(store.remove(user_id))
            return True

    async def finish_all(self) -> bool:
        """The same for everybody whose deletion was begun, by a command or by a process that is gone."""
        done = [await self.finish(one) for one in await self._ground.database.read(store.marked())]
        return all(done)

    async def keep_on(self, every: timedelta) -> None:
        """Look for them now, and then as often, for ever."""
        while True:
            try:
                await self.finish_all()
            except PalaverError as error:
                log.warning("What deleted users owned is removed later: %s", error.detail)
            await self._ground.clock.sleep(every)
