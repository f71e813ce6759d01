"""A reading that fails or hangs shows help, is written down as unknown, and stops no conversation."""

import asyncio
import json
from typing import Any, cast

import pytest
from sqlalchemy import insert, select

from palaver.care.assessments.tables import risk_assessments
from palaver.care.models.readers import Readers
from palaver.care.models.small import SmallReader
from palaver.care.moderation.reviewing import Reviewing
from palaver.care.moderation.service import Moderation
from palaver.care.moderation.settings import ModerationSettings
from palaver.care.resources.service import Help
from palaver.care.screening.questions import QUESTIONS
from palaver.care.screening.service import Screener
from palaver.care.screening.settings import ScreenerSettings
from palaver.care.service import Care, Read
from palaver.core.events import CareTold
from palaver.identity.tables import users
from palaver.inference.port import Ask, Finished, Pieces, ResolvedModel, TextPiece
from palaver.kit.clock import SystemClock
from palaver.runs import store
from palaver.runs.guarding import Guarding
from palaver.runs.moderating import Moderating
from palaver.sessions import store as session_store
from palaver.storage.script import Script, Statement
from tests.promises import keeps
from tests.unit.runs.conftest import Desk
from tests.unit.runs.given import ADA
from tests.unit.runs.house import PERSON, House, ScriptedModels, house, prompt

_c = risk_assessments.c
_ROWS = Statement(select(_c.own, _c.level, _c.known))


class Hangs(Care):
    """Never comes back."""

    async def read(self, text: str) -> Read:
        await asyncio.Event().wait()
        raise AssertionError


class Fails(Care):
    """Breaks."""

    async def read(self, text: str) -> Read:
        raise RuntimeError("broken")


@pytest.mark.parametrize("reads", [Hangs, Fails])
@keeps("care:unknown")
async def test_what_cannot_be_read_is_unknown_and_who_wrote_it_is_shown_who_helps(
    desk: Desk, reads: type[Care]
) -> None:
    async with house(desk) as made:
        care, nobody = reads(Help(), Readers(SmallReader())), cast("Any", None)  # who is not urgent is nobody's to call
        await desk.database.write(registered())
        made.asking.guarding = Guarding(
            desk.database, made.journal, care, nobody, profile="safety", country="KE", clock=SystemClock()
        )
        settings = ModerationSettings.model_validate({})
        reviewing = Reviewing(desk.database, SystemClock(), excerpts=False)
        made.asking.guarding.moderating = Moderating(Moderation(settings), reviewing)
        run = await made.runs.finish(PERSON, prompt("Hey"))
        told = [one.event for one in await desk.database.read(store.events(run.id, 0))]
        message = (await desk.database.read(session_store.message(run.message_id, ADA))).message()
        waiting = await reviewing.some("waiting", None, 10)
        rows = await desk.database.read(kept())
    event = next(one for one in told if isinstance(one, CareTold))
    assert (event.level, bool(event.resources), event.escalation_id) == ("low", True, None)
    assert message.text == "Ah!"
    assert rows == [("low", "low", 0)]
    assert [one.hits[0].rule for one in waiting] == ["unread"]


class Answers(ScriptedModels):
    """Says yes to whether somebody thinks of it."""

    async def stream(self, model: ResolvedModel, ask: Ask) -> Pieces:
        self.asked.append(ask)
        answers = {name: {"answer": "yes" if name == "thoughts" else "no", "quote": ""} for name in QUESTIONS}
        yield [TextPiece(json.dumps(answers)), Finished("stop")]


@keeps("care:screener")
async def test_what_was_told_to_be_graver_is_not_told_anew_by_the_process_that_takes_the_turn_over(desk: Desk) -> None:
    models = Answers()

    def guard(made: House) -> None:
        care, nobody = Care(Help(), Readers(SmallReader())), cast("Any", None)
        care.screener = Screener(models, ScreenerSettings.model_validate({"model": "x/y"}))
        made.asking.guarding = Guarding(
            desk.database, made.journal, care, nobody, profile="safety", country="KE", clock=SystemClock()
        )

    async with house(desk) as made:
        await desk.database.write(registered())
        guard(made)
        made.models.may.clear()
        run = await made.runs.start(PERSON, prompt("My friend wants to die."))
        await made.models.waiting.wait()
        await desk.written()
        made.kill()
        guard(other := made.beside())
        assert await other.recovery.recover(alone=True) == 1
        await other.runs.ended(run.id)
        told = [one.event for one in await desk.database.read(store.events(run.id, 0))]
        rows = await desk.database.read(kept())
    assert [one.level for one in told if isinstance(one, CareTold)] == ["low", "medium"]
    assert len(models.asked) == 2
    assert rows == [("medium", "medium", 1)]


def registered() -> Script[None]:
    """Whoever writes has an account."""
    columns = {column.name: "" for column in users.c if not column.nullable}
    yield Statement(insert(users).values({**columns, "id": ADA, "subject": ADA}))()


def kept() -> Script[list[Any]]:
    """What was written down of it."""
    return [tuple(row) for row in (yield _ROWS()).rows]
