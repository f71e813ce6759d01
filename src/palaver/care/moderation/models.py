"""♥ What a trained reader's categories mean to moderation: they flag, and neither change nor stop what is told."""

from collections.abc import Iterable

import msgspec

from palaver.care.models.port import Unsafe
from palaver.care.moderation.verdict import ACTIONS, Actions, ModerationCategory, ModerationHit, Verdict

_CATEGORY: dict[Unsafe, ModerationCategory] = {
    "sexual": "sexual",
    "sexual_minors": "minors",
    "hate": "hate",
    "hate_threatening": "hate",
    "harassment": "harassment",
    "violence": "violence",
    "violence_graphic": "violence",
    "self_harm": "self_harm",
}


def flagged(verdict: Verdict, unsafe: Iterable[Unsafe], actions: Actions, length: int) -> Verdict:
    """The verdict with what a reader is sure of, about the whole text; nothing of it is ever less than before.

    A category that rules found already, or that is allowed, adds nothing.
    """
    known, sure = {one.category for one in verdict.hits}, frozenset(unsafe)
    found: dict[ModerationCategory, Unsafe] = {_CATEGORY[one]: one for one in _CATEGORY if one in sure}
    more = tuple(
        ModerationHit(f"model:{name}", category, "flag", 0, length, "mixed")
        for category, name in found.items()
        if category not in known and actions[category] != "allow"
    )
    if not more:
        return verdict
    action = max(verdict.action, "flag", key=ACTIONS.index)
    return msgspec.structs.replace(verdict, hits=(*verdict.hits, *more), action=action)
