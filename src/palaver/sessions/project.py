"""A project as clients see it; what is done with it is `projects.py`."""

from typing import Any, NamedTuple

import msgspec


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """Sessions of one purpose. `instructions` are told to the model in each of them, beside their own."""

    id: str
    name: str
    description: str | None = None
    instructions: str | None = None
    metadata: dict[str, Any] = {}
    created_at: str
    updated_at: str


class Shelf(NamedTuple):
    """The files of a project as its sessions see them: the paths of the first, and how many there are."""

    paths: tuple[str, ...] = ()
    total: int = 0

    def told(self) -> str:
        """What a model is told of them; nothing where there are none."""
        if not self.paths:
            return ""
        more = self.total - len(self.paths)
        lines = [f"- {path}" for path in self.paths] + ([f"- and {more:,} more"] if more else [])
        return "Files of the project, which tools can read and not change:\n" + "\n".join(lines)


class Brief(NamedTuple):
    """What a model is told of a session's project, and which of the project's files are named in it."""

    text: str = ""
    files: tuple[str, ...] = ()


NO_BRIEF = Brief()
