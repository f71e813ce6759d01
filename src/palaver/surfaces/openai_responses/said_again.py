"""What a response says again of its request: read from the prompt that is kept with the run; pure."""

from collections.abc import Mapping
from typing import Any

from palaver.inference.port import ToolNamed
from palaver.runs.prompt import Prompt


def said_again(prompt: Prompt) -> dict[str, Any]:
    """The fields of a response that say what was asked for; `echo` has what a prompt has no word for."""
    echo = prompt.echo
    conversation = echo.get("conversation")
    return {
        "background": bool(echo.get("background")),
        "conversation": {"id": conversation} if conversation else None,
        "instructions": echo.get("instructions", prompt.system_prompt),
        "max_output_tokens": prompt.max_output_tokens,
        "max_tool_calls": None,
        "metadata": echo.get("metadata", {}),
        "parallel_tool_calls": prompt.parallel_tool_calls is not False,
        "previous_response_id": echo.get("previous_response_id"),
        "reasoning": {"effort": prompt.effort, "summary": echo.get("summary")},
        "safety_identifier": echo.get("safety_identifier"),
        "service_tier": "default",
        "store": True,
        "temperature": prompt.temperature,
        "text": {"format": echo.get("format", {"type": "text"}), "verbosity": "medium"},
        "tool_choice": _choice(prompt),
        "tools": _tools(prompt, echo),
        "top_logprobs": 0,
        "top_p": prompt.top_p,
        "truncation": "auto",
        "user": echo.get("user"),
    }


def held(prompt: Prompt) -> bool:
    """Whether the text is kept back until it is known to follow its form."""
    return "format" in prompt.echo


def _choice(prompt: Prompt) -> Any:
    choice = prompt.tool_choice
    return {"type": "function", "name": choice.name} if isinstance(choice, ToolNamed) else choice


def _tools(prompt: Prompt, echo: Mapping[str, Any]) -> list[dict[str, Any]]:
    loose = echo.get("loose", ())
    return [
        {
            "type": "function",
            "name": tool.name,
            "description": tool.description or None,
            "parameters": tool.parameters,
            "strict": tool.name not in loose,
        }
        for tool in prompt.client_tools
    ]
