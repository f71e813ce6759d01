"""What a key and a viewer may call: the vocabulary of scopes, which part of the API needs which; it verifies nobody.

A key without scopes may do what its user's role allows. A key with scopes may call only what is listed here; a path
that is not listed needs `admin`, so that a new endpoint is closed to narrow keys until somebody places it. A viewer of
the house is held to the scopes that read, whatever credential they bring.
"""

import re
from collections.abc import Iterable

from palaver.core.principal import Principal

ADMIN = "admin"
SCIM = "scim"

# What each scope opens, in words for documents and error texts.
SCOPES = {
    "sessions:read": "List, search, read and export sessions and messages; statistics.",
    "sessions:write": "Create, change and delete sessions and messages; also reads them.",
    "runs:read": "Follow runs and their events, see what waits for an answer.",
    "runs:write": "Ask models, cancel, answer questions and approvals; also follows runs.",
    "models:read": "List the models that can be asked.",
    "agents:read": "List and read agents, skills, commands, tool presets, MCP servers and hooks.",
    "agents:write": "Create, change and delete them; also reads them.",
    "memories:read": "List and read the facts that are remembered.",
    "memories:write": "Let facts be remembered, change and forget them, say how much is remembered; also reads them.",
    "care:read": "Read texts for danger to somebody, list who helps, see what is kept of that; nothing is changed.",
    "care:write": "Agree and refuse, act for people in need as one's role allows, delete what is kept; also reads.",
    "webhooks:read": "List and read webhooks and what they were told, contents of sessions included.",
    "webhooks:write": "Create, change and delete webhooks, which are told what happens in sessions; also reads them.",
    "teams:read": "List the organisations and groups that one belongs to, and who else does.",
    "teams:write": "Keep organisations, groups and who belongs to them, as far as one may there; also lists them.",
    "keys:read": "List one's API keys.",
    "keys:write": "Create and delete API keys no wider than this one; also lists them.",
    SCIM: "Look after users and groups from a directory, over SCIM; for administrators.",
    ADMIN: "Everything the user's role allows.",
}
# What only administrators' credentials open, however wide they are.
_OF_ADMINISTRATORS = frozenset({ADMIN, SCIM})

# Prefix of a path below /api/v1 → (scope for GET, scope for everything else). None: whoever is verified.
_GROUPS: dict[str, tuple[str | None, str | None]] = {
    "sessions": ("sessions:read", "sessions:write"),
    "messages": ("sessions:read", "sessions:write"),
    "files": ("sessions:read", "sessions:write"),
    "invitations": ("sessions:read", "sessions:write"),
    "templates": ("sessions:read", "sessions:write"),
    "limits": (None, None),
    "stats": ("sessions:read", "sessions:read"),
    "usage": ("sessions:read", "sessions:read"),
    "search": ("sessions:read", "sessions:read"),
    "export": ("sessions:read", "sessions:read"),
    "projects": ("sessions:read", "sessions:write"),
    **dict.fromkeys(("memories", "memory"), ("memories:read", "memories:write")),
    **dict.fromkeys(("care", "consents"), ("care:read", "care:write")),
    "query": ("runs:read", "runs:write"),
    "runs": ("runs:read", "runs:write"),
    "approvals": ("runs:read", "runs:write"),
    "grants": ("runs:read", "runs:write"),
    "ws": ("runs:read", "runs:write"),
    "models": ("models:read", "models:read"),
    **dict.fromkeys(
        ("agents", "skills", "commands", "tool-presets", "mcp-servers", "hooks", "tools", "mcp-sign-in"),
        ("agents:read", "agents:write"),
    ),
    "webhooks": ("webhooks:read", "webhooks:write"),
    **dict.fromkeys(("organisations", "groups"), ("teams:read", "teams:write")),
    "api-keys": ("keys:read", "keys:write"),
    "auth": (None, None),
    "users": (None, None),
}

# What a viewer of the house does besides reading: says how far, takes part by an invitation, makes keys that read.
_OF_VIEWERS = re.compile(r"/api/v1/(?:sessions/[^/]+/read|invitations/accept|api-keys(?:/.*)?)")

