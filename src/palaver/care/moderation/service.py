"""Use cases of moderation: reads rules when they are first needed, and judges texts and streams; it tells nobody."""

import asyncio
import logging
import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from palaver.care.models.answers import AnswerReader
from palaver.care.models.port import Unsafe
from palaver.care.models.readers import Readers
from palaver.care.moderation.book import Book
from palaver.care.moderation.listening import Listening
from palaver.care.moderation.models import flagged, judged
from palaver.care.moderation.port import Judge, JudgeFailed
from palaver.care.moderation.settings import ModerationSettings, chosen
from palaver.care.moderation.verdict import Actions, ModerationDirection, Texts, Verdict
from palaver.care.moderation.window import Window

log = logging.getLogger(__name__)

_HERE = Path(__file__).parent
_AT_ONCE = 4_000  # characters that are read in a few milliseconds; more are read in a thread beside the loop


class Moderated(msgspec.Struct, frozen=True):
    """A text as it may be told, and why; `stopped` where nothing of it comes after what is told."""

    text: str
    verdict: Verdict
    stopped: bool


class Moderation:
    """What may be told, and what somebody should look at."""

    def __init__(
        self, settings: ModerationSettings, readers: Readers | None = None, judge: Judge | None = None
    ) -> None:
        self._settings = settings
        self._readers = readers
        self._judge = judge
        self.policy: Callable[[], Mapping[ModerationDirection, Actions]] = dict  # what administrators changed

    def window(self) -> Window:
        """One answer of a model that is still coming: give it the pieces, tell what it gives back."""
        return self._window("output")

    def _window(self, direction: ModerationDirection) -> Window:
        if direction == "input":
            return Window(self._input, self._actions("input"), self.texts)
        return Window(self._output, self._actions("output"), self.texts, Listening(answers()))

    async def load(self) -> None:
        """Read rules from disk, beside the loop, before the first answer comes."""
        await asyncio.to_thread(lambda: (self._input, self._output, answers().bounds))

    async def output(self, text: str) -> Moderated:
        """A whole text of a model's, the same as through a window; and by the service, where it judges those."""
        done = await self._whole(text, "output")
        if not self.judges_output or done.stopped:
            return done
        return self._believed(done, await self._asked(done.verdict, text, "output"))

    async def input(self, text: str, unsafe: Iterable[Unsafe] = ()) -> Verdict:
        """What somebody said, and what trained readers are sure of in it, where they read it before.

        Where it is blocked, `says` is what they are told; no model is asked.
        """
        done = await self._whole(text, "input")
        verdict = flagged(done.verdict, unsafe, self._actions("input"), len(text))
        return await self._asked(verdict, text, "input")

    @property
    def judges_output(self) -> bool:
        """Whether a service of the operator's judges what models say, sentence by sentence."""
        return self._judge is not None and self._settings.judge_output

    async def sentence(self, text: str) -> Verdict:
        """What that service says of a sentence that the rules let pass; `says` is what is told in its place."""
        return await self._asked(Verdict("allow", ()), text, "output", whole=False)

    async def judged(self, text: str, direction: ModerationDirection) -> Moderated:
        """A text of either direction, by rules and by what has learnt to read."""
        done = await self._whole(text, direction)
        verdict = await self._asked(await self.also(done.verdict, text, direction), text, direction)
        return self._believed(done, verdict)

    def _believed(self, done: Moderated, verdict: Verdict) -> Moderated:
        """The text under a verdict that others added to: nothing of it that rules held is told because of that."""
        stops = verdict.stops and not done.stopped
        return Moderated(verdict.says if stops else done.text, verdict, done.stopped or stops)

    async def also(self, verdict: Verdict, text: str, direction: ModerationDirection) -> Verdict:
        """The verdict of the rules, with what trained readers flag. Not for words that somebody waits for."""
        if self._readers is None:
            return verdict
        told = await self._readers.read(text)
        return flagged(verdict, told.unsafe, self._actions(direction), len(text))

    async def close(self) -> None:
        """Let go of the service of the operator's, if there is one."""
        if self._judge is not None:
            await self._judge.close()

    async def _asked(
        self, verdict: Verdict, text: str, direction: ModerationDirection, *, whole: bool = True
    ) -> Verdict:
        """The verdict with what the operator's service says; without it where that does not answer."""
        if self._judge is None:
            return verdict
        name = self._judge.name
        try:
            found = await self._judge.judge(text, direction)
        except JudgeFailed as error:
            log.warning("The moderation service did not judge: %s", error)
            return msgspec.structs.replace(verdict, unknown=(*verdict.unknown, name))
        actions = self._actions(direction)
        return judged(verdict, name, found, actions, texts=self.texts, length=len(text), whole=whole)

    async def _whole(self, text: str, direction: ModerationDirection) -> Moderated:
        window = self._window(direction)
        if len(text) <= _AT_ONCE:
            return _through(window, text)
        return await asyncio.to_thread(_through, window, text)

    def _actions(self, direction: ModerationDirection) -> Actions:
        ours = chosen(self._settings.input if direction == "input" else self._settings.output)
        return {**ours, **self.policy().get(direction, {})}

    @property
    def _output(self) -> Book:
        return shipped_book("output")

    @property
    def _input(self) -> Book:
        return shipped_book("input")

    @property
    def texts(self) -> Texts:
        """What is told in place of what may not be told."""
        return _toml("texts.toml")  # type: ignore[return-value]


@cache
def shipped_book(direction: ModerationDirection) -> Book:
    """The rules for one direction, made once in a process."""
    return Book(_toml("words.toml"), _toml("rules.toml"), direction)


@cache
def answers() -> AnswerReader:
    """What has learnt to read answers, one in a process; its file is read with the first of them."""
    return AnswerReader()


@cache
def _toml(name: str) -> Mapping[str, Any]:
    return tomllib.loads((_HERE / name).read_text("utf-8"))


def _through(window: Window, text: str) -> Moderated:
    told = window.piece(text) + window.rest()
    stopped = window.stopped is not None
    return Moderated(told + (window.verdict.says if stopped else ""), window.verdict, stopped)
