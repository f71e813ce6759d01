"""A project as clients see it; what is done with it is `projects.py`."""

from typing import Any

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
