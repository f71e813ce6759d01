"""What a model is told besides the conversation, and whether its answer has the form it should; it asks none."""

from typing import Any

import msgspec

from palaver.agents.recipe import OutputFormat
from palaver.core.events import OutputAccepted
from palaver.core.messages import TextPart
from palaver.inference.port import ToolChoice, Turn
from palaver.runs.box import Box
from palaver.runs.live import Live
from palaver.runs.prompt import Prompt
from palaver.runs.steps import Steps
from palaver.tools.checking import problem

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def system(live: Live, box: Box, *, form: OutputFormat | None) -> str | None:
    """The instructions: the request's own or the agent's or the session's, and what is added to them.

    `form` is the format of the answer where the model's server has no word of its own for it.
    """
    prompt = live.prompt
    parts = (
        prompt.system_prompt or prompt.recipe.instructions or live.system,
        prompt.recipe.project,
        prompt.system_prompt_append,
        box.grounds,
        *live.run.steps.added,
        _format_rule(form) if form else None,
    )
    return "\n\n".join(part for part in parts if part) or None


def besides(steps: Steps) -> tuple[Turn, ...]:
    """What comes after the conversation: refused answers with the reason, or why the agent is to go on."""
    turns: list[Turn] = []
    for refusal in steps.refusals:
        said = f"This answer does not follow the JSON Schema: {refusal.problem} Give the whole answer again, JSON only."
        turns.append(Turn("assistant", (TextPart(text=refusal.text or "(nothing)"),)))
        turns.append(Turn("user", (TextPart(text=said),)))
    if not turns and steps.pushes and not steps.asked and steps.past and isinstance(steps.past[-1], TextPart):
        turns.append(Turn("user", (TextPart(text=f"[Automatic check: go on. {steps.pushes[-1]}]"),)))
    return tuple(turns)


def choice(prompt: Prompt, steps: Steps) -> ToolChoice:
    """Whether the model has to call a tool; only its first step has to, or the turn would never end."""
    return prompt.tool_choice if prompt.tool_choice == "none" or not steps.count else "auto"


def checked(text: str, form: OutputFormat) -> OutputAccepted | str:
    """The answer as a value, or a sentence about what is wrong with it."""
    try:
        value: Any = _decode(_bare(text).encode())
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        return f"The answer is not JSON: {error}."
    wrong = problem(form.schema, value)
    return wrong or OutputAccepted(value=value)


def _bare(text: str) -> str:
    """The JSON of an answer that put it into a code fence."""
    text = text.strip()
    if text.startswith("```") and text.endswith("```"):
        _, _, rest = text[:-3].partition("\n")
        return rest
    return text


def _format_rule(form: OutputFormat) -> str:
    schema = _encode(form.schema).decode()
    return f"Answer with one JSON value and nothing else: no code fence, no words around it. Its JSON Schema: {schema}"
