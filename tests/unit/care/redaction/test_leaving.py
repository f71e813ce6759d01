"""What leaves for a model has tokens in place of personal data, and what comes back has the data."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from aiohttp import web

from palaver.care.profiles import store as profiles
from palaver.care.redaction.book import Book
from palaver.care.redaction.entity import Entity
from palaver.care.redaction.leaving import NOTE, Redacting
from palaver.care.redaction.port import RecogniserFailed
from palaver.care.redaction.reading import Reading
from palaver.care.redaction.recogniser import HttpRecogniser
from palaver.care.redaction.service import Redaction
from palaver.care.redaction.settings import RedactionSettings
from palaver.core.ids import SessionId
from palaver.core.messages import ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from palaver.inference.port import (
    Ask,
    Finished,
    Offer,
    OutputFormat,
    Piece,
    Pieces,
    ReasoningPiece,
    ReasoningSealPiece,
    TextPiece,
    ToolCallPiece,
    ToolSpec,
    Turn,
)  # fmt: skip
from palaver.kit.clock import ManualClock
from palaver.privacy.sealing import Sealer
from palaver.storage.sqlite import SqliteDatabase
from tests.database import whole_database
from tests.promises import keeps
from tests.unit.runs.given import begin

PHONE, MAIL = "0712 345 678", "amina@example.org"


class Parrot:
    """A provider that says what it is told to say, and remembers what it was asked."""

    name = "parrot"

    def __init__(self, *reads: Sequence[Piece]) -> None:
        self._reads = reads
        self.asked: list[Ask] = []

    async def stream(self, ask: Ask) -> Pieces:
        self.asked.append(ask)
        for read in (*self._reads, (Finished("stop"),)):
            yield read

    async def models(self) -> Sequence[Offer]:
        return ()

    async def close(self) -> None:
        return None


@pytest.fixture
async def database() -> AsyncIterator[SqliteDatabase]:
    async with whole_database() as database:
        yield database


def redacting(database: SqliteDatabase, profile: Any = "companion", **settings: Any) -> Redacting:
    book = Book(database, lambda: Sealer(b"k" * 32), ManualClock())
    return Redacting(Reading(), book, RedactionSettings(**settings), profile)


def question(text: str, session_id: SessionId | None = None, **more: Any) -> Ask:
    return Ask(model="m", messages=(Turn("user", (TextPart(text=text),)),), session_id=session_id, **more)


async def heard(through: Redacting, parrot: Parrot, ask: Ask, *, local: bool = False) -> list[Piece]:
    return [piece async for read in through.stream(parrot, ask, local=local) for piece in read]


@keeps("care:redaction:leaves")
async def test_every_text_of_a_question_is_told_with_tokens(database: SqliteDatabase) -> None:
    session_id = (await begin(database)).session_id
    schema = {"type": "object", "properties": {"to": {"type": "string", "enum": [PHONE]}}, "required": ["to"]}
    ask = question(
        f"Call {PHONE}",
        session_id,
        system=f"You are the desk of {MAIL}.",
        tools=(ToolSpec("send", f"Sends to {PHONE}", schema),),
        output_format=OutputFormat(schema),
    )
    turns = (
        Turn("assistant", (
            ReasoningPart(text=f"They gave {PHONE} and new@example.org", signature="seal"),
            ToolCallPart(call_id="c", name="send", arguments={"to": [PHONE], "n": 1}),
        )),
        Turn("tool", (ToolResultPart(call_id="c", ok=True, content=f"sent to {PHONE}"),)),
    )  # fmt: skip
    parrot = Parrot()
    through = redacting(database)
    await heard(through, Parrot(), question(PHONE, session_id))
    ask = Ask(**{name: getattr(ask, name) for name in ask.__struct_fields__} | {"messages": (*ask.messages, *turns)})
    await heard(through, parrot, ask)
    told = parrot.asked[0]
    assert PHONE not in str(told)
    assert MAIL not in str(told)
    assert told.system == f"You are the desk of [EMAIL_1].\n\n{NOTE}"
    assert told.tools[0].parameters["properties"]["to"]["enum"] == ["[PHONE_1]"]
    assert told.tools[0].parameters["required"] == ["to"]
    thought, call = told.messages[1].parts
    # signed: it goes back as it came, with what was taken out of it then and nothing more
    assert thought == ReasoningPart(text="They gave [PHONE_1] and new@example.org", signature="seal")
    assert call == ToolCallPart(call_id="c", name="send", arguments={"to": ["[PHONE_1]"], "n": 1})


@keeps("care:redaction:leaves")
async def test_text_thoughts_and_arguments_come_back_whole_and_in_order(database: SqliteDatabase) -> None:
    session_id = (await begin(database)).session_id
    parrot = Parrot(
        (ReasoningPiece("so [PHO"),),
        (ReasoningPiece("NE_1]"), ReasoningSealPiece("seal"), TextPiece("I call [PH")),
        (TextPiece("ONE_1] or [PHONE_9] [P"), ToolCallPiece(0, "c", "send", '{"to": "[PHO')),
        (ToolCallPiece(0, "c", "send", 'NE_1]"}'),),
    )
    pieces = await heard(redacting(database), parrot, question(f"Call {PHONE}", session_id))
    assert pieces == [
        ReasoningPiece("so "), ReasoningPiece(PHONE), ReasoningSealPiece("seal"), TextPiece("I call "),
        TextPiece(f"{PHONE} or [PHONE_9] "), TextPiece("[P"), ToolCallPiece(0, "c", "send", '{"to": "'),
        ToolCallPiece(0, "c", "send", f'{PHONE}"}}'), Finished("stop"),
    ]  # fmt: skip


@keeps("care:redaction:leaves")
async def test_a_value_has_one_token_in_its_session_whoever_asks_at_once(database: SqliteDatabase) -> None:
    session_id = (await begin(database)).session_id
    texts = [f"Call 07123456{at:02}" for at in range(12)] * 2
    parrots = [Parrot() for _ in texts]
    doors = [redacting(database), redacting(database)]  # as two servers on one database
    async with asyncio.TaskGroup() as tasks:
        for at, (text, parrot) in enumerate(zip(texts, parrots, strict=True)):
            tasks.create_task(heard(doors[at % 2], parrot, question(text, session_id)))
    told = [str(parrot.asked[0].messages) for parrot in parrots]
    assert told[:12] == told[12:]
    assert len(set(told)) == 12
    again = Parrot()
    await heard(redacting(database), again, question(texts[3], session_id))
    assert str(again.asked[0].messages) == told[3]
    other = Parrot()
    await heard(redacting(database), other, question(texts[3], SessionId("ses_gone")))
    assert "[PHONE_1]" in str(other.asked[0].messages)  # of a session that is gone nothing is kept


async def test_profile_and_settings_say_what_is_replaced_and_for_whom(database: SqliteDatabase) -> None:
    said = f"Naitwa Amina Wanjiku, {PHONE}"

    async def told(through: Redacting, *, local: bool = False, own: Any = None) -> str:
        parrot, session_id = Parrot(), (await begin(database)).session_id
        if own is not None:
            await database.write(profiles.say(session_id, own, "2026"))
        await heard(through, parrot, question(said, session_id), local=local)
        return str(parrot.asked[0].messages[0].parts[0])

    assert "Amina Wanjiku, [PHONE_1]" in await told(redacting(database, "safety"))
    assert "Amina Wanjiku, 0712" in await told(redacting(database, "off"))
    assert "[NAME_1], [PHONE_1]" in await told(redacting(database, "safety", safety_kinds=["name", "phone"]))
    assert "Amina Wanjiku, [PHONE_1]" in await told(redacting(database, kinds=["phone"], enabled=True))
    assert PHONE in await told(redacting(database, enabled=False))
    exempt = redacting(database, local_models="exempt")
    assert PHONE in await told(exempt, local=True)
    assert PHONE not in await told(exempt)
    assert PHONE in await told(redacting(database), own="off")
    assert "Amina Wanjiku, [PHONE_1]" in await told(redacting(database), own="safety")
    assert await redacting(database).texts([said], local=False) == ["Naitwa [NAME], [PHONE]"]


async def test_a_recogniser_adds_what_it_finds_and_may_fail() -> None:
    answers: list[Any] = [
        [{"start": 0, "end": 4, "entity_type": "PERSON", "score": 0.9}, {"start": 5, "end": 7, "entity_type": "NRP"}],
        "nonsense",
        [{"entity_group": "PER", "start": 0, "end": 99}, {"entity_group": "PER", "start": 0, "end": 4}],
    ]

    async def answered(request: web.Request) -> web.Response:
        assert request.headers["authorization"] == "Bearer key"
        assert (await request.json())["text"].startswith("zork")
        return web.json_response(answers.pop(0))

    app = web.Application()
    app.router.add_post("/analyze", answered)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/analyze"
    reading = Reading(
        HttpRecogniser(
            RedactionSettings(recogniser_url=url, recogniser_key="key", recogniser_deadline=5)  # type: ignore[arg-type]
        )
    )
    redaction = Redaction(reading)
    for text, expected, state in (
        ("zork is here", "[NAME_1] is here", "asked"),
        ("zork is there", "zork is there", "failed"),
        ("zork is gone", "[NAME_1] is gone", "asked"),
    ):
        found = await redaction.redact(text)
        assert (found.text, found.coverage.recogniser) == (expected, state)
    await reading.close()
    await runner.cleanup()
    gone = HttpRecogniser(RedactionSettings(recogniser_url=url, recogniser_deadline=1))
    with pytest.raises(RecogniserFailed):
        await gone.find("zork")
    await gone.close()


async def test_what_could_not_be_asked_is_asked_again_next_time() -> None:
    class Sulking:
        tries = 0

        async def find(self, text: str) -> Sequence[Entity]:
            del text
            self.tries += 1
            raise RecogniserFailed("no")

        async def close(self) -> None:
            return None

    sulking = Sulking()
    reading = Reading(sulking)
    for _ in range(2):
        found = await reading.read(f"Naitwa Amina, {PHONE}", ["name", "phone"])
        assert ([one.kind for one in found.entities], found.complete) == (["name", "phone"], False)
    assert sulking.tries == 2


async def test_a_name_that_one_text_gives_away_is_replaced_in_the_others_too(database: SqliteDatabase) -> None:
    session_id = (await begin(database)).session_id
    parrot = Parrot()
    turns = [Turn("user", (TextPart(text=one),)) for one in ("zorka ran", "My name is zorka", "why, zorka?")]
    await heard(redacting(database), parrot, Ask(model="m", messages=tuple(turns), session_id=session_id))
    assert [turn.parts[0] for turn in parrot.asked[0].messages] == [
        TextPart(text=one) for one in ("[NAME_1] ran", "My name is [NAME_1]", "why, [NAME_1]?")
    ]
