"""Does what a run wants: asks the model, and writes the answer down; it decides neither when nor whether."""

import logging
import time
from collections.abc import Coroutine, Sequence
from contextlib import aclosing
from datetime import timedelta
from typing import Protocol, assert_never

from palaver.context.attribution import Unechoed
from palaver.context.window import told
from palaver.core.errors import NotFound, PalaverError
from palaver.core.events import (
    ModelReplied,
    ModelSwitched,
    ReasoningGrew,
    RunEvent,
    RunFailed,
    TextGrew,
    ToolCallGrew,
)
from palaver.core.messages import Message
from palaver.core.usage import Usage
from palaver.inference.port import (
    Ask,
    Finished,
    Piece,
    Pieces,
    ReasoningPiece,
    ResolvedModel,
    Switched,
    TextPiece,
    ToolCallPiece,
)
from palaver.kit.clock import Clock, stamp
from palaver.runs import ending, store
from palaver.runs.journal import Journal
from palaver.runs.live import Live
from palaver.runs.machine import AskModel, Conclude, Want, failure
from palaver.runs.store import LeaseLost
from palaver.sessions import store as session_store
from palaver.sessions import tree, turns
from palaver.storage.port import Database, StorageUnavailable
from palaver.storage.script import Script

log = logging.getLogger(__name__)

AGAIN = timedelta(milliseconds=500)  # how soon a conclusion is written again when the database refused it
INTERNAL = RunFailed(code="internal", message="Something went wrong on the server.", retryable=True)


class Models(Protocol):
    """What hands need of inference."""

    def stream(self, model: ResolvedModel, ask: Ask) -> Pieces: ...


class Counter(Protocol):
    """Counts tokens where a vendor reported none."""

    async def __call__(self, text: str, model: str) -> int: ...


class ModelHands:
    """The hands of runs that only talk."""

    def __init__(
        self, database: Database, journal: Journal, models: Models, *, count: Counter, clock: Clock, history: int
    ) -> None:
        self._database = database
        self._journal = journal
        self._models = models
        self._count = count
        self._clock = clock
        self._history = history
        self.spent = Usage()  # what all runs that were concluded here consumed

    def perform(self, live: Live, want: Want) -> Coroutine[None, None, RunEvent | None]:
        """One want, done; whatever goes wrong becomes an event."""
        match want:
            case AskModel():
                return self._ask(live)
            case Conclude():
                return self._conclude(live)
            case _:
                assert_never(want)

    async def _ask(self, live: Live) -> RunEvent:
        try:
            return await self._listen(live, await self._question(live))
        except PalaverError as error:
            return failure(error)
        except Exception:  # a fault of ours must end this run with an error, and no other run
            log.exception("A model step failed", extra={"run_id": live.id})
            return INTERNAL

    async def _question(self, live: Live) -> Ask:
        path = [live.question] if live.question else await self._database.read(self._path(live))
        prompt, model = live.prompt, live.asked
        live.question = None
        live.view = view = told(path, model=model.id, system=_system(live), window=model.context_window)
        return Ask(
            model=model.model,
            messages=view.turns,
            system=view.system,
            temperature=prompt.temperature,
            top_p=prompt.top_p,
            stop=prompt.stop,
            max_output_tokens=prompt.max_output_tokens,
            effort=prompt.effort,
            session_id=live.session_id,
            user_id=live.user_id,
        )

    async def _listen(self, live: Live, ask: Ask) -> RunEvent:
        unechoed = Unechoed() if live.view and live.view.attributed else None
        async with aclosing(self._models.stream(live.asked, ask)) as pieces:
            async for read in pieces:
                for piece in read:
                    if isinstance(piece, Finished):
                        self._say(live, unechoed.rest() if unechoed else "")
                        return ModelReplied(finish_reason=piece.reason, usage=piece.usage)
                    self._hear(live, piece, unechoed)
                if live.unwritten_size:
                    await self._journal.room(live)
        return RunFailed(code="model_unavailable", message="The model's answer broke off.", retryable=True)

    def _hear(self, live: Live, piece: Piece, unechoed: Unechoed | None) -> None:
        match piece:
            case TextPiece(text=text):
                self._say(live, unechoed.piece(text) if unechoed else text)
            case ReasoningPiece(text=text):
                self._journal.tell(live, ReasoningGrew(content=text), len(text))
            case ToolCallPiece(call_id=call_id, name=name, arguments_delta=delta):
                grown = ToolCallGrew(call_id=call_id, name=name, arguments_delta=delta)
                self._journal.tell(live, grown, len(delta))
            case Switched(model=model, provider=provider, because=because, resolved=resolved):
                live.model = resolved
                self._journal.tell(live, ModelSwitched(model=model, provider=provider, because=because), 0)
            case Finished():
                pass
            case _:
                assert_never(piece)

    def _say(self, live: Live, text: str) -> None:
        if text:
            self._journal.tell(live, TextGrew(content=text), len(text))

    def _path(self, live: Live) -> Script[list[Message]]:
        found: list[Message] = []
        depth = live.place.depth + 1
        for reach in tree.window(live.reaches, depth - self._history, depth):
            found += [one.message() for one in (yield from session_store.stretch(reach))]
        return found

    async def _conclude(self, live: Live) -> RunEvent | None:
        usage = await self._usage(live)
        while True:
            try:
                return await self._write_end(live, usage)
            except StorageUnavailable:
                await self._clock.sleep(AGAIN)
            except (LeaseLost, NotFound):
                return None  # driven elsewhere, or its session is gone: there is nothing left to write
            except Exception:  # a fault of ours: this run is given up until the next start, the others go on
                log.exception("The end of a run could not be written", extra={"run_id": live.id})
                return None

    async def _write_end(self, live: Live, usage: Usage) -> RunEvent:
        now = self._clock.now()
        end = ending.compose(live, usage, at=stamp(now), milliseconds=(time.monotonic() - live.started) * 1000)

        def write() -> Script[tuple[Sequence[RunEvent], None]]:
            error = end.message.error
            reason = end.done.finish_reason
            yield from store.over(live.id, live.epoch, reason=reason, why=error.code if error else None, now=stamp(now))
            answered = turns.answer(live.session_id, live.user_id, end.message, below=live.place, now=stamp(now))
            return end.told((yield from answered)), None

        await self._journal.boundary(live, write())
        self.spent = self.spent.plus(usage)
        return end.done

    async def _usage(self, live: Live) -> Usage:
        """What the vendor reported, or what is counted here; with its price where one is known."""
        run, model = live.fold(), live.model
        assert run.ending is not None
        usage = run.ending.usage
        if usage is None:
            said = run.text + run.reasoning
            asked = ending.asked_text(live)
            usage = Usage(
                input_tokens=await self._count(asked, run.model) if asked else 0,
                output_tokens=await self._count(said, run.model) if said else 0,
                estimated=True,
            )
        return usage if usage.cost_usd is not None else ending.priced(usage, model)


def _system(live: Live) -> str | None:
    prompt = live.prompt
    parts = (prompt.system_prompt or live.system, prompt.system_prompt_append)
    return "\n\n".join(part for part in parts if part) or None
