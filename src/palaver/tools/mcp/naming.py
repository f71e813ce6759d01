"""♥ The names under which models know what MCP servers offer; it knows no server."""

import hashlib
import re

LONGEST = 64  # what every vendor takes
_REFUSED = re.compile(r"[^a-zA-Z0-9_-]")


def full_name(server: str, tool: str, taken: frozenset[str] | set[str] = frozenset()) -> str:
    """`mcp__server__tool`, in letters that vendors take, within their length, and unlike all that are taken."""
    name = f"mcp__{server}__{_REFUSED.sub('_', tool)}"
    if len(name) <= LONGEST and name not in taken:
        return name
    mark = hashlib.sha256(f"{server}\n{tool}".encode()).hexdigest()[:8]
    return f"{name[: LONGEST - 9]}_{mark}"
