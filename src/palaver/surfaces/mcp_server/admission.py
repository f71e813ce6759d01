"""♥ Whose pages may talk to `/mcp`, and what clients are told of how to get a credential; it verifies nobody.

A page that got hold of this address under another name (DNS rebinding) sends that name as Host and Origin alike: that
the two agree proves nothing, but for this machine's own names, which nobody else can have.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

PATH = "/mcp"
WELL_KNOWN = "/.well-known/oauth-protected-resource"

_OWN_NAMES = ("localhost", "127.0.0.1", "[::1]")


class Place(NamedTuple):
    """Where a client believes to be: how it came, and the host it named."""

    scheme: str
    host: str

    @property
    def url(self) -> str:
        """The origin of this server, as the client sees it."""
        return f"{self.scheme}://{self.host}"


def place_of(headers: Mapping[str, str], scheme: str) -> Place:
    """From a request's headers.

    A proxy that ended TLS says so. Whoever says so without one deceives nobody but itself: nothing is decided by it.
    """
    forwarded = headers.get("x-forwarded-proto", "").split(",", 1)[0].strip().lower()
    return Place("https" if forwarded == "https" else scheme, headers.get("host", "localhost"))


def may_come_from(origin: str | None, place: Place, trusted: Collection[str]) -> bool:
    """Whether a page of this origin, or no page at all, may ask."""
    if origin is None:
        return True
    named = origin.lower().rstrip("/")
    if named in {one.lower().rstrip("/") for one in trusted}:
        return True
    scheme, _, host = named.partition("://")
    return scheme in {"http", "https"} and host == place.host.lower() and _name(host) in _OWN_NAMES


def challenge(place: Place, given: str | None) -> str:
    """The `WWW-Authenticate` of a refusal: what the door says, and where it is said who gives out credentials."""
    where = f'resource_metadata="{place.url}{WELL_KNOWN}{PATH}"'
    said = (given or "Bearer").strip()
    return f"{said}, {where}" if " " in said else f"{said} {where}"


def metadata(place: Place, issuers: Sequence[str]) -> dict[str, Any]:
    """The protected resource, as RFC 9728 has it.

    Without issuers there is no authorization server to name, and a field without a value is left out (section 3.2):
    then the credential is an API key, which a person makes.
    """
    told: dict[str, Any] = {
        "resource": f"{place.url}{PATH}",
        "resource_name": "Palaver",
        "bearer_methods_supported": ["header"],
    }
    return told | ({"authorization_servers": list(issuers)} if issuers else {})


def _name(host: str) -> str:
    """Without the port; an address of the sixth version keeps its brackets."""
    return host[: host.index("]") + 1] if host.startswith("[") and "]" in host else host.partition(":")[0]
