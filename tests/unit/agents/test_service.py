from datetime import timedelta
from typing import Any

import pytest

from palaver.agents.commands import Expanded
from palaver.agents.recipe import PLAIN, Recipe, SkillBrief, Wish
from palaver.agents.wanted import Wanted
from palaver.core.errors import Forbidden, Invalid, NotFound
from palaver.core.principal import Principal
from tests.unit.agents.conftest import Open
from tests.unit.agents.given import ADA, BOB, EXPLAIN, NOTES, REMOTE, REVIEWER, ROOT, SAFE, WATCH, Library

PROGRAM: dict[str, Any] = {"command": "mcp-files"}


async def resolved(library: Library, *, who: Principal = ADA, **wanted: Any) -> Recipe:
    return await library.agents.recipes.resolve(who, Wanted(**wanted))


async def refusal(library: Library, **wanted: Any) -> list[Any]:
    with pytest.raises(Invalid) as refused:
        await resolved(library, **wanted)
    return refused.value.errors[0]["loc"]


async def test_where_nothing_is_wanted_and_nothing_is_kept_the_plain_recipe_is_taken(library: Library) -> None:
    assert await resolved(library) is PLAIN
    assert await library.agents.recipes.resolve(ADA, session_settings={"theme": "dark"}) is PLAIN


async def test_the_agent_that_is_named_answers(library: Library) -> None:
    body = {**REVIEWER, "model": "a/b", "tools": ["Read"], "max_turns": 7, "disallowed_tools": ["Bash"]}
    made = await library.made("agents", body)
    for name in ("reviewer", made["id"]):
        recipe = await resolved(library, agent=name, max_turns=3, disallowed_tools=("Write",))
        assert (recipe.agent, recipe.version, recipe.instructions) == ("reviewer", 1, "Look closely.")
        assert (recipe.model, recipe.tools, recipe.max_turns) == ("a/b", ("Read",), 3)
        assert set(recipe.disallowed) == {"Bash", "Write"}


async def test_a_session_has_its_own_word_and_the_request_a_stronger_one(library: Library) -> None:
    await library.made("agents", REVIEWER)
    await library.made("agents", {**REVIEWER, "name": "other", "instructions": "Otherwise."})
    settings = {"agent": "reviewer", "max_turns": 4, "theme": "dark", "disallowed_tools": ["Bash"]}
    recipe = await library.agents.recipes.resolve(ADA, Wanted(), settings)
    assert (recipe.agent, recipe.max_turns, recipe.disallowed) == ("reviewer", 4, ("Bash",))
    recipe = await library.agents.recipes.resolve(ADA, Wanted(agent="other", max_turns=2), settings)
    assert (recipe.agent, recipe.max_turns, recipe.disallowed) == ("other", 2, ("Bash",))


@pytest.mark.parametrize(
    "settings",
    [
        {"max_turns": "x"},
        {"max_turns": 0},
        {"max_turns": 1001},
        {"max_budget_usd": 0},
        {"agents": {"x": {}}},
        {"skills": "x"},
        {"max_budget_usd": -1},
    ],
)
async def test_settings_of_a_session_that_cannot_be_are_refused(library: Library, settings: Any) -> None:
    with pytest.raises(Invalid) as refused:
        await library.agents.recipes.resolve(ADA, Wanted(), settings)
    assert refused.value.errors[0]["loc"] == ["session", "settings"]


