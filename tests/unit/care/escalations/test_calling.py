"""Who is on call is told, and the next ones where nobody answers; nobody is forgotten, and nobody told twice."""

from datetime import timedelta
from typing import Any

import pytest

from palaver.care.escalations import store
from palaver.care.escalations.service import Escalations
from palaver.care.escalations.settings import EscalationSettings
from palaver.care.on_call.ladder import Ladder
from palaver.care.on_call.settings import OnCall
from palaver.core.errors import Conflict
from palaver.identity import store as identity_store
from palaver.kit.clock import ManualClock, instant
from tests.database import whole_database
from tests.promises import keeps
from tests.unit.care.escalations.calling import DAY, NIGHT, Ways, at_work, caller
from tests.unit.care.escalations.given import AT, begun, person, session
from tests.unit.runs.given import ADA


@keeps("care:escalation:somebody")
async def test_where_nobody_answers_the_next_group_is_called_until_there_is_none() -> None:
    async with whole_database() as database:
        await person(database)
        await person(database, "usr_bob", "counsellor", "bob@example.org")
        async with at_work(database, DAY, NIGHT, rounds=1) as house:
            one = await house.begin("asm_1")
            kept = await house.until(one, lambda kept: kept.state == "routed")
            assert (kept.group_name, kept.deadline_at) == ("day", "2026-01-01T00:05:00.000000Z")
            assert sorted(house.ways.told) == [("1", "console"), ("1", "webhook:day")]
            await house.service.claim(caller("usr_bob"), one)
            house.forward(minutes=5)
            kept = await house.until(one, lambda kept: kept.group_name == "night")
            assert (kept.state, kept.claimed_by, kept.round) == ("routed", None, 2)
            assert sorted(house.ways.told[2:]) == [("2", "mail:1"), ("2", "webhook:night")]
            house.forward(minutes=5)
            kept = await house.until(one, lambda kept: kept.state == "expired")
            assert (kept.due_at, kept.reason) == (None, "Nobody who was told answered.")
            assert await house.jobs.trouble() == ["1 waits: nobody who was told answered."]
            assert await house.jobs.trouble(lately=True) == await house.jobs.trouble()
            house.forward(days=1, seconds=1)
            assert await house.jobs.trouble(lately=True) == [], "health is not degraded for ever"
            assert await house.jobs.trouble() == ["1 waits: nobody who was told answered."], "but who answers sees it"
            assert await house.kinds(one) == [
                "created", "routed", "claimed", "unanswered", "routed", "unanswered", "expired",
            ]  # fmt: skip
            late = await house.service.acknowledge(caller("usr_bob"), one)
            assert (late.state, late.reason) == ("acknowledged", None)
            house.forward(days=1)
            assert await house.jobs.trouble() == []
            assert len(house.ways.told) == 4
            assert [one.n for one in house.heard] == sorted({one.n for one in house.heard})


async def test_a_way_that_fails_or_hangs_holds_up_nobody_and_is_tried_again_and_told_of() -> None:
    async with whole_database() as database:
        await person(database)
        ways = Ways(broken={"webhook:night"})
        async with at_work(database, NIGHT, DAY, ways=ways, tries=2) as house:
            one = await house.begin("asm_1")
            await house.until(one, lambda kept: kept.state == "routed")
            assert ways.told == [("1", "mail:1")], "who could be told was"
            assert await house.jobs.trouble() == ["webhook:night takes no alarms: It answered with status 503."]
            ways.broken.clear()
            house.forward(seconds=15)
            await house.until(one, lambda kept: kept.tries == 2)
            assert ways.told == [("1", "mail:1"), ("1", "webhook:night")], "and nobody twice"
            assert await house.jobs.trouble() == []
            assert house.jobs.tries == {("told",): 2, ("failed",): 1}


async def test_where_nobody_of_a_group_can_be_told_the_next_one_is_and_who_hangs_is_not_waited_for() -> None:
    async with whole_database() as database:
        await person(database)
        ways = Ways(broken={"webhook:night"}, hanging={"mail:1"})
        soon: dict[str, Any] = {"tries": 1, "deadline": timedelta(seconds=0.05)}
        async with at_work(database, NIGHT, DAY, ways=ways, **soon) as house:
            one = await house.begin("asm_1")
            kept = await house.until(one, lambda kept: kept.state == "routed")
            assert (kept.group_name, ways.told) == ("day", [("2", "webhook:day")])
            told = await database.read(store.tellings(one, 1))
            assert {way.route: way.error for way in told} == {
                "mail:1": "It took too long.", "webhook:night": "It answered with status 503.",
            }  # fmt: skip
        ways.broken.add("webhook:day")
        async with at_work(
            database, NIGHT, DAY, ways=ways, tries=1, rounds=1, deadline=timedelta(seconds=0.05)
        ) as house:
            two = await house.begin("asm_2")
            kept = await house.until(two, lambda kept: kept.state == "failed")
            assert kept.reason == "Nobody who is on call could be told."
            assert house.jobs.given_up == {("failed",): 1, ("expired",): 0}


