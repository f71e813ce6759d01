"""Who may do what in a session, as a table; it knows no session and asks nobody.

What stands in the table is decided in docs/decisions/0033-members.md.
"""

from collections.abc import Iterable
from typing import Literal

from palaver.core.errors import Forbidden, NotFound
from palaver.core.room import MemberRole

# read: see everything of it, fork it, take it away. write: ask, edit, answer, cancel, bring files, go back.
# own: what cannot be taken back, or opens the session wider.
Act = Literal["read", "write", "own"]

_MAY: dict[MemberRole, frozenset[Act]] = {
    "viewer": frozenset({"read"}),
    "editor": frozenset({"read", "write"}),
    "owner": frozenset({"read", "write", "own"}),
}
_WORDS: dict[Act, str] = {
    "read": "You may not see this session.",
    "write": "You may read this session, but change nothing in it.",
    "own": "Only the owner of this session may do that.",
}
# What everybody in a session writes with. The rest is how its owner keeps it, or how freely agents act there.
EDITABLE = frozenset({"title", "model", "provider", "metadata", "head_message_id"})

_RANK: dict[MemberRole, int] = {"viewer": 0, "editor": 1, "owner": 2}
# From asking before everything to asking before nothing.
_FREEDOM = {"plan": 0, "dontAsk": 1, "default": 1, "acceptEdits": 2, "bypassPermissions": 3}


def may(role: MemberRole | None, act: Act) -> bool:
    """Whether somebody in this role may; None takes no part at all."""
    return role is not None and act in _MAY[role]


def check(role: MemberRole | None, act: Act) -> None:
    """NotFound for a stranger, who is not to know that there is a session; Forbidden where the role does not do."""
    if role is None:
        raise NotFound("There is no such session.")
    if not may(role, act):
        raise Forbidden(_WORDS[act])


def act_of(fields: Iterable[str]) -> Act:
    """What it is to change these fields of a session."""
    return "write" if EDITABLE.issuperset(fields) else "own"


def higher(one: MemberRole, other: MemberRole) -> MemberRole:
    """The role of the two that may do more."""
    return max(one, other, key=_RANK.__getitem__)


def freer(mode: str, than: str) -> bool:
    """Whether agents in one permission mode are asked about less than in another."""
    return _FREEDOM[mode] > _FREEDOM[than]
