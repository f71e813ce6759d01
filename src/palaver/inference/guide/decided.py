"""What the guide came to: to call tools, or to say something. It comes to nothing itself."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Calling:
    """Make these calls, all at once: names and arguments."""

    calls: tuple[tuple[str, dict[str, Any]], ...]


@dataclass(frozen=True, slots=True)
class Saying:
    """Say this."""

    text: str
