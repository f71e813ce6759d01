"""What people do with the facts that are remembered of them, and which of them a turn is told; it asks no model.

A turn never waits long for memory and never fails for it: what is broken or slow is left out.
"""

import asyncio
import logging
from collections import OrderedDict
from typing import Any, Protocol

import msgspec

from palaver.context.memory import recalling, store
from palaver.context.memory.fact import FACT, USUAL, Fact, Mode, Wish, effective
from palaver.context.memory.recalling import NOTHING, Recalled
from palaver.context.memory.settings import MemorySettings
from palaver.context.memory.store import Spot, State
from palaver.core.errors import Conflict, Forbidden, Invalid, PalaverError
from palaver.core.ids import MessageId, UserId
from palaver.inference.guide.words import fold
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.kit.pages import BadCursor, position
from palaver.kit.pages import cursor as cursor_at
from palaver.storage.port import Database
from palaver.storage.script import Script

log = logging.getLogger(__name__)

KNOWN = 10_000  # people of whom it is known whether anything is remembered; the longest unseen is forgotten


class FactList(msgspec.Struct, frozen=True):
    """A page of facts, the one that was changed last first; `next_cursor` asks for the one after it."""

    items: list[Fact]
    next_cursor: str | None


class Memory(msgspec.Struct, frozen=True):
    """How much is remembered of a person: what they said about it, what the server allows, how much there is.

    `recall` and `extraction` say whether the server tells facts to models, and lets models pick facts.
    """

    mode: Mode
    recall: bool
    extraction: bool
    facts: int
    most_facts: int
    most_characters: int


class Cleared(msgspec.Struct, frozen=True):
    """How many facts were deleted."""

    deleted: int


class Around(Protocol):
    """Who keeps projects and messages."""

    async def own_project(self, user_id: UserId, project_id: str) -> None:
        """Raise `core.errors.NotFound` for a project that is not this person's."""
        ...

    async def spot(self, user_id: UserId, message_id: MessageId) -> Spot:
        """Where a message stands; `NotFound` where it is not this person's."""
        ...


class RecallFailed(Exception):
    """Facts could not be looked up in time; the turn goes on without them."""


