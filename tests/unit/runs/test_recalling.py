"""Facts are recalled once in a run, for the person's own question only."""

from types import SimpleNamespace
from typing import Any, cast

from palaver.context.memory.recalling import NOTHING
from palaver.core.ids import MessageId, RunId, SessionId
from palaver.core.messages import Message, TextPart
from palaver.runs.journal import Journal
from palaver.runs.live import Live, Parent
from palaver.runs.recalling import FAILED, Recalling
from tests.unit.context.memory.given import ADA, remembering


def asked(said: str) -> Live:
    live = Live(RunId("run_1"), SessionId("ses_1"), ADA, epoch=1)
    question = Message(
        id=MessageId("msg_1"), session_id=SessionId("ses_1"), role="user", parts=(TextPart(text=said),),
        created_at="now",
    )  # fmt: skip
    live.path = [question]
    return live


async def test_a_question_recalls_once_and_a_task_that_was_handed_on_never() -> None:
    async with remembering() as memories:
        await memories.create(ADA, {"text": "My dog is called Rex."})
        recalling = Recalling(memories, cast("Journal", None))
        live = asked("What does my dog eat?")
        first = await recalling.of(live)
        assert [fact.text for fact in first.facts] == ["My dog is called Rex."]
        await memories.clear(ADA, None)
        assert await recalling.of(live) is first
        await memories.create(ADA, {"text": "My dog is called Rex."})
        below = asked("What does my dog eat?")
        below.parent = Parent(RunId("run_0"), "call_1")
        assert await recalling.of(below) is NOTHING


async def test_a_recall_that_fails_is_told_and_recalls_nothing() -> None:
    told: list[Any] = []
    journal = SimpleNamespace(tell=lambda live, event, size: told.append(event))
    async with remembering() as memories:
        await memories._database.close()
        live = asked("What does my dog eat?")
        assert await Recalling(memories, cast("Journal", journal)).of(live) is NOTHING
    assert told == [FAILED]
