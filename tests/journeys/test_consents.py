"""What people agree to stands in a ledger that only grows, is theirs alone, and goes with them."""

import sqlite3

import pytest

from palaver.core.ids import UserId
from palaver.privacy.consent import store
from palaver.storage.sqlite import SqliteDatabase
from tests.journeys.house import House, Person
from tests.promises import keeps


@keeps("consent:ledger")
async def test_what_people_agree_to_is_kept_in_order_is_theirs_alone_and_goes_with_them(
    house: House, owner: Person
) -> None:
    ada, eve = await house.stranger(), await house.stranger()
    whose = UserId((await ada.get("/auth/me"))["user"]["id"])
    asked = {one["purpose"]: one for one in (await ada.get("/consents"))["items"]}
    assert {name: (one["granted"], one["holds"]) for name, one in asked.items()} == {
        "emotion": (None, False),
        "course": (None, False),
        "sharing_with_counsellors": (None, False),
        "escalation_contact": (None, True),
    }
    version = asked["emotion"]["version"]

    async def say(granted: bool) -> bool:
        answer = await ada.call("PUT", "/consents", {"purpose": "emotion", "granted": granted, "version": version})
        assert answer.status == 200, answer.body
        return answer.json["holds"]

    assert [await say(granted) for granted in (True, True, False, True, False)] == [True, True, False, True, False]
    database = SqliteDatabase(house.database)
    assert not await database.read(store.allows(whose, "emotion"))
    assert await database.read(store.allows(whose, "escalation_contact"))
    await say(True)
    assert await database.read(store.allows(whose, "emotion"))
    assert not await database.read(store.allows(whose, "course"))
    await database.close()
    told = await ada.get("/consents")
    assert [one["granted"] for one in told["history"]] == [True, False, True, False, True]
    assert (await eve.get("/consents"))["history"] == []
    for wrong, status in (
        ({"purpose": "emotion", "granted": True, "version": version + 1}, 409),
        ({"purpose": "everything", "granted": True, "version": 1}, 422),
        ({"purpose": "emotion", "granted": "yes", "version": 1}, 422),
        ({"purpose": "emotion", "granted": True}, 422),
    ):
        assert (await ada.call("PUT", "/consents", wrong)).status == status, wrong
    kinds = [one["kind"] for one in (await owner.get("/audit", params={"kind": "consent"}))["items"]]
    assert kinds == [f"consent.{kind}" for kind in ("granted", "refused", "granted", "refused", "granted")]
    with house.writing() as link:
        for act in ("update consents set granted = 1", "delete from consents"):
            with pytest.raises(sqlite3.IntegrityError):
                link.execute(act)
    assert (await owner.call("DELETE", f"/users/{whose}")).status < 300
    await owner.until("/users", lambda found: whose not in {one["id"] for one in found["items"]})
    assert house.rows("select count(*) from consents") == [(0,)]
