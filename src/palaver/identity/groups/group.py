"""What an organisation and a group are, and who may do what in them; pure, asks nobody.

An organisation has owners, admins and members. A group belongs to an organisation or to the house as a whole; its
members have no roles among themselves.
"""

import unicodedata
from typing import Literal

import msgspec

from palaver.core.ids import UserId

ORGANISATION, GROUP = "org", "grp"  # prefixes of ids

Kind = Literal["organisation", "group"]
GroupRole = Literal["owner", "admin", "member"]
# see: its name and who belongs to it. keep: members, groups, its name. own: owners, and to delete it.
Act = Literal["see", "keep", "own"]

_MAY: dict[GroupRole, frozenset[Act]] = {
    "member": frozenset({"see"}),
    "admin": frozenset({"see", "keep"}),
    "owner": frozenset({"see", "keep", "own"}),
}


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation or a group. `source` is who keeps it: "" is this house, else an issuer or a directory."""

    id: str
    kind: Kind
    organisation_id: str | None
    name: str
    source: str = ""
    external_id: str | None = None
    created_at: str
    updated_at: str


class Belongs(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who belongs to an organisation or a group."""

    user_id: UserId
    name: str
    role: GroupRole
    added_at: str


def may(role: GroupRole | None, act: Act) -> bool:
    """Whether somebody in this role of an organisation may; None does not belong to it."""
    return role is not None and act in _MAY[role]


def key_of(kind: Kind, organisation_id: str | None, name: str) -> str:
    """What no two share: names are told apart without regard to case and to how letters are composed."""
    folded = unicodedata.normalize("NFKC", " ".join(name.split())).casefold()
    return f"{kind}:{organisation_id or ''}:{folded}"