async def test_what_is_named_and_not_there_is_refused_with_its_place(library: Library) -> None:
    await library.made("agents", REVIEWER, who=BOB)
    assert await refusal(library, agent="reviewer") == ["body", "agent"]
    assert await refusal(library, agents=("reviewer",)) == ["body", "agents", 0]
    assert await refusal(library, skills=("none",)) == ["body", "skills", 0]
    assert await refusal(library, tool_preset="none") == ["body", "tool_preset"]
    assert await refusal(library, allowed_tools=("Read", "Bash(")) == ["body", "allowed_tools", 1]
    assert await refusal(library, disallowed_tools=("mcp__*",)) == ["body", "disallowed_tools", 0]
    assert (await refusal(library, output_format={"schema": {"type": "objekt"}}))[:2] == ["body", "output_format"]
    assert await refusal(library, agents={"a b": {"description": "d", "prompt": "p"}}) == ["body", "agents", "a b"]
    assert await refusal(library, agents={"a": {"description": "d"}}) == ["body", "agents", "a", "prompt"]
    assert (await refusal(library, mcp_servers={"a": {"url": "http://127.0.0.1"}}))[:3] == ["body", "mcp_servers", "a"]
    assert (await refusal(library, mcp_servers={"a": 7}))[:3] == ["body", "mcp_servers", "a"]
    assert (await refusal(library, hooks={"Whenever": []}))[:2] == ["body", "hooks"]
    assert (await refusal(library, hooks={"Stop": [{"url": "http://10.0.0.1/"}]}))[:2] == ["body", "hooks"]
    assert await refusal(library, agents={str(n): {"description": "d", "prompt": "p"} for n in range(21)}) == [
        "body", "agents",
    ]  # fmt: skip


async def test_ones_own_comes_before_the_operators_and_that_before_what_others_share(library: Library) -> None:
    library.write("agents/reviewer.md", "---\ndescription: d\n---\nOf the disk.")

    async def answering(who: Principal = ADA) -> str:
        return (await resolved(library, agent="reviewer", who=who)).instructions

    await library.made("agents", {**REVIEWER, "instructions": "Of Bob.", "shared": True}, who=BOB)
    assert await answering() == "Of the disk."
    await library.made("agents", {**REVIEWER, "instructions": "Of Root.", "shared": True}, who=ROOT)
    assert await answering() == "Of Root."
    await library.made("agents", {**REVIEWER, "instructions": "Of Ada."})
    assert await answering() == "Of Ada."
    assert await answering(BOB) == "Of Bob."


async def test_what_other_users_share_counts_when_it_is_named_and_grants_nothing(library: Library) -> None:
    await library.made("skills", {**NOTES, "shared": True}, who=BOB)
    await library.made("agents", {**REVIEWER, "shared": True, "permission_mode": "acceptEdits"}, who=BOB)
    await library.made("tool-presets", {**SAFE, "shared": True}, who=BOB)
    body = {**EXPLAIN, "shared": True, "allowed_tools": ["Bash"]}
    await library.made("commands", body, who=BOB)
    assert await resolved(library) is PLAIN
    recipe = await resolved(library, agent="reviewer", skills=("notes",), tool_preset="safe")
    assert (recipe.agent, recipe.permission_mode, recipe.allowed) == ("reviewer", None, ())
    assert (recipe.tools, recipe.disallowed, [one.name for one in recipe.skills]) == (("Read",), ("Bash",), ["notes"])
    expanded = await library.agents.recipes.expand(ADA, "/explain this")
    assert expanded == Expanded(command="explain", text="Explain this plainly.")
    of_bob = await library.agents.recipes.expand(BOB, "/explain this")
    assert of_bob is not None
    assert of_bob.allowed_tools == ("Bash",)
    assert (await resolved(library, who=BOB, tool_preset="safe")).allowed == ("WebFetch",)


async def test_what_administrators_share_acts_and_grants(library: Library) -> None:
    await library.made("skills", {**NOTES, "shared": True}, who=ROOT)
    await library.made("hooks", {**WATCH, "shared": True}, who=ROOT)
    await library.made("mcp-servers", {**REMOTE, "shared": True}, who=ROOT)
    await library.made("hooks", WATCH)
    await library.made("tool-presets", {**SAFE, "shared": True}, who=ROOT)
    recipe = await resolved(library, tool_preset="safe")
    assert [one.name for one in recipe.skills] == ["notes"]
    assert recipe.allowed == ("WebFetch",)
    assert [one.name for one in library.agents.recipes.servers(recipe.mcp)] == ["issues"]
    assert sorted(one.source for one in library.agents.recipes.hooks(recipe.hooks)) == ["operator", "user"]


async def test_skills_are_all_of_ones_own_unless_some_are_named(library: Library) -> None:
    for name in ("a", "b"):
        await library.made("skills", {**NOTES, "name": name})
    assert [one.name for one in (await resolved(library)).skills] == ["a", "b"]
    assert [one.name for one in (await resolved(library, skills=("b",))).skills] == ["b"]
    assert (await resolved(library, skills=())).skills == ()
    await library.made("agents", {**REVIEWER, "skills": ["a", "gone"]})
    assert [one.name for one in (await resolved(library, agent="reviewer")).skills] == ["a"]


