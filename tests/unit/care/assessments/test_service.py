"""Who sees what was noticed: its person, and who was called to them, as far as they agreed."""

import pytest

from palaver.care.assessments import store
from palaver.care.assessments.assessment import Assessment
from palaver.care.assessments.service import Assessments
from palaver.care.counts import store as counts
from palaver.care.crisis.finding import Signal
from palaver.care.escalations import store as escalations
from palaver.core.audit import SecurityEvent
from palaver.core.errors import NotFound
from palaver.core.ids import MessageId, RunId, UserId
from palaver.privacy.consent import store as consents
from palaver.privacy.consent.purposes import WORDS, Said
from palaver.storage.script import Script
from tests.database import whole_database
from tests.unit.care.escalations.given import AT, begun, person, session

GRACE = UserId("usr_grace")
SIGNAL = Signal("intent", "self_directed", "high", 0, 9, "en")


async def test_a_counsellor_sees_what_led_to_an_escalation_they_claimed_and_the_rules_only_where_it_is_shared() -> None:
    heard: list[SecurityEvent] = []

    async def audit(event: SecurityEvent) -> None:
        heard.append(event)

    async with whole_database() as database:
        asked = begun("asm_1", await session(database))
        whose = UserId(asked.user_id)
        await person(database)
        await person(database, GRACE)
        service = Assessments(database, audit)

        def write() -> Script[str]:
            for number in ("1", "2"):
                yield from store.keep(
                    Assessment(
                        f"asm_{number}", whose, asked.session_id, RunId("run_1"), MessageId(number), "high", "high",
                        True, 0.7, (SIGNAL,), "1", "safety", f"{AT}{number}",
                    )  # type: ignore[arg-type]
                )  # fmt: skip
            return (yield from escalations.begin(asked))

        escalation = await database.write(write())
        with pytest.raises(NotFound):
            await service.of_escalation(GRACE, escalation)
        assert heard == []
        kept = await database.read(escalations.find(escalation))
        await database.write(escalations.save(kept._replace(state="acknowledged", claimed_by=GRACE)))
        seen = (await service.of_escalation(GRACE, escalation)).items
        assert [(one.id, one.urgency, one.signals) for one in seen] == [("asm_1", "high", ())]
        purpose = "sharing_with_counsellors"
        await database.write(consents.add(whose, Said(purpose, True, WORDS[purpose].version, AT)))
        assert [one.signals for one in (await service.of_escalation(GRACE, escalation)).items] == [(SIGNAL,)]
        assert [(one.kind, one.actor_id, one.subject) for one in heard] == [
            ("care.assessments_seen", GRACE, escalation)
        ] * 2
        page = await service.own(whose, None, None, 1)
        assert [one.id for one in page.items] == ["asm_2"]
        assert page.next_cursor
        assert (await service.own(GRACE, None, None, 10)).items == []
        counted = await database.read(counts.between("2026-01", "2026-12"))
        assert [(one.kind, one.number) for one in counted] == [("acknowledged", 1), ("created", 1), ("noticed", 2)]
