"""Which profile of care holds in a session."""

from palaver.care.profiles import store
from tests.database import whole_database
from tests.unit.runs.given import begin


async def test_a_session_follows_the_setting_until_it_is_given_a_profile_and_loses_it_with_itself() -> None:
    async with whole_database() as database:
        session_id = (await begin(database)).session_id
        assert await database.read(store.profile_of(session_id, "safety")) == "safety"
        assert await database.read(store.profile_of(session_id, "off")) == "off"
        await database.write(store.say(session_id, "companion", "2026"))
        assert await database.read(store.profile_of(session_id, "safety")) == "companion"
        await database.write(store.say(session_id, "off", "2027"))
        assert await database.read(store.profile_of(session_id, "safety")) == "off"
