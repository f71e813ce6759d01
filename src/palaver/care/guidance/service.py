"""What is said when somebody may need help, from the words that ship; it keeps nothing and tells nobody."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from palaver.care.crisis.finding import Finding
from palaver.care.emotion.feeling import Feeling
from palaver.care.guidance.saying import Matter, language_of, listed, matter_of, named
from palaver.core.care import CareResource, Urgency


class Guidance:
    """The words for one finding; they are read when they are first needed. `messages` are told instead of ours."""

    def __init__(self, messages: Callable[[], Mapping[str, Mapping[Matter, str]]] = dict) -> None:
        self._messages = messages

    def message(self, found: Finding | None, urgency: Urgency, *, called: bool = False) -> str:
        """A sentence for the person, above who helps; with another one where a human was `called`."""
        instead = self._messages().get(self.language(found), {}).get(matter_of(found, urgency))
        said = instead or self._said("person", found, urgency)
        return f"{said} {self._words['called'][self.language(found)]}" if called else said

    def answer(self, found: Finding | None, urgency: Urgency, resources: Sequence[CareResource]) -> str:
        """A whole answer, where no model is asked."""
        return f"{self._said('guide', found, urgency).strip()}\n\n{listed(resources)}"

    def ahead(self, message: str, resources: Sequence[CareResource]) -> str:
        """What stands before an answer whose reader is shown no events."""
        return "\n\n".join((message, *((listed(resources),) if resources else ()), ""))

    def instructions(self, found: Finding | None, urgency: Urgency, resources: Sequence[CareResource]) -> str:
        """What a model is told besides: how to answer, never what was concluded of anybody."""
        model = self._words["model"]
        language = self._words["languages"][self.language(found)]
        always = model["always"].format(language=language, services=named(resources))
        return f"{model[matter_of(found, urgency)]} {always}"

    def feeling(self, feeling: Feeling) -> list[str]:
        """How to answer somebody who seems to feel so; nothing where that is not known, or is a mere hint."""
        said = self._words["feeling"].get(feeling.emotion) if feeling.reliability == "fair" else None
        return [said] if said else []

    def language(self, found: Finding | None) -> str:
        """The language in which a finding is answered."""
        return language_of(found, tuple(self._words["languages"]))

    def _said(self, to: str, found: Finding | None, urgency: Urgency) -> str:
        return self._words[to][self.language(found)][matter_of(found, urgency)]

    @cached_property
    def _words(self) -> dict[str, Any]:
        return tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
