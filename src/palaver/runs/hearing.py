"""One step of a model while it is heard: its pieces become events of the run; it asks nothing."""

import time
from collections.abc import Callable, Sequence
from typing import Any, cast

import msgspec

from palaver.context.attribution import Unechoed
from palaver.core.events import (
    ModelSwitched,
    Noticed,
    ReasoningGrew,
    ReasoningSealed,
    TextGrew,
    ToolCalled,
    ToolCallGrew,
)
from palaver.inference.port import (
    Finished,
    Piece,
    ReasoningPiece,
    ReasoningSealPiece,
    Remarked,
    Switched,
    TextPiece,
    ToolCallPiece,
)
from palaver.runs.calling import CallsHeard
from palaver.runs.journal import Journal
from palaver.runs.judging import Kind
from palaver.runs.live import Live
from palaver.runs.replies import ASKING
from palaver.runs.withholding import Withholding


class Hearing:
    """Tells what a step says as it says it, but for what may not be told; gathers what comes of it."""

    def __init__(self, journal: Journal, live: Live, withholding: Withholding, unechoed: Unechoed | None) -> None:
        self._journal = journal
        self._live = live
        self.withholding = withholding
        self._judging = withholding.judging
        self._unechoed = unechoed
        self._began = time.monotonic()
        self._calls = CallsHeard(live.run)
        self.called: Sequence[ToolCalled] = ()  # once the step is over
        self.characters = 0  # of the whole answer, those that are not told among them

    @property
    def milliseconds(self) -> float:
        """How long it has taken."""
        return (time.monotonic() - self._began) * 1000

    @property
    def waits(self) -> bool:
        """Whether what it says waits for a service of the operator's."""
        return self._judging is not None

    @property
    def stopped(self) -> bool:
        """Whether nothing more of it may be told."""
        return self.withholding.instead is not None

    def hear(self, piece: Piece) -> None:
        """One more piece."""
        match piece:
            case TextPiece(text=text):
                self.characters += len(text)
                self._think(self.withholding.thoughts_end())
                self._say(self.withholding.said(self._unechoed.piece(text) if self._unechoed else text))
            case ReasoningPiece(text=text):
                self.characters += len(text)
                self._think(self.withholding.thought(text))
            case ReasoningSealPiece(signature=signature):
                self._seal(signature)
            case ToolCallPiece():
                grown = self._calls.heard(piece)
                self.characters += len(grown.arguments_delta)
                if grown.name != ASKING:
                    self._journal.tell(self._live, grown, len(grown.arguments_delta))
            case Switched() | Remarked():
                self._remark(piece)
            case _:
                pass

    async def end(self, piece: Finished) -> Finished:
        """The last piece, after everything that is still held."""
        await self.let_go()
        if self.stopped:
            return self.break_off()
        self.called = [self._asked(one) if one.name == ASKING else one for one in self._calls.whole()]
        return piece

    async def attend(self, piece: Piece) -> None:
        """Before a piece that is no words: all words that came before it."""
        if not isinstance(piece, TextPiece | ReasoningPiece):
            self._think(self.withholding.thoughts_end())
            await self.judged(whole=True)

    async def judged(self, *, whole: bool) -> None:
        """Tell what the operator's service lets pass, where one judges: whole sentences, or all that waits for it."""
        if self._judging is not None:
            for kind, text in await self._judging.told(whole=whole):
                self._tell(kind, text)

    async def let_go(self) -> None:
        """Nothing more comes: tell what is still held and may be told."""
        self._think(self.withholding.thoughts_end())
        last = self._unechoed.rest() if self._unechoed else ""
        self._say(self.withholding.said(last) + self.withholding.rest())
        await self.judged(whole=True)

    def break_off(self) -> Finished:
        """What may not be told is not: other words end the answer, and no call of this step is made."""
        self._tell("said", self.withholding.instead or "")
        self.called = ()
        return Finished("stop")

    def _asked(self, call: ToolCalled) -> ToolCalled:
        """A question is words for the person: like all of those it is told once they are known to be none that harm."""
        asked = msgspec.structs.replace(call, arguments=_each(call.arguments, self.withholding.whole))
        text = msgspec.json.encode(asked.arguments).decode()
        self._journal.tell(
            self._live, ToolCallGrew(call_id=call.call_id, name=call.name, arguments_delta=text), len(text)
        )
        return asked

    def _seal(self, signature: str) -> None:
        """A vendor takes its thoughts back only as it thought them: a seal that does not fit is not kept."""
        self._think(self.withholding.thoughts_end())
        if self.withholding.thoughts_whole:
            self._journal.tell(self._live, ReasoningSealed(signature=signature), len(signature))

    def _remark(self, piece: Switched | Remarked) -> None:
        if isinstance(piece, Remarked):
            self._journal.tell(self._live, Noticed(code=piece.code, message=piece.message), 0)
            return
        self._live.model = piece.resolved
        switched = ModelSwitched(model=piece.model, provider=piece.provider, because=piece.because)
        self._journal.tell(self._live, switched, 0)

    def _think(self, text: str) -> None:
        if self._judging is None:
            self._tell("thought", text)
        elif text:
            self._judging.take("thought", text)

    def _say(self, text: str) -> None:
        if self._judging is None:
            self._tell("said", text)
        elif text:
            self._judging.take("said", text)

    def _tell(self, kind: Kind, text: str) -> None:
        if text:
            grown = TextGrew(content=text) if kind == "said" else ReasoningGrew(content=text)
            self._journal.tell(self._live, grown, len(text))


def _each(value: Any, told: Callable[[str], str]) -> Any:
    """The same with each text in it as it may be told."""
    if isinstance(value, str):
        return told(value)
    if isinstance(value, list):
        return [_each(one, told) for one in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {name: _each(one, told) for name, one in cast("dict[str, Any]", value).items()}
    return value
