"""TodoWrite, and what is announced to models and answered elsewhere: AskUserQuestion and Task; none of it acts."""

from dataclasses import dataclass
from typing import Any

from palaver.core.errors import Unavailable
from palaver.core.questions import Option, Question
from palaver.tools.builtin.blocking import schema
from palaver.tools.port import Outcome, Scene, ToolSpec

_MARKS = {"pending": "[ ]", "in_progress": "[>]", "completed": "[x]"}

STEPS = ToolSpec(
    name="TodoWrite",
    description="Keep the list of steps of a task with several steps. Give the whole list each time.",
    parameters=schema(
        "todos",
        todos={
            "type": "array",
            "maxItems": 200,
            "items": schema(
                "content status",
                content={"type": "string", "minLength": 1},
                status={"enum": [*_MARKS]},
                activeForm={"type": "string"},
            ),
        },
    ),
    effect="notes",
    replay_safe=True,
)
ASK = ToolSpec(
    name="AskUserQuestion",
    description="Ask the person when you cannot go on without their choice.",
    parameters=schema(
        "questions",
        questions={
            "type": "array",
            "minItems": 1,
            "maxItems": 4,
            "items": schema(
                "question header",
                question={"type": "string", "minLength": 1},
                header={"type": "string", "description": "One or two words."},
                options={
                    "type": "array",
                    "maxItems": 8,
                    "description": "None: free text.",
                    "items": schema("label", label={"type": "string", "minLength": 1}, description={"type": "string"}),
                },
                multiSelect={"type": "boolean"},
            ),
        },
    ),
    effect="notes",
    kind="question",
    replay_safe=True,
)
TASK = ToolSpec(
    name="Task",
    description="Let a subagent do a task by itself; it sees only the prompt and answers once.",
    parameters=schema(
        "description prompt subagent_type",
        description={"type": "string", "description": "Three to five words."},
        prompt={"type": "string", "minLength": 1},
        subagent_type={"type": "string", "description": "Name of the subagent."},
    ),
    effect="notes",
    kind="subagent",
    deadline=3_600.0,
)


class TodoWrite:
    """Says the list back; it is kept nowhere but in the call itself, which is part of the session."""

    spec = STEPS

    async def use(self, arguments: dict[str, Any], scene: Scene) -> Outcome:
        """The list as text."""
        todos: list[dict[str, str]] = arguments["todos"]
        return Outcome(
            "\n".join(f"{_MARKS[todo['status']]} {todo['content']}" for todo in todos) or "The list is empty."
        )


@dataclass(frozen=True, slots=True)
class Announced:
    """A tool that models are told of and whose calls are answered by somebody else, as its `kind` says."""

    spec: ToolSpec

    async def use(self, arguments: dict[str, Any], scene: Scene) -> Outcome:
        """Nobody should come here."""
        raise Unavailable(f"{self.spec.name} is not answered by a tool.")


NOTES = (TodoWrite(), Announced(ASK), Announced(TASK))


def questions_of(arguments: dict[str, Any]) -> tuple[Question, ...]:
    """What a call of AskUserQuestion asks; the arguments follow its schema."""
    return tuple(
        Question(
            header=asked["header"],
            question=asked["question"],
            options=tuple(Option(one["label"], one.get("description", "")) for one in asked.get("options", ())),
            multi=asked.get("multiSelect", False),
        )
        for asked in arguments["questions"]
    )
