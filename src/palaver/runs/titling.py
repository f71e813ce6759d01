"""Names sessions after their first exchange, in a few words of a model; never over a name that a person gave.

Sessions that are not named keep the beginning of their first message.
"""

import logging
from collections.abc import Callable

import msgspec

from palaver.bus.port import Bus
from palaver.context.settings import ContextSettings
from palaver.core.errors import NotFound, PalaverError
from palaver.core.events import TitleChanged
from palaver.core.messages import text_of
from palaver.inference.port import ResolvedModel
from palaver.kit.clock import Clock
from palaver.runs.afterwards import Line, charge, tell_behind
from palaver.runs.consulting import Consulting, Said
from palaver.runs.live import Live
from palaver.runs.parts import Resolve, accepted_before
from palaver.sessions import members_store
from palaver.sessions import store as session_store
from palaver.sessions.hearing import NOBODY, Hears
from palaver.sessions.titles import NAMING, name_in, naming_question
from palaver.storage.port import Database
from palaver.storage.script import Script

log = logging.getLogger(__name__)

MOST_TOKENS = 48


class Titling:
    """`run` never returns: start it in the house's task group. `busy` says whether answers have to go first."""

    def __init__(
        self, database: Database, bus: Bus, consulting: Consulting, resolve: Resolve, *, settings: ContextSettings,
        clock: Clock, busy: Callable[[], bool],
    ) -> None:  # fmt: skip
        self._database = database
        self._bus = bus
        self._consulting = consulting
        self._resolve = resolve
        self._settings = settings
        self._clock = clock
        self._line = Line(clock, busy)
        self.hears: Hears = NOBODY

    def concluded(self, live: Live) -> None:
        """A run is over: if it was the first one of a session that a model can name, the session waits for a name."""
        named = self._settings.titles and not live.place.depth and live.parent is None and live.run.over == "stop"
        if named and (self._settings.title_model or live.asked.provider != "builtin"):
            self._line.join(live)

    async def run(self) -> None:
        """Name what waits, one after the other."""
        await self._line.run(self._name)

    async def _name(self, live: Live) -> None:
        try:
            session = (await self._database.read(session_store.held(live.session_id))).session
            if session.title_source == "user" or session.turn_count > 1:
                return
            model = live.asked
            if self._settings.title_model:
                model = await self._resolve(self._settings.title_model, accepted_before(live.user_id))
            asked = text_of(live.path[-1].parts) if live.path else ""
            question = naming_question(asked, live.run.steps.text)
            said = await self._consulting.ask(model, NAMING, question, most=MOST_TOKENS, live=live)
            if await self._consulting.may_be_told(said.text, live) != said.text:
                said = said._replace(text="")
            title = await self._database.write(self._write(live, model, said))
        except NotFound:
            return  # the session was deleted meanwhile
        except PalaverError as error:
            log.info("A session could not be named: %s", error.detail, extra={"session_id": live.session_id})
            return
        if title is not None:
            tell_behind(self._bus, live, TitleChanged(title=title))

    def _write(self, live: Live, model: ResolvedModel, said: Said) -> Script[str | None]:
        """What it cost, and the name, where it is one and the person gave none."""
        kept = yield from session_store.held(live.session_id)
        session = yield from charge(live, kept, model.id, said, kind="title", clock=self._clock)
        title = name_in(said.text) if session.title_source == "auto" else None
        if title is not None:
            session = msgspec.structs.replace(session, title=title)
        yield from session_store.save(kept._replace(session=session))
        if title is not None:
            owner = yield from members_store.owner_of(kept, live.user_id)
            yield from self.hears.titled(owner, live.session_id, title)
        return title
