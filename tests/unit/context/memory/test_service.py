"""Facts are a person's own, bounded, found by their words, and never in the way of a turn."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from palaver.context.memory.fact import Wish
from palaver.context.memory.service import Memories, RecallFailed
from palaver.core.errors import Conflict, Forbidden, Invalid, NotFound
from palaver.core.ids import UserId
from palaver.storage.script import Script, Statement
from tests.unit.context.memory.given import ADA, BOATS, BOB, TREES, remembering

PLAIN = Wish()


async def told(memories: Memories, said: str, wish: Wish = PLAIN, user_id: UserId = ADA) -> list[str]:
    return [fact.text for fact in (await memories.recall(user_id, wish, said)).facts]


async def listed(memories: Memories, **asked: Any) -> list[str]:
    usual = {"project_id": None, "q": None, "cursor": None, "limit": 50}
    return [fact.text for fact in (await memories.page(ADA, **usual | asked)).items]


def run(statement: str) -> Script[list[Any]]:
    return list((yield Statement(text(statement))()).rows)


async def test_a_fact_is_recalled_changed_and_forgotten_at_once() -> None:
    async with remembering() as memories:
        assert await told(memories, "dog food") == []
        fact = await memories.create(ADA, {"text": "My dog is called Rex."})
        assert await told(memories, "dog food") == ["My dog is called Rex."]
        assert await told(memories, "dog food", user_id=BOB) == []
        await memories.change(ADA, fact.id, {"text": "My cat is called Tom."})
        assert await told(memories, "dog food") == []
        assert await told(memories, "cat food") == ["My cat is called Tom."]
        await memories.remove(ADA, fact.id)
        assert await told(memories, "cat food") == []


async def test_nobody_sees_changes_or_forgets_the_facts_of_others() -> None:
    async with remembering() as memories:
        fact = await memories.create(ADA, {"text": "My dog is called Rex."})
        for attempt in (memories.get(BOB, fact.id), memories.change(BOB, fact.id, {"pinned": True})):
            with pytest.raises(NotFound):
                await attempt
        with pytest.raises(NotFound):
            await memories.remove(BOB, fact.id)
        assert (await memories.clear(BOB, None)).deleted == 0
        assert await memories.get(ADA, fact.id) == fact


async def test_facts_of_a_project_are_told_in_it_alone_and_go_with_it() -> None:
    async with remembering() as memories:
        await memories.create(ADA, {"text": "The boat is blue.", "project_id": BOATS})
        await memories.create(ADA, {"text": "My boat leaks."})
        assert sorted(await told(memories, "boat", Wish(None, BOATS))) == ["My boat leaks.", "The boat is blue."]
        assert await told(memories, "boat", Wish(None, TREES)) == ["My boat leaks."]
        assert await told(memories, "boat") == ["My boat leaks."]
        assert await listed(memories, project_id=BOATS) == ["The boat is blue."]
        for foreign in ("prj_none",):
            with pytest.raises(NotFound):
                await memories.create(ADA, {"text": "x", "project_id": foreign})
            with pytest.raises(NotFound):
                await listed(memories, project_id=foreign)
            with pytest.raises(NotFound):
                await memories.clear(ADA, foreign)
        await memories._database.write(run(f"delete from projects where id = '{BOATS}'"))
        assert await told(memories, "boat", Wish(None, BOATS)) == ["My boat leaks."]
        assert await memories._database.read(run("select count(*) from memory_search")) == [(1,)]


async def test_facts_are_bounded_in_number_and_length_and_none_is_kept_twice() -> None:
    async with remembering(facts_per_user=2, fact_characters=20) as memories:
        with pytest.raises(Invalid, match="at most 20 characters"):
            await memories.create(ADA, {"text": "x" * 21})
        fact = await memories.create(ADA, {"text": "I like tea"})
        with pytest.raises(Conflict, match=fact.id):
            await memories.create(ADA, {"text": " i  LIKE téa. "})
        await memories.create(ADA, {"text": "I like tea", "project_id": BOATS})
        with pytest.raises(Conflict, match="2 facts"):
            await memories.create(ADA, {"text": "I like juice"})
        with pytest.raises(Invalid):
            await memories.change(ADA, fact.id, {"text": "x" * 21})
        with pytest.raises(Conflict):
            await memories.change(ADA, fact.id, {"project_id": BOATS})
        assert (await memories.change(ADA, fact.id, {"text": "I like TEA."})).text == "I like TEA."
        assert (await memories.clear(ADA, BOATS)).deleted == 1
        assert (await memories.clear(ADA, None)).deleted == 1


async def test_lists_are_found_by_words_and_go_on_page_by_page() -> None:
    async with remembering() as memories:
        for number in range(5):
            await memories.create(ADA, {"text": f"Tea number {number}"})
        await memories.create(ADA, {"text": "Something else"})
        first = await memories.page(ADA, project_id=None, q="te", cursor=None, limit=3)
        rest = await memories.page(ADA, project_id=None, q="te", cursor=first.next_cursor, limit=3)
        assert [one.text for one in (*first.items, *rest.items)] == [f"Tea number {n}" for n in (4, 3, 2, 1, 0)]
        assert rest.next_cursor is None
        for nothing in ('"', "te zebra", "usr", "facets:uusrada", "- OR *", "\x00", "uusrada"):
            assert await listed(memories, q=nothing) == [], nothing
        with pytest.raises(Invalid):
            await listed(memories, cursor="x")


@pytest.mark.parametrize("said", ['"', "*", "NEAR(dog)", "dog OR 1", "facets:x", "-", "\x00dog", "\ud800 dog", "'"])
async def test_no_question_breaks_the_search(said: str) -> None:
    async with remembering() as memories:
        await memories.create(ADA, {"text": "My dog is called Rex."})
        await told(memories, said)


async def test_the_modes_say_who_is_told_what() -> None:
    async with remembering() as memories:
        await memories.create(ADA, {"text": "My dog is called Rex."})
        assert await told(memories, "dog", Wish("off")) == []
        assert (await memories.say(ADA, "off")).mode == "off"
        assert await told(memories, "dog") == []
        assert await told(memories, "dog", Wish("recall")) == []
        await memories.say(ADA, "recall")
        assert await told(memories, "dog") == ["My dog is called Rex."]
        with pytest.raises(Forbidden, match=r"memory\.extraction"):
            await memories.say(ADA, "on")
    async with remembering(extraction=True) as memories:
        assert (await memories.say(ADA, "on")).mode == "on"
    async with remembering(recall=False) as memories:
        await memories.create(ADA, {"text": "My dog is called Rex.", "pinned": True})
        assert await told(memories, "dog") == []


async def test_what_is_pinned_is_told_in_every_turn_of_its_place() -> None:
    async with remembering() as memories:
        await memories.create(ADA, {"text": "I read German.", "pinned": True})
        await memories.create(ADA, {"text": "Speak of boats.", "pinned": True, "project_id": BOATS})
        assert await told(memories, "") == ["I read German."]
        assert await told(memories, "x", Wish(None, TREES)) == ["I read German."]
        assert sorted(await told(memories, "x", Wish(None, BOATS))) == ["I read German.", "Speak of boats."]


async def test_who_has_no_facts_costs_the_database_one_look_ever() -> None:
    async with remembering() as memories:
        assert await told(memories, "dog") == []
        await memories._database.write(run("drop table memory_modes"))
        assert await told(memories, "dog") == []


async def test_a_broken_memory_is_said_and_raises_nothing_else() -> None:
    async with remembering() as memories:
        await memories.create(ADA, {"text": "My dog is called Rex."})
        await memories._database.write(run("drop table memory_search"))
        with pytest.raises(RecallFailed):
            await memories.recall(ADA, PLAIN, "dog")


async def test_a_memory_that_hangs_is_waited_for_no_longer_than_its_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hangs(script: Script[Any]) -> Any:
        script.close()
        await asyncio.Event().wait()

    async with remembering(recall_deadline=timedelta(milliseconds=20)) as memories:
        await memories.create(ADA, {"text": "My dog is called Rex."})
        monkeypatch.setattr(memories._database, "scan", hangs)
        async with asyncio.timeout(5):
            with pytest.raises(RecallFailed):
                await memories.recall(ADA, PLAIN, "dog")


async def test_what_a_person_writes_over_a_models_fact_is_the_persons() -> None:
    async with remembering() as memories:
        fact = await memories._database.write(memories.putting(ADA, {"text": "I like tea", "made_by": "model"}, None))
        assert (await memories.change(ADA, fact.id, {"pinned": True})).made_by == "model"
        assert (await memories.change(ADA, fact.id, {"text": "I love tea"})).made_by == "person"


async def test_it_is_noted_when_a_fact_was_told() -> None:
    async with remembering() as memories:
        fact = await memories.create(ADA, {"text": "I like tea"})
        memories.used(ADA, (fact.id,))
        await memories._database.write(run("select 1"))
        assert (await memories.get(ADA, fact.id)).used_at is not None
