"""Months are counted in the transaction that writes what is counted, and small numbers are not told."""

from palaver.care.assessments import store as assessments
from palaver.care.assessments.assessment import Assessment
from palaver.care.counts import store
from palaver.care.counts.counting import SMALLEST, told
from palaver.care.counts.store import Counted
from palaver.core.care import Urgency
from palaver.core.ids import MessageId
from palaver.kit.ids import new_id
from palaver.storage.script import Script
from tests.database import whole_database
from tests.promises import keeps
from tests.unit.care.escalations.given import person
from tests.unit.runs.given import begin


@keeps("care:counts")
async def test_what_is_noticed_is_counted_once_and_the_numbers_stay_when_it_is_deleted() -> None:
    async with whole_database() as database:
        await person(database)
        live = await begin(database)

        def noticed(message: str, level: Urgency, *, known: bool = True, at: str = "2026-11-22T") -> Script[object]:
            one = Assessment(
                new_id("asm"), live.user_id, live.session_id, live.id, MessageId(message), level, level, known, 0.0,
                (), "1", "safety", at,
            )  # fmt: skip
            return (yield from assessments.keep(one))

        def write() -> Script[None]:
            yield from noticed("1", "low")
            yield from noticed("1", "low")  # is there already
            yield from noticed("2", "low")
            yield from noticed("3", "none")
            yield from noticed("4", "low", known=False)
            yield from noticed("5", "critical", at="2026-12-01T")

        await database.write(write())
        expected = [
            Counted("2026-11", "noticed", "low", 2),
            Counted("2026-11", "unread", "low", 1),
            Counted("2026-12", "noticed", "critical", 1),
        ]
        assert await database.read(store.between("2026-11", "2026-12")) == expected
        assert await database.write(assessments.forget(live.user_id, None)) == 5
        assert await database.read(store.between("2026-01", "2027-01")) == expected
        assert await database.read(store.between("2026-12", "2027-01")) == expected[2:]


def test_a_number_below_the_smallest_is_not_told() -> None:
    found = told([Counted("2026-11", "noticed", "low", number) for number in (SMALLEST - 1, SMALLEST)])
    assert [one.number for one in found] == [None, SMALLEST]
