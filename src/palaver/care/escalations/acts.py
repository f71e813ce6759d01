"""What each act of a human makes of an escalation, and its event; who may do it is decided in `service.py`."""

from collections.abc import Callable
from typing import Any

from palaver.care.escalations import store
from palaver.care.escalations.machine import Act, after
from palaver.care.escalations.store import Kept
from palaver.core.errors import Conflict
from palaver.storage.script import Script

Change = Callable[[Kept, str], Script[Kept]]  # what it is, and now: what it becomes

_QUIET: dict[str, Any] = {"due_at": None, "deadline_at": None}


def claim(by: str) -> Change:
    """It is somebody's to answer; those who are on call are still called until that one is there."""

    def change(kept: Kept, now: str) -> Script[Kept]:
        if kept.claimed_by == by:
            return kept
        yield from store.note(kept.id, "claimed", now, actor_id=by)
        return kept._replace(claimed_by=by, claimed_at=now)

    return change


def acknowledge(by: str) -> Change:
    """Somebody is there: nobody else is called."""

    def change(kept: Kept, now: str) -> Script[Kept]:
        if kept.state == "acknowledged":
            return kept
        yield from store.note(kept.id, "acknowledged", now, actor_id=by)
        claimed_at = kept.claimed_at if kept.claimed_by else now
        there = goes(kept, "acknowledge")._replace(acknowledged_at=now, reason=None, **_QUIET)
        return there._replace(claimed_by=by, claimed_at=claimed_at)

    return change


def note(by: str, text: str) -> Change:
    """Something that is to be remembered."""

    def change(kept: Kept, now: str) -> Script[Kept]:
        yield from store.note(kept.id, "noted", now, {"text": text}, actor_id=by)
        return kept

    return change


def release(by: str | None) -> Change:
    """Nobody's any more. Who was there is not, so that it is told anew; without `by` it happened by itself."""

    def change(kept: Kept, now: str) -> Script[Kept]:
        yield from store.note(kept.id, "released", now, actor_id=by)
        free = kept._replace(claimed_by=None, claimed_at=None, updated_at=now)
        if kept.state != "acknowledged":
            return free
        again = goes(free, "release")._replace(acknowledged_at=None, deadline_at=None)
        return again._replace(step=0, round=kept.round + 1, tries=0, due_at=now)

    return change


def close(by: str, outcome: str, text: str | None) -> Change:
    """It is done."""

    def change(kept: Kept, now: str) -> Script[Kept]:
        detail = {"outcome": outcome} | ({"text": text} if text else {})
        yield from store.note(kept.id, "closed", now, detail, actor_id=by)
        return goes(kept, "close")._replace(closed_at=now, outcome=outcome, **_QUIET)

    return change


def decline(by: str) -> Change:
    """The person wants nobody to come."""

    def change(kept: Kept, now: str) -> Script[Kept]:
        yield from store.note(kept.id, "declined", now, actor_id=by)
        return goes(kept, "decline")._replace(closed_at=now, outcome="declined", **_QUIET)

    return change


def goes(kept: Kept, act: Act) -> Kept:
    """In the state that follows; Conflict where none does."""
    state = after(kept.state, act)
    if state is None:
        raise Conflict("It is not in a state in which this can be done.")
    return kept._replace(state=state)
