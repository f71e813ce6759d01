"""What contexts, summaries and usage look like, for the OpenAPI document; it serves nothing."""

from typing import Any

from palaver.context.manifest import Hashed, Manifest, Offered, Stretch, Tokens
from palaver.core.ids import MessageId, RunId, SessionId
from palaver.core.messages import Message, Summary, TextPart
from palaver.core.usage import Usage
from palaver.runs.context_api import Summaries
from palaver.runs.usage_api import Share, UsageReport
from palaver.runs.usage_store import Consumed

_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


_USED = Consumed(answers=3, input_tokens=4_210, output_tokens=388, cached_tokens=2_048, cost_usd=0.0017)
REQUESTS: dict[str, dict[str, Any]] = {
    "summarize_session": {"As it comes": {}, "Above all about one thing": {"focus": "what was decided about the roof"}}
}


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
    return {
        "get_message_context": manifest,
        "get_session_context": following,
        **_summed_up(session, question, said, at),
    }


def _summed_up(session: SessionId, question: MessageId, said: MessageId, at: str) -> dict[str, Any]:
    summary = Message(
        id=MessageId("msg_019aa3c5e0187f40bd88a6f5e4d3c205"),
        session_id=session,
        parent_id=said,
        role="system",
        parts=(TextPart(text="The person asked about palaver trees."),),
        text="The person asked about palaver trees.",
        model="openai/gpt-5-mini",
        provider="openai",
        usage=Usage(input_tokens=1_610, output_tokens=22, cost_usd=0.000446),
        finish_reason="stop",
        summary=Summary(
            from_message_id=question,
            to_message_id=said,
            messages=12,
            tokens_before=3_900,
            tokens_after=640,
            checked=True,
        ),
        created_at=at,
    )
    return {
        "summarize_session": summary,
        "get_usage": UsageReport("day", [Share(at[:10], _USED)], _USED),
        "list_summaries": Summaries([summary]),
    }
