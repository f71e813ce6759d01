"""An escalation is begun with its assessment: once, and one for what belongs together."""

from palaver.care.escalations import store
from palaver.care.escalations.store import Begun, Kept
from tests.database import whole_database
from tests.unit.care.escalations.given import AT, begun, person, session

LATER = "2026-01-01T00:01:00.000000Z"


async def test_an_assessment_is_escalated_once_and_what_follows_in_its_session_joins_it() -> None:
    async with whole_database() as database:
        await person(database)
        here, there = await session(database), await session(database)

        async def begin(one: Begun) -> str:
            return await database.write(store.begin(one), durable=False)

        first = await begin(begun("asm_1", here))
        assert await begin(begun("asm_1", here)) == first
        assert await begin(begun("asm_2", here, at=LATER)) == first
        kept = await database.read(store.find(first))
        assert (kept.state, kept.level, kept.round, kept.due_at, kept.helped) == (
            "created",
            "high",
            1,
            AT,
            '[{"id":"ke-line","name":"A line","channels":[{"kind":"phone","to":"999"}]}]',
        )

        await database.write(store.save(kept._replace(state="routed", due_at="2027")), durable=False)
        assert await begin(begun("asm_3", here, "critical", at=LATER)) == first
        raised = await database.read(store.find(first))
        assert (raised.state, raised.level, raised.round, raised.due_at) == ("created", "critical", 2, LATER)
        assert await begin(begun("asm_3", here, "critical", at=LATER)) == first
        assert await begin(begun("asm_4", here)) == first
        assert (await database.read(store.find(first))).level == "critical"
        assert [one.kind for one in await database.read(store.events(first))] == ["created", *["assessed"] * 3]

        await database.write(store.save(raised._replace(state="closed", due_at=None)), durable=False)
        assert await begin(begun("asm_5", here)) != first
        assert await begin(begun("asm_6", there)) != first
        alone = {await begin(begun("asm_7")), await begin(begun("asm_8"))}
        assert len(alone) == 2
        assert await database.read(store.counts()) == {"created": 4}


async def test_the_queue_is_ordered_by_level_then_by_how_long_somebody_waits() -> None:
    async with whole_database() as database:
        await person(database)
        asked = (
            begun("asm_1", at=LATER),
            begun("asm_2"),
            begun("asm_3", level="critical", at=LATER),
            begun("asm_4", level="critical"),
        )
        made = [await database.write(store.begin(one), durable=False) for one in asked]
        whole = await database.read(store.queue(("created",), None, 10))
        assert [one.id for one in whole] == [made[3], made[2], made[1], made[0]]
        pages, position = list[Kept](), None
        while page := await database.read(store.queue(("created",), position, 1)):
            pages += page
            position = (page[-1].urgency, page[-1].created_at, page[-1].id)
        assert pages == whole
        assert await database.read(store.queue(("routed",), None, 10)) == []
