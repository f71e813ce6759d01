"""♥ What a reader makes of the sentence that a model is saying, and from which word on it waits to be told.

What is waited for, and from where, depends on whole words alone, so that no cutting of an answer changes it.
"""

from palaver.care.models.answers import AnswerReader, Sentence
from palaver.care.models.phrases import WORDS
from palaver.care.moderation.patterns import Meanings
from palaver.care.moderation.verdict import CATEGORIES, ModerationCategory

# Fewer words say too little: the rules name what may not be told of them; of some more it has to be surer.
_FEWEST, _SHORT = 3, 5
_DOUBTED = frozenset(("medical", "secrecy"))


class Listening:
    """Of one window. `since` is the word of the text from which on the sentence is held, if it is."""

    def __init__(self, reader: AnswerReader) -> None:
        self._reader = reader
        self._bounds = reader.bounds
        self._sentence = Sentence(reader)
        self._likely = -60.0
        self._crossed = False  # in this token, which may be told
        self._asks = False  # whether a word of it begins a question
        self.since: int | None = None
        self.whole = False  # whether a long sentence is to be judged before it ends

    @property
    def version(self) -> str:
        """Of what is listened with, as it follows that of the rules."""
        return f" {self._reader.version}"

    @property
    def watches(self) -> bool:
        """Whether the next word is waited for until it is whole."""
        return self._likely >= self._bounds.watch

    def word(self, word: str, meanings: Meanings, at: int, *, quoted: bool, watched: bool) -> None:
        """One more word; `watched` where nothing of it was told while it came."""
        self._sentence.add(word, meanings, quoted=quoted)
        self._asks = self._asks or "ask" in meanings
        self._likely = self._sentence.told()[0]
        self.whole = self._sentence.whole
        if self._likely < self._bounds.hold:
            self.since, self._crossed = None, False
        elif self.since is not None:
            self.since = max(self.since, at + 1 - WORDS)
        elif watched:
            self.since = at
        else:
            self._crossed = True

    def token_ends(self, count: int) -> None:
        """All words of what came without a gap are heard: what is held begins behind it."""
        if self._crossed:
            self.since, self._crossed = count, False

    def found(self, *, asked: bool) -> ModerationCategory | None:
        """What the sentence may not be told for, as far as it has come."""
        likely, kind = self._sentence.told(asked=asked)
        if asked and self._asks and kind == "medical":
            return None  # who asks about an illness names none, as the rules have it
        short = self._sentence.count < _SHORT
        enough = likely >= (self._bounds.asked if asked or short else self._bounds.act)
        if self._sentence.count < _FEWEST or not self._sentence.known:
            return None
        return next((one for one in CATEGORIES if one == kind), None) if enough else None

    def doubts(self, category: ModerationCategory, *, asked: bool) -> bool:
        """Whether a rule's finding is taken back: only what is rewritten, in a sentence that was heard as a whole."""
        if category not in _DOUBTED or self._sentence.count > WORDS:
            return False
        return self._sentence.told(asked=asked)[0] < self._bounds.doubt

    def ends(self) -> None:
        """The sentence is over."""
        self._sentence = Sentence(self._reader)
        self._likely, self.since, self.whole = -60.0, None, False
        self._crossed = self._asks = False


class Deaf(Listening):
    """Hears nothing, where no reader is asked: what people say."""

    def __init__(self) -> None:
        self.since, self.whole = None, False

    @property
    def version(self) -> str:
        return ""

    @property
    def watches(self) -> bool:
        return False

    def word(self, word: str, meanings: Meanings, at: int, *, quoted: bool, watched: bool) -> None:
        pass

    def token_ends(self, count: int) -> None:
        pass

    def found(self, *, asked: bool) -> ModerationCategory | None:
        return None

    def doubts(self, category: ModerationCategory, *, asked: bool) -> bool:
        return False

    def ends(self) -> None:
        pass
