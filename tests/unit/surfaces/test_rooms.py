"""A chat of another protocol is one session, however often it begins at once."""

import asyncio

from palaver.core.ids import UserId
from palaver.kit.clock import SystemClock
from palaver.sessions.adopting import Adopting
from palaver.sessions.service import Query, Sessions
from palaver.sessions.session import Session
from palaver.sessions.settings import SessionSettings
from palaver.surfaces.rooms import Rooms
from tests.database import whole_database

ADA = UserId("usr_ada")
AT_ONCE = 3


class Hurried(Rooms):
    """Rooms of which the first who look all look before anybody has written."""

    looked = 0

    async def find(self, user_id: UserId, door: str, name: str) -> Session | None:
        self.looked += 1
        return None if self.looked <= AT_ONCE else await super().find(user_id, door, name)


async def test_a_chat_that_begins_several_times_at_once_is_one_session() -> None:
    clock = SystemClock()
    async with asyncio.timeout(20), whole_database() as database:
        sessions = Sessions(database, clock, SessionSettings())
        rooms = Hurried(database, sessions, Adopting(database, sessions, clock))
        entered = await asyncio.gather(*(rooms.enter(ADA, "chat", "one") for _ in range(AT_ONCE)))
        assert len({one.id for one in entered}) == 1
        page = await sessions.page(ADA, Query())
        assert page.count(b'"id":"ses_') == 1
        assert (await rooms.enter(ADA, "chat", "other")).id != entered[0].id
