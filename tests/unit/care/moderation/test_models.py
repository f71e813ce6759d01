"""What trained readers add to a verdict, and what waits for administrators."""

from sqlalchemy import insert

from palaver.care.moderation import store
from palaver.care.moderation.models import flagged
from palaver.care.moderation.reviewing import About, Reviewing
from palaver.care.moderation.service import Moderation
from palaver.care.moderation.settings import InputActions, ModerationSettings, OutputActions, chosen
from palaver.care.moderation.verdict import Verdict
from palaver.core.audit import SecurityEvent
from palaver.core.ids import UserId
from palaver.identity.tables import users
from palaver.kit.clock import SystemClock
from palaver.storage.script import Script, Statement
from tests.database import whole_database

OUTPUT = chosen(OutputActions.model_validate({}))
INPUT = chosen(InputActions.model_validate({}))


def test_a_trained_reader_flags_and_changes_nothing_that_is_told() -> None:
    calm = flagged(Verdict("allow", ()), {"hate", "hate_threatening", "self_harm"}, OUTPUT, 9)
    assert calm.action == "flag"
    assert [(one.category, one.action, one.start, one.end) for one in calm.hits] == [
        ("hate", "flag", 0, 9),
        ("self_harm", "flag", 0, 9),
    ]
    assert flagged(Verdict("allow", ()), {"harassment", "sexual"}, INPUT, 9).action == "allow"


async def test_it_never_makes_less_of_what_rules_found() -> None:
    verdict = (await Moderation(ModerationSettings.model_validate({})).output("Kill yourself.")).verdict
    more = flagged(verdict, {"self_harm", "violence"}, OUTPUT, 14)
    assert (more.action, more.category, len(more.hits)) == ("block", "self_harm", len(verdict.hits) + 1)


async def test_what_is_found_waits_without_its_words_until_somebody_has_looked() -> None:
    text = "Hello. You have bipolar disorder."
    verdict = (await Moderation(ModerationSettings.model_validate({})).output(text)).verdict
    heard: list[SecurityEvent] = []

    async def audit(event: SecurityEvent) -> None:
        heard.append(event)

    def people() -> Script[None]:
        columns = {one.name: "" for one in users.c if not one.nullable and one.server_default is None}
        for name in ("usr_1", "usr_2"):
            yield Statement(insert(users).values({**columns, "id": name, "email": name, "subject": name}))()

    async with whole_database() as database:
        await database.write(people())
        bare, full = (Reviewing(database, SystemClock(), excerpts=keeps, audit=audit) for keeps in (False, True))
        about = About(UserId("usr_1"), None, None, "output")
        assert bare.item(about, Verdict("allow", ()), text) is None
        first, second = bare.item(about, verdict, text), full.item(about, verdict, text)
        assert first is not None
        assert second is not None
        assert (first.excerpt, second.excerpt, first.category) == (None, text, "medical")
        assert "bipolar" not in str(first)
        for one in (first, second):
            await database.write(store.put(one))
        assert [one.id for one in await bare.some("waiting", None, 1)] == [second.id]
        assert [one.id for one in await bare.some("waiting", second.id, 9)] == [first.id]
        done = await bare.review(first.id, "wrong", "She told us herself.", UserId("usr_2"))
        assert (done.state, done.decision, done.note, done.reviewed_by) == (
            "reviewed", "wrong", "She told us herself.", "usr_2",
        )  # fmt: skip
        assert [one.id for one in await bare.some("reviewed", None, 9)] == [first.id]
        assert [one.id for one in await bare.some(None, None, 9)] == [second.id, first.id]
        assert [(event.kind, event.subject) for event in heard] == [("moderation.reviewed", first.id)]
