"""Which calls are counted together; it counts none.

Pure. What comes without a credential that holds is counted by address, everything else by user and key.
"""

from typing import Literal

# By user and key.
Group = Literal["runs", "reads", "writes", "files", "sockets", "frames"]
USERS: dict[str, Group] = {
    "runs": "runs",
    "reads": "reads",
    "writes": "writes",
    "files": "files",
    "sockets": "sockets",
    "frames": "frames",
}
# By address: signing in and all that leads there; what is open to everybody; credentials that do not hold.
ByAddress = Literal["auth", "open", "refused"]
ADDRESSES: dict[str, ByAddress] = {"auth": "auth", "open": "open", "refused": "refused"}

_API = "/api/v1/"
_OTHERS = ("/v1/", "/api/ai-sdk/", "/ag-ui", "/mcp")
_SIGNING_IN = (
    "auth/login",
    "auth/register",
    "auth/refresh",
    "auth/verify",
    "auth/password/",
    "auth/oidc/",
)
_OPEN = ("health", "config")
_ASKING = ("query", "query/single")
_ASKED = ("/messages", "/resume", "/summarize")
_MODELS = frozenset({"/v1/chat/completions", "/v1/messages", "/v1/responses", "/v1/embeddings", "/api/ai-sdk/chat"})
_READING = frozenset({"GET", "HEAD"})


def group_of(method: str, path: str) -> Group | ByAddress | None:
    """Where a request is counted; None for what browsers ask before they ask."""
    if method == "OPTIONS":
        return None
    if path.startswith(_API):
        return _ours(method, path[len(_API) :])
    if not path.startswith(_OTHERS):
        return "auth" if path == "/signin" else "open"
    if method in _READING:
        return "reads"
    return "runs" if path in _MODELS or path.startswith("/ag-ui") else "writes"


def _ours(method: str, path: str) -> Group | ByAddress:
    if path.startswith("auth/") and path.startswith(_SIGNING_IN):
        return "auth"
    if path.startswith(_OPEN) and path != "health/detailed":
        return "open"
    if path.startswith("files") or "/files" in path:
        return "files"
    if method in _READING:
        return "reads"
    asks = path in _ASKING or (path.startswith("sessions/") and path.endswith(_ASKED))
    return "runs" if method == "POST" and asks else "writes"


def place_of(address: str) -> str:
    """What counts as one address: of IPv6 the network, of which one customer has a whole one."""
    if ":" not in address:
        return address
    head = address.split("%", 1)[0].split("::", 1)[0].split(":")
    if "." in address:  # an IPv4 address written as one of IPv6
        return address.rsplit(":", 1)[1]
    return ":".join(((head if head != [""] else []) + ["0"] * 4)[:4])
