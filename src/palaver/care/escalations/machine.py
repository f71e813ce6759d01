"""♥ How an escalation may go: created, routed, acknowledged, closed; or failed, or expired. It knows no clock.

What a human may do is never forbidden because time ran out: what failed or expired can still be taken up.
"""

from typing import Literal

State = Literal["created", "routed", "acknowledged", "closed", "failed", "expired"]
Act = Literal["route", "acknowledge", "release", "close", "decline", "fail", "expire", "raise"]
Level = Literal["high", "critical"]

URGENCY: dict[str, int] = {"none": 0, "low": 1, "medium": 2, "high": 3, "critical": 4}
LIVE: tuple[State, ...] = ("created", "routed", "acknowledged")  # somebody comes, or is still being called
OPEN: tuple[State, ...] = (*LIVE, "failed", "expired")  # nobody has ended it

# What each act makes of each state; what does not stand here is refused.
_GOES: dict[Act, dict[State, State]] = {
    "route": {"created": "routed", "routed": "routed"},
    "acknowledge": dict.fromkeys(("created", "routed", "failed", "expired"), "acknowledged"),
    "release": {"acknowledged": "created"},  # as if nobody had come: it is told anew
    "close": dict.fromkeys(OPEN, "closed"),
    "decline": dict.fromkeys(OPEN, "closed"),
    "fail": {"created": "failed", "routed": "failed"},
    "expire": {"created": "expired", "routed": "expired"},
    # where nobody came for less, it is tried anew
    "raise": {
        "created": "created",
        "routed": "created",
        "acknowledged": "acknowledged",
        "failed": "created",
        "expired": "created",
    },
}


def after(state: State, act: Act) -> State | None:
    """The state that follows, or None where the act does not fit."""
    return _GOES[act].get(state)


def higher(one: str, other: str) -> str:
    """The more urgent of two levels: a later assessment never lowers an escalation."""
    return one if URGENCY[one] >= URGENCY[other] else other
