"""Search takes whatever a person types, knows what was said, and forgets what was deleted."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import bindparam, text

from palaver.core.ids import MessageId, SessionId, UserId
from palaver.core.messages import Message, TextPart
from palaver.sessions import search_store, shares_store, store
from palaver.sessions.search_store import expression
from palaver.sessions.tree import Place, Reach
from palaver.storage.script import Script, Statement, rows
from palaver.storage.sqlite import SqliteDatabase
from tests.database import whole_database

ADA = UserId("usr_ada")
_FOUND = Statement(text("select rowid from message_search where message_search match :match order by rowid"))
_SESSION = Statement(
    text(
        "insert into sessions (id, user_id, activity, archived, running, tags, title, tree, body) "
        "values (:id, 'usr_ada', '', 0, 0, '', '', x'', x'')"
    ).bindparams(bindparam("id"))
)


@pytest.fixture
async def database() -> AsyncIterator[SqliteDatabase]:
    async with whole_database() as database:
        yield database


def told(*texts: str, session: str = "ses_1") -> Script[None]:
    yield _SESSION(id=session)
    for depth, said in enumerate(texts):
        message = Message(
            id=MessageId(f"{session}_{depth}"),
            session_id=SessionId(session),
            role="user",
            parts=(TextPart(text=said),),
            text=said,
            created_at="now",
        )
        yield from store.put_message(message, Place(session, depth), ADA)


def found(words: str) -> Script[list[int]]:
    return [row[0] for row in (yield from rows(_FOUND(match=expression(words))))]


async def test_search_finds_every_word_in_any_order_and_the_last_one_unfinished(database: SqliteDatabase) -> None:
    await database.write(told("The tree where we talk", "We talked for long", "A café in Ñairobi"))
    assert await database.write(search_store.catch_up(100)) is False
    assert await database.read(found("talk tree")) == [1]
    assert await database.read(found("talk")) == [1, 2]
    assert await database.read(found("tal long")) == []
    assert await database.read(found("cafe nairo")) == [3]


async def test_search_takes_messages_in_by_batches_until_none_is_left(database: SqliteDatabase) -> None:
    await database.write(told("one", "two", "three"))
    assert await database.read(search_store.behind()) == 3
    assert await database.write(search_store.catch_up(2)) is True
    assert await database.read(search_store.behind()) == 1
    assert await database.read(found("three")) == []
    assert await database.write(search_store.catch_up(2)) is False
    assert await database.read(search_store.behind()) == 0
    assert await database.read(found("three")) == [3]


async def test_a_database_that_knows_no_message_is_not_behind(database: SqliteDatabase) -> None:
    assert await database.write(search_store.behind()) == 0
    assert await database.write(search_store.catch_up(10)) is False


async def test_what_is_deleted_is_not_found_any_more_and_leaves_the_index_whole(database: SqliteDatabase) -> None:
    await database.write(told("shared alpha", "shared beta", "shared gamma"))
    await database.write(told("shared delta", session="ses_2"))
    await database.write(search_store.catch_up(3))  # the last one is not known to search yet

    def forget() -> Script[None]:
        gone = yield from shares_store.let_go(SessionId("ses_1"), Reach("ses_1", 1, 3))
        assert len(gone.gone) == 2
        yield from search_store.forget_session("ses_2")
        yield from store.remove(SessionId("ses_2"), ADA)

    await database.write(forget())
    await database.write(search_store.catch_up(10))
    assert await database.read(found("shared")) == [1]
    check = Statement(text("insert into message_search(message_search, rank) values ('integrity-check', 1)"))
    await database.write(one(check))


def one(statement: Statement) -> Script[None]:
    yield statement()


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    some.text(some.characters(exclude_categories=("Cs",)), max_size=30)
    | some.text(some.sampled_from("\"*():^-+{}[]ab \x00'\\"), max_size=30)
    | some.sampled_from(["a AND", "NOT b", "NEAR(a b)", "text:a", "-a", "a*", '"', '""', "*", "a OR b", "w " * 250])
)
async def test_whatever_a_person_types_is_no_error(database: SqliteDatabase, typed: str) -> None:
    assert isinstance(await database.read(found(typed)), list)


async def found_by_tries(database: SqliteDatabase, user: str, words: str) -> list[int] | None:
    """What the last try finds; None where it is not worth it."""
    last = search_store.tries(user, words)[-1]
    if not await database.read(search_store.worth(last)):
        return None
    return [row[0] for row in await database.read(rows_of(last.match))]


def rows_of(match: str) -> Script[list[tuple[int]]]:
    return [(row[0],) for row in (yield from rows(_FOUND(match=match)))]


async def test_beginnings_of_a_long_word_are_looked_for_only_where_its_first_letters_are(
    database: SqliteDatabase,
) -> None:
    await database.write(told("We are not everywhere", "Ça va, élémentaire", "a well-known place", "x-rays-everything"))
    await database.write(search_store.catch_up(100))
    assert await found_by_tries(database, ADA, "everyw") == [1]
    assert await found_by_tries(database, ADA, "not everyw") == [1]
    assert await found_by_tries(database, ADA, "élémen") == [2]
    assert await found_by_tries(database, ADA, "elemen") == [2]
    assert await found_by_tries(database, ADA, "well-kn") == [3]
    assert await found_by_tries(database, ADA, "-----everyt") == [4]
    assert await found_by_tries(database, ADA, "rather") is None
    assert await found_by_tries(database, ADA, "place everyw") is None
    assert await found_by_tries(database, "usr_bea", "everyw") is None


async def test_a_short_word_is_looked_for_by_its_first_letters_at_once() -> None:
    assert [one.only_if for one in search_store.tries(ADA, "every")] == [None]
    assert len(search_store.tries(ADA, "everyw")) == 2
    assert len(search_store.tries(ADA, "everyw", whole=True)) == 1
