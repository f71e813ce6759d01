"""♥ What a text says in its culture: languages, phrases, what they hint at, and a kind question; it judges no danger.

Nothing here has a level, so that no everyday word can raise one: `sawa tu` is a way to say little, and is told as that.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from palaver.care.culture.knowledge import Caution, Entry, InTwo, Phrase, PhraseLanguage, Reading, Topic
from palaver.care.culture.spoken import Segment, Spoken
from palaver.care.culture.words import Match, Patterns, Word, words_of

_STOP = re.compile(r"[.!?;:,\n—]")
_BESIDE = 4  # words besides a deflection: who says more has said more than that
_MOST_PROBES, _MOST_GUIDANCE = 2, 3  # a conversation is no questionnaire, and guidance is short
_MIXING = "They mix {languages}: answer in the same mixture, and do not correct it."
_SWAHILI = "They write Swahili: answer in plain Swahili."


class FoundCue(msgspec.Struct, frozen=True):
    """A phrase of the knowledge base at one place of the text, and how it is meant where it is said."""

    id: str
    start: int
    end: int
    language: PhraseLanguage
    reading: Reading
    means: str
    source_url: str
    confirmed: bool


class FoundTopic(msgspec.Struct, frozen=True):
    """An entry that the text speaks about."""

    id: str
    topic: Topic
    title: InTwo
    about: InTwo
    source_url: str
    confirmed: bool


class Probe(msgspec.Struct, frozen=True):
    """A gentle question that may follow, in the language of the text, and what it follows from."""

    text: str
    language: str
    because: str


class FoundCaution(msgspec.Struct, frozen=True):
    """Words of an answer that judge a people or what they hold dear, and what to do instead."""

    id: str
    start: int
    end: int
    why: str
    instead: str


class CultureAnalysis(msgspec.Struct, frozen=True, kw_only=True):
    """What a text says in its culture. It has no level: nothing in it says how somebody is.

    `deflects` tells that it says little more than that all is well; that is no finding by itself. `switches` counts the
    changes of language. `cautions` are about the `answer` that was handed in.
    """

    version: str
    languages: list[str]
    segments: list[Segment]
    switches: int
    phrases: list[FoundCue]
    deflects: bool
    entries: list[FoundTopic]
    probes: list[Probe]
    guidance: list[str]
    cautions: list[FoundCaution]


class Analyst:
    """All that is known, ready to read texts."""

    def __init__(
        self, spoken: Spoken, entries: Sequence[Entry], phrases: Sequence[Phrase], cautions: Sequence[Caution]
    ) -> None:
        self._spoken = spoken
        self._entries = {one.id: one for one in entries}
        self._phrases = {one.id: one for one in phrases}
        self._cautions = {one.id: one for one in cautions}
        self._cues = Patterns({one.id: one.cues for one in entries})
        self._says = Patterns({one.id: one.says for one in phrases})
        self._judging = Patterns({one.id: one.patterns for one in cautions})

    def read(self, version: str, text: str, answer: str | None = None) -> CultureAnalysis:
        """What the text says, and what is wrong with an answer to it."""
        words = words_of(text)
        segments = self._segments(text, words)
        matches = self._says.find(words)
        languages = self._languages(segments, words, matches)
        deflects = self._deflects(words, matches)
        entries = self._topics(words)
        return CultureAnalysis(
            version=version,
            languages=languages,
            segments=segments,
            switches=_switches(segments),
            phrases=[self._phrase(one, words) for one in matches],
            deflects=deflects,
            entries=[_topic(one) for one in entries],
            probes=self._probes(languages, matches),
            guidance=self._guidance(languages, matches, entries),
            cautions=self.cautions(answer) if answer else [],
        )

    def guidance(self, text: str) -> list[str]:
        """What whoever answers should know, in a few sentences; nothing where the text calls for none."""
        words = words_of(text)
        matches = self._says.find(words)
        languages = self._languages(self._segments(text, words), words, matches)
        return self._guidance(languages, matches, self._topics(words))

    def cautions(self, answer: str) -> list[FoundCaution]:
        """What in an answer judges a people, or tells somebody off for what they hold dear."""
        words = words_of(answer)
        found: list[FoundCaution] = []
        for match in self._judging.find(words):
            one = self._cautions[match.key]
            start, end = words[match.first].start, words[match.after - 1].end
            found.append(FoundCaution(one.id, start, end, one.why, one.instead))
        return found

    def _segments(self, text: str, words: Sequence[Word]) -> list[Segment]:
        return self._spoken.segments(words, [found.start() for found in _STOP.finditer(text)])

    def _languages(self, segments: Iterable[Segment], words: Iterable[Word], matches: Iterable[Match]) -> list[str]:
        """The languages of a text, the most spoken first; Sheng where a phrase of it or a word of both was found."""
        lengths: dict[str, int] = {}
        for one in segments:
            if one.language != "unknown":
                lengths[one.language] = lengths.get(one.language, 0) + one.end - one.start
        found = sorted(lengths, key=lambda one: -lengths[one])
        slang = any(self._phrases[one.key].language == "sheng" for one in matches)
        if slang or ("sw" in found and any(self._spoken.mixed(word.text) for word in words)):
            found.append("sheng")
        return found

    def _deflects(self, words: Sequence[Word], matches: Sequence[Match]) -> bool:
        said = {at for one in matches for at in range(one.first, one.after) if self._softens(one)}
        return bool(said) and len(words) - len(said) <= _BESIDE

    def _softens(self, match: Match) -> bool:
        return self._phrases[match.key].reading == "deflection"

    def _topics(self, words: Sequence[Word]) -> list[Entry]:
        return [self._entries[key] for key in dict.fromkeys(one.key for one in self._cues.find(words))]

    def _phrase(self, match: Match, words: Sequence[Word]) -> FoundCue:
        one = self._phrases[match.key]
        start, end = words[match.first].start, words[match.after - 1].end
        return FoundCue(one.id, start, end, one.language, one.reading, one.means, one.source_url, one.confirmed)

    def _probes(self, languages: Sequence[str], matches: Iterable[Match]) -> list[Probe]:
        swahili = bool(languages) and languages[0] != "en"
        asked: dict[str, Probe] = {}
        # What needs advice needs its question first.
        for one in sorted((self._phrases[match.key] for match in matches), key=lambda one: not one.advice):
            if one.probe is not None:
                text = one.probe.sw if swahili else one.probe.en
                asked.setdefault(text, Probe(text, "sw" if swahili else "en", one.id))
        return list(asked.values())[:_MOST_PROBES]

    def _guidance(self, languages: Sequence[str], matches: Iterable[Match], entries: Iterable[Entry]) -> list[str]:
        advised = [advice for one in matches if (advice := self._phrases[one.key].advice)]
        known = [*dict.fromkeys([*advised, *(one.guidance for one in entries)])]
        spoken = _spoken_of(languages)
        return [*known[: _MOST_GUIDANCE - len(spoken)], *spoken]


def _switches(segments: Sequence[Segment]) -> int:
    known = [one.language for one in segments if one.language != "unknown"]
    return sum(one != other for one, other in pairwise(known))


def _spoken_of(languages: Sequence[str]) -> list[str]:
    """How to answer those who write another language than English, or several."""
    names = {"en": "English", "sw": "Swahili", "sheng": "Sheng"}
    *some, last = [names[one] for one in languages] or [""]
    if some:
        return [_MIXING.format(languages=f"{', '.join(some)} and {last}")]
    return [_SWAHILI] if languages == ["sw"] else []


def _topic(one: Entry) -> FoundTopic:
    return FoundTopic(one.id, one.topic, one.title, one.about, one.source_url, one.confirmed)