async def test_servers_of_the_request_are_laid_over_the_persons_and_the_operators(open_library: Open) -> None:
    library = open_library(mcp={"servers": {"files": PROGRAM, "issues": PROGRAM}})
    await library.made("mcp-servers", REMOTE)

    async def servers(**wanted: Any) -> dict[str, str]:
        recipe = await resolved(library, **wanted)
        assert b"9-9-9" not in str(recipe.mcp).encode()
        return {one.name: one.source for one in library.agents.recipes.servers(recipe.mcp)}

    assert await servers() == {"files": "operator", "issues": "user"}
    assert await servers(mcp_servers={}) == {}
    mine = {"url": "https://mcp.example.com/", "headers": {"X-Key": "9-9-9"}}
    assert await servers(mcp_servers={"issues": mine, "files": None}) == {"issues": "request"}
    recipe = await resolved(library, mcp_servers={"issues": mine})
    opened = library.agents.recipes.servers(recipe.mcp)[1]
    assert opened.definition.headers["X-Key"].reveal() == "9-9-9"
    await library.made("agents", {**REVIEWER, "mcp_servers": ["files"]})
    assert await servers(agent="reviewer") == {"files": "operator"}
    assert await servers(agent="reviewer", mcp_servers={"issues": mine}) == {"files": "operator", "issues": "request"}
    with pytest.raises(Forbidden):
        await resolved(library, mcp_servers={"x": PROGRAM})
    assert await servers(who=ROOT, mcp_servers={"x": PROGRAM}) == {
        "files": "operator", "issues": "operator", "x": "request",
    }  # fmt: skip


async def test_hooks_of_the_request_are_kept_with_their_secret_sealed(library: Library) -> None:
    said = {name: WATCH[name] for name in ("url", "matcher", "secret")}
    recipe = await resolved(library, hooks={"PreToolUse": [said], "Stop": [{"url": WATCH["url"]}]})
    assert WATCH["secret"] not in str(recipe.hooks)
    first, second = library.agents.recipes.hooks(recipe.hooks)
    assert (first.event, first.source, first.matcher.text, second.event) == ("PreToolUse", "request", "Bash", "Stop")
    assert first.secret is not None
    assert first.secret.reveal() == WATCH["secret"]


async def test_agents_of_ones_own_can_be_handed_tasks_and_the_one_that_answers_cannot(library: Library) -> None:
    await library.made("agents", REVIEWER)
    await library.made("agents", {**REVIEWER, "name": "other", "instructions": "Otherwise.", "tools": ["Read"]})
    assert [one.name for one in (await resolved(library)).subagents] == ["other", "reviewer"]
    recipe = await resolved(library, agent="reviewer")
    (other,) = recipe.subagents
    assert (other.name, other.tools, other.instructions) == ("other", ("Read",), "")
    assert await library.agents.recipes.instructions_of(other) == "Otherwise."
    await library.call("PATCH", f"/agents/{other.id}", {"instructions": "Changed meanwhile."})
    assert await library.agents.recipes.instructions_of(other) == "Otherwise."
    await library.call("DELETE", f"/agents/{other.id}")
    with pytest.raises(NotFound):
        await library.agents.recipes.instructions_of(other)


async def test_agents_of_the_request_are_taken_instead(library: Library) -> None:
    await library.made("agents", REVIEWER)
    inline = {"helper": {"description": "Helps.", "prompt": "Help.", "tools": ["Read"], "max_turns": 2}}
    (one,) = (await resolved(library, agents=inline)).subagents
    assert (one.name, one.instructions, one.tools, one.max_turns) == ("helper", "Help.", ("Read",), 2)
    assert await library.agents.recipes.instructions_of(one) == "Help."
    assert (await resolved(library, agents={})).subagents == ()


