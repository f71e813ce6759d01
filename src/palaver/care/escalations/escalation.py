"""Escalations as the API tells them, to those who answer and, reduced, to the person whom they are about."""

from typing import Any, Literal

import msgspec

from palaver.care.escalations.machine import OPEN, Level, State
from palaver.care.escalations.store import Happened, Kept
from palaver.core.care import HelpNamed

# How it ended, as whoever answered says. `declined`: the person wanted nobody.
Outcome = Literal["helped", "referred", "emergency", "unreachable", "not_needed", "declined", "other"]
Said = Literal["helped", "referred", "emergency", "unreachable", "not_needed", "other"]

_helped = msgspec.json.Decoder(list[HelpNamed | str])
_detail = msgspec.json.Decoder(dict[str, Any])


class Answering(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who answers, as others see them."""

    id: str
    name: str


class Escalation(msgspec.Struct, frozen=True, kw_only=True):
    """A call for a human. `level` is how urgently the words asked for an answer: it says nothing of who wrote them.

    `helped` is the help that the person was shown, as it was then. They see neither the level nor what those who answer
    wrote; `says` is what they are told.
    """

    id: str
    state: State
    level: Level | None
    user_id: str
    session_id: str | None
    run_id: str | None
    assessment_id: str | None
    language: str | None
    helped: list[HelpNamed]
    group: str | None
    attempts: int | None
    reason: str | None
    deadline_at: str | None
    claimed_by: Answering | None
    claimed_at: str | None
    mine: bool
    acknowledged_at: str | None
    closed_at: str | None
    outcome: Outcome | None
    may_decline: bool
    says: str | None
    created_at: str
    updated_at: str


class EscalationEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to it, numbered over all escalations; `actor` is null where it happened by itself."""

    n: int
    kind: str
    at: str
    actor: Answering | None
    detail: dict[str, Any]


class EscalationWhole(Escalation, frozen=True, kw_only=True):
    """An escalation with everything that happened to it, for those who answer."""

    events: list[EscalationEvent]


class EscalationList(msgspec.Struct, frozen=True, kw_only=True):
    """A page. `trouble` is what those who answer should know: who could not be told, and what waits unanswered."""

    items: list[Escalation]
    next_cursor: str | None
    trouble: list[str] = []


def fields(kept: Kept, *, mine: bool, by: Answering | None) -> dict[str, Any]:
    """For those who answer."""
    return {
        "id": kept.id,
        "state": kept.state,
        "level": kept.level,
        "user_id": kept.user_id,
        "session_id": kept.session_id,
        "run_id": kept.run_id,
        "assessment_id": kept.assessment_id,
        "language": kept.language,
        "helped": [_named(one) for one in _helped.decode(kept.helped)],
        "group": kept.group_name,
        "attempts": kept.round,
        "reason": kept.reason,
        "deadline_at": kept.deadline_at,
        "claimed_by": by,
        "claimed_at": kept.claimed_at,
        "mine": mine,
        "acknowledged_at": kept.acknowledged_at,
        "closed_at": kept.closed_at,
        "outcome": kept.outcome,
        "may_decline": False,
        "says": None,
        "created_at": kept.created_at,
        "updated_at": kept.updated_at,
    }


HIDDEN = ("level", "assessment_id", "group", "attempts", "reason", "deadline_at", "claimed_by", "claimed_at", "outcome")


def reduced(kept: Kept, says: str, *, may_decline: bool) -> dict[str, Any]:
    """For the person: what happens, and nothing that was thought about them."""
    shown = fields(kept, mine=False, by=None) | dict.fromkeys(HIDDEN)
    return shown | {"says": says, "may_decline": may_decline and kept.state in OPEN}


def _named(shown: HelpNamed | str) -> HelpNamed:
    """Of what was shown by earlier versions, the id is all that is known."""
    return HelpNamed(shown, shown, ()) if isinstance(shown, str) else shown


def event(one: Happened, actor: Answering | None) -> EscalationEvent:
    """As it is told."""
    return EscalationEvent(n=one.n, kind=one.kind, at=one.at, actor=actor, detail=_detail.decode(one.detail))
