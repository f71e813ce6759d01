"""What may stand on each shelf, field by field, with its bounds; it looks nothing up and keeps nothing."""

import re
from typing import Annotated, Any, Literal, Self

import msgspec
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from palaver.agents import output
from palaver.core.permissions import PermissionMode
from palaver.tools.rules import Rule

LONGEST_TEXT = 100_000  # characters
MOST_FILES = 32  # of one skill
LONGEST_FILES = 400_000  # characters of all files of a skill; a request has at most 1 MB


def _writable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("the text holds a NUL character")
    if not text.isascii() and re.search("[\ud800-\udfff]", text):
        raise ValueError("the text holds half a surrogate pair, which is no character")
    return text


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("the text is empty")
    return _writable(text)


def _rule(text: str) -> str:
    Rule.read(text)
    return _writable(text)


def _pattern(text: str) -> str:
    """A name of what is offered is a rule without a pattern, or `*` for everything."""
    if "(" in text:
        raise ValueError(f"`{text}` says more than a name; what may be done with a tool is for rules")
    return text if text == "*" else _rule(text)


Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
CommandName = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$")]
Description = Annotated[str, Field(min_length=1, max_length=2_000), AfterValidator(_said)]
Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT), AfterValidator(_said)]
ModelName = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_said)]
RuleText = Annotated[str, Field(min_length=1, max_length=4_000), AfterValidator(_rule)]
ToolPattern = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_pattern)]
Rules = Annotated[list[RuleText], Field(max_length=200)]
ToolPatterns = Annotated[list[ToolPattern], Field(max_length=200)]
Names = Annotated[list[Name], Field(max_length=100)]
Turns = Annotated[int, Field(ge=1, le=1000)]
FilePath = Annotated[
    str, Field(max_length=200, pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$")
]
FileText = Annotated[str, Field(max_length=LONGEST_FILES), AfterValidator(_writable)]


class Body(BaseModel):
    """What every shelf's things have in common: a name, unique among one user's things of that kind."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name


class OutputFormatIn(BaseModel):
    """The JSON Schema (2020-12) that an answer is to follow."""

    model_config = ConfigDict(extra="forbid", strict=True, serialize_by_alias=True, validate_by_name=True)

    type: Annotated[str, Field(pattern="^json_schema$")] = "json_schema"
    schema_: Annotated[dict[str, Any], Field(alias="schema")]
    name: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")] | None = None

    @model_validator(mode="after")
    def _usable(self) -> Self:
        output.check(self.schema_)
        return self


class InlineAgent(BaseModel):
    """Somebody to hand tasks to, described in the request itself."""

    model_config = ConfigDict(extra="forbid", strict=True)

    description: Description
    prompt: Text
    tools: ToolPatterns | None = None
    disallowed_tools: Rules | None = None
    model: ModelName | None = None
    max_turns: Turns | None = None


class AgentBody(Body):
    """Who answers: instructions, and what it may use."""

    description: Description
    instructions: Text
    model: ModelName | None = None
    tools: ToolPatterns | None = Field(None, description="What is offered; null: what is offered by default.")
    disallowed_tools: Rules | None = None
    permission_mode: PermissionMode | None = None
    max_turns: Turns | None = None
    skills: Names | None = Field(None, description="Skills by name; null: all of the person who asks.")
    mcp_servers: Names | None = Field(None, description="Servers by name; null: all of the person who asks.")
    output_format: OutputFormatIn | None = None
    care: Literal["off", "safety", "companion"] | None = Field(
        None, description="The profile of care of sessions that begin with it, where the server lets people choose it."
    )


class SkillBody(Body):
    """Know-how that a model opens when it needs it; until then it sees name and description."""

    description: Description
    body: Text
    files: Annotated[dict[FilePath, FileText], Field(max_length=MOST_FILES)] | None = Field(
        None, description="Small text files that can be opened by their path."
    )

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if sum(map(len, (self.files or {}).values())) > LONGEST_FILES:
            raise ValueError(f"the files have more than {LONGEST_FILES} characters together")
        return self


class CommandBody(Body):
    """A prompt with places for arguments, asked for by `/name`."""

    name: CommandName
    description: Description
    body: Text = Field(description="`$ARGUMENTS` is all that follows the name, `$1` to `$9` are its words.")
    argument_hint: Annotated[str, Field(max_length=200), AfterValidator(_writable)] | None = None
    model: ModelName | None = None
    allowed_tools: Rules | None = None


class ToolPresetBody(Body):
    """A choice of tools and rules, by name."""

    description: Description | None = None
    tools: ToolPatterns | None = None
    allowed_tools: Rules | None = None
    disallowed_tools: Rules | None = None
    permission_mode: PermissionMode | None = None


# Not in lists, and not read until they are needed.
LONG = frozenset({"instructions", "body", "files", "output_format"})


def brief_of(body: dict[str, Any]) -> dict[str, Any]:
    """The body without what is long."""
    return {name: value for name, value in body.items() if name not in LONG}


def encoded(body: dict[str, Any]) -> str:
    """As it is stored."""
    return msgspec.json.encode(body).decode()
