"""The tools that a client makes itself, as they stand in a request: what they are, and what came of their calls.

They are told to the model and never run here; nobody is asked whether they may be: the client decides that.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

import msgspec
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from palaver.core.errors import Invalid
from palaver.core.messages import ToolResultPart
from palaver.inference.port import Ask, ToolChoice, ToolNamed, ToolSpec
from palaver.tools.checking import check_schema

MOST_TOOLS = 128
LARGEST_SCHEMA = 65_536  # bytes of JSON
LONGEST_RESULT = 400_000  # characters
TOOL_NAME = r"^[a-zA-Z0-9_.-]{1,128}$"


class ClientTool(BaseModel):
    """A tool that the client makes itself: a call of it ends the turn with `tool_calls`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(pattern=TOOL_NAME)]
    description: Annotated[str, Field(max_length=20_000)] = ""
    parameters: dict[str, Any] = Field(
        default_factory=lambda: {"type": "object", "properties": {}},
        description="The JSON Schema of the arguments, of type object.",
    )

    @field_validator("parameters")
    @classmethod
    def _usable(cls, given: dict[str, Any]) -> dict[str, Any]:
        if len(msgspec.json.encode(given)) > LARGEST_SCHEMA:
            raise ValueError(f"at most {LARGEST_SCHEMA} bytes of JSON")
        try:
            check_schema(given)
        except Invalid as error:
            raise ValueError(error.detail) from None
        return given


class ToolResultIn(BaseModel):
    """What came of one call that the client made."""

    model_config = ConfigDict(extra="forbid", strict=True)

    call_id: Annotated[str, Field(min_length=1, max_length=200)]
    content: Annotated[str, Field(max_length=LONGEST_RESULT)]
    ok: bool = True


class NamedTool(BaseModel):
    """The one tool that the model has to call first."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(pattern=TOOL_NAME)]


class ClientTools(BaseModel):
    """What a request says of the client's own tools."""

    model_config = ConfigDict(extra="forbid", strict=True)

    client_tools: Annotated[list[ClientTool], Field(max_length=MOST_TOOLS)] | None = Field(
        None, description="Tools that you make yourself: the turn ends with `tool_calls` when the model calls one."
    )
    tool_results: Annotated[list[ToolResultIn], Field(min_length=1, max_length=MOST_TOOLS)] | None = Field(
        None, description="What came of the calls of the last message that you made; the turn goes on from there."
    )
    tool_choice: Literal["auto", "none", "required"] | NamedTool | None = Field(
        None, description="Whether the model has to call a tool in its first step, and which."
    )
    parallel_tool_calls: bool | None = Field(None, description="False asks the model for one call at a time.")

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [tool.name for tool in self.client_tools or ()]
        if len(set(names)) < len(names):
            raise ValueError("two client_tools have the same name")
        ids = [result.call_id for result in self.tool_results or ()]
        if len(set(ids)) < len(ids):
            raise ValueError("two tool_results are of the same call")
        return self

    def specs(self) -> tuple[ToolSpec, ...]:
        """The tools as models are told of them."""
        return tuple(ToolSpec(tool.name, tool.description, tool.parameters) for tool in self.client_tools or ())

    def results(self) -> tuple[ToolResultPart, ...]:
        """What came of calls, as parts of a message."""
        return tuple(
            ToolResultPart(call_id=one.call_id, ok=one.ok, content=one.content) for one in self.tool_results or ()
        )

    def choice(self) -> ToolChoice:
        """Whether the model has to call a tool."""
        said = self.tool_choice or "auto"
        return ToolNamed(said.name) if isinstance(said, NamedTool) else said


def refuse_unoffered(ask: Ask) -> Ask:
    """The question as it is; Invalid where the model would have to call what it is not offered."""
    refuse_choice(ask.tool_choice, ask.tools)
    return ask


def refuse_choice(choice: ToolChoice, tools: Sequence[ToolSpec]) -> None:
    """Invalid where a model would have to call a tool that is not among these."""
    if isinstance(choice, ToolNamed) and not _offers(tools, choice.name):
        said = f"tool_choice names {choice.name!r}, which is not among the tools."
    elif choice == "required" and not tools:
        said = "tool_choice is 'required', and there are no tools."
    else:
        return
    raise Invalid(said, errors=[{"loc": ["body", "tool_choice"], "msg": said, "type": "tool_choice"}])


def _offers(specs: Sequence[ToolSpec], name: str) -> bool:
    return any(spec.name == name for spec in specs)
