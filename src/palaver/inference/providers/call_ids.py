"""Ids of tool calls in the form that a vendor takes: kept where they have it, else one made of them; pure."""

import re
from collections.abc import Callable
from hashlib import blake2b
from typing import Literal

from palaver.core.messages import ToolCallPart
from palaver.inference.port import Ask

# short: 40 characters (OpenAI's chat completions). words: 64 letters, digits, underscores, hyphens. nine: 9 letters or
# digits.
IdForm = Literal["short", "words", "nine"]

_FORMS: dict[IdForm, re.Pattern[str]] = {
    "short": re.compile(r"[!-~]{1,40}"),
    "words": re.compile(r"[a-zA-Z0-9_-]{1,64}"),
    "nine": re.compile(r"[a-zA-Z0-9]{9}"),
}


def told_id(call_id: str, form: IdForm) -> str:
    """The id as the vendor is told it."""
    if _FORMS[form].fullmatch(call_id):
        return call_id
    digest = blake2b(call_id.encode("utf-8", "replace"), digest_size=16).hexdigest()
    return digest[:9] if form == "nine" else f"call_{digest}"


def used_ids(ask: Ask) -> frozenset[str]:
    """The ids of calls that the conversation already holds: some vendors begin to count anew in every answer."""
    return frozenset(
        part.call_id
        for turn in ask.messages
        if turn.role == "assistant"
        for part in turn.parts
        if isinstance(part, ToolCallPart)
    )


class FreshIds:
    """Gives every call of an answer an id that no other call of the conversation has."""

    def __init__(self, ask: Ask, fresh: Callable[[], str]) -> None:
        self._used = set(used_ids(ask))
        self._fresh = fresh

    def of(self, told: str | None) -> str:
        """The vendor's own id if it is new, else one of ours."""
        made = told if told and told not in self._used else self._fresh()
        self._used.add(made)
        return made
