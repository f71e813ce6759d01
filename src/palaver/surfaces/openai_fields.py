"""What requests of OpenAI's APIs have in common, as our own: tools, forms, what is kept with a question; pure."""

from collections.abc import Mapping
from typing import Any

import msgspec

from palaver.inference.port import ToolSpec
from palaver.runs.client_tools import ClientTool
from palaver.sessions.incoming import bounded
from palaver.surfaces.refusing import refused

ANY_OBJECT: Mapping[str, Any] = {"type": "json_schema", "schema": {"type": "object"}, "name": "answer"}


def spec_of(name: str, description: str | None, parameters: Mapping[str, Any] | None) -> ToolSpec:
    """A function that the client calls itself."""
    given: dict[str, Any] = dict(parameters) if parameters else {"type": "object", "properties": {}}
    checked = ClientTool(name=name, description=description or "", parameters=given)
    return ToolSpec(checked.name, checked.description, checked.parameters)


def form_of(name: str, schema: Mapping[str, Any], description: str | None) -> dict[str, Any]:
    """The form of an answer; what it is for is said to the model within its schema, unless that says so itself."""
    about = {"description": description} if description else {}
    return {"type": "json_schema", "schema": {**about, **schema}, "name": name}


def kept_with(metadata: Mapping[str, str] | None, **who: str | None) -> dict[str, Any]:
    """What is kept with a question; who asks in the client's own system stands beside it and is believed of nobody."""
    kept: dict[str, Any] = {name: value for name, value in (metadata or {}).items() if name != "session_id"}
    kept |= {name: value for name, value in who.items() if value}
    try:
        return bounded(kept) or {}
    except (ValueError, msgspec.MsgspecError) as error:
        raise refused("metadata", str(error)) from None
