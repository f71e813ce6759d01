"""A conversation with images for a model that sees none: each becomes a line that says it is there; pure.

Runs say more of images, by name, before they ask; this is for a model that answers in another one's place.
"""

import msgspec

from palaver.core.messages import ImagePart, Part, TextPart
from palaver.inference.port import Ask, Turn

UNSEEN = "[An image stands here. You cannot see it: this model takes no images.]"


def holds_images(ask: Ask) -> bool:
    """Whether a person showed images."""
    return any(turn.role == "user" and any(isinstance(part, ImagePart) for part in turn.parts) for turn in ask.messages)


def without_images(ask: Ask) -> Ask:
    """The same question with no image of a person's in it."""
    return msgspec.structs.replace(ask, messages=tuple(map(_worded, ask.messages)))


def _worded(turn: Turn) -> Turn:
    return Turn("user", tuple(map(_words, turn.parts))) if turn.role == "user" else turn


def _words(part: Part) -> Part:
    return TextPart(text=f"\n{UNSEEN}\n") if isinstance(part, ImagePart) else part
