"""Which calls rules speak of, how they are refused, and that none takes long."""

import re
import shlex
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palaver.core.errors import Invalid
from palaver.tools.commands import plain_words
from palaver.tools.port import ToolSpec
from palaver.tools.rules import Rule, parsed
from tests.unit.tools.policy_table import MATCHES, REFUSED, Match, arguments, tool


@pytest.mark.parametrize("match", MATCHES, ids=lambda match: f"{match.rule}-{match.said!r}")
def test_a_rule_means_these_calls(match: Match) -> None:
    rule, spec, said = Rule.read(match.rule), tool(match.name), arguments(match.name, match.said)
    assert (rule.grants(spec, said), rule.touches(spec, said)) == (match.grants, match.touches)


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_rule_is_refused_where_it_stands(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parsed(["Read", text], "body", "allowed_tools")
    assert [error["loc"] for error in refused.value.errors] == [["body", "allowed_tools", 1]]
    with pytest.raises(Invalid):
        Rule.parse(text)


def test_a_server_with_two_underscores_in_its_name_is_not_part_of_another() -> None:
    theirs = ToolSpec(name="mcp__a__b__send", description="", parameters={}, effect="acts", server="a__b")
    assert not Rule.read("mcp__a").grants(theirs, {})
    assert Rule.read("mcp__a").touches(theirs, {})


@pytest.mark.parametrize(
    ("rule", "name", "said"),
    [
        ("Bash(rm:*)", "Bash", "{" * 200_000), ("Bash(rm:*)", "Bash", "{,," + "," * 200_000),
        ("Bash(rm:*)", "Bash", "${IFS" * 50_000), ("Bash(rm:*)", "Bash", "bash " + "a " * 100_000),
        ("Bash(rm:*)", "Bash", "a=" * 100_000), ("Bash(rm:*)", "Bash", "a[" * 100_000), ("Bash(rm x)", "Bash",
        "'" * 200_000),
        ("Bash(rm:*)", "Bash", "A=1 " * 50_000), ("Write(" + "*a" * 400 + ")", "Write", "a" * 4_000),
        ("Write(" + "**/a/" * 150 + "b)", "Write", "a/" * 2_000), ("Write(" + "a?" * 400 + ")", "Write", "a" * 4_000),
    ],
    ids=lambda part: str(part)[:20],
)  # fmt: skip
def test_no_rule_takes_long(rule: str, name: str, said: str) -> None:
    began = time.monotonic()
    Rule.read(rule).grants(tool(name), arguments(name, said))
    Rule.read(rule).touches(tool(name), arguments(name, said))
    assert time.monotonic() - began < 2


@settings(max_examples=300)
@given(st.text("ab '\"\\;&|$`(){}<>\n\t=#*~", max_size=20))
def test_a_plain_command_is_the_words_that_a_shell_sees_and_nothing_more(command: str) -> None:
    words = plain_words(command)
    if words is not None:
        assert shlex.split(command) == list(words)
        unquoted = re.sub(r"'[^']*'|\"[^\"]*\"", "", command)
        assert not set(unquoted.strip()) & set(";&|<>()`$\\\n{}")
        assert Rule.read("Bash(a:*)").grants(tool("Bash"), {"command": command}) is (words[0] == "a")


@given(st.text(max_size=30))
def test_any_text_is_a_rule_or_refused(text: str) -> None:
    try:
        rule = Rule.read(text)
    except ValueError:
        return
    assert rule.text == text
