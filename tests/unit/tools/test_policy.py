"""What becomes of calls: the table row by row, and laws that hold for every mode, rule and call."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palaver.tools.policy import (
    Decision,
    Permissions,
    Rules,
    Scope,
    Verdict,
    call_hash,
    decide,
    hides,
    narrowed,
    remembered,
)
from palaver.tools.rules import Rule, parsed
from tests.promises import keeps
from tests.unit.tools.policy_table import EFFECTS, MATCHES, MODES, ROWS, Row, arguments, rules, tool

WIDTH: dict[Verdict, int] = {"deny": 0, "ask": 1, "allow": 2}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.mode}-{row.name}")
def test_each_row_of_the_table_holds(row: Row) -> None:
    decision = decide(row.mode, tool(row.name), row.arguments, row.rules)
    assert decision.verdict == row.verdict
    assert decision.reason.endswith(".")


RULES = st.sampled_from(sorted({match.rule for match in MATCHES}))
CALLS = st.sampled_from([(match.name, arguments(match.name, match.said)) for match in MATCHES])
LISTS = st.lists(RULES, max_size=4).map(parsed)
SETS = st.builds(Rules, allow=LISTS, deny=LISTS, ask=LISTS)
HOOKED = st.none() | st.builds(Decision, st.sampled_from(["allow", "ask", "deny"]), st.just("A hook."))
Call = tuple[str, dict[str, Any]]


@keeps("policy:deny-wins")
@settings(max_examples=300)
@given(
    st.sampled_from(MODES), CALLS, SETS, RULES, HOOKED, st.lists(st.tuples(CALLS, st.sampled_from(["session", "tool"])))
)
def test_no_sequence_of_grants_and_modes_makes_a_denied_call_run(
    mode: Any, call: Call, said: Rules, denied: str, hooked: Decision | None, grants: list[tuple[Call, Scope]]
) -> None:
    spec, deny = tool(call[0]), Rule.read(denied)
    said = replace(said, deny=(*said.deny, deny))
    for (name, given_arguments), scope in [(call, "tool"), (call, "session"), *grants]:
        if text := remembered(name, given_arguments, scope):
            said = replace(said, allow=(*said.allow, Rule.read(text)))
    verdict = decide(mode, spec, call[1], said, hooked=hooked).verdict
    if deny.touches(spec, call[1]):
        assert verdict == "deny"
    if deny.grants(spec, call[1]):
        assert verdict == "deny", "what a rule means as an allow, it means as a deny"


@settings(max_examples=200)
@given(st.sampled_from(MODES), CALLS, SETS, RULES, HOOKED)
def test_another_deny_or_ask_never_widens(
    mode: Any, call: Call, said: Rules, more: str, hooked: Decision | None
) -> None:
    spec = tool(call[0])
    before = WIDTH[decide(mode, spec, call[1], said, hooked=hooked).verdict]
    denied = replace(said, deny=(*said.deny, Rule.read(more)))
    asked = replace(said, ask=(*said.ask, Rule.read(more)))
    assert WIDTH[decide(mode, spec, call[1], denied, hooked=hooked).verdict] <= before
    assert WIDTH[decide(mode, spec, call[1], asked, hooked=hooked).verdict] <= before


@settings(max_examples=100)
@given(st.sampled_from(MODES), CALLS, SETS, RULES)
def test_another_allow_never_narrows(mode: Any, call: Call, said: Rules, more: str) -> None:
    spec = tool(call[0])
    wider = replace(said, allow=(*said.allow, Rule.read(more)))
    assert WIDTH[decide(mode, spec, call[1], wider).verdict] >= WIDTH[decide(mode, spec, call[1], said).verdict]


PERMISSIONS = st.builds(Permissions, st.sampled_from(MODES), SETS)


@keeps("policy:narrower-below")
@settings(max_examples=500)
@given(PERMISSIONS, PERMISSIONS, CALLS)
def test_a_child_is_never_wider_than_its_parent_nor_than_it_is_meant_to_be(
    parent: Permissions, child: Permissions, call: Call
) -> None:
    spec, got = tool(call[0]), narrowed(parent, child)
    verdicts = [WIDTH[decide(one.mode, spec, call[1], one.rules).verdict] for one in (got, parent, child)]
    assert verdicts[0] <= verdicts[1]
    assert verdicts[0] <= verdicts[2]


def test_a_child_keeps_what_both_allow() -> None:
    parent = Permissions(
        "acceptEdits", rules(allow="Bash(git:*) | Write(src/**) | mcp__files | Read", deny="Bash(rm:*)")
    )
    child = Permissions(
        "default", rules(allow="Bash(git status:*) | Write(src/a/**) | mcp__files__re* | Python", ask="Edit")
    )
    got = narrowed(parent, child)
    assert got.mode == "default"
    assert {rule.text for rule in got.rules.allow} == {"Bash(git status:*)", "Write(src/a/**)", "mcp__files__re*"}
    assert [rule.text for rule in got.rules.deny] == ["Bash(rm:*)"]
    assert [rule.text for rule in got.rules.ask] == ["Edit"]


def test_a_planning_child_of_one_who_may_not_ask_does_not_ask() -> None:
    said = rules(ask="Read(secrets/**)")
    for parent, child in (("dontAsk", "plan"), ("plan", "dontAsk")):
        got = narrowed(Permissions(parent, said), Permissions(child, Rules()))  # type: ignore[arg-type]
        assert got.mode == "plan"
        assert decide(got.mode, tool("Read"), {"path": "secrets/a"}, got.rules).verdict == "deny"
        assert decide(got.mode, tool("Read"), {"path": "a"}, got.rules).verdict == "allow"


@keeps("policy:no-silent-bypass")
@pytest.mark.parametrize("mode", [mode for mode in MODES if mode != "bypassPermissions"])
def test_without_a_grant_nothing_acts_without_a_yes(mode: Any) -> None:
    acting = [name for name, effect in EFFECTS.items() if effect == "acts"]
    assert {decide(mode, tool(name), {}, Rules()).verdict for name in acting} <= {"ask", "deny"}


@settings(max_examples=200)
@given(st.sampled_from(["Bash", "Python"]), st.text(max_size=40) | st.text("*:\\ ()ab;\n", max_size=12))
def test_what_is_remembered_for_a_session_means_this_command_and_no_other(name: str, said: str) -> None:
    spec, text = tool(name), remembered(name, arguments(name, said), "session")
    if not said:
        assert text is None
        return
    rule = Rule.read(text or "")
    assert rule.grants(spec, arguments(name, said))
    for other in (said + " x", said + ":", "x " + said, said * 2, said.replace("*", "y") + "z"):
        assert other == said or not rule.grants(spec, arguments(name, other))


@given(st.lists(st.text("ab*?[]\\!-. é", min_size=1, max_size=6), min_size=1, max_size=4))
def test_what_is_remembered_of_a_file_means_this_file(names: list[str]) -> None:
    path = "/".join(names)
    text = remembered("Write", {"path": path}, "session")
    if text is not None:
        assert Rule.read(text).grants(tool("Write"), {"path": path})
        assert not Rule.read(text).grants(tool("Write"), {"path": "z" + path})


@pytest.mark.parametrize(
    ("name", "said", "scope", "text"),
    [
        ("Bash", {"command": "rm *"}, "session", "Bash(rm \\*)"), ("Bash", {"command": "rm *"}, "tool", "Bash"),
        ("Bash", {}, "session", None), ("Write", {"path": "./a//b.txt"}, "session", "Write(/a/b.txt)"),
        ("Write", {"path": "../b"}, "session", None), ("Write", {"path": "/b"}, "session", None),
        ("WebFetch", {"url": "https://docs.example.com/a"}, "session", "WebFetch(domain:docs.example.com)"),
        ("Skill", {"skill": "pdf"}, "session", "Skill(pdf)"), ("mcp__a__b", {"x": 1}, "session", "mcp__a__b"),
        ("Bash", {"command": "x" * 5000}, "session", None),
    ],
)  # fmt: skip
def test_what_is_kept_of_a_yes(name: str, said: dict[str, Any], scope: Scope, text: str | None) -> None:
    assert remembered(name, said, scope) == text


def test_only_whole_tools_are_hidden() -> None:
    denied = parsed(["Bash", "Write(src/**)", "mcp__files", "Python(*)"])
    names = ("Bash", "Write", "mcp__files__read", "Python", "Read")
    assert [name for name in names if hides(denied, name)] == ["Bash", "mcp__files__read", "Python"]


@pytest.mark.parametrize(
    ("mode", "hooked", "verdict"),
    [
        ("default", "allow", "allow"), ("default", "ask", "ask"), ("default", "deny", "deny"), ("plan", "allow",
        "deny"),
        ("dontAsk", "allow", "allow"), ("dontAsk", "ask", "deny"), ("bypassPermissions", "ask", "ask"),
        ("bypassPermissions", "deny", "deny"),
    ],
)  # fmt: skip
def test_what_a_hook_says_counts_like_a_rule(mode: Any, hooked: Any, verdict: Verdict) -> None:
    assert decide(mode, tool("Bash"), {"command": "ls"}, Rules(), hooked=Decision(hooked, "A hook.")).verdict == verdict


def test_a_hooks_yes_does_not_stand_above_a_rules_no() -> None:
    said = rules(deny="Bash")
    assert decide("default", tool("Bash"), {}, said, hooked=Decision("allow", "A hook.")).verdict == "deny"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(), JSON, max_size=4), st.dictionaries(st.text(), JSON, max_size=4))
def test_a_yes_is_bound_to_the_call_it_was_given_to(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert call_hash("Bash", one) == call_hash("Bash", dict(reversed(one.items())))
    assert call_hash("Bash", one) != call_hash("Python", one)
    assert (call_hash("Bash", one) == call_hash("Bash", other)) == (
        repr(sorted(one.items())) == repr(sorted(other.items()))
    )
