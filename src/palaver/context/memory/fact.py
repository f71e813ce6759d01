"""A remembered fact as clients see it, and how much a person lets be remembered; it finds and stores none. Pure."""

from collections.abc import Mapping
from typing import Any, Literal, get_args

import msgspec

from palaver.core.ids import MessageId, SessionId

Mode = Literal["off", "recall", "on"]
MODES: tuple[Mode, ...] = get_args(Mode)
USUAL: Mode = "recall"  # what a person wrote down themselves is told; nothing is learnt from what they say

FACT = "mem"


class Source(msgspec.Struct, frozen=True):
    """Where it was said."""

    session_id: SessionId
    message_id: MessageId


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Something about a person that models are told where it matters; with a project, in the sessions of that one only.

    `pinned` ones are told in every turn, as far as there is room. `source` is gone when its session or message is.
    """

    id: str
    text: str
    project_id: str | None = None
    pinned: bool = False
    made_by: Literal["person", "model"] = "person"
    source: Source | None = None
    created_at: str
    updated_at: str
    used_at: str | None = None


class Wish(msgspec.Struct, frozen=True):
    """What a session says about memory: how much of it, and for which project."""

    mode: Mode | None = None
    project_id: str | None = None


def mode_in(settings: Mapping[str, Any], *, others: bool = False) -> Mode | None:
    """What a session's settings say; what is no mode counts as `off`, because more was not asked for.

    For `others` than who owns the session it takes away and adds nothing: nobody else lets facts be picked from them.
    """
    said = settings.get("memory")
    if said is None or (others and said == "on"):
        return None
    return said if said in MODES else "off"


def effective(person: Mode | None, session: Mode | None) -> Mode:
    """What counts: a person's `off` counts everywhere, else the session's word before the person's."""
    if person == "off":
        return "off"
    return session or person or USUAL
