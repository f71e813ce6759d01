"""What becomes of open streams, sockets and runs when somebody may no longer have them; who may, identity says."""

import asyncio
import logging

from palaver.entry.compose import House
from palaver.identity.standing import Shaken
from palaver.kit.tasks import keep_going
from palaver.runs.leaving.service import Leaving
from palaver.storage.port import StorageUnavailable

log = logging.getLogger(__name__)


def watch(house: House, tasks: asyncio.TaskGroup) -> None:
    """Whoever is signed out, demoted or disabled has nothing open any more: at once, or soon where a command did it."""
    standing, leaving = house.identity.ground.standing, Leaving(house.database, house.runs)
    house.pulse.stands, house.pulse.may_open = standing.stands, standing.may_open

    async def heard(shaken: Shaken) -> None:
        await house.hub.look(shaken.user_id, standing.stands)
        await house.pulse.look(shaken.user_id)
        if shaken.out:
            await leaving.of_user(shaken.user_id)

    async def look() -> None:
        while True:
            await house.clock.sleep(house.settings.sockets.credentials)
            await house.pulse.look_at_all()
            try:
                await leaving.of_disabled()
            except StorageUnavailable as error:
                log.debug("Runs of disabled users are looked for again: %r", error)

    async def remove() -> None:
        await house.identity.people.removing.keep_on(house.settings.sockets.credentials)

    standing.heard = heard
    tasks.create_task(keep_going("standing", look, house.clock), name="standing")
    tasks.create_task(keep_going("removing", remove, house.clock), name="removing")
