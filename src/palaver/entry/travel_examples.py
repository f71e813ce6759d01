"""What going back in time looks like, for the OpenAPI document; see `examples.py`."""

from typing import Any

import msgspec

from palaver.core.ids import MessageId, SessionId
from palaver.core.messages import Siblings
from palaver.sessions.forking import forked
from palaver.sessions.session import Origin, Session
from palaver.sessions.shape import Node, Shape
from palaver.sessions.shown import shown

FORK = SessionId("ses_019aa3c5f0007c1e8a55d3c2b1a09f02")

REQUESTS: dict[str, dict[str, Any]] = {
    "fork_session": {
        "At the end": {},
        "At a message": {"message_id": "msg_019aa3c5e0087f40bd88a6f5e4d3c204", "title": "Another way"},
    },
}


def answers(session: Session, answer: MessageId) -> dict[str, Any]:
    """What is answered about this session, whose head is that message."""
    node = Node(
        id=answer,
        parent_id=None,
        role="assistant",
        depth=0,
        siblings=Siblings(),
        words="A palaver tree is where a community sits down",
        shared=False,
        created_at=session.updated_at,
    )
    fork = msgspec.structs.replace(
        forked(session, FORK, now=session.updated_at),
        title="Another way",
        title_source="user",
        parent=Origin(session.id, answer),
        head_message_id=shown(answer, FORK),
        message_count=2,
    )
    return {
        "fork_session": fork,
        "get_session_tree": Shape(items=[node], head_message_id=answer, branches=1, next_cursor=None),
    }
