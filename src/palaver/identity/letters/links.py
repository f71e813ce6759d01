"""Addresses that lead to the page with a secret behind the `#`, which browsers send to no server."""

from typing import NamedTuple
from urllib.parse import quote


class Links(NamedTuple):
    """Makes them. `base` is what the operator says that people know the server by; None where nobody said."""

    base: str | None = None

    def to(self, name: str, secret: str, asked_at: str = "") -> str:
        """The page's address with `#name=secret`. `asked_at` is where whoever asks found the server themselves."""
        at = (self.base or asked_at).rstrip("/")
        return f"{at}/#{name}={quote(secret, safe='')}"