class Memories:
    """The front door of memory."""

    def __init__(self, database: Database, around: Around, clock: Clock, settings: MemorySettings) -> None:
        self._database = database
        self._around = around
        self._clock = clock
        self.settings = settings
        self._states: OrderedDict[UserId, State] = OrderedDict()

    async def about(self, user_id: UserId) -> Memory:
        """How much is remembered of a person, and may be."""

        def read() -> Script[tuple[State, int]]:
            return (yield from store.state(user_id)), (yield from store.count(user_id))

        state, facts = await self._database.read(read())
        settings = self.settings
        return Memory(
            mode=state.mode or USUAL,
            recall=settings.recall,
            extraction=settings.extraction,
            facts=facts,
            most_facts=settings.facts_per_user,
            most_characters=settings.fact_characters,
        )

    async def say(self, user_id: UserId, mode: Mode) -> Memory:
        """Remember as much of a person as they say; from their next turn on."""
        if mode == "on" and not self.settings.extraction:
            raise Forbidden("This server lets no model pick facts from what people say (memory.extraction).")
        await self._write(user_id, store.say(user_id, mode))
        return await self.about(user_id)

    async def create(self, user_id: UserId, given: dict[str, Any]) -> Fact:
        """Remember what a person wrote down; `message_id` says where they said it."""
        message_id, project_id = given.pop("message_id", None), given.get("project_id")
        await self._own(user_id, project_id)
        spot = await self._around.spot(user_id, MessageId(message_id)) if message_id else None
        return await self._write(user_id, self.putting(user_id, given, spot))

    def putting(self, user_id: UserId, given: dict[str, Any], spot: Spot | None) -> Script[Fact]:
        """Write a new fact down, if there is room and it is new; `Conflict` says what is in the way."""
        now = stamp(self._clock.now())
        fact = Fact(id=new_id(FACT), created_at=now, updated_at=now, **given)
        self._fits(fact)
        most = self.settings.facts_per_user
        if (yield from store.count(user_id)) >= most:
            raise Conflict(f"{most} facts are remembered, and that is the most (memory.facts_per_user); delete some.")
        yield from self._unique(user_id, fact)
        yield from store.put(fact, user_id, folded(fact.text), spot)
        return (yield from store.find(user_id, fact.id))

    async def get(self, user_id: UserId, fact_id: str) -> Fact:
        """One fact; `NotFound` where it is not this person's."""
        return await self._database.read(store.find(user_id, fact_id))

    async def page(
        self, user_id: UserId, *, project_id: str | None, q: str | None, cursor: str | None, limit: int
    ) -> FactList:
        """A page of facts; with `q`, of those that hold all these words, the last of which may be unfinished."""
        await self._own(user_id, project_id)
        match = recalling.typed(user_id, q) if q and q.strip() else None
        start = _position(cursor) if cursor else store.START
        asked = store.page(user_id, project_id=project_id, match=match, after=start, limit=limit + 1)
        found = await (self._database.scan(asked) if match else self._database.read(asked))
        last = found[limit - 1] if len(found) > limit else None
        return FactList(found[:limit], cursor_at(last.updated_at, last.id) if last else None)

    async def change(self, user_id: UserId, fact_id: str, given: dict[str, Any]) -> Fact:
        """Change what was given; a text that a person wrote is theirs, whoever wrote the one before."""
        await self._own(user_id, given.get("project_id"))
        return await self._write(user_id, self._change(user_id, fact_id, given))

    async def remove(self, user_id: UserId, fact_id: str) -> None:
        """Delete a fact."""
        await self._write(user_id, store.remove(user_id, fact_id))

    async def clear(self, user_id: UserId, project_id: str | None) -> Cleared:
        """Delete all facts of a person, or those of one project."""
        await self._own(user_id, project_id)
        return Cleared(await self._write(user_id, store.clear(user_id, project_id)))

    async def recall(self, user_id: UserId, wish: Wish, said: str) -> Recalled:
        """The facts that concern a turn. Raises nothing but `RecallFailed`, and that soon."""
        if not self.settings.recall or wish.mode == "off":
            return NOTHING
        try:
            async with asyncio.timeout(self.settings.recall_deadline.total_seconds()):
                state = await self.state(user_id)
                if not state.any or effective(state.mode, wish.mode) == "off":
                    return NOTHING
                asked = recalling.asked_by(said)
                match = recalling.expression(user_id, asked) if asked else None
                found = await self._database.scan(store.recall(user_id, wish.project_id, match))
        except (PalaverError, TimeoutError) as error:
            log.warning("Facts could not be recalled: %r", error)
            raise RecallFailed from error
        return Recalled(recalling.chosen(asked, *found), self.settings.told_tokens)

    def used(self, user_id: UserId, fact_ids: tuple[str, ...]) -> None:
        """Note that these were told; nobody waits for that, and nothing depends on it."""
        script = store.used(user_id, fact_ids, stamp(self._clock.now()))
        self._database.post(script, durable=False, done=lambda _: None, failed=_not_noted)

    async def state(self, user_id: UserId) -> State:
        """What a person said, and whether there is anything to recall: asked once, then known until it changes."""
        known = self._states.get(user_id)
        if known is None:
            known = self._states[user_id] = await self._database.read(store.state(user_id))
            if len(self._states) > KNOWN:
                self._states.popitem(last=False)
        return known

    def changed(self, user_id: UserId) -> None:
        """What is known of a person is to be asked anew."""
        self._states.pop(user_id, None)

    async def _write(self, user_id: UserId, script: Script[Any]) -> Any:
        done = await self._database.write(script)
        self.changed(user_id)
        return done

    async def _own(self, user_id: UserId, project_id: str | None) -> None:
        if project_id is not None:
            await self._around.own_project(user_id, project_id)

    def _change(self, user_id: UserId, fact_id: str, given: dict[str, Any]) -> Script[Fact]:
        fact = yield from store.find(user_id, fact_id)
        by = {"made_by": "person"} if given.get("text", fact.text) != fact.text else {}
        changed = msgspec.structs.replace(fact, **given, **by, updated_at=stamp(self._clock.now()))
        self._fits(changed)
        if (folded(changed.text), changed.project_id) != (folded(fact.text), fact.project_id):
            yield from self._unique(user_id, changed)
        yield from store.save(user_id, changed, folded(changed.text))
        return changed

    def _fits(self, fact: Fact) -> None:
        most = self.settings.fact_characters
        if len(fact.text) > most:
            at = {"loc": ["body", "text"], "msg": f"a fact has at most {most} characters", "type": "too_long"}
            raise Invalid.about([at])

    def _unique(self, user_id: UserId, fact: Fact) -> Script[None]:
        there = yield from store.same(user_id, folded(fact.text), fact.project_id)
        if there is not None:
            raise Conflict(f"This is remembered already: {there}.")


def folded(text: str) -> str:
    """A text as it is compared: what differs in case, accents, spaces or the last full stop only is the same."""
    return " ".join(fold(text).split()).rstrip(" .!")


def _not_noted(error: Exception) -> None:
    log.info("It could not be noted which facts were told: %s", error)


def _position(word: str) -> tuple[str, str]:
    try:
        return position(word, tuple[str, str])
    except BadCursor as error:
        at = {"loc": ["query", "cursor"], "msg": "not a cursor of this list", "type": "bad_cursor"}
        raise Invalid("The cursor is not one of this list's.", errors=[at]) from error
