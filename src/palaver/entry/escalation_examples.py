"""What calling a human looks like, for the OpenAPI document; the people in it are nobody."""

from typing import Any

from palaver.care.escalations.escalation import (
    Answering,
    Escalation,
    EscalationList,
    EscalationWhole,
    event,
    fields,
    reduced,
)
from palaver.care.escalations.store import Happened, Kept
from palaver.care.escalations.words import says

_AT = "2026-11-22T12:00:00.000000Z"
_BOB = Answering(id="usr_019aa3c5e0007b62dfaac8b7a6f5e407", name="Bob")
_ID = "esc_019aa3c5e0247c1e8a55d3c2b1a09f11"
_CALLED = Kept(
    id=_ID,
    user_id="usr_019aa3c5e0007b62dfaac8b7a6f5e406",
    session_id="ses_019aa3c5e0007c1e8a55d3c2b1a09f01",
    run_id="run_019aa3c5e0107d2f9b66e4d3c2b1a002",
    assessment_id="asm_019aa3c5e0207c1e8a55d3c2b1a09f12",
    level="high",
    urgency=3,
    state="routed",
    language="en",
    helped='[{"id":"ke-emergency","name":"Emergency services","channels":[{"kind":"phone","to":"999"}]}]',
    created_at=_AT,
    updated_at=_AT,
    group_name="counsellors",
    deadline_at="2026-11-22T12:05:00.000000Z",
)
_CLAIMED = _CALLED._replace(claimed_by=_BOB.id, claimed_at=_AT)
_THERE = _CLAIMED._replace(state="acknowledged", acknowledged_at=_AT, deadline_at=None)
_CLOSED = _THERE._replace(state="closed", closed_at=_AT, outcome="helped")
_BEGAN = event(Happened(41, _ID, "created", None, '{"level":"high"}', _AT), None)
_NOTED = event(Happened(43, _ID, "noted", _BOB.id, '{"text":"Her sister is with her."}', _AT), _BOB)
_TAKEN = event(Happened(42, _ID, "claimed", _BOB.id, "{}", _AT), _BOB)


def _whole(kept: Kept, *more: Any) -> EscalationWhole:
    by = _BOB if kept.claimed_by else None
    return EscalationWhole(**fields(kept, mine=by is not None, by=by), events=[_BEGAN, *more])


_NO = _CALLED._replace(state="closed", closed_at=_AT, outcome="declined")

REQUESTS: dict[str, dict[str, Any]] = {
    "note_escalation": {"A note": {"text": "Her sister is with her."}},
    "close_escalation": {"Helped": {"outcome": "helped", "note": "Her sister stays over night."}},
}
ANSWERS: dict[str, Any] = {
    "list_escalations": EscalationList(
        items=[Escalation(**fields(_CALLED, mine=False, by=None))], next_cursor=None, trouble=[]
    ),
    "get_escalation": _whole(_CLAIMED, _TAKEN),
    "claim_escalation": _whole(_CLAIMED, _TAKEN),
    "acknowledge_escalation": _whole(_THERE, _TAKEN),
    "release_escalation": _whole(_CALLED, _TAKEN),
    "note_escalation": _whole(_THERE, _TAKEN, _NOTED),
    "close_escalation": _whole(_CLOSED, _TAKEN, _NOTED),
    "decline_escalation": Escalation(**reduced(_NO, says("closed", "en", may_decline=True), may_decline=False)),
}
