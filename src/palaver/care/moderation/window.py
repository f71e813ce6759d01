"""♥ Hears a text piece by piece and lets out what may be told: nothing harmful first, and nothing later than needed.

Words that can begin what a rule looks for are held until it is clear that they do not, or until their sentence is
judged. All else flows. What is told does not depend on how the text is cut. It asks no service and keeps nothing.
"""

from collections import deque
from itertools import islice
from typing import NamedTuple

from palaver.care.moderation.book import REACH, Book, Heard, language_of
from palaver.care.moderation.lexicon import Meant, after
from palaver.care.moderation.listening import Deaf, Listening
from palaver.care.moderation.patterns import END, Meanings, Run
from palaver.care.moderation.signs import SEEN, ends_sentence, is_bullet, quotes, runs
from palaver.care.moderation.verdict import (
    Actions,
    ModerationCategory,
    ModerationHit,
    Texts,
    Verdict,
    gravest,
    most,
    text_for,
)

_TOKEN = 40  # characters of a word; what is longer is read in parts
_LETTERS = 60  # letters that stand apart in a row, and are read together
_GAP, _UNSEEN = 400, 16  # white space and invisible signs in a row; more of them shows nobody anything
_APOSTROPHE = "'"
_KEPT = 2 * REACH


class _Match(NamedTuple):
    """A rule that matches, from word to word, counted from the first word of the text."""

    rule: int
    start: int
    end: int


