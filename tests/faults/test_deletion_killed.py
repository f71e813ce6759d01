"""The server is killed while it deletes a user: they are nobody at once, and the next start goes on with it."""

import asyncio

import aiohttp
import pytest

from tests.journeys.accounts import login, member, register
from tests.journeys.house import House, Person
from tests.journeys.streams import PATIENCE
from tests.journeys.test_deleting_users import GRACE, gone, holding, id_of
from tests.promises import keeps

pytestmark = pytest.mark.timeout(90)

SESSIONS = 40  # so many that the deletion takes its time


async def unanswered(owner: Person, path: str) -> None:
    """A deletion whose answer never comes."""
    with pytest.raises(aiohttp.ClientError):
        await owner.call("DELETE", path)


@keeps("identity:delete-user:killed")
async def test_a_deletion_that_is_killed_in_the_middle_is_done_by_the_next_start(house: House, owner: Person) -> None:
    grace = await member(house, GRACE)
    user_id = await id_of(grace)
    for number in range(SESSIONS):
        session = (await grace.post("/sessions", {"title": f"S{number}"}))["id"]
    assert (await grace.call("PUT", f"/sessions/{session}/files/a.txt", data=b"words")).status == 200
    async with asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(unanswered(owner, f"/users/{user_id}"))
        async with asyncio.timeout(PATIENCE):
            while house.count("sessions") == SESSIONS:
                await asyncio.wait({asking}, timeout=0.001)
        await house.kill()
    left = house.count("sessions")
    assert 0 < left < SESSIONS
    ((email, name, disabled, removing),) = house.rows(
        "select email, name, disabled_at is not null, removing_at is not null from users where id = ?", user_id
    )
    assert (email, name, disabled, removing) == (None, None, 1, 1)

    await house.start()
    assert (await grace.call("GET", "/auth/me")).status == 401
    assert (await login(house, GRACE)).status == 401
    assert user_id not in str(await owner.get("/users"))
    assert (await owner.call("PATCH", f"/users/{user_id}", {"disabled": False})).status == 404
    assert (await register(house, GRACE)).status == 201
    await gone(house, user_id)
    assert house.count("sessions") == 0
    assert holding(house, user_id) <= {"audit_log.actor_id", "audit_log.subject"}
    assert [one for one in (house.home / "workspaces").rglob("*") if one.is_file()] == []
