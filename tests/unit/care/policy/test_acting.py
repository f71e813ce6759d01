"""What a policy changes where words are read: when readers are believed, what is done about what may not be told."""

from palaver.care.models.port import Heads
from palaver.care.models.readers import Told
from palaver.care.moderation.service import Moderation
from palaver.care.moderation.settings import ModerationSettings
from palaver.core.care import Urgency
from tests.unit.care.models.given import Says

SAID = "You have bipolar disorder."


def test_a_reader_is_believed_from_where_administrators_say() -> None:
    heads = Heads((0.3, 0.2, 0.1, 0.1), None, None)
    told = Told(4, [(Says(heads), heads)], failed=False)

    def found(**moved: float) -> list[Urgency]:
        return [one.level for one in told.signals_where({"twin": moved, "another": {"low": 0.1}})]  # type: ignore[dict-item]

    assert found() == []
    assert found(low=0.3) == ["low"]
    assert found(low=0.3, high=0.1) == ["high"]


async def test_what_may_not_be_told_is_treated_as_administrators_say_from_the_next_answer_on() -> None:
    moderation = Moderation(ModerationSettings())
    before = (await moderation.output(SAID)).verdict.action
    moderation.policy = lambda: {"output": {"medical": "block"}}
    assert (before, (await moderation.output(SAID)).verdict.action) == ("rewrite", "block")
    window = moderation.window()
    window.piece(SAID)
    window.rest()
    assert window.stopped
