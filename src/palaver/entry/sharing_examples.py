"""What sharing and share links look like, for the OpenAPI document; it serves nothing."""

from typing import Any

import msgspec

from palaver.agents.kinds import PLAIN_KINDS
from palaver.agents.servers import MCP_SERVER
from palaver.agents.sharing.api import ShelfSharedWithList
from palaver.agents.sharing.service import ShelfSharedWith
from palaver.core.ids import MessageId, SessionId
from palaver.entry.team_examples import GROUP
from palaver.sessions.links.api import ShareLinkList
from palaver.sessions.links.service import ShareLink
from palaver.sessions.sharing.api import SharedWithList
from palaver.sessions.sharing.service import SharedWith

LINK = "lnk_019aa3c5f0807d2f9b66e4d3c2b1a009"
SECRET = "3q2-7wZ0b1lV9s5xkT8mPz4cRjYh6uNaQeLdGfWo_Io"  # noqa: S105 - nobody's

REQUESTS: dict[str, dict[str, Any]] = {
    "share_project": {"To be read": {"role": "viewer"}},
    "share_session": {"To be read": {"role": "viewer"}, "To ask in it": {"role": "editor"}},
    "create_share_link": {
        "All of it, for a month": {},
        "Up to a message, with names": {"message_id": "msg_019aa3c5e0087f40bd88a6f5e4d3c204", "authors": True},
    },
}


def answers(session_id: SessionId, message_id: MessageId, at: str) -> dict[str, Any]:
    """Operation → answer."""
    link = ShareLink(
        id=LINK,
        session_id=session_id,
        message_id=message_id,
        authors=False,
        tools=False,
        reasoning=False,
        created_at=at,
        expires_at=at,
    )
    shared = SharedWith(id=GROUP, kind="group", name="Roots", role="viewer", added_at=at)
    used = ShelfSharedWith(id=GROUP, kind="group", name="Roots", added_at=at)
    kinds = (*(kind.name for kind in PLAIN_KINDS), MCP_SERVER)
    return {
        **{f"list_{kind}_shared_with": ShelfSharedWithList([used]) for kind in kinds},
        **{f"share_{kind}": used for kind in kinds},
        "list_groups_of_session": SharedWithList([shared]),
        "share_session": shared,
        "list_project_shared_with": SharedWithList([shared]),
        "share_project": shared,
        "list_share_links": ShareLinkList([link]),
        "create_share_link": msgspec.structs.replace(link, link=f"/shared/{SECRET}"),
    }
