"""What taking part in sessions looks like, for the OpenAPI document; it serves nothing."""

from typing import Any

import msgspec

from palaver.core.ids import MessageId, UserId
from palaver.sessions.members import Invited, Member
from palaver.sessions.members_api import InvitationList, MemberList
from palaver.sessions.session import Session

INVITATION = "inv_019aa3c5f0407d2f9b66e4d3c2b1a005"
OWNER, GRACE = UserId("usr_019aa3c5e0007c1e8a55d3c2b1a09f01"), UserId("usr_019aa3c5f0507c1e8a55d3c2b1a09f06")
_SECRET = "3q2-7wZ0b1lV9s5xkT8mPz4cRjYh6uNaQeLdGfWo_Io"  # noqa: S105 - nobody's

REQUESTS: dict[str, dict[str, Any]] = {
    "add_member": {
        "By address": {"email": "grace@example.org", "role": "editor"},
        "By id": {"user_id": GRACE, "role": "viewer"},
    },
    "mark_read": {"Up to here": {"message_id": "msg_019aa3c5e0087f40bd88a6f5e4d3c204"}},
    "create_invitation": {
        "For one reader, for three days": {},
        "For a class": {"role": "editor", "expires_in_hours": 168, "uses": 30},
    },
    "accept_invitation": {"What stands in the link": {"token": _SECRET}},
}


def answers(session: Session, read: MessageId, at: str) -> dict[str, Any]:
    """Operation → answer."""
    ada = Member(user_id=OWNER, name="Ada", role="owner", joined_at=None, read_message_id=read)
    grace = Member(user_id=GRACE, name="Grace", role="editor", joined_at=at, read_message_id=None)
    invited = Invited(
        id=INVITATION, session_id=session.id, role="viewer", created_at=at, expires_at=at, uses_left=1
    )  # fmt: skip
    return {
        "list_members": MemberList([ada, grace]),
        "add_member": grace,
        "add_member 202": msgspec.structs.replace(invited, token=_SECRET, link=f"/#invitation={_SECRET}"),
        "list_invitations": InvitationList([invited]),
        "create_invitation": msgspec.structs.replace(invited, token=_SECRET, link=f"/#invitation={_SECRET}"),
        "accept_invitation": msgspec.structs.replace(session, role="viewer"),
    }
