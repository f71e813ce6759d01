"""♥ What people say to calls that wait for them, as models are told it; and which of a result's words are their own.

It decides nothing about calls. What a tool in mid-call was answered goes to that tool, and is not told here.
"""

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import NamedTuple

from palaver.core.ids import UserId
from palaver.core.messages import Part, ToolCallPart, ToolResultPart
from palaver.core.questions import Question
from palaver.tools.builtin.notes import questions_of

REJECTED = "The person rejected this call."
UNWILLING = "The person does not want to answer."
ASKING = "AskUserQuestion"
_THEY_SAY = " They say: "


class Reply(NamedTuple):
    """What a person said since the model spoke last, to one call or to several; the first names it.

    `user_id` is who that is; None is who asked.
    """

    call_id: str
    text: str
    user_id: UserId | None = None


def with_reason(content: str, message: str | None) -> str:
    """That they did not do what was wanted, and why, where they said so."""
    return f"{content}{_THEY_SAY}{message}" if message else content


def answered(questions: Sequence[Question], given: Sequence[Sequence[str]]) -> str:
    """Each question with what they answered, a line each."""
    return "\n".join(f"{one.question} {', '.join(said)}" for one, said in zip(questions, given, strict=True))


def replies_of(past: Sequence[Part], told_by: Mapping[str, UserId]) -> list[Reply]:
    """What people said in the results that a model has not seen yet, each person once; nobody who used no words."""
    calls = {part.call_id: part for part in past if isinstance(part, ToolCallPart)}
    newest = [*takewhile(lambda part: isinstance(part, ToolResultPart), reversed(past))][::-1]
    said: dict[UserId | None, list[tuple[str, str]]] = {}
    for part in newest:
        if isinstance(part, ToolResultPart) and (text := _words(calls[part.call_id], part)):
            said.setdefault(told_by.get(part.call_id), []).append((part.call_id, text))
    return [Reply(those[0][0], "\n".join(text for _, text in those), who) for who, those in said.items()]


def _words(call: ToolCallPart, result: ToolResultPart) -> str:
    if not result.ok:
        refused, found, words = result.content.partition(_THEY_SAY)
        return words if found and refused in {REJECTED, UNWILLING} else ""
    if call.name != ASKING or call.server is not None:
        return ""
    return _without(result.content, [one.question for one in questions_of(call.arguments)])


def _without(content: str, questions: Sequence[str]) -> str:
    """The answers alone: what an agent asks about danger is not what somebody says."""
    rest, answers = content, list[str]()
    for at, question in enumerate(questions):
        said = rest.removeprefix(f"{question} ")
        following = f"\n{questions[at + 1]} " if at + 1 < len(questions) else None
        answer, _, rest = said.partition(following) if following else (said, "", "")
        rest = f"{questions[at + 1]} {rest}" if following else rest
        answers.append(answer)
    return "\n".join(answers)
