"""Lets a model pick facts from what a person said, where they and the operator want that; off the way of every answer.

Whatever goes wrong is logged and changes nothing. Only a person's own words are looked at: no result of a tool, no
answer, no command that was written out.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence

from palaver.bus.port import Bus
from palaver.context.memory import extracting
from palaver.context.memory import store as memory_store
from palaver.context.memory.fact import Fact, effective
from palaver.context.memory.service import Memories
from palaver.context.memory.store import Spot
from palaver.core.errors import Conflict, Invalid, PalaverError
from palaver.core.events import Noticed
from palaver.core.messages import text_of
from palaver.inference.port import OutputFormat, ResolvedModel
from palaver.kit.clock import Clock
from palaver.runs.afterwards import Line, charge, tell_behind
from palaver.runs.consulting import Consulting, Said
from palaver.runs.live import Live
from palaver.runs.parts import Resolve, accepted_before
from palaver.sessions import store as session_store
from palaver.storage.port import Database
from palaver.storage.script import Script

log = logging.getLogger(__name__)

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
        self._line = Line(clock, busy)

    def concluded(self, live: Live) -> None:
        """A run is over: where facts may be picked from it at all, it waits to be looked at."""
        if not self._settings.extraction or live.parent is not None or live.run.over != "stop":
            return
        spoken = live.prompt.summarize is None and "command" not in live.prompt.metadata
        able = self._settings.extraction_model or live.asked.provider != "builtin"
        if spoken and able and live.prompt.recipe.memory != "off" and live.path and live.user_message_id is not None:
            self._line.join(live)

    async def run(self) -> None:
        """Look at what waits, one turn after the other."""
        await self._line.run(self._look)

    async def _look(self, live: Live) -> None:
        try:
            async with asyncio.timeout(self._settings.extraction_deadline.total_seconds()):
                found = await self._picked(live)
        except (PalaverError, TimeoutError) as error:
            log.info("No facts could be picked: %r", error, extra={"session_id": live.session_id})
            return
        if found:
            says = "Remembered: " + " ".join(f"“{fact.text}”" for fact in found)
            tell_behind(self._bus, live, Noticed(code="remembered", message=says))

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
            model,
            extracting.SYSTEM,
            extracting.question(said),
            most=extracting.MOST_TOKENS,
            live=live,
            output_format=form,
        )
        texts = [
            text
            for text in extracting.facts_in(answered.text, said)
            if await self._consulting.may_be_told(text, live) == text
        ]
        found = await self._database.write(self._write(live, model, answered, texts))
        self._memories.changed(live.user_id)
        return found

    def _write(self, live: Live, model: ResolvedModel, answered: Said, texts: list[str]) -> Script[list[Fact]]:
        """What it cost, and the facts that are new, as far as there is room."""
        kept = yield from session_store.held(live.session_id)
        session = yield from charge(live, kept, model.id, answered, kind="memory", clock=self._clock)
        yield from session_store.save(kept._replace(session=session))
        known = yield from memory_store.page(live.user_id, limit=COMPARED)
        assert live.user_message_id is not None
        spot = Spot(live.session_id, live.user_message_id, live.user_message_id)
        found: list[Fact] = []
        # A project is its owner's: what somebody else says there is remembered for all of their sessions.
        project_id = session.project_id if session.project_id == live.prompt.recipe.project_id else None
        for text in extracting.new(texts, [fact.text for fact in known]):
            given = {"text": text, "project_id": project_id, "made_by": "model"}
            try:
                found.append((yield from self._memories.putting(live.user_id, given, spot)))
            except (Conflict, Invalid) as error:
                log.info("A fact was not taken: %s", error.detail, extra={"session_id": live.session_id})
        return found
