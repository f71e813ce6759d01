"""♥ A directory's resources as this house reads and shows them: names, addresses, who may come in; stores nothing."""

from collections.abc import Mapping
from typing import Any, cast

import msgspec

from palaver.core.errors import Invalid
from palaver.identity.scim.documents import ENTERPRISE, GROUP, USER
from palaver.identity.scim.filters import is_object

LARGEST = 65_536  # bytes of one user
LONGEST_NAME = 254
# What a directory may not say, or what is kept elsewhere.
_NOT_KEPT = frozenset({"schemas", "id", "meta", "groups", "password", "active"})

Resource = dict[str, Any]


def refused(field: str, says: str) -> Invalid:
    """A value that cannot be."""
    return Invalid(says, errors=[{"loc": ["body", field], "msg": says, "type": "scim"}])


def cleaned(body: Mapping[str, Any]) -> Resource:
    """What is kept of a user that came; raises Invalid where it is none."""
    names = {"username": "userName", "externalid": "externalId", "displayname": "displayName"}
    kept = {names.get(name.lower(), name): value for name, value in body.items()}
    kept = {name: value for name, value in kept.items() if name not in _NOT_KEPT and value is not None}
    name = kept.get("userName")
    if not isinstance(name, str) or not 0 < len(name.strip()) <= LONGEST_NAME or not name.isprintable():
        raise refused("userName", f"A userName is a text of 1 to {LONGEST_NAME} characters that can be seen.")
    external = kept.get("externalId")
    if external is not None and (not isinstance(external, str) or not 0 < len(external) <= 255):
        raise refused("externalId", "An externalId is a text of 1 to 255 characters.")
    if len(msgspec.json.encode(kept)) > LARGEST:
        raise refused("schemas", f"A user may have {LARGEST} bytes.")
    return kept


def is_active(body: Mapping[str, Any], *, otherwise: bool) -> bool:
    """Whether the user may come in; Entra sends it as a text."""
    said = next((value for name, value in body.items() if name.lower() == "active"), None)
    if said is None:
        return otherwise
    if isinstance(said, str) and said.lower() in {"true", "false"}:
        return said.lower() == "true"
    if not isinstance(said, bool):
        raise refused("active", "active is true or false.")
    return said


def email_of(resource: Mapping[str, Any]) -> str | None:
    """The e-mail address that counts: the primary one, the first one, or a userName that is one."""
    listed = resource.get("emails")
    entries = [one for one in cast("list[object]", listed) if is_object(one)] if isinstance(listed, list) else []
    first = [one for one in entries if one.get("primary") in (True, "true", "True")] or entries
    value = first[0].get("value") if first else None
    if isinstance(value, str) and value.strip():
        return value.strip()[:LONGEST_NAME]
    name = resource.get("userName")
    return name if isinstance(name, str) and "@" in name else None


def name_of(resource: Mapping[str, Any]) -> str | None:
    """What people see."""
    parts = resource.get("name")
    named: Mapping[str, Any] = parts if is_object(parts) else {}
    joined = " ".join(str(named[one]) for one in ("givenName", "familyName") if isinstance(named.get(one), str))
    for text in (resource.get("displayName"), named.get("formatted"), joined):
        if isinstance(text, str) and text.strip() and text.isprintable():
            return text.strip()[:200]
    return None


def user(resource: Mapping[str, Any], *, user_id: str, active: bool, at: tuple[str, str], base: str) -> Resource:
    """A user as a directory sees it; `at` is when it came and when it changed."""
    schemas = [USER, *([ENTERPRISE] if ENTERPRISE in resource else [])]
    meta = {"resourceType": "User", "created": at[0], "lastModified": at[1], "location": f"{base}/Users/{user_id}"}
    return {"schemas": schemas, "id": user_id, **resource, "active": active, "meta": meta}


def group(
    said: Mapping[str, Any], members: list[tuple[str, str | None]] | None, at: tuple[str, str], base: str
) -> Resource:
    """A group as a directory sees it; `members` None leaves them out."""
    meta = {"resourceType": "Group", "created": at[0], "lastModified": at[1], "location": f"{base}/Groups/{said['id']}"}
    shown: Resource = {"schemas": [GROUP], **said, "meta": meta}
    if members is not None:
        shown["members"] = [
            {"value": one, "display": name or one, "type": "User", "$ref": f"{base}/Users/{one}"}
            for one, name in members
        ]
    return shown


def projected(resource: Resource, only: frozenset[str], without: frozenset[str]) -> Resource:
    """What was asked for of it, by names in any case; ids and schemas stay."""
    always = {"schemas", "id"}
    if only:
        return {name: value for name, value in resource.items() if name in always or _named(name, only)}
    return {name: value for name, value in resource.items() if name in always or not _named(name, without)}


def _named(name: str, asked: frozenset[str]) -> bool:
    return any(one == name.lower() or one.startswith(f"{name.lower()}.") for one in asked)