async def test_after_a_restart_what_was_begun_is_told_once_and_the_time_to_answer_runs_on() -> None:
    async with whole_database() as database:
        await person(database)
        ways = Ways(hanging={"webhook:night"})
        async with at_work(database, NIGHT, ways=ways) as house:
            await house.begin("asm_1")
            await ways.arrived.wait()  # and the process ends in the middle
        one = (await database.read(store.queue(("created",), None, 9)))[0].id
        assert (await database.read(store.holds(one, "wrk_1"))) is True
        ways.hanging.clear()
        ways.told.clear()
        async with at_work(database, NIGHT, ways=ways, holder="wrk_2") as house:
            kept = await house.until(one, lambda kept: kept.state == "routed")
            assert sorted(ways.told) == [("1", "mail:1"), ("1", "webhook:night")]
        async with at_work(database, NIGHT, ways=ways) as house:
            assert (await house.until(one, lambda kept: kept.state == "routed")).deadline_at == kept.deadline_at
            house.forward(minutes=5)
            again = await house.until(one, lambda kept: kept.round == 2 and kept.state == "routed" and kept.tries == 1)
            assert len(ways.told) == 4
            assert again.deadline_at == "2026-01-01T00:10:00.000000Z"


async def test_who_grows_more_urgent_is_told_anew_and_who_is_there_is_not_disturbed() -> None:
    async with whole_database() as database:
        await person(database)
        await person(database, "usr_bob", "counsellor")
        await person(database, "usr_cleo", "counsellor")
        here = await session(database)
        async with at_work(database, DAY) as house:
            one = await house.begin("asm_1", here)
            await house.until(one, lambda kept: kept.state == "routed")
            assert await house.begin("asm_2", here, "critical") == one
            await house.until(one, lambda kept: kept.state == "routed" and kept.round == 2)
            assert [number for number, way in house.ways.told if way == "console"] == ["1", "2"]
            await house.service.acknowledge(caller("usr_bob"), one)
            assert await house.begin("asm_3", here, "critical") == one
            with pytest.raises(Conflict):
                await house.service.acknowledge(caller("usr_cleo"), one)
            house.forward(hours=1)
            await house.service.release(caller("usr_bob"), one)
            kept = await house.until(one, lambda kept: kept.state == "routed")
            assert (kept.round, kept.claimed_by, kept.acknowledged_at) == (3, None, None)

            gone = list[tuple[str, str | None]]()

            async def over(escalation_id: str, who: str | None) -> None:
                gone.append((escalation_id, who))

            house.jobs.over = over
            await house.service.acknowledge(caller("usr_cleo"), one)
            await database.write(identity_store.set_disabled("usr_cleo", "2026"), durable=False)
            house.forward(minutes=1)
            kept = await house.until(one, lambda kept: kept.state == "routed" and kept.round == 4)
            assert gone == [(one, "usr_cleo")], "whoever was there left the house"


async def test_who_is_alone_is_promised_nobody_and_the_operator_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    async with whole_database() as database:
        await person(database, role="admin")
        one = await database.write(store.begin(begun("asm_1")), durable=False)
        alone = Ladder((), letters=True)
        service = Escalations(database, alone, EscalationSettings.model_validate({}), clock=ManualClock(instant(AT)))
        own = await service.one(caller(ADA, "admin"), one)
        assert (own.state, own.may_decline) == ("created", True)
        assert str(own.says).startswith("Nobody from the team could be told.")
        assert "One person alone is on call" in str(await database.read(alone.lacks()))
        async with at_work(database, letters=False) as house:
            await house.until(one, lambda kept: kept.state == "failed")
            assert await house.jobs.trouble(lately=True) == ["1 waits: nobody could be told."]
            await house.jobs.warn()
        assert len([said for said in caplog.messages if said.startswith("One person alone is on call")]) == 1

        await person(database, "usr_bob", "counsellor")
        assert await database.read(alone.lacks()) is None
        assert str((await service.one(caller(ADA, "admin"), one)).says).startswith(
            "Nobody from the team could be told."
        )
        two = await database.write(store.begin(begun("asm_2", level="critical")), durable=False)
        assert str((await service.one(caller(ADA, "admin"), two)).says).startswith(
            "A person from the team is being told"
        )
        assert await database.read(Ladder((OnCall.model_validate(NIGHT),), letters=False).lacks()) is None
