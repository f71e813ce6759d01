from typing import Any

import pytest

from palaver.agents.recipe import SkillBrief
from palaver.agents.skills import LONGEST_LIST, SkillTool, listed
from palaver.core.errors import Invalid, NotFound

PDF = SkillBrief(name="pdf", description="About\n PDF.", id="def_1")
SCENE: Any = None  # opening a skill needs none


async def read(skill: SkillBrief, file: str | None) -> str:
    if file == "gone":
        raise NotFound("There is no such file.")
    if file == "image":
        raise Invalid("image is not text.")
    return f"{skill.name} {file}"


async def test_names_and_descriptions_come_first_and_the_text_when_it_is_opened() -> None:
    tool = SkillTool([PDF], read)
    assert "- pdf: About PDF." in tool.spec.description
    assert (tool.spec.effect, tool.spec.replay_safe) == ("reads", True)
    assert (await tool.use({"name": "pdf"}, SCENE)).content == "pdf None"
    assert (await tool.use({"name": "pdf", "file": "a.md"}, SCENE)).content == "pdf a.md"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"name": "none"}, "There are: pdf."),
        ({"name": "pdf", "file": "gone"}, "no such file"),
        ({"name": "pdf", "file": "image"}, "not text"),
    ],
)
async def test_what_cannot_be_opened_is_said_to_the_model(arguments: dict[str, Any], says: str) -> None:
    outcome = await SkillTool([PDF], read).use(arguments, SCENE)
    assert not outcome.ok
    assert says in outcome.content


def test_the_list_is_bounded_and_says_what_is_left_out() -> None:
    many = [SkillBrief(name=f"skill-{number}", description="d" * 1_000, id=str(number)) for number in range(100)]
    text = listed(many)
    assert len(text) < LONGEST_LIST + 1_000
    assert "skill-0: ddd" in text
    assert text.splitlines()[-1].startswith("- and, not described here:")
    few = [*many[:40]]
    assert "skill-39" in listed(few)
