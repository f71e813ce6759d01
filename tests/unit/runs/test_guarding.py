"""A reading that fails or hangs shows help, is written down as unknown, and stops no conversation."""

import asyncio
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
from palaver.care.service import Care, Read
from palaver.core.events import CareTold
from palaver.identity.tables import users
from palaver.kit.clock import SystemClock
from palaver.runs import store
from palaver.runs.guarding import Guarding
from palaver.runs.moderating import Moderating
from palaver.sessions import store as session_store
from palaver.storage.script import Script, Statement
from tests.promises import keeps
from tests.unit.runs.conftest import Desk
from tests.unit.runs.given import ADA
from tests.unit.runs.house import PERSON, house, prompt

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


def registered() -> Script[None]:
    """Whoever writes has an account."""
    columns = {column.name: "" for column in users.c if not column.nullable}
    yield Statement(insert(users).values({**columns, "id": ADA, "subject": ADA}))()


def kept() -> Script[list[Any]]:
    """What was written down of it."""
    return [tuple(row) for row in (yield _ROWS()).rows]
