"""The tool by which a model opens a skill: name and description first, the text when it is wanted; it looks none up."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from palaver.agents.recipe import SkillBrief
from palaver.core.errors import Invalid, NotFound
from palaver.tools.port import Outcome, Scene, ToolSpec

NAME = "Skill"
LONGEST_LIST = 16_000  # characters that names and descriptions may take of every call of the model
LONGEST_LINE = 500  # characters of one description in the list

_ABOUT = (
    "Opens a skill: know-how that is written down for a kind of task. Open the one that fits before you begin such a "
    "task, and follow it as far as the person's own words allow. With `file`, one of the skill's files is read."
)

# The text of a skill, or of one of its files.
Read = Callable[[SkillBrief, str | None], Awaitable[str]]


class SkillTool:
    """The skills of one recipe."""

    def __init__(self, skills: Sequence[SkillBrief], read: Read) -> None:
        self._skills = {skill.name: skill for skill in skills}
        self._read = read
        self.spec = ToolSpec(
            name=NAME,
            description=f"{_ABOUT}\n\nThe skills:\n{listed(skills)}",
            parameters={
                "type": "object",
                "properties": {
                    "name": {"type": "string", "description": "The skill."},
                    "file": {"type": "string", "description": "One of its files; left out, the skill itself."},
                },
                "required": ["name"],
                "additionalProperties": False,
            },
            effect="reads",
            replay_safe=True,
        )

    async def use(self, arguments: dict[str, Any], scene: Scene) -> Outcome:
        """The text, or what there is instead."""
        skill = self._skills.get(arguments["name"])
        if skill is None:
            return Outcome(f"There is no skill {arguments['name']!r}. There are: {', '.join(self._skills)}.", ok=False)
        try:
            return Outcome(await self._read(skill, arguments.get("file")))
        except NotFound as error:
            return Outcome(error.detail, ok=False)
        except Invalid as error:
            return Outcome(f"The file cannot be read: {error.detail}", ok=False)


def listed(skills: Sequence[SkillBrief]) -> str:
    """A line for each, as long as there is room; those that come after it are told by name, or counted."""
    lines: list[str] = []
    left = LONGEST_LIST
    for number, skill in enumerate(skills):
        described = " ".join(skill.description.split())
        line = f"- {skill.name}: {described if len(described) <= LONGEST_LINE else described[: LONGEST_LINE - 1] + '…'}"
        if len(line) > left:
            names = ", ".join(one.name for one in skills[number:])
            more = len(skills) - number
            lines.append(f"- and, not described here: {names if len(names) <= LONGEST_LINE else f'{more} more'}")
            break
        lines.append(line)
        left -= len(line)
    return "\n".join(lines)
