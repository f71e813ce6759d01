"""The events of a stream as schemas: each as it is told, with its number, run and session; it tells none."""

from typing import Any, get_args

import msgspec

from palaver.core.events import RunEvent
from palaver.kit.answers import REF_TEMPLATE
from palaver.runs.machine import UNTOLD

NAME = "Event"
FRAME = "ServerSentEvent"

_PLACE: dict[str, Any] = {
    "seq": {"type": "integer", "minimum": 1, "description": "The event's number in its run, without gaps."},
    "run_id": {"type": "string"},
    "session_id": {"type": "string"},
}


def event_schemas() -> dict[str, Any]:
    """A component for every event, `Event`, which is any of them, and `ServerSentEvent`, as which it travels."""
    told = [kind for kind in get_args(RunEvent) if kind not in UNTOLD]
    _, components = msgspec.json.schema_components(told, ref_template=REF_TEMPLATE)
    mapping: dict[str, str] = {}
    for kind in told:
        schema = components[kind.__name__]
        schema["properties"] = {"type": schema["properties"].pop("type"), **_PLACE, **schema["properties"]}
        schema["required"] = ["type", *_PLACE, *(name for name in schema["required"] if name != "type")]
        mapping[kind.__struct_config__.tag] = REF_TEMPLATE.format(name=kind.__name__)
    components[NAME] = {
        "description": "Something that happened in a run.",
        "oneOf": [{"$ref": ref} for ref in mapping.values()],
        "discriminator": {"propertyName": "type", "mapping": mapping},
    }
    # OpenAPI 3.1 has no word for streams; where it is read at all, the schema of one is taken for that of each event.
    components[FRAME] = {
        "description": "One event of a stream. Comments in between (`: ping`) say that the connection lives.",
        "type": "object",
        "properties": {
            "id": {"type": "string", "pattern": "^[1-9][0-9]*$", "description": "The event's `seq`."},
            "event": {"type": "string", "enum": sorted(mapping), "description": "The event's `type`."},
            "data": {
                "type": "string",
                "contentMediaType": "application/json",
                "contentSchema": {"$ref": REF_TEMPLATE.format(name=NAME)},
            },
        },
        "required": ["id", "event", "data"],
    }
    return components
