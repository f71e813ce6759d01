"""What a service says of sentences is heeded before they are told; what it does not say holds up nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st

from palaver.care.moderation.verdict import ModerationHit, Verdict
from palaver.runs.judging import Judging, Kind

CALM = Verdict("allow", ())


def hit(action: str, says: str = "") -> Verdict:
    return Verdict(action, (ModerationHit("service:x", "hate", action, 0, 1, "en"),), says)  # type: ignore[arg-type]


class Service:
    """Says of some sentences what it is told to say, and remembers what it was asked."""

    def __init__(self, **said: Verdict) -> None:
        self.said = said
        self.asked: list[str] = []

    async def judge(self, text: str) -> Verdict:
        self.asked.append(text)
        return next((verdict for word, verdict in self.said.items() if word in text), CALM)


async def through(judging: Judging, *pieces: str, kind: Kind = "said") -> str:
    told: list[str] = []
    for piece in pieces:
        judging.take(kind, piece)
        told += [one.text for one in await judging.told(whole=False)]
    return "".join(told + [one.text for one in await judging.told(whole=True)])


async def test_a_sentence_is_told_once_it_was_judged_and_waits_until_it_is_whole() -> None:
    service = Service()
    judging = Judging(service.judge)
    judging.take("thought", "Hm")
    judging.take("said", "One is")
    assert [(one.kind, one.text) for one in await judging.told(whole=False)] == [("thought", "Hm")]
    judging.take("said", " here. And")
    assert [one.text for one in await judging.told(whole=False)] == ["One is here."]
    assert [one.text for one in await judging.told(whole=True)] == [" And"]
    assert service.asked == ["Hm", "One is here.", " And"]


async def test_one_that_is_blocked_ends_the_answer_and_one_that_is_rewritten_is_replaced_once() -> None:
    judging = Judging(Service(bad=hit("block", "No."), odd=hit("rewrite", "Left out."), flat=hit("flag")).judge)
    assert await through(judging, "Flat is flat. An odd one. An odd two. Fine. It is bad. More.") == (
        "Flat is flat.Left out. Fine."
    )
    assert (judging.instead, judging.changed) == ("No.", {"said"})
    assert [(verdict.action, text) for verdict, text in judging.found][-1] == ("block", " It is bad.")
    assert len(judging.found) == 4
    assert await through(judging, "And on.") == ""


async def test_a_service_that_fails_is_not_asked_again_and_the_answer_is_told() -> None:
    service = Service(One=Verdict("allow", (), unknown=("x",)), Two=hit("block", "No."))
    judging = Judging(service.judge)
    assert await through(judging, "One. ", "Two. ", "Three.") == "One. Two. Three."
    assert service.asked == ["One."]
    assert judging.instead is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["One. ", "two", " three\n", "…", "?! ", "x" * 700, " y" * 400]), max_size=9))
async def test_all_is_told_that_nobody_minds(pieces: list[str]) -> None:
    service = Service()
    judging = Judging(service.judge)
    assert await through(judging, *pieces) == "".join(pieces)
    assert all(len(one) <= 600 for one in service.asked)
