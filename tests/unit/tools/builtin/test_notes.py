from pathlib import Path
from typing import Any

import pytest

from palaver.core.questions import Option, Question
from palaver.tools.builtin.notes import ASK, NOTES, TASK, questions_of
from palaver.tools.checking import problem
from palaver.tools.settings import ToolSettings
from palaver.tools.using import use
from tests.unit.tools.scenes import Told

STEPS, ASKING, TASKING = NOTES


async def test_the_list_is_said_back(tmp_path: Path) -> None:
    todos = [
        {"content": "look", "status": "completed"},
        {"content": "think", "status": "in_progress", "activeForm": "thinking"},
        {"content": "act", "status": "pending"},
    ]
    outcome = await use(STEPS, {"todos": todos}, Told(tmp_path).scene, ToolSettings())
    assert outcome.content == "[x] look\n[>] think\n[ ] act"
    assert (await use(STEPS, {"todos": []}, Told(tmp_path).scene, ToolSettings())).content == "The list is empty."


def test_a_question_becomes_what_the_person_is_asked() -> None:
    arguments = {
        "questions": [
            {
                "question": "Which one?",
                "header": "Choice",
                "options": [{"label": "A", "description": "the first"}, {"label": "B"}],
                "multiSelect": True,
            },
            {"question": "Why?", "header": "Reason"},
        ]
    }
    assert problem(ASK.parameters, arguments) is None
    assert questions_of(arguments) == (
        Question(
            header="Choice",
            question="Which one?",
            options=(Option("A", "the first"), Option("B")),
            multi=True,
        ),
        Question(header="Reason", question="Why?"),
    )


@pytest.mark.parametrize("questions", [[], [{"question": "?", "header": "x"}] * 5, [{"header": "x"}], "?"])
def test_one_to_four_questions_are_asked(questions: Any) -> None:
    assert problem(ASK.parameters, {"questions": questions}) is not None


@pytest.mark.parametrize("tool", [ASKING, TASKING])
async def test_what_is_answered_elsewhere_is_not_answered_here(tmp_path: Path, tool: Any) -> None:
    arguments = {
        ASK.name: {"questions": [{"question": "?", "header": "x"}]},
        TASK.name: {"description": "x", "prompt": "x", "subagent_type": "x"},
    }[tool.spec.name]
    assert not (await use(tool, arguments, Told(tmp_path).scene, ToolSettings())).ok
    assert (ASK.kind, TASK.kind) == ("question", "subagent")
