"""What a server says it offers, in our words and within bounds; how it is asked stands elsewhere."""

from collections.abc import Iterable
from typing import Any

import msgspec

from palaver.tools.mcp.settings import McpSettings

LONGEST_DESCRIPTION = 4_096


class OfferedTool(msgspec.Struct, frozen=True):
    """A tool by the server's own name; `reads`: the server says that it changes nothing."""

    name: str
    description: str
    parameters: dict[str, Any]
    reads: bool = False


class OfferedResource(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that can be read at a server."""

    server: str
    uri: str
    name: str
    description: str = ""
    media_type: str | None = None
    size: int | None = None


class PromptArgument(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a prompt wants to know."""

    name: str
    description: str = ""
    required: bool = False


class OfferedPrompt(msgspec.Struct, frozen=True, omit_defaults=True):
    """A prompt of a server; `command` is the name under which people call it."""

    server: str
    name: str
    command: str
    description: str = ""
    arguments: tuple[PromptArgument, ...] = ()


class Catalog(msgspec.Struct, frozen=True):
    """The tools of a server, what else it has, and what of it cannot be offered and why."""

    tools: tuple[OfferedTool, ...] = ()
    resources: bool = False
    prompts: bool = False
    left_out: tuple[str, ...] = ()


def offered(tools: Iterable[OfferedTool], *, resources: bool, prompts: bool, settings: McpSettings) -> Catalog:
    """The catalog, without what no model could use."""
    kept: list[OfferedTool] = []
    left_out: list[str] = []
    for tool in tools:
        problem = _problem(tool, settings) if len(kept) < settings.most_tools else "there are too many tools"
        if problem:
            left_out.append(f"{tool.name[:80]}: {problem}")
        else:
            kept.append(tool)
    return Catalog(tuple(kept), resources, prompts, tuple(left_out))


def _problem(tool: OfferedTool, settings: McpSettings) -> str | None:
    from jsonschema import Draft202012Validator  # noqa: PLC0415  # 4 MB that only those load who have servers
    from jsonschema.exceptions import SchemaError  # noqa: PLC0415

    if len(msgspec.json.encode(tool.parameters)) > settings.longest_schema:
        return "its schema is too long"
    if tool.parameters.get("type", "object") != "object":
        return "its schema is not of an object"
    try:
        Draft202012Validator.check_schema(tool.parameters)
    except (SchemaError, RecursionError):
        return "its schema is not valid"
    return None
