"""What trained readers add to the rules: they raise, and lower nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palaver.care.crisis.finding import CONCERNS, Finding, Level, Signal
from palaver.care.models.port import Heads
from palaver.care.models.raising import Said, about_oneself, raised, signals_of
from tests.promises import keeps
from tests.unit.care.models.given import SURE, emotions

levels = st.sampled_from([level.word for level in Level if level])
signals = st.lists(
    st.builds(
        Signal, st.sampled_from(["intent", "model:small"]), st.sampled_from(CONCERNS), levels, st.just(0), st.just(9),
        st.just("en"),
    ),
    max_size=5,
)  # fmt: skip


def finding(those: list[Signal]) -> Finding:
    concerns = {one: max((Level[s.level] for s in those if s.concern == one), default=Level.none) for one in CONCERNS}
    told = {concern: level.word for concern, level in concerns.items()}
    return Finding(max(concerns.values()).word, told, those, ask_gently=False, languages=["en"])


@keeps("care:upward")
@settings(max_examples=100, deadline=None)
@given(signals, signals)
def test_the_gravest_of_all_that_was_found_counts_and_nothing_is_lowered(
    rules: list[Signal], added: list[Signal]
) -> None:
    before = finding(sorted(rules, key=lambda one: -Level[one.level]))  # as rules tell it
    after = raised(before, added)
    assert Level[after.urgency] == max((Level[one.level] for one in [*rules, *added]), default=Level.none)
    assert all(Level[after.concerns[one]] >= Level[before.concerns[one]] for one in CONCERNS)
    assert sorted(map(repr, after.signals)) == sorted(map(repr, [*rules, *added]))
    assert [Level[one.level] for one in after.signals] == sorted(
        (Level[one.level] for one in after.signals), reverse=True
    )


@pytest.mark.parametrize(
    ("crisis", "level"),
    [
        (None, None),
        ((0.49, 0.4, 0.4, 0.4), None),
        ((0.5, 0.4, 0.3, 0.2), "low"),
        ((0.9, 0.6, 0.3, 0.2), "medium"),
        ((0.9, 0.6, 0.3, 0.3), "high"),
        ((0.9, 0.9, 0.9, 0.7), "high"),
        ((1.0, 1.0, 1.0, 1.0), "high"),
    ],
)
def test_a_reader_is_believed_from_its_bounds_on_and_calls_nothing_critical(
    crisis: tuple[float, float, float, float] | None, level: str | None
) -> None:
    signals = signals_of(12, [Said("small", Heads(crisis, emotions("sw"), None), SURE)], Level.none)
    assert [one.level for one in signals] == ([level] if level else [])
    for found in signals:
        assert (found.rule, found.start, found.end, found.language) == ("model:small", 0, 12, "sw")


probabilities = st.floats(0, 1)
heads = st.builds(Heads, st.none() | st.tuples(*[probabilities] * 4), st.none(), st.none())
said = st.lists(heads, max_size=3).map(lambda those: [Said(str(at), one, SURE) for at, one in enumerate(those)])


def gravest(signals: list[Signal], found: Level) -> Level:
    return max(found, *(Level[one.level] for one in signals), Level.none)


@keeps("care:upward")
@settings(max_examples=100, deadline=None)
@given(said, heads, st.sampled_from(Level), st.sampled_from(Level))
def test_what_one_more_reader_or_rule_says_lowers_nothing_that_another_said(
    those: list[Said], more: Heads, found: Level, other: Level
) -> None:
    before = gravest(signals_of(9, those, found), found)
    added = [*those, Said("more", more, SURE)]
    assert gravest(signals_of(9, added, found), found) >= before
    assert gravest(signals_of(9, those, max(found, other)), found) >= before


def test_where_anything_says_medium_each_reader_is_believed_sooner_that_it_is_high() -> None:
    unsure, medium = Heads((0.4, 0.4, 0.4, 0.3), None, None), Heads((0.6, 0.6, 0.2, 0.1), None, None)

    def levels_of(found: Level, *those: Heads) -> list[str]:
        return [one.level for one in signals_of(9, [Said("one", heads, SURE) for heads in those], found)]

    assert levels_of(Level.low, unsure) == []
    assert levels_of(Level.medium, unsure) == ["high"]
    assert levels_of(Level.none, medium) == ["medium"]
    assert levels_of(Level.none, unsure, medium) == ["high", "medium"]


def test_what_is_said_of_somebody_else_makes_nobodys_own_words_graver() -> None:
    other = finding([Signal("friend", "for_another", "high", 0, 9, "en")])
    own = finding([Signal("cutting", "self_harm", "medium", 0, 9, "en")])
    assert (about_oneself(other), about_oneself(own)) == (Level.none, Level.medium)


def test_what_only_a_reader_says_is_asked_gently() -> None:
    alone = raised(finding([]), [Signal("model:small", "self_directed", "high", 0, 9, "en")])
    both = raised(finding([Signal("intent", "self_directed", "high", 0, 9, "en")]), alone.signals)
    assert (alone.ask_gently, both.ask_gently) == (True, False)
