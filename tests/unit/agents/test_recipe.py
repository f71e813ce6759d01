from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from palaver.agents.recipe import NOTHING, PLAIN, OutputFormat, Recipe, SkillBrief, Subagent, Wish, merge

rules = st.lists(st.sampled_from(["Bash", "Read", "Write(src/**)", "mcp__x__*"]), max_size=3).map(tuple)
said = st.builds(
    Wish,
    model=st.none() | st.sampled_from(["a/b", "c/d"]),
    tools=st.none() | rules,
    allowed=rules,
    disallowed=rules,
    permission_mode=st.none() | st.sampled_from(["plan", "default"]),
    max_turns=st.none() | st.integers(1, 5),
)


def test_where_nobody_says_anything_the_plain_recipe_is_taken() -> None:
    assert merge(NOTHING, NOTHING, Wish()) is PLAIN
    assert msgspec.json.encode(PLAIN) == b"{}"


def test_the_last_who_says_something_is_heard() -> None:
    session, agent, request = Wish(model="a/a", max_turns=9), Wish(model="b/b", instructions="Be."), Wish(max_turns=2)
    merged = merge(NOTHING, session, agent, NOTHING, request)
    assert (merged.model, merged.max_turns, merged.instructions) == ("b/b", 2, "Be.")


def test_no_tools_are_something_else_than_nothing_said_of_tools() -> None:
    assert merge(Wish(tools=("Read",)), Wish(tools=())).tools == ()
    assert merge(Wish(tools=("Read",)), Wish(tools=None)).tools == ("Read",)


def test_an_empty_list_of_skills_and_servers_turns_them_off() -> None:
    below = Wish(skills=(SkillBrief(name="a", description="d", id="def_1"),), mcp=({"name": "x"},))
    assert merge(below, Wish(skills=(), mcp=())) == PLAIN


def test_hooks_of_everybody_are_asked() -> None:
    mine, theirs = {"event": "Stop", "url": "https://a"}, {"event": "Stop", "url": "https://b"}
    assert merge(Wish(hooks=(mine,)), Wish(hooks=(theirs, mine))).hooks == (mine, theirs)


@given(st.lists(said, min_size=1, max_size=5))
def test_what_anybody_disallows_is_disallowed_and_nothing_is_allowed_that_nobody_said(wishes: list[Wish]) -> None:
    merged = merge(*wishes)
    assert set(merged.disallowed) == {rule for wish in wishes for rule in wish.disallowed}
    assert set(merged.allowed) == {rule for wish in wishes for rule in wish.allowed}
    assert len(set(merged.disallowed)) == len(merged.disallowed)


@given(st.lists(said, min_size=1, max_size=5))
def test_a_recipe_that_was_kept_is_the_same(wishes: list[Wish]) -> None:
    merged = merge(*wishes)
    assert msgspec.json.decode(msgspec.json.encode(merged), type=Recipe) == merged


def test_everything_of_a_recipe_can_be_kept() -> None:
    whole: dict[str, Any] = {
        "subagents": (Subagent(name="a", description="d", instructions="i", tools=("Read",)),),
        "skills": (SkillBrief(name="s", description="d", id="def_1", version=2),),
        "mcp": ({"name": "x", "source": "user", "definition": {"type": "http"}},),
        "output_format": OutputFormat(schema={"type": "object"}),
    }
    recipe = Recipe(**whole)
    assert msgspec.json.decode(msgspec.json.encode(recipe), type=Recipe) == recipe
