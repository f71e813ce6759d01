"""What a policy may change: it only adds, whatever it says."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palaver.care.crisis.finding import CONCERNS, Concern, Finding, Level, Signal
from palaver.care.moderation.settings import InputActions, OutputActions, chosen
from palaver.care.moderation.verdict import ACTIONS
from palaver.care.policy.policy import LEAST, SHIPS, Policy, Shipped, faults, judged, still
from palaver.core.care import Urgency

URGENCIES: tuple[Urgency, ...] = ("none", "low", "medium", "high", "critical")
SHIPPED = Shipped({"intent": Level.high, "weary": Level.low}, ["small"])
RULES = ("intent", "weary", "act")
signals = st.builds(
    Signal,
    rule=st.sampled_from(RULES),
    concern=st.sampled_from(CONCERNS),
    level=st.sampled_from(URGENCIES[1:]),
    start=st.integers(0, 5),
    end=st.integers(6, 9),
    language=st.just("en"),
    adjusted_by=st.sampled_from((None, None, "quotation")),
)
policies = st.builds(Policy, raised=st.dictionaries(st.sampled_from(RULES), st.sampled_from(URGENCIES)))


def found(those: list[Signal]) -> Finding:
    """A finding with this evidence."""
    levels = {one: max((Level[s.level] for s in those if s.concern == one), default=Level.none) for one in CONCERNS}
    concerns: dict[Concern, Urgency] = {one: level.word for one, level in levels.items()}
    return Finding(max(levels.values()).word, concerns, those, False, ["en"])


@given(st.lists(signals, max_size=4), policies)
def test_no_policy_makes_anything_less_urgent_or_loses_evidence(those: list[Signal], policy: Policy) -> None:
    before, after = found(those), judged(found(those), policy)
    assert Level[after.urgency] >= Level[before.urgency]
    assert all(Level[after.concerns[one]] >= Level[before.concerns[one]] for one in CONCERNS)
    assert after == found(after.signals)
    assert sorted((one.rule, one.start) for one in after.signals) == sorted((one.rule, one.start) for one in those)
    assert judged(before, SHIPS) == before


def test_a_raised_rule_counts_for_more_but_not_where_somebody_else_says_it() -> None:
    plain = Signal("weary", "self_directed", "low", 0, 4, "en")
    quoted = Signal("weary", "self_directed", "low", 5, 9, "en", "quotation")
    policy = Policy(raised={"weary": "high"})
    assert judged(found([plain, quoted]), policy).urgency == "high"
    assert judged(found([quoted]), policy).urgency == "low"
    assert [one.level for one in judged(found([quoted, plain]), policy).signals] == ["high", "low"]


@pytest.mark.parametrize(
    ("raised", "says"),
    [
        ({"intent": "medium"}, "it is high, and can only be raised"),
        ({"intent": "none"}, "it is high, and can only be raised"),
        ({"nobody": "critical"}, "there is no such rule"),
        ({"intent": "high", "weary": "critical"}, None),
    ],
)
def test_a_policy_that_lowers_a_rule_is_refused(raised: Mapping[str, Urgency], says: str | None) -> None:
    wrong = faults(Policy(raised=dict(raised)), SHIPPED)
    assert [one.says for one in wrong] == ([says] if says else [])


@pytest.mark.parametrize(
    ("policy", "where"),
    [
        (Policy(sure={"small": {"high": 0.05, "low": 0.99}}), []),
        (Policy(sure={"small": {"high": 0.0}}), ["sure.small.high"]),
        (Policy(sure={"small": {"medium": 1.0}}), ["sure.small.medium"]),
        (Policy(sure={"small": {"low": float("nan")}}), ["sure.small.low"]),
        (Policy(sure={"large": {}}), ["sure.large"]),
        (Policy(actions={"output": {"medical": "block", "sexual": "allow"}, "input": {"hate": "block"}}), []),
        (Policy(actions={"output": {"medical": "flag", "self_harm": "rewrite"}}),
         ["actions.output.medical", "actions.output.self_harm"]),
        (Policy(actions={"input": {"minors": "allow"}}), ["actions.input.minors"]),
        (Policy(messages={"sw": {"unsure": "Tuko hapa."}}), []),
        (Policy(messages={"xx": {}, "en": {"unsure": "a\nb", "abuse": " ", "self_harm": "a" * 501}}),
         ["messages.xx", "messages.en.unsure", "messages.en.abuse", "messages.en.self_harm"]),
    ],
)  # fmt: skip
def test_a_policy_stays_within_its_bounds(policy: Policy, where: list[str]) -> None:
    assert [".".join(one.loc) for one in faults(policy, SHIPPED)] == where


def test_what_ships_is_within_the_bounds() -> None:
    for direction, settings in (("output", OutputActions()), ("input", InputActions())):
        ships = chosen(settings)
        for category, least in LEAST[direction].items():
            assert ACTIONS.index(ships[category]) >= ACTIONS.index(least)


def test_of_an_older_policy_only_what_still_means_something_holds_again() -> None:
    old = Policy(raised={"intent": "low", "weary": "high", "gone": "high"}, sure={"small": {"low": 0.2}, "gone": {}})
    assert still(old, SHIPPED) == Policy(raised={"weary": "high"}, sure={"small": {"low": 0.2}})
