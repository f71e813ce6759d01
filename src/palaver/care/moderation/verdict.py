"""♥ What moderation says about a text, as values; how it comes to it stands in `book.py` and `window.py`."""

from collections.abc import Mapping
from typing import Literal, get_args

import msgspec

ModerationCategory = Literal[
    "self_harm", "violence", "sexual", "minors", "hate", "harassment", "illicit", "medical", "secrecy"
]
CATEGORIES: tuple[ModerationCategory, ...] = get_args(ModerationCategory)
ModerationAction = Literal["allow", "flag", "rewrite", "block"]
ACTIONS: tuple[ModerationAction, ...] = get_args(ModerationAction)  # each more than the one before
ModerationDirection = Literal["input", "output"]

Actions = Mapping[ModerationCategory, ModerationAction]
# What is told instead, by category and language.
Texts = Mapping[ModerationCategory, Mapping[str, str]]


class ModerationHit(msgspec.Struct, frozen=True):
    """One place that a rule speaks about: code points `start` to `end` of what was given, and what is done about it.

    What a trained model or another service says is about the whole text.
    """

    rule: str
    category: ModerationCategory
    action: ModerationAction
    start: int
    end: int
    language: str

    @property
    def acts(self) -> bool:
        """Whether the words may not be told as they are."""
        return self.action in {"rewrite", "block"}


class Verdict(msgspec.Struct, frozen=True):
    """What a text comes to: the gravest action, whatever else it says, and what may be told instead of it."""

    action: ModerationAction
    hits: tuple[ModerationHit, ...]
    says: str = ""
    version: str = ""
    unknown: tuple[str, ...] = ()  # which other services were asked and did not answer

    @property
    def category(self) -> ModerationCategory | None:
        """Of the gravest place."""
        return gravest(self.hits).category if self.hits else None

    @property
    def stops(self) -> bool:
        """Whether nothing of the text may be told."""
        return self.action == "block"


def gravest(hits: tuple[ModerationHit, ...] | list[ModerationHit]) -> ModerationHit:
    """The place where most is done; of equals the first."""
    return max(hits, key=lambda one: ACTIONS.index(one.action))


def most(hits: tuple[ModerationHit, ...] | list[ModerationHit]) -> ModerationAction:
    """The gravest action of all places."""
    return gravest(hits).action if hits else "allow"


def text_for(texts: Texts, category: ModerationCategory, language: str) -> str:
    """What is told instead, in the language of what was found where there is such a text."""
    those = texts[category]
    return those.get("sw" if language == "mixed" else language) or those["en"]
