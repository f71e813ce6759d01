"""The server is killed while somebody is being called: afterwards they are called, once, and time to answer runs on."""

import base64
import json

import pytest

from palaver.tools.hooks.signing import key_of, signature
from tests.journeys.calling import AT, counsellor
from tests.journeys.house import Opening
from tests.promises import keeps
from tests.unit.webhooks.receiving import receiving, well

pytestmark = pytest.mark.timeout(120)

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
DUTY = """
[care.escalations]
acknowledge_within = "{within}"
deadline = "60s"

[[care.escalations.on_call]]
name = "duty"
role = "counsellor"
webhook = "{url}"
webhook_secret = "{secret}"
"""


@keeps("care:escalation:once")
async def test_who_is_needed_is_called_after_a_kill_and_the_next_time_nobody_answers_as_well(
    open_house: Opening,
) -> None:
    async with receiving() as pager:
        pager.behaves = pager.hangs
        house = await open_house(DUTY.format(url=pager.url, secret=SECRET, within="3s"))
        owner, ada = await house.owner(), await house.stranger()
        bob = await counsellor(house, owner, "bob@example.org")
        await ada.ask("I am going to kill myself tonight, I have the pills here.")  # a pager that hangs holds up nobody
        await pager.until(1)
        assert (house.count("risk_assessments"), house.count("escalations")) == (1, 1)
        await house.kill()
        assert house.rows("select state, tries from escalations") == [("created", 0)]

        pager.behaves = well
        await house.start()
        await pager.until(2)
        [one] = (await bob.get(AT))["items"]
        assert (one["level"], one["attempts"]) == ("critical", 1)
        ids = [headers["webhook-id"] for headers, _ in pager.heard]
        assert ids == [f"{one['id']}.1"] * 2, "whoever is told twice can tell"
        for headers, body in pager.heard:
            told_at = int(headers["webhook-timestamp"])
            assert headers["webhook-signature"] == signature(key_of(SECRET), headers["webhook-id"], told_at, body)
            assert json.loads(body).keys() == {
                "type", "escalation_id", "attempt", "level", "group", "created_at", "url",
            }  # fmt: skip
        await bob.until(f"{AT}/{one['id']}", lambda found: found["state"] == "routed")

        await house.kill()
        await house.start()
        await pager.until(3)
        assert pager.heard[2][0]["webhook-id"] == f"{one['id']}.2", "the time to answer ran on"
        there = await bob.post(f"{AT}/{one['id']}/acknowledge")
        assert there["state"] == "acknowledged"
        assert [event["kind"] for event in there["events"]].count("created") == 1
        assert (house.count("risk_assessments"), house.count("escalations")) == (1, 1)
