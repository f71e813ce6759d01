"""What organisations and groups look like, for the OpenAPI document; it serves nothing."""

from typing import Any

import msgspec

from palaver.core.ids import UserId
from palaver.identity.groups.api import BelongsList, GroupList
from palaver.identity.groups.group import Belongs, Group

ORGANISATION, GROUP = "org_019aa3c5f0607d2f9b66e4d3c2b1a007", "grp_019aa3c5f0707d2f9b66e4d3c2b1a008"
GRACE = UserId("usr_019aa3c5e0507c1e8a55d3c2b1a09f06")

REQUESTS: dict[str, dict[str, Any]] = {
    "create_organisation": {"By name": {"name": "The Tree"}},
    "change_organisation": {"Another name": {"name": "The Old Tree"}},
    "add_organisation_member": {
        "By id": {"user_id": GRACE, "role": "admin"},
        "By address": {"email": "grace@example.org"},
    },
    "create_group": {"Of an organisation": {"name": "Roots", "organisation_id": ORGANISATION}},
    "change_group": {"Another name": {"name": "Branches"}},
    "add_group_member": {"By id": {"user_id": GRACE}},
}


def answers(at: str) -> dict[str, Any]:
    """Operation → answer."""
    tree = Group(
        id=ORGANISATION, kind="organisation", organisation_id=None, name="The Tree", created_at=at, updated_at=at
    )  # fmt: skip
    roots = msgspec.structs.replace(tree, id=GROUP, kind="group", organisation_id=ORGANISATION, name="Roots")
    admin = Belongs(user_id=GRACE, name="Grace", role="admin", added_at=at)
    member = msgspec.structs.replace(admin, role="member")
    return {
        "list_organisations": GroupList([tree], None),
        "create_organisation": tree,
        "get_organisation": tree,
        "change_organisation": msgspec.structs.replace(tree, name="The Old Tree"),
        "list_organisation_members": BelongsList([admin], None),
        "add_organisation_member": admin,
        "list_groups": GroupList([roots], None),
        "create_group": roots,
        "get_group": roots,
        "change_group": msgspec.structs.replace(roots, name="Branches"),
        "list_group_members": BelongsList([member], None),
        "add_group_member": member,
    }
