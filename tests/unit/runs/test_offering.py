"""Which tools a run is offered, and how a model is told of them."""

from typing import Any

import pytest

from palaver.agents.recipe import Recipe, SkillBrief, Subagent
from palaver.inference.port import ToolSpec as Offered
from palaver.runs.offering import left, matches, specs
from palaver.tools.policy import Rules
from palaver.tools.port import Kind, Outcome, Scene, ToolSpec
from palaver.tools.rules import parsed

NO_RULES = Rules()


class Named:
    """A tool of which only the name matters."""

    def __init__(self, name: str, kind: Kind = "tool") -> None:
        self.spec = ToolSpec(
            name=name, description=f"What {name} does.", parameters={"type": "object"}, effect="reads", kind=kind
        )

    async def use(self, arguments: dict[str, Any], scene: Scene) -> Outcome:
        raise AssertionError("nothing is called here")


TOOLS = {
    name: Named(name, kind)
    for name, kind in {
        "Read": "tool", "Write": "tool", "mcp__files__read": "tool", "AskUserQuestion": "question", "Task": "subagent",
        "Skill": "tool",
    }.items()
}  # fmt: skip


def names(recipe: Recipe, *, deny: tuple[str, ...] = (), below: bool = False) -> list[str]:
    return list(left(TOOLS, recipe, Rules(deny=parsed(deny)), below=below))


@pytest.mark.parametrize(
    ("name", "patterns", "meant"),
    [
        ("Read", ("Read",), True),
        ("Read", ("read",), False),
        ("Read", (), False),
        ("Read", ("Write", "R*"), True),
        ("mcp__files__read", ("mcp__files__*",), True),
        ("mcp__other__read", ("mcp__files__*",), False),
        ("Bash", ("Bash(git status:*)",), True),
    ],
)
def test_a_tool_is_meant_by_its_name_or_a_pattern(name: str, patterns: tuple[str, ...], meant: bool) -> None:
    assert matches(name, patterns) is meant


def test_an_agent_that_says_nothing_has_every_tool_in_its_order() -> None:
    assert names(Recipe()) == list(TOOLS)


def test_an_agent_that_names_its_tools_has_these_and_no_others() -> None:
    assert names(Recipe(tools=("Write", "mcp__files__*"))) == ["Write", "mcp__files__read"]
    assert names(Recipe(tools=())) == []


def test_who_has_skills_may_open_them_even_where_the_tool_was_not_named() -> None:
    brief = SkillBrief(name="tidy", description="Tidies.", id="skl_1")
    assert names(Recipe(tools=("Read",), skills=(brief,))) == ["Read", "Skill"]


def test_a_tool_that_is_denied_as_a_whole_is_not_offered_and_one_that_is_denied_for_some_calls_is() -> None:
    assert "Write" not in names(Recipe(), deny=("Write",))
    assert "Write" in names(Recipe(), deny=("Write(secret/**)",))
    brief = SkillBrief(name="tidy", description="Tidies.", id="skl_1")
    assert "Skill" not in names(Recipe(skills=(brief,)), deny=("Skill",))


def test_a_subagent_hands_nothing_on_whatever_it_names() -> None:
    assert "Task" not in names(Recipe(), below=True)
    assert "Task" not in names(Recipe(tools=("Task", "Read")), below=True)


def test_a_model_is_told_name_description_and_schema_and_to_whom_tasks_may_be_handed() -> None:
    subagents = [Subagent(name="finder", description="Finds."), Subagent(name="mender", description="Mends.")]
    told = {spec.name: spec for spec in specs({name: TOOLS[name] for name in ("Read", "Task")}, subagents)}
    assert told["Read"] == Offered("Read", "What Read does.", {"type": "object"})
    assert told["Task"].description == "What Task does.\n- finder: Finds.\n- mender: Mends."
