"""What is sent to shelves, and what they answer, for the OpenAPI document; it serves nothing.

`examples.py` puts these beside all others, by the name of the operation.
"""

from typing import Any

NOON = "2026-11-21T12:00:00.000000Z"
DEFINITION = "def_019aa3c5e0187b62dfaac8b7a6f5e408"

_BODIES: dict[str, dict[str, Any]] = {
    "agent": {
        "name": "reviewer",
        "description": "Reads changes and says what could go wrong.",
        "instructions": "You review changes. Name the risk first, then the line.",
        "tools": ["Read", "Grep", "Glob"],
        "permission_mode": "plan",
    },
    "skill": {
        "name": "release-notes",
        "description": "How we write release notes.",
        "body": "Say what changes for the person who upgrades. One line each, the most important first.",
        "files": {"template.md": "## What is new\n"},
    },
    "command": {
        "name": "docs:explain",
        "description": "Explains a file to a newcomer.",
        "body": "Explain $1 to somebody who is new here. $ARGUMENTS",
        "argument_hint": "[file]",
    },
    "tool_preset": {
        "name": "look-only",
        "tools": ["Read", "Grep", "Glob", "LS"],
        "disallowed_tools": ["Read(secrets/**)"],
    },
    "mcp_server": {
        "name": "issues",
        "type": "http",
        "url": "https://mcp.example.org/mcp",
        "headers": {"Authorization": "•••"},
    },
    "hook": {
        "name": "watch-shell",
        "event": "PreToolUse",
        "matcher": "Bash",
        "url": "https://hooks.example.org/palaver",
        "timeout": 10,
    },
}
_LONG = {"instructions", "body", "files"}
_CHANGE: dict[str, Any] = {"name": "renamed", "version": 1}


def _told(body: dict[str, Any], *, version: int = 1) -> dict[str, Any]:
    head = {
        "id": DEFINITION,
        "version": version,
        "source": "own",
        "shared": False,
        "read_only": False,
        "created_at": NOON,
        "updated_at": NOON,
    }
    return head | body


def _listed(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    short = {name: value for name, value in body.items() if name not in _LONG}
    status = {"status": {"name": body["name"], "source": "user", "type": "http", "state": "idle"}}
    return {"items": [_told(short) | (status if kind == "mcp_server" else {})], "next_cursor": None}


def _sent(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """What is sent has the secret that is shown as `•••` later."""
    return body | ({"headers": {"Authorization": "Bearer …"}} if kind == "mcp_server" else {})


REQUESTS: dict[str, dict[str, Any]] = {
    operation: titled
    for kind, body in _BODIES.items()
    for operation, titled in (
        (f"create_{kind}", {"A new one": _sent(kind, body)}),
        (f"change_{kind}", {"Another name, unless somebody was faster": _CHANGE}),
    )
}
ANSWERS: dict[str, Any] = {
    operation: told
    for kind, body in _BODIES.items()
    for operation, told in (
        (f"list_{kind}s", _listed(kind, body)),
        (f"create_{kind}", _told(body)),
        (f"get_{kind}", _told(body)),
        (f"change_{kind}", _told(body | {"name": "renamed"}, version=2)),
        (f"list_{kind}_versions", {"items": [_told(body)], "next_cursor": None}),
    )
}
