"""Lets a model pick facts from what a person said, where they and the operator want that; off the way of every answer.

Turns wait in a line of their own, one is looked at at a time, and while the house is busy none is; a line that is too
long lets its oldest go. Whatever goes wrong is logged and changes nothing. Only a person's own words are looked at:
no result of a tool, no answer, no command that was written out.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta

import msgspec

from palaver.bus.port import Bus
from palaver.context import store as context_store
from palaver.context.memory import extracting
from palaver.context.memory import store as memory_store
from palaver.context.memory.fact import Fact, effective
from palaver.context.memory.service import Memories
from palaver.context.memory.store import Spot
from palaver.core.errors import Conflict, Invalid, PalaverError
from palaver.core.events import Noticed
from palaver.core.ids import Seq
from palaver.core.messages import text_of
from palaver.inference.port import OutputFormat, ResolvedModel
from palaver.kit.clock import Clock, stamp
from palaver.runs.consulting import Consulting, Said
from palaver.runs.live import Live
from palaver.runs.parts import Resolve, accepted_before
from palaver.runs.records import record
from palaver.runs.told import Told
from palaver.sessions import store as session_store
from palaver.storage.port import Database
from palaver.storage.script import Script

log = logging.getLogger(__name__)

WAITING = 256  # turns that wait to be looked at
AGAIN = timedelta(milliseconds=500)  # how soon it is looked again whether the house is still busy
PATIENCE = 60  # how often, until a turn is looked at all the same
COMPARED = 200  # facts of a person, the newest, that new ones are compared with


class Remembering:
    """`run` never returns: start it in the house's task group. `busy` says whether answers have to go first."""

    def __init__(
        self, database: Database, bus: Bus, consulting: Consulting, resolve: Resolve, *, memories: Memories,
        clock: Clock, busy: Callable[[], bool],
    ) -> None:  # fmt: skip
        self._database = database
        self._bus = bus
        self._consulting = consulting
        self._resolve = resolve
        self._memories = memories
        self._settings = memories.settings
        self._clock = clock
        self._busy = busy
        self._waiting: deque[Live] = deque(maxlen=WAITING)
        self._news = asyncio.Event()

    def concluded(self, live: Live) -> None:
        """A run is over: where facts may be picked from it at all, it waits to be looked at."""
        if not self._settings.extraction or live.parent is not None or live.run.over != "stop":
            return
        spoken = live.prompt.summarize is None and "command" not in live.prompt.metadata
        able = self._settings.extraction_model or live.asked.provider != "builtin"
        if spoken and able and live.prompt.recipe.memory != "off" and live.path and live.user_message_id is not None:
            self._waiting.append(live)
            self._news.set()

    async def run(self) -> None:
        """Look at what waits, one turn after the other."""
        while True:
            while not self._waiting:
                self._news.clear()
                await self._news.wait()
            for _ in range(PATIENCE):
                if not self._busy():
                    break
                await self._clock.sleep(AGAIN)
            if self._waiting:
                await self._look(self._waiting.popleft())

    async def _look(self, live: Live) -> None:
        try:
            async with asyncio.timeout(self._settings.extraction_deadline.total_seconds()):
                found = await self._picked(live)
        except (PalaverError, TimeoutError) as error:
            log.info("No facts could be picked: %r", error, extra={"session_id": live.session_id})
            return
        if found:  # its run is over; who listens to the session hears it behind the last word on that run
            seq = Seq(live.next_seq)
            live.next_seq = Seq(seq + 1)
            says = "Remembered: " + " ".join(f"“{fact.text}”" for fact in found)
            told = Told(live.address, [(seq, record(seq, Noticed(code="remembered", message=says)))])
            self._bus.publish(live.address.session_topic, told, told.weight)

    async def _picked(self, live: Live) -> Sequence[Fact]:
        """What was picked and written down."""
        state = await self._memories.state(live.user_id)
        said = text_of(live.path[-1].parts) if live.path else ""
        if effective(state.mode, live.prompt.recipe.memory) != "on" or not extracting.worth_asking(said):
            return ()
        model = live.asked
        if self._settings.extraction_model:
            model = await self._resolve(self._settings.extraction_model, accepted_before(live.user_id))
        form = OutputFormat(extracting.SCHEMA, "facts") if "json_schema" in model.capabilities else None
        answered = await self._consulting.ask(
            model, extracting.SYSTEM, extracting.question(said), most=extracting.MOST_TOKENS, output_format=form
        )
        found = await self._database.write(self._write(live, model, answered, said))
        self._memories.changed(live.user_id)
        return found

    def _write(self, live: Live, model: ResolvedModel, answered: Said, said: str) -> Script[list[Fact]]:
        """What it cost, and the facts that are new, as far as there is room."""
        kept = yield from session_store.find(live.session_id, live.user_id, to_change=True)
        now = stamp(self._clock.now())
        yield from context_store.put_aside(
            live.session_id, live.user_id, kind="memory", model=model.id, usage=answered.usage, at=now
        )
        usage = kept.session.usage.plus(answered.usage)
        session = msgspec.structs.replace(kept.session, usage=usage, cost=usage.cost_usd)
        yield from session_store.save(kept._replace(session=session))
        known = yield from memory_store.page(live.user_id, limit=COMPARED)
        assert live.user_message_id is not None
        spot = Spot(live.session_id, live.user_message_id, live.user_message_id)
        found: list[Fact] = []
        for text in extracting.new(extracting.facts_in(answered.text, said), [fact.text for fact in known]):
            given = {"text": text, "project_id": session.project_id, "made_by": "model"}
            try:
                found.append((yield from self._memories.putting(live.user_id, given, spot)))
            except (Conflict, Invalid) as error:
                log.info("A fact was not taken: %s", error.detail, extra={"session_id": live.session_id})
        return found