# What stands below one session and belongs to its runs.
_OF_RUNS = frozenset({"events", "messages", "resume", "interrupt", "answer", "control"})
# What is asked about a text that the request brings; nothing changes by it.
_JUDGES = frozenset({"assess", "moderate", "emotion", "redact", "culture"})
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_PREFIX = "/api/v1/"
_WITH_ONE = frozenset({"/api/v1/auth/me", "/api/v1/auth/logout", "/api/v1/auth/password"})
_OTHER_FORMATS = ("/v1/", "/ag-ui", "/api/ai-sdk/")  # what clients of other protocols may do is all about runs
_OF_SESSIONS = "/v1/conversations"  # but these are sessions under another name


def needed(method: str, path: str) -> str | None:
    """The scope that this call needs, or None where a verified caller is enough."""
    if path.startswith("/ws/chat/"):
        return "runs:read"
    if path.startswith("/scim/"):
        return SCIM
    if path == "/mcp":
        return None  # each of its tools asks for its own
    if path.startswith(_OF_SESSIONS) or (path.startswith(_OTHER_FORMATS) and method == "DELETE"):
        return "sessions:read" if method in _READING else "sessions:write"
    if path.startswith(_OTHER_FORMATS):
        return "models:read" if path.startswith("/v1/models") else "runs:read" if method in _READING else "runs:write"
    if not path.startswith(_PREFIX):
        return ADMIN
    parts = path[len(_PREFIX) :].split("/")
    group = _GROUPS.get(parts[0], (ADMIN, ADMIN))
    if parts[0] == "sessions" and len(parts) == 3 and _belongs_to_runs(method, parts[2]):
        group = _GROUPS["runs"]
    if (parts[0] == "users" and parts[1:] != ["sync"]) or parts == ["api-keys", "leaked"] or _governs(parts):
        return ADMIN
    judges = parts[0] == "care" and parts[1:2] and parts[1] in _JUDGES
    return group[0] if judges or method in _READING else group[1]


def asked_of(principal: Principal, method: str, path: str) -> str | None:
    """The scope that this call needs of this caller."""
    if principal.role == "viewer" and principal.scopes is None and _OF_VIEWERS.fullmatch(path):
        return None
    return needed(method, path)


def may_with_one(path: str) -> bool:
    """Whether somebody who must have a second factor and has none may come here: to set one up, or to leave."""
    return path in _WITH_ONE or path.startswith("/api/v1/auth/second-factor")


def allowed(principal: Principal, scope: str | None) -> bool:
    """Whether the caller may do what needs `scope`; some also need the role of an administrator."""
    if scope in _OF_ADMINISTRATORS and not principal.admin:
        return False
    if principal.role == "viewer" and not _reads(scope):
        return False
    held = principal.scopes
    return held is None or scope is None or ADMIN in held or scope in held or _written(scope) in held


def unknown(scopes: Iterable[str]) -> list[str]:
    """Those that are no scopes of ours."""
    return sorted(scope for scope in set(scopes) if scope not in SCOPES)


def wider(scopes: Iterable[str] | None, principal: Principal) -> list[str]:
    """Those that the caller does not hold and hence cannot hand on; None asks for everything."""
    wanted = SCOPES if scopes is None else scopes
    if scopes is None and principal.scopes is None and principal.role != "viewer":
        return []
    return sorted(scope for scope in set(wanted) if not allowed(principal, scope))


def _governs(parts: list[str]) -> bool:
    """Whether this is how words are judged for everybody, or what is counted of everybody."""
    return parts[0] == "care" and parts[1:2] in (["policy"], ["counts"], ["moderation"])


def _reads(scope: str | None) -> bool:
    return scope is None or scope.endswith(":read")


def _belongs_to_runs(method: str, part: str) -> bool:
    return part in _OF_RUNS and not (part == "messages" and method in _READING)


def _written(scope: str) -> str:
    """The writing scope that includes a reading one."""
    return scope.removesuffix(":read") + ":write" if scope.endswith(":read") else scope
