"""♥ What an issuer's claims mean here: groups, the role that they give, the domain of an address; verifies nothing."""

from collections.abc import Collection, Mapping
from typing import Any, cast

from palaver.core.principal import Role
from palaver.identity.oidc.settings import GroupSettings

MOST_GROUPS = 1_000
LONGEST_GROUP = 255

_WIDEST: tuple[Role, ...] = ("admin", "counsellor", "member", "viewer")


def groups_of(claims: Mapping[str, Any], claim: str | None) -> frozenset[str]:
    """What somebody belongs to. The claim may be an address (`https://…/groups`) or lie deep (`realm_access.roles`)."""
    found = _at(claims, claim) if claim else None
    listed = [found] if isinstance(found, str) else found
    if not isinstance(listed, list):
        return frozenset()
    named = [
        one
        for one in cast("list[object]", listed)[:MOST_GROUPS]
        if isinstance(one, str) and 0 < len(one) <= LONGEST_GROUP
    ]
    return frozenset(one for one in named if one.isprintable())


def role_of(groups: Collection[str], settings: GroupSettings) -> Role | None:
    """The widest role that these groups give; None where the issuer has no say in roles."""
    if not settings.roles:
        return None
    given = {settings.roles[one] for one in groups if one in settings.roles}
    for role in _WIDEST:
        if role in given:
            return role
    return settings.default_role


def domain_of(email: object) -> str | None:
    """The part of an e-mail address that an organisation answers for."""
    if not isinstance(email, str) or email.count("@") != 1:
        return None
    return email.rpartition("@")[2].strip().lower() or None


def _at(claims: Mapping[str, Any], path: str) -> object:
    if path in claims:
        return claims[path]
    here: object = claims
    for part in path.split("."):
        if not isinstance(here, dict):
            return None
        here = cast("dict[str, object]", here).get(part)
    return here
