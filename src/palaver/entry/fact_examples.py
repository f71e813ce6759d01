"""What memory looks like, for the OpenAPI document; it serves nothing."""

from typing import Any

import msgspec

from palaver.context.memory.fact import Fact, Source
from palaver.context.memory.service import Cleared, FactList, Memory
from palaver.core.ids import MessageId, SessionId

FACT = "mem_019aa3c5e0187d21a0b9c8d7e6f5a4b3"

REQUESTS: dict[str, dict[str, Any]] = {
    "create_memory": {
        "For every session": {"text": "My dog is called Rex."},
        "Told in every turn": {"text": "I read German better than English.", "pinned": True},
    },
    "change_memory_fact": {"It is told in every turn": {"pinned": True}},
    "change_memory": {"Tell models nothing": {"mode": "off"}},
}


def answers(session: SessionId, question: MessageId, at: str) -> dict[str, Any]:
    """Operation → answer."""
    fact = Fact(
        id=FACT,
        text="My dog is called Rex.",
        source=Source(session, question),
        created_at=at,
        updated_at=at,
    )
    return {
        "get_memory": (about := Memory("recall", True, False, 12, 500, 500)),
        "change_memory": msgspec.structs.replace(about, mode="off"),
        "list_memories": FactList([fact], None),
        "create_memory": fact,
        "get_memory_fact": fact,
        "change_memory_fact": msgspec.structs.replace(fact, pinned=True),
        "clear_memories": Cleared(12),
    }
