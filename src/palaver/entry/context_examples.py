"""What contexts, summaries and usage look like, for the OpenAPI document; it serves nothing."""

from typing import Any

from palaver.context.manifest import Hashed, Manifest, Offered, Stretch, Tokens
from palaver.core.ids import MessageId, RunId, SessionId

_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def answers(ids: tuple[SessionId, RunId, MessageId, MessageId], at: str) -> dict[str, Any]:
    """Operation → answer."""
    session, run, question, said = ids
    manifest = Manifest(
        message_id=said,
        session_id=session,
        run_id=run,
        model="openai/gpt-5-mini",
        provider="openai",
        window=400_000,
        settings={"temperature": 0.2, "permission_mode": "default"},
        instructions=Hashed(_HASH, 412),
        messages=Stretch(1, question, question),
        tools=Offered(("Read", "Write"), _HASH),
        tokens=Tokens(instructions=96, tools=310, messages=14, total=420, reported=433),
        at=at,
    )
    following = Manifest(
        session_id=session,
        model="openai/gpt-5-mini",
        provider="openai",
        window=400_000,
        messages=Stretch(2, question, said),
        tokens=Tokens(messages=41, total=41),
    )
    return {"get_message_context": manifest, "get_session_context": following}
