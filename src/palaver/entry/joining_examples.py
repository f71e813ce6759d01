"""What joining a conversation looks like, for the OpenAPI document; all of it is made up."""

from typing import Any

from palaver.core.ids import MessageId, RunId, SessionId
from palaver.runs.joining.service import CareConversation, CareLine, SaidAsHuman
from palaver.sessions.session import Human

REQUESTS: dict[str, dict[str, Any]] = {
    "say_in_conversation": {
        "Once, however often it is sent": {"text": "I am here. Take your time.", "idempotency_key": "words-1"}
    },
}


def answers(session_id: SessionId, message_id: MessageId, run_id: RunId, noon: str) -> dict[str, Any]:
    """Operation → answer."""
    human = Human("esc_019aa3c5e0007c1e8a55d3c2b1a09f77", "Amina", joined_at=noon, until=noon[:11] + "12:30:00.000000Z")
    line = CareLine(id=message_id, by="human", name="Amina", text="I am here. Take your time.", created_at=noon)
    return {
        "join_conversation": human,
        "say_in_conversation": SaidAsHuman(message_id, run_id),
        "get_conversation": CareConversation(
            escalation_id=human.escalation_id, session_id=session_id, shared=False, human=human, items=[line]
        ),
    }
