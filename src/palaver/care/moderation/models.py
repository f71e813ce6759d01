"""♥ What others say of a whole text: trained readers flag, an operator's service is believed; it asks nobody."""

from collections.abc import Iterable

import msgspec

from palaver.care.models.port import Unsafe
from palaver.care.moderation.verdict import (
    ACTIONS,
    Actions,
    ModerationAction,
    ModerationCategory,
    ModerationHit,
    Texts,
    Verdict,
    text_for,
)

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


def judged(
    verdict: Verdict, name: str, found: Iterable[ModerationCategory], actions: Actions, *, texts: Texts, length: int,
    whole: bool = True,
) -> Verdict:  # fmt: skip
    """The verdict with what another service says.

    It names no place: of a `whole` text, what is to be rewritten is blocked. A sentence is place enough.
    """
    more = tuple(
        ModerationHit(f"service:{name}", category, _whole(done) if whole else done, 0, length, "en")
        for category in sorted(found, key=lambda one: (-ACTIONS.index(actions[one]), one))
        for done in (actions[category],)
        if done != "allow"
    )
    if not more:
        return verdict
    hits = (*verdict.hits, *more)
    action = max((one.action for one in hits), key=ACTIONS.index)
    acting = "block" if whole or action == "block" else "rewrite"
    stopping = next((one for one in hits if one.action == acting), None)
    says = verdict.says or (text_for(texts, stopping.category, stopping.language) if stopping else "")
    return msgspec.structs.replace(verdict, hits=hits, action=action, says=says)


def _whole(action: ModerationAction) -> ModerationAction:
    return "block" if action == "rewrite" else action