class Window:
    """One text that comes in pieces. Once `stopped` is set, nothing more is told."""

    def __init__(self, book: Book, actions: Actions, texts: Texts, listening: Listening | None = None) -> None:
        self._book, self._actions, self._texts = book, actions, texts
        self._listening = listening or Deaf()
        self._watched = False  # whether a word that is coming waits until it is whole
        self.stopped: Verdict | None = None
        self.hits: list[ModerationHit] = []
        self._raw = ""  # what is not told yet
        self._raw_at = 0  # and where it begins, in what was taken
        self._dropped: list[tuple[int, int]] = []  # from where in what was taken on, how many signs were dropped
        self._token, self._places = "", list[int]()
        self._small = False
        self._gap = self._unseen = self._lines = 0
        self._letters: list[tuple[str, int, int, Meant]] = []
        self._words: deque[Heard] = deque(maxlen=_KEPT)
        self._count = self._sentence = self._previous = 0  # words of the text; the first of this sentence, of the last
        self._runs: list[tuple[int, int, Run]] = []  # where each began: which word, which character
        self._matches: list[_Match] = []
        self._quoted = self._attributed = self._ending = self._question = False
        self._lined = self._bulleted = False  # whether a word is the first of its line, but for a number or a sign
        self._skipping, self._skipped = False, ""  # a sentence that is not told, and the gap that ends it
        self._replaced: set[ModerationCategory] = set()

    @property
    def held(self) -> int:
        """How many characters wait to be told."""
        return len(self._raw)

    @property
    def verdict(self) -> Verdict:
        """What the text comes to so far."""
        if self.stopped is not None:
            return self.stopped
        return self._verdict()

    def piece(self, text: str) -> str:
        """What may be told now that this piece has come."""
        if self.stopped is not None:
            return ""
        out = ""
        for run in runs(text):
            out += self._take(run)
            if self.stopped is not None:
                return out
        if self._letters and sum(map(str.isalnum, self._token)) > 1:
            out += self._end_letters()  # what comes now is no letter apart
        return out if self.stopped is not None else out + self._let_out(self._held())

    def rest(self) -> str:
        """What may be told now that nothing more comes."""
        if self.stopped is not None:
            return ""
        out = self._end_token()
        for end in (self._end_letters, self._end_sentence):
            out += end() if self.stopped is None else ""
        return out if self.stopped is not None else out + self._let_out(self._taken)

    @property
    def _taken(self) -> int:
        return self._raw_at + len(self._raw)

    def _take(self, run: str) -> str:
        first = run[0]
        if first.isspace():
            return self._take_gap(run)
        if first.isascii():
            return self._take_letters(run)
        read = SEEN[first]
        if not read:
            self._take_unseen(run)
            return ""
        if " " in read:
            out = self._end_token()
            self._add(run)
            return out
        return self._take_letter(run, read)

    def _add(self, text: str) -> None:
        if self._skipping:
            self._raw_at += len(text)
        else:
            self._raw += text

    def _take_gap(self, run: str) -> str:
        out = self._end_token()
        if self.stopped is not None:
            return out
        self._lines += run.count("\n")
        kept = run[: max(0, _GAP - self._gap)]
        self._gap += len(run)
        self._add(kept)
        self._skipped += kept if self._skipping else ""
        self._drop(len(run) - len(kept))
        return out

    def _drop(self, number: int) -> None:
        if number:
            self._dropped.append((self._taken, number))

    def _take_unseen(self, run: str) -> None:
        self._unseen += 1
        if self._unseen > _UNSEEN:
            self._drop(1)
        else:
            self._add(run)

    def _take_letters(self, run: str) -> str:
        out = ""
        while run and self.stopped is None:
            if not self._token:
                out += self._begin_token(run[0])
                if self.stopped is not None:
                    return out
            part, run = run[: _TOKEN - len(self._token)], run[_TOKEN - len(self._token) :]
            self._unseen = 0
            self._places += range(self._taken, self._taken + len(part))
            self._token += part.lower()
            self._add(part)
            if len(self._token) >= _TOKEN:
                out += self._end_token()
        return out

    def _take_letter(self, character: str, read: str) -> str:
        out = self._begin_token(character) if not self._token else ""
        if self.stopped is not None:
            return out
        self._unseen = 0
        self._places += [self._taken] * len(read)
        self._token += read
        self._add(character)
        return out + (self._end_token() if len(self._token) >= _TOKEN else "")

    def _begin_token(self, character: str) -> str:
        """A word begins: now it is known whether the one before ended a sentence."""
        out = ""
        lines, self._gap, self._lines = self._lines, 0, 0
        self._lined, self._bulleted = lines > 0 or self._bulleted or not self._count, False
        skipped, self._skipped = self._skipped, ""
        if lines > 1 or (self._ending and not character.islower()):
            out = self._end_letters()
            out += self._end_sentence() if self.stopped is None else ""
            out += skipped if self.stopped is None else ""
        self._ending = False
        self._watched = self._listening.watches
        return out

    def _end_token(self) -> str:
        token, places = self._token, self._places
        if not token:
            return ""
        self._token, self._places = "", []
        if self._letters and token in _APOSTROPHE and not self._quoted:
            return ""  # within a word whose letters stand apart
        if is_bullet(token) and (self._lined or not token[0].isdigit()):
            self._bulleted = self._lined
            return ""
        opens, closes = quotes(token, quoted=self._quoted)
        words = self._book.lexicon.words(token)
        apart = len(words) == 1 and words[0].end - words[0].start == 1 and token[words[0].start].isalpha()
        out = "" if apart and not opens else self._end_letters()
        if opens and self.stopped is None:
            self._open()
        for start, end, meant in words:
            first, last = places[start], places[end - 1] + 1
            if apart:
                self._letters.append((token[start], first, last, meant))
                out += self._end_letters() if len(self._letters) >= _LETTERS else ""
            elif self.stopped is None:
                out += self._word(meant, first, last, token[start:end], watched=self._watched)
        self._listening.token_ends(self._count)
        return out + self._after(token, closes) if self.stopped is None else out

    def _open(self) -> None:
        here = [one for one in self._sentence_words() if not one.quoted]
        self._quoted, self._attributed = True, any("say" in one.meanings for one in here)

    def _after(self, token: str, closes: bool) -> str:
        """What a token's end means: a quotation or a sentence may end with it."""
        out = ""
        if closes:
            out = self._end_letters()
            self._quoted = self._attributed = False
        if self.stopped is not None or (bare := ends_sentence(token)) is None:
            return out
        out += self._end_letters()
        if self.stopped is not None:
            return out
        self._question = "?" in bare[-3:]
        if bare != token and closes:
            self._ending = True  # a quotation's full stop; who says it may follow
            return out
        return out + self._end_sentence()

    def _end_letters(self) -> str:
        """Letters apart: three and more of them are a word, or more."""
        letters, self._letters = self._letters, []
        if not letters:
            return ""
        row = "".join(one[0] for one in letters)
        parted = self._book.lexicon.parted(row) if len(letters) > 2 else ()
        words = [
            (one.meant, letters[one.start][1], letters[one.end - 1][2], row[one.start : one.end]) for one in parted
        ]
        out = ""
        for meant, start, end, word in words or [(meant, start, end, one) for one, start, end, meant in letters]:
            out += self._word(meant, start, end, word) if self.stopped is None else ""
        self._listening.token_ends(self._count)
        return out

    def _word(self, meant: Meant, start: int, end: int, word: str, *, watched: bool = False) -> str:
        meanings, at = meant.meanings, self._count
        meanings = after(meanings, [one.meanings for one in islice(reversed(self._words), 2)])
        self._words.append(Heard(meanings, start, end, meant.language, self._quoted, self._attributed))
        self._count += 1
        self._listening.word(word, meanings, at, quoted=self._quoted, watched=watched)
        book = self._book
        if meanings & book.automaton.starters:
            self._runs.append((at, start, book.automaton.begin))
        if (at == self._sentence or self._lined) and meanings & book.automaton.openers:
            self._runs.append((at, start, book.automaton.opened))
        if self._runs:
            self._runs = self._followed(meanings)
        late = self._matches and at - self._matches[0].end >= REACH
        return self._judge() if late or (self._listening.whole and self._heard()) else ""

    def _followed(self, meanings: Meanings) -> list[tuple[int, int, Run]]:
        """What has begun and may still match after one more word, or the edge of a sentence."""
        going: dict[Run, tuple[int, int, Run]] = {}
        for at, start, run in self._runs:
            step = self._book.automaton.step(run, meanings)
            for rule in step.matched:
                self._matched(_Match(rule, at, self._count))
            if step.run:
                going.setdefault(step.run, (at, start, step.run))  # the earliest of those that wait for the same
        return list(going.values())

    def _matched(self, match: _Match) -> None:
        """The longest match of a rule from one place on counts."""
        self._matches = [one for one in self._matches if (one.rule, one.start) != match[:2]] + [match]

    def _sentence_words(self, at: int | None = None) -> list[Heard]:
        """The words of this sentence, and of the one before where a match began in that."""
        since = self._sentence if at is None or at >= self._sentence else self._previous
        first = max(since, self._count - len(self._words))
        return list(self._words)[first - self._count + len(self._words) :]

    def _end_sentence(self) -> str:
        """The sentence is whole. One of a single word is part of the next, for `You. Have. It.` says the same."""
        size = self._count - self._sentence
        over = self._followed(END) if self._runs and size else []
        out = self._judge()
        if size > 1:
            self._listening.ends()
        self._runs = over if size > 1 else [*self._runs, *over]
        self._previous = self._sentence if size else self._previous
        self._sentence, self._question = self._count, False
        if self._skipping:
            self._skipping = False
        return out

    def _judge(self) -> str:
        """What comes of the matches of this sentence, and of what is heard in it besides."""
        matches, self._matches = self._matches, []
        kept = self._count - len(self._words)
        hits = [hit for one in matches if (hit := self._hit(one, kept)) is not None]
        words = list(self._words)
        acted = [(hit, words[max(0, one.start - kept)].start) for one, hit in hits if hit.acts]
        self.hits += [hit for _, hit in hits]
        if (also := self._heard()) is not None and all(hit.category != also[0].category for _, hit in hits):
            self.hits.append(also[0])
            acted += [also] if also[0].acts else []
        return self._act(acted) if acted else ""

    def _heard(self) -> tuple[ModerationHit, int] | None:
        """What a reader is sure of that no rule names, and from where on it is not told."""
        if self._skipping or self._count == self._sentence:
            return None
        category = self._listening.found(asked=self._question)
        if category is None or (action := self._actions[category]) == "allow":
            return None
        since, kept = self._listening.since, self._count - len(self._words)
        row = list(self._words)[max(0, min(since or 0, self._count - 1) - kept) :]
        start = self._taken if since is None or since >= self._count else row[0].start
        begins, ends = self._given(row[0].start), self._given(row[-1].end - 1) + 1
        return ModerationHit(f"model:answers:{category}", category, action, begins, ends, language_of(row)), start

    def _act(self, acted: list[tuple[ModerationHit, int]]) -> str:
        worst = gravest([hit for hit, _ in acted])
        start = min(start for _, start in acted)
        out = self._let_out(start)
        if worst.action == "block":
            self._raw = ""
            self.stopped = self._verdict()
            return out
        if not self._skipping:
            out += self._instead(worst, start)
        self._raw_at, self._raw, self._skipping = self._taken, "", True
        self._listening.ends()
        return out

    def _instead(self, hit: ModerationHit, start: int) -> str:
        """What stands in place of a sentence: said once, for it is true of all of them."""
        if hit.category in self._replaced:
            return ""
        self._replaced.add(hit.category)
        first = self._sentence_words()[0].start
        return ("… " if start > first else "") + text_for(self._texts, hit.category, hit.language)

    def _hit(self, match: _Match, kept: int) -> tuple[_Match, ModerationHit] | None:
        rule = self._book.rules[match.rule]
        action = self._actions[rule.category]
        if action == "allow":
            return None
        words = self._sentence_words(match.start)
        first = self._count - len(words)
        start, end = max(0, match.start - first), max(1, match.end - first)
        if self._book.turned(rule, words, start, end, question=self._question):
            return None
        if match.start >= self._sentence and self._listening.doubts(rule.category, asked=self._question):
            return None
        row = list(self._words)[max(0, match.start - kept) : match.end - kept]
        begins, ends = self._given(row[0].start), self._given(row[-1].end - 1) + 1
        return match, ModerationHit(rule.id, rule.category, action, begins, ends, language_of(row))

    def _given(self, taken: int) -> int:
        return taken + sum(number for at, number in self._dropped if at <= taken)

    def _verdict(self) -> Verdict:
        hits = tuple(self.hits)
        action = most(hits)
        acting = [one for one in hits if one.action == action]
        says = text_for(self._texts, acting[0].category, acting[0].language) if action == "block" else ""
        return Verdict(action, hits, says, f"{self._book.version}{self._listening.version}")

    def _held(self) -> int:
        """Up to where nothing harmful can have begun."""
        held = [self._taken, *(start for _, start, _ in self._runs)]
        since = self._listening.since
        if since is not None and since < self._count:
            held.append(self._words[max(0, since - self._count + len(self._words))].start)
        awaited = self._watched or since is not None
        if self._token and (awaited or self._book.lexicon.may_begin(self._token)):
            held.append(self._places[0])
        if self._letters:
            held.append(self._letters[0][1])
        if self._matches:
            kept = self._count - len(self._words)
            held += [self._words[max(0, one.start - kept)].start for one in self._matches]
        return min(held)

    def _let_out(self, upto: int) -> str:
        size = max(0, upto - self._raw_at)
        out, self._raw = self._raw[:size], self._raw[size:]
        self._raw_at += len(out)
        return out
