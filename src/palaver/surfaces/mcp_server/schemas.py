"""♥ What the tools of the MCP server give back, as JSON schemas."""

from typing import Any

_TEXT: dict[str, Any] = {"type": "string"}
_MAYBE: dict[str, Any] = {"type": ["string", "null"]}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}


def _object(fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _page(name: str, fields: dict[str, Any], **beside: Any) -> dict[str, Any]:
    return _object({**beside, name: {"type": "array", "items": _object(fields)}, "next_cursor": _MAYBE})


QUERIED = _object(
    {
        "session_id": _TEXT,
        "message_id": _TEXT,
        "text": _TEXT,
        "model": _MAYBE,
        "finish_reason": _MAYBE,
        "usage": _object(
            {"input_tokens": _COUNT, "output_tokens": _COUNT, "cost_usd": {"type": ["number", "null"]}},
        ),
    }
)
SESSIONS = _page(
    "sessions",
    {
        "id": _TEXT,
        "title": _MAYBE,
        "model": _MAYBE,
        "status": _TEXT,
        "message_count": _COUNT,
        "archived": {"type": "boolean"},
        "created_at": _TEXT,
        "updated_at": _TEXT,
    },
)
MESSAGES = _page(
    "messages",
    {
        "id": _TEXT,
        "role": _TEXT,
        "text": _TEXT,
        "model": _MAYBE,
        "status": _TEXT,
        "created_at": _TEXT,
    },
    session_id=_TEXT,
    title=_MAYBE,
)
FOUND = _page(
    "found",
    {
        "session_id": _TEXT,
        "session_title": _MAYBE,
        "message_id": _TEXT,
        "role": _TEXT,
        "snippet": _TEXT,
        "created_at": _TEXT,
    },
)
