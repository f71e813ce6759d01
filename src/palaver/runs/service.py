"""What people do with runs: start, watch, cancel; one unit of work each. Which model says what is `hands.py`'s."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

import msgspec

from palaver.agents.wanted import ANYTHING
from palaver.core.errors import Conflict, Invalid, NotFound, PalaverError, Unavailable, coded
from palaver.core.events import CancelRequested, RunDone, RunEvent, RunFailed
from palaver.core.ids import RUN, SESSION, MessageId, RunId, Seq, SessionId, UserId
from palaver.core.principal import Principal
from palaver.core.usage import Usage
from palaver.files.attaching import Placed, names_files
from palaver.inference.port import ResolvedModel
from palaver.kit.ids import new_id
from palaver.kit.streams import Closed
from palaver.runs import store
from palaver.runs.accepting import Accepted, Accepting, fingerprint, known_by_key
from palaver.runs.client_tools import refuse_choice
from palaver.runs.confided import confidential
from palaver.runs.fairness.places import Places
from palaver.runs.joining.standing_in import stand_in
from palaver.runs.live import Live
from palaver.runs.machine import Rest
from palaver.runs.parts import Parts, accepted_before
from palaver.runs.prompt import Prompt, Spoken, Summarize
from palaver.runs.queue import Queue
from palaver.runs.records import record
from palaver.runs.store import Kept
from palaver.runs.told import Address, Told, topic_of_run
from palaver.runs.view import RunView, view
from palaver.runs.waking import Waking
from palaver.sessions import store as session_store
from palaver.storage.port import UniqueViolated
from palaver.storage.script import Script

CancelReason = Literal["user", "new_message", "deleted"]


log = logging.getLogger(__name__)


class Settle(Protocol):
    """Looks everything up that a prompt names, and gives it back with its recipe. Raises `core.errors`."""

    async def __call__(self, principal: Principal, prompt: Prompt) -> Prompt: ...


class _Asked(NamedTuple):
    """A prompt, and what was laid into the workspace for it."""

    prompt: Prompt
    placed: Placed


class Runs:
    """The front door of runs."""

    def __init__(self, parts: Parts, queue: Queue, waking: Waking, recipes: Settle) -> None:
        self._parts = parts
        self._recipes = recipes
        self.waking = waking
        self._queue = queue
        self._database = parts.database
        self._journal = parts.journal
        self._driver = parts.driver
        self.keeping = parts.keeping
        self.draining = False
        self.places: Places | None = None

    def new_id(self) -> RunId:
        """An id for a run that is about to be started, so that one can listen to it before."""
        return RunId(new_id(RUN))

    async def start(self, principal: Principal, prompt: Prompt, run_id: RunId | None = None) -> Kept:
        """Accept a turn: its question is durable when this returns, and it is under way or waits in its session."""
        if self.draining:
            raise Unavailable("The server is restarting; try again in a moment.", retry_after=2)
        if self.places is not None:
            self.places.refuse_more(principal.user_id)
        key, mark = prompt.idempotency_key, fingerprint(prompt)
        if key and (known := await self._database.read(known_by_key(principal.user_id, key, mark))):
            return known
        prompt, model = await self._possible(principal, prompt)
        if principal.key_id is not None:
            prompt = msgspec.structs.replace(prompt, key_id=principal.key_id)
        session_id = prompt.session_id or SessionId(new_id(SESSION))
        live = Live(run_id or self.new_id(), session_id, principal.user_id, epoch=1)
        live.fingerprint = mark
        accepted = await self._accept(live, prompt, model)
        if accepted.run.state == "queued":
            self._queue.joined(session_id)
            await self._make_way(accepted.run)
        return accepted.run

    async def sure(self, principal: Principal, prompt: Prompt) -> None:
        """Raise what keeps a turn from beginning wherever it goes, for who has to keep something before it does."""
        await self._possible(principal, prompt)

    async def _possible(self, principal: Principal, prompt: Prompt) -> tuple[Prompt, ResolvedModel]:
        """The prompt as it is settled, and the model that it asks."""
        prompt = await self._settled(principal, prompt)
        model_id = prompt.model or prompt.recipe.model or await self._model_of(principal, prompt)
        model = await self._parts.resolve(model_id, principal)
        _refuse_unpriced(prompt, model)
        _refuse_toolless(prompt, model)
        if not prompt.server_tools:  # then all that can be called is known
            refuse_choice(prompt.tool_choice, prompt.client_tools)
        return prompt, model

    async def start_below(self, live: Live, prompt: Prompt) -> None:
        """Start the run of a subagent, which begins a session of its own; see `delegating.py`."""
        assert live.parent is not None
        model = await self._parts.resolve(prompt.model, accepted_before(live.user_id))
        self._parts.family.joined(live.parent.run_id, live.id)
        try:
            await self._accept(live, prompt, model)
        except BaseException:
            self._parts.family.left(live.id)
            raise

    async def _settled(self, principal: Principal, prompt: Prompt) -> Prompt:
        """The prompt with everything looked up that it names; what it names with secrets in it is kept no longer."""
        settled = await self._recipes(principal, prompt)
        if prompt.session_id is not None and names_files(settled.parts):  # before anything is laid down for it
            await self._database.read(session_store.find(prompt.session_id, principal.user_id, act="write"))
        parts = await self._parts.attachments.resolve(principal.user_id, prompt.session_id, settled.parts)
        if parts is not settled.parts:
            settled = msgspec.structs.replace(settled, parts=parts)
        return settled if settled.wanted is ANYTHING else msgspec.structs.replace(settled, wanted=ANYTHING)

    async def _accept(self, live: Live, prompt: Prompt, model: ResolvedModel) -> Accepted:
        keeping, begin = self._parts.keeping, self._parts.begin
        if prompt.session_id is None and live.parent is None:
            files = await keeping.begin(live.session_id, prompt.template)
        else:
            files = await keeping.take(prompt.session_id)
        asked = await self._placed(live, prompt)

        def accept() -> Accepting:
            return keeping.around(live.session_id, self._parts.acceptance.accept(live, asked.prompt, model), files)

        try:
            try:
                accepted = await self._journal.boundary(live, accept(), begin)
            except UniqueViolated:  # the same idempotency key from two places at once: the other one was faster
                accepted = await self._journal.boundary(live, accept(), begin)
        except BaseException:
            await asyncio.shield(self._take_back(live, asked.placed))
            raise
        if accepted.live is None:  # it waits, and its files are laid out when it begins; or it was asked before
            await self._take_back(live, asked.placed)
        return accepted

    async def _take_back(self, live: Live, placed: Placed) -> None:
        await self._parts.attachments.take_back(live.user_id, live.session_id, placed)

    async def _placed(self, live: Live, prompt: Prompt) -> "_Asked":
        """The prompt, with its files in the workspace; what was there before the turn is kept already."""
        if not names_files(prompt.parts):
            return _Asked(prompt, Placed(()))
        self._parts.keeping.refuse_held(live.session_id)
        placed = await self._parts.attachments.place(live.user_id, live.session_id, prompt.parts)
        return _Asked(msgspec.structs.replace(prompt, parts=placed.parts), placed)

    async def _make_way(self, run: Kept) -> None:
        """End the answer that a waiting turn interrupts; begin it where the answer ended a moment ago."""
        session = (await self._database.read(session_store.held(run.session_id))).session
        if session.active_run_id is None:
            await self._queue.next_turn(run.session_id, run.user_id)
        elif session.active_run_id != run.id and run.prompt.when_busy == "interrupt":
            await self.end(session.active_run_id, "new_message")

    async def finish(self, principal: Principal, prompt: Prompt) -> Kept:
        """Start a turn and return once it is over, or waits for a person. Raises what the model failed with."""
        run = await self.start(principal, prompt)
        with self._parts.bus.subscribe(topic_of_run(run.id)) as mailbox:
            while (run := await self.find(principal.user_id, run.id)).state not in {"over", "waiting"}:
                try:
                    await mailbox.take()
                except Closed:
                    await self.find(principal.user_id, run.id)  # whoever deleted it ended it
                    raise Unavailable(f"The server is restarting; the answer goes on as run {run.id}.") from None
        await self._driver.ended(run.id)  # its end is seen before the disk has it, and not told before
        if run.finish_reason == "error":
            raise await self._failure(run)
        return run

    async def speak(self, user_id: UserId, session_id: SessionId, spoken: Spoken, key: str | None = None) -> Kept:
        """Let words stand in somebody's session as they are, behind what is under way there; no model is asked."""
        prompt = Prompt(session_id=session_id, spoken=spoken, when_busy="queue", idempotency_key=key)
        live = Live(self.new_id(), session_id, user_id, epoch=1)
        live.fingerprint = fingerprint(prompt)
        model = stand_in(prompt)
        assert model is not None, "words need no model"
        accepted = await self._accept(live, prompt, model)
        if accepted.run.state == "queued":
            self._queue.joined(session_id)
            await self._make_way(accepted.run)
        return accepted.run

    async def summarize(self, principal: Principal, session_id: SessionId, focus: str | None) -> MessageId:
        """Sum up what was said earlier in a session, and return when the summary stands: which message it is."""
        run = await self.finish(principal, Prompt(session_id=session_id, summarize=Summarize(focus)))
        if run.finish_reason != "stop":
            raise Conflict("The summary was interrupted; nothing was changed.")
        return run.message_id

    async def _failure(self, run: Kept) -> PalaverError:
        for one in await self._database.read(store.events(run.id, 0)):
            if isinstance(one.event, RunFailed):
                return coded(one.event.code)(one.event.message)
        return PalaverError()

    async def get(self, user_id: UserId, run_id: RunId) -> RunView:
        """One run."""
        kept = await self.find(user_id, run_id)
        if kept.state != "over":
            return view(kept)
        return msgspec.structs.replace(view(kept), usage=await self._database.read(_consumed(kept)))

    async def find(self, user_id: UserId, run_id: RunId) -> Kept:
        """One run, as it is stored."""
        return await self._database.read(store.find(run_id, user_id))

    async def cancel(self, user_id: UserId, run_id: RunId, reason: CancelReason = "user") -> RunView:
        """End a run and keep what it said; one that is over stays as it is."""
        kept = await self.find(user_id, run_id)
        await self._database.read(session_store.find(kept.session_id, user_id, act="write"))
        await self.end(run_id, reason)
        return await self.get(user_id, run_id)

    async def end(self, run_id: RunId, reason: CancelReason = "user") -> None:
        """The same for whoever in the house wants it to end."""
        kept = await self._database.read(store.known(run_id))
        if kept is None:
            return
        if kept.state == "queued":
            if not await self._queue.end(kept, CancelRequested(reason=reason)):
                await self.end(run_id, reason)  # it began a moment ago
        elif kept.state == "waiting":
            await self._end_waiting(run_id, CancelRequested(reason=reason))
        elif kept.state == "live":
            await self._database.write(store.ask_to_end(run_id, reason), durable=False)
            live = self._journal.live(run_id)
            if live is not None and Rest() not in live.tasks:
                self._driver.heard(live, CancelRequested(reason=reason))
            elif await self._rests(run_id):
                await self.end(run_id, reason)

    async def end_of(self, user_id: UserId, sessions: Sequence[SessionId]) -> None:
        """End what somebody asked in sessions in which they take part no more; what was said stays."""
        for session_id in sessions:
            for kept in await self._database.read(store.open_of(user_id, session_id)):
                await self.end(kept.id)

    async def _rests(self, run_id: RunId) -> bool:
        """Whether the run waits as a row by now; if it is just about to, once it does."""
        await self._driver.ended(run_id)
        kept = await self._database.read(store.known(run_id))
        return kept is not None and kept.state == "waiting"

    async def _end_waiting(self, run_id: RunId, wish: CancelRequested) -> None:
        def change(live: Live) -> Script[Sequence[RunEvent]]:
            yield from store.ask_to_end(run_id, wish.reason)  # should this process go before the end is written
            return (wish,)

        try:
            await self.waking.tell(run_id, change)
        except Conflict:  # it ended by itself a moment ago
            log.debug("A run that was to end is over", extra={"run_id": run_id})

    async def interrupt(self, user_id: UserId, session_id: SessionId) -> RunView | None:
        """End the run that answers in this session, if there is one."""
        kept = await self._database.read(session_store.find(session_id, user_id, act="write"))
        active = kept.session.active_run_id
        return await self.cancel(user_id, active) if active else None

    async def clear(self, user_id: UserId, session_id: SessionId) -> None:
        """End everything that runs or waits in a session, and return when nothing does any more."""
        await self._database.read(session_store.find(session_id, user_id, act="own"))
        for kept in await self._database.read(store.queued(session_id)):
            await self._queue.end(kept, CancelRequested(reason="deleted"))
        run = await self.interrupt(user_id, session_id)
        if run is not None:
            await self._driver.ended(run.id)
        await self._database.write(store.forget_jots(session_id))

    async def sessions_below(self, session_id: SessionId) -> list[SessionId]:
        """The sessions in which subagents worked for runs of this one; they go with it."""
        return await self._database.read(store.sessions_below(session_id))

    async def ended(self, run_id: RunId) -> None:
        """Return when this process does not drive the run any more."""
        await self._driver.ended(run_id)

    def telling(self, session_id: SessionId) -> RunId | None:
        """The run of a session of which there is still something to tell here, if there is one."""
        return next((live.id for live in self._journal.lives if live.session_id == session_id), None)

    def answering(self) -> set[SessionId]:
        """The sessions in which something is under way here."""
        return {live.session_id for live in self._journal.lives}

    def all_told(self, run_id: RunId) -> bool:
        """Whether everything that was written down of a run was told here: the disk has it."""
        live = self._journal.live(run_id)
        return live is None or live.last_told + 1 == live.next_seq

    async def past(self, run_id: RunId, session_id: SessionId, after: int) -> Told | None:
        """What was told of a run after a number."""
        live = self._journal.live(run_id)
        events = await self._database.read(store.events(run_id, after))
        last = Seq(live.last_told) if live else None
        if live:
            events += live.tail
        else:
            events += await self._database.read(store.unbound(run_id, events, after))
        lines = [
            (one.seq, record(one.seq, one.event))
            for one in events
            if one.seq > after and (last is None or one.seq <= last)
        ]
        ends = bool(lines) and isinstance(events[-1].event, RunDone) and events[-1].seq == lines[-1][0]
        asker = await self._asker(run_id) if confidential(events) else None
        return Told(Address(run_id, session_id), lines, ends=ends, asker=asker) if lines else None

    async def _asker(self, run_id: RunId) -> UserId:
        """Who asked for a run of which something was told; one that is gone meanwhile is nobody's."""
        kept = await self._database.read(store.known(run_id))
        return kept.user_id if kept is not None else UserId("")

    async def _model_of(self, principal: Principal, prompt: Prompt) -> str | None:
        if prompt.session_id is None:
            return None
        kept = await self._database.read(session_store.find(prompt.session_id, principal.user_id))
        return kept.session.model


def _refuse_unpriced(prompt: Prompt, model: ResolvedModel) -> None:
    """A budget that nobody can keep is worse than none."""
    if prompt.recipe.max_budget_usd is not None and model.price is None:
        said = f"The price of {model.id} is not known, so no budget can be kept: name it in the model's `facts`."
        raise Invalid(said, errors=[{"loc": ["body", "max_budget_usd"], "msg": said, "type": "unpriced"}])


def _refuse_toolless(prompt: Prompt, model: ResolvedModel) -> None:
    """Tools that the client makes itself were asked for by name: they are not left out in silence."""
    if prompt.client_tools and model.tools == "no":
        said = f"{model.id} calls no tools: leave client_tools out, or ask another model."
        raise Invalid(said, errors=[{"loc": ["body", "client_tools"], "msg": said, "type": "tools_unsupported"}])


def _consumed(run: Kept) -> Script[Usage | None]:
    """What a run that is over consumed, as its message says; None where there is no message."""
    try:
        kept = yield from session_store.held(run.session_id)
        return (yield from session_store.in_session(kept, run.message_id)).message().usage
    except NotFound:
        return None