@pytest.mark.parametrize("who", [ADA, ROOT])
@pytest.mark.parametrize("allow", ["nobody", "admins"])
async def test_nothing_is_bypassed_unless_an_administrator_may_and_asks(
    open_library: Open, who: Principal, allow: str
) -> None:
    library = open_library(allow_bypass=allow)
    if allow == "admins" and who is ROOT:
        assert (await resolved(library, who=who, permission_mode="bypassPermissions")).permission_mode
        library.agents.recipes.check_mode(who, "bypassPermissions")
        return
    with pytest.raises(Forbidden):
        await resolved(library, who=who, permission_mode="bypassPermissions")
    with pytest.raises(Forbidden):
        library.agents.recipes.check_mode(who, "bypassPermissions")
    library.agents.recipes.check_mode(who, "plan")


async def test_an_administrators_agent_does_not_open_that_mode_to_others(open_library: Open) -> None:
    library = open_library(allow_bypass="admins")
    body = {**REVIEWER, "permission_mode": "bypassPermissions", "shared": True}
    await library.made("agents", body, who=ROOT)
    assert (await resolved(library, who=ROOT, agent="reviewer")).permission_mode == "bypassPermissions"
    with pytest.raises(Forbidden):
        await resolved(library, agent="reviewer")


async def test_a_command_brings_its_model_and_rules_and_the_request_has_the_last_word(library: Library) -> None:
    await library.made("commands", {**EXPLAIN, "model": "a/b", "allowed_tools": ["Read"]})
    recipes = library.agents.recipes
    expanded = await recipes.expand(ADA, "/explain trees")
    assert expanded is not None
    assert expanded.text == "Explain trees plainly."
    recipe = await recipes.resolve(ADA, Wanted(allowed_tools=("Grep",)), command=expanded)
    assert (recipe.model, recipe.allowed) == ("a/b", ("Read", "Grep"))
    assert await recipes.expand(BOB, "/explain trees") is None
    assert await recipes.expand(ADA, "/nothing") is None
    assert await recipes.expand(ADA, "explain") is None


async def test_what_the_operator_wants_holds_where_nobody_says_otherwise(open_library: Open) -> None:
    library = open_library(defaults=Wish(disallowed=("Bash",), max_turns=9))
    assert (await resolved(library)).max_turns == 9
    recipe = await resolved(library, max_turns=2)
    assert (recipe.max_turns, recipe.disallowed) == (2, ("Bash",))


async def test_a_skill_is_read_as_it_was_when_the_turn_began(library: Library) -> None:
    made = await library.made("skills", {**NOTES, "files": {"a.md": "Of a."}})
    (brief,) = (await resolved(library)).skills
    await library.call("PATCH", f"/skills/{made['id']}", {"body": "Otherwise."})
    text = await library.agents.recipes.skill_text(brief)
    assert text.startswith("Say what changes.")
    assert "a.md" in text
    assert await library.agents.recipes.skill_text(brief, "a.md") == "Of a."
    with pytest.raises(NotFound, match=r"a\.md"):
        await library.agents.recipes.skill_text(brief, "b.md")
    await library.call("DELETE", f"/skills/{made['id']}")
    with pytest.raises(NotFound):
        await library.agents.recipes.skill_text(brief)


async def test_a_skill_of_the_disk_is_read_when_it_is_opened_and_nothing_beside_it(library: Library) -> None:
    library.write("secret.md", "secret")
    skill = library.write("skills/pdf/SKILL.md", "---\nname: pdf\ndescription: About PDF.\n---\nRead it.")
    library.write("skills/pdf/more/forms.md", "Forms.")
    (skill.parent / "link.md").symlink_to(library.home / "secret.md")
    (brief,) = (await resolved(library)).skills
    assert brief == SkillBrief(name="pdf", description="About PDF.", id=brief.id, version=1, path="skills/pdf")
    assert await library.agents.recipes.skill_text(brief) == (
        "Read it.\n\nFiles of this skill, to be opened with `file`:\nmore/forms.md"
    )
    assert await library.agents.recipes.skill_text(brief, "more/forms.md") == "Forms."
    for outside in ("link.md", "../../secret.md", "/etc/passwd", "more", "more/../SKILL.md"):
        with pytest.raises(NotFound):
            await library.agents.recipes.skill_text(brief, outside)
    skill.unlink()
    library.clock.advance(timedelta(seconds=2))
    with pytest.raises(NotFound):
        await library.agents.recipes.skill_text(brief)
