"""Writes the client's types from the schemas of the API: what methods give and take, and every event.

`make docs` at the root writes them anew; nothing is fetched.
"""

import json
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

# What methods of the client give and take; what these refer to comes with them.
ROOTS = (
    "Agent", "AgentChanges", "ApprovalView", "Assessed", "AssessmentView",
    "AssessmentsDeleted", "Checkpoint", "Cleared", "ClientConfig", "Command", "Consent", "Consents",
    "CommandChanges", "Comparison", "Delivery", "DeliveryWhole", "Device", "Effect", "Fact", "FileInfo", "Found",
    "FeelingRead",
    "FoundPassages", "GrantView", "Health", "Hook", "HookChanges", "Imported", "Interrupted", "Invited", "KeyInfo",
    "Manifest", "McpServer", "McpServerChanges", "McpServerListed", "Me", "Member", "Memory", "Message", "ModelInfo",
    "NewAgent", "NewCommand", "NewHook", "NewKey", "NewMcpServer", "NewSkill", "NewToolPreset", "Node",
    "Project", "Readiness", "Redacted", "Replayed",
    "Rewound", "RunView", "ServerOffer", "Session", "SignInAt", "SignedIn",
    "Skill", "SkillChanges", "Stats", "Synced", "Template", "TicketInfo", "ToolInfo", "ToolPreset",
    "CultureAnalysis", "CultureFoundList", "ModeratedText", "SessionCare", "ToolPresetChanges",
    "UploadInfo", "UsageReport", "Webhook", "WebhookWithSecret", "CareResource",
)  # fmt: skip
# Bodies whose fields are named arguments of methods; what a method takes by itself is left out.
ARGUMENTS = {
    "Asking": ("Query", {"prompt"}),
    "FactFields": ("FactChanges", set[str]()),
    "MessageFields": ("MessageChanges", {"text"}),
    "NewFact": ("FactIn", {"text"}),
    "NewProject": ("ProjectIn", {"name"}),
    "NewSession": ("SessionIn", set[str]()),
    "NewWebhook": ("WebhookIn", {"url", "events"}),
    "ProjectFields": ("ProjectChanges", set[str]()),
    "SessionFields": ("SessionChanges", set[str]()),
    "WebhookFields": ("WebhookChanges", set[str]()),
}

HEAD = '''"""What the API gives and takes, written by `make docs` from schema/openapi.json and schema/events.json."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict
'''
_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_REF = re.compile(r"/([A-Za-z_0-9.]+)$")


def shapes(openapi: str, events: str) -> str:
    """The module."""
    told: dict[str, Any] = json.loads(events)["$defs"]
    known: dict[str, Any] = json.loads(openapi)["components"]["schemas"] | told
    wanted = [*ROOTS, *(source for source, _ in ARGUMENTS.values()), *told]
    classes = [name for name in sorted(_reached(known, wanted)) if name not in {one for one, _ in ARGUMENTS.values()}]
    unions = [name for name in classes if "oneOf" in known[name]]
    parts = [_class(name, known[name]) for name in classes if name not in unions]
    parts += [_class(name, _without(known[source], left), partial=True) for name, (source, left) in ARGUMENTS.items()]
    parts += [_union(name, known[name]) for name in unions]
    return _formatted(HEAD + "".join(f"\n\n{part}\n" for part in parts))


def _formatted(module: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "120", "-"]
    return subprocess.run(command, input=module, capture_output=True, text=True, check=True).stdout


def _reached(known: dict[str, Any], roots: list[str]) -> set[str]:
    found: set[str] = set()
    left = list(roots)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += [_REF.findall(ref)[0] for ref in _refs(known[name])]
    return found


def _refs(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"]
        for value in schema.values():
            yield from _refs(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _refs(value)


def _without(schema: dict[str, Any], left: set[str]) -> dict[str, Any]:
    return {**schema, "properties": {name: at for name, at in schema["properties"].items() if name not in left}}


def _class(name: str, schema: dict[str, Any], *, partial: bool = False) -> str:
    fields: dict[str, Any] = schema.get("properties", {})
    required = set(fields) if partial else set(schema.get("required", []))
    head = f"class {_called(name)}(TypedDict{', total=False' if partial else ''}):"
    rows = [f"    {field}: {_field(of, field in required)}" for field, of in fields.items()]
    return "\n".join([head, *_docstring(schema), *rows])


def _docstring(schema: dict[str, Any]) -> list[str]:
    says = " ".join(schema.get("description", "").split()) or "As the API has it."
    if len(says) < 100:
        return [f'    """{says}"""', ""]
    lines = textwrap.wrap(says, 110, initial_indent='    """', subsequent_indent="    ")
    return [*lines, '    """', ""]


def _field(schema: dict[str, Any], required: bool) -> str:
    written = _type(schema)
    return written if required else f"NotRequired[{written}]"


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return _name(schema["$ref"])
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return f"Literal[{', '.join(json.dumps(value) for value in values)}]".replace("null", "None")
    several = schema.get("anyOf") or schema.get("oneOf")
    if several is None and isinstance(schema.get("type"), list):
        several = [{**schema, "type": kind} for kind in schema["type"]]
    if several:
        parts = list(dict.fromkeys(_type(one) for one in several))
        return "Any" if "Any" in parts else " | ".join(parts)
    return _of_kind(schema)


def _of_kind(schema: dict[str, Any]) -> str:
    match schema.get("type"):
        case "array":
            items = schema.get("items")
            return f"list[{_type(items) if isinstance(items, dict) else 'Any'}]"
        case "object":
            values = schema.get("additionalProperties", {})
            return f"dict[str, {_type(values) if isinstance(values, dict) else 'Any'}]"
        case str(kind):
            return _PLAIN[kind]
        case _:
            return "Any"


def _union(name: str, schema: dict[str, Any]) -> str:
    members = [_name(one["$ref"]) for one in schema["oneOf"]]
    return f"{_called(name)}: TypeAlias = (\n    " + "\n    | ".join(members) + "\n)"


def _name(ref: str) -> str:
    found = _REF.search(ref)
    assert found, ref
    return _called(found[1])


def _called(name: str) -> str:
    """The class of a schema; of those with one name, each is called after the place where it is from as well."""
    *places, last = name.split(".")
    return "".join(place.title() for place in places[1:-1]) + last
