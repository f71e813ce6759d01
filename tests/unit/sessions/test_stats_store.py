"""Statistics are counted from rows, each person's own, and null where there is nothing to count."""

from collections.abc import AsyncIterator

import pytest

from palaver.core.ids import MessageId, SessionId, UserId
from palaver.core.messages import Message, TextPart
from palaver.core.usage import Usage
from palaver.kit.ids import new_id
from palaver.sessions import stats_store, store, turns
from palaver.sessions.session import Session
from palaver.sessions.stats import Stats
from palaver.sessions.tree import Place
from palaver.storage.script import Script
from palaver.storage.sqlite import SqliteDatabase
from tests.database import whole_database

ADA, EVE = UserId("usr_ada"), UserId("usr_eve")
NOTHING = Stats(
    sessions=0,
    messages=0,
    active=0,
    today=0,
    mean_latency_ms=None,
    p95_latency_ms=None,
    most_used_model=None,
    most_used_provider=None,
    input_tokens=0,
    output_tokens=0,
    cost_usd=None,
)


@pytest.fixture
async def database() -> AsyncIterator[SqliteDatabase]:
    async with whole_database() as database:
        yield database


def talk(user_id: UserId, *latencies: float, model: str = "x/large", cost: float | None = None) -> Script[None]:
    """A session with a question and as many answers, one a day from the first of January on."""
    session_id = SessionId(new_id("ses"))
    session = Session(id=session_id, created_at="2026-01-01", updated_at="2026-01-01")
    yield from store.create(turns.fresh(session), user_id)
    for depth, latency in enumerate([None, *latencies]):
        message = Message(
            id=MessageId(new_id("msg")),
            session_id=session_id,
            role="assistant" if latency else "user",
            parts=(TextPart(text="a"),),
            text="a",
            model=model if latency else None,
            provider=model.partition("/")[0] if latency else None,
            usage=Usage(input_tokens=10, output_tokens=1, cost_usd=cost) if latency else None,
            latency_ms=latency,
            created_at=f"2026-01-{depth + 1:02}T00:00:00.000000Z",
        )
        yield from store.put_message(message, Place(session_id, depth), user_id)


async def test_where_there_is_nothing_nothing_is_made_up(database: SqliteDatabase) -> None:
    await database.write(talk(EVE, 5.0))
    assert await database.scan(stats_store.stats(ADA, "2026")) == NOTHING


async def test_everything_of_one_person_is_counted(database: SqliteDatabase) -> None:
    await database.write(talk(ADA, 10.0, 20.0, cost=0.25))
    await database.write(talk(ADA, 60.0, model="y/small"))
    await database.write(talk(EVE, 1000.0, 1000.0, 1000.0, model="z/other", cost=9.0))
    found = await database.scan(stats_store.stats(ADA, "2026-01-02T00:00:00.000000Z"))
    assert (found.sessions, found.messages, found.active, found.today) == (2, 5, 0, 3)
    assert (found.mean_latency_ms, found.most_used_model, found.most_used_provider) == (30.0, "x/large", "x")
    assert (found.input_tokens, found.output_tokens, found.cost_usd) == (30, 3, 0.5)


@pytest.mark.parametrize(("answers", "slow"), [(1, 1.0), (19, 19.0), (20, 19.0), (21, 20.0)])
async def test_of_a_hundred_answers_ninety_five_are_not_slower(
    database: SqliteDatabase, answers: int, slow: float
) -> None:
    await database.write(talk(ADA, *(float(number) for number in range(answers, 0, -1))))
    assert (await database.scan(stats_store.stats(ADA, "2026"))).p95_latency_ms == slow
