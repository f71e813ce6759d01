"""What people do with runs: start, watch, cancel; one unit of work each. Which model says what is `hands.py`'s."""

import hashlib
import time
from contextlib import suppress
from typing import Literal, NamedTuple, Protocol

import msgspec

from palaver.bus.port import Bus
from palaver.core.errors import Conflict, PalaverError, SessionBusy, Unavailable, coded
from palaver.core.events import (
    CancelRequested,
    ReasoningGrew,
    RunDone,
    RunEvent,
    RunFailed,
    RunStarted,
    SessionOpened,
    Stamped,
    StepRestarted,
    TextGrew,
    ToolCallGrew,
)
from palaver.core.ids import MESSAGE, RUN, SESSION, MessageId, RunId, Seq, SessionId, UserId
from palaver.core.messages import FinishReason
from palaver.core.principal import Principal
from palaver.inference.port import ResolvedModel
from palaver.kit.clock import Clock, instant, stamp
from palaver.kit.ids import new_id
from palaver.kit.streams import Closed
from palaver.runs import store
from palaver.runs.driver import Driver
from palaver.runs.journal import Journal
from palaver.runs.live import Live
from palaver.runs.machine import failure, resume
from palaver.runs.prompt import Prompt, prompt_body
from palaver.runs.records import record
from palaver.runs.settings import RunSettings
from palaver.runs.store import Kept
from palaver.runs.told import Address, Told, topic_of_run
from palaver.sessions import store as session_store
from palaver.sessions import turns
from palaver.sessions.session import Session
from palaver.storage import lease
from palaver.storage.port import Database, UniqueViolated
from palaver.storage.script import Script

RunState = Literal["queued", "running", "done"]
CancelReason = Literal["user", "new_message", "deleted"]


class RunView(msgspec.Struct, frozen=True, kw_only=True):
    """A run as clients see it."""

    id: RunId
    session_id: SessionId
    status: RunState
    user_message_id: MessageId | None
    message_id: MessageId
    model: str
    provider: str
    finish_reason: str | None
    error: str | None
    created_at: str
    started_at: str | None
    ended_at: str | None


class Interrupted(msgspec.Struct, frozen=True):
    """What an interruption ended: the run, or null where nothing was under way."""

    run: RunView | None


class Resolve(Protocol):
    """Finds the model that is meant; raises `core.errors` where it may not be asked."""

    async def __call__(self, model_id: str | None, principal: Principal) -> ResolvedModel: ...


class Accepted(NamedTuple):
    """A run that was accepted; `live` where it is driven from now on."""

    run: Kept
    live: Live | None = None
    interrupts: RunId | None = None


Accepting = Script[tuple[tuple[RunEvent, ...], Accepted]]


class Runs:
    """The front door of runs."""

    def __init__(
        self,
        database: Database,
        bus: Bus,
        journal: Journal,
        driver: Driver,
        resolve: Resolve,
        clock: Clock,
        settings: RunSettings,
        holder: str,
    ) -> None:
        self._database = database
        self._bus = bus
        self._journal = journal
        self._driver = driver
        self._resolve = resolve
        self._clock = clock
        self._settings = settings
        self._holder = holder
        self.draining = False

    async def start(self, principal: Principal, prompt: Prompt) -> Kept:
        """Accept a turn: its question is durable when this returns, and it is under way or waits in its session."""
        if self.draining:
            raise Unavailable("The server is restarting; try again in a moment.", retry_after=2)
        if prompt.idempotency_key and (known := await self._database.read(_known(principal.user_id, prompt))):
            return known
        model = await self._resolve(prompt.model or await self._model_of(principal, prompt), principal)
        live = Live(RunId(new_id(RUN)), prompt.session_id or SessionId(new_id(SESSION)), principal.user_id, epoch=1)
        try:
            accepted = await self._journal.boundary(live, self._accept(live, prompt, model), self._begin_early)
        except UniqueViolated:  # the same idempotency key from two places at once: the other one was faster
            accepted = await self._journal.boundary(live, self._accept(live, prompt, model), self._begin_early)
        if accepted.interrupts:
            await self.cancel(principal.user_id, accepted.interrupts, "new_message")
        return accepted.run

    async def finish(self, principal: Principal, prompt: Prompt) -> MessageId:
        """Start a turn and return once it is over: the id of its answer. Raises what the model failed with."""
        run = await self.start(principal, prompt)
        with self._bus.subscribe(topic_of_run(run.id)) as mailbox:
            while (run := await self.find(principal.user_id, run.id)).state != "over":
                try:
                    await mailbox.take()
                except Closed:
                    raise Unavailable(f"The server is restarting; the answer goes on as run {run.id}.") from None
        if run.finish_reason == "error":
            raise await self._failure(run)
        return run.message_id

    async def _failure(self, run: Kept) -> PalaverError:
        for one in await self._database.read(store.events(run.id, 0)):
            if isinstance(one.event, RunFailed):
                return coded(one.event.code)(one.event.message)
        return PalaverError()

    async def get(self, user_id: UserId, run_id: RunId) -> RunView:
        """One run."""
        return view(await self.find(user_id, run_id))

    async def find(self, user_id: UserId, run_id: RunId) -> Kept:
        """One run, as it is stored."""
        return await self._database.read(store.find(run_id, user_id))

    async def cancel(self, user_id: UserId, run_id: RunId, reason: CancelReason = "user") -> RunView:
        """End a run and keep what it said; one that is over stays as it is."""
        kept = await self.find(user_id, run_id)
        live = self._journal.live(run_id)
        if kept.state == "queued":
            await self._end_queued(kept, CancelRequested(reason=reason))
        elif kept.state == "live":
            await self._database.write(store.ask_to_end(run_id, reason), durable=False)
            if live is not None:
                self._driver.heard(live, CancelRequested(reason=reason))
        return await self.get(user_id, run_id)

    async def interrupt(self, user_id: UserId, session_id: SessionId) -> RunView | None:
        """End the run that answers in this session, if there is one."""
        kept = await self._database.read(session_store.find(session_id, user_id))
        active = kept.session.active_run_id
        return await self.cancel(user_id, active) if active else None

    async def clear(self, user_id: UserId, session_id: SessionId) -> None:
        """End everything that runs or waits in a session, and return when nothing does any more."""
        await self._database.read(session_store.find(session_id, user_id))
        for kept in await self._database.read(store.queued(session_id)):
            await self._end_queued(kept, CancelRequested(reason="deleted"))
        run = await self.interrupt(user_id, session_id)
        if run is not None:
            await self._driver.ended(run.id)

    async def ended(self, run_id: RunId) -> None:
        """Return when this process does not drive the run any more."""
        await self._driver.ended(run_id)

    async def past(self, run_id: RunId, session_id: SessionId, after: int) -> Told | None:
        """What was told of a run after a number."""
        live = self._journal.live(run_id)
        events = await self._database.read(store.events(run_id, after))
        last = Seq(live.last_told) if live else None
        if live:
            events += live.tail
        else:
            events += await self._database.read(_unbound(run_id, events, after))
        lines = [
            (one.seq, record(one.seq, one.event))
            for one in events
            if one.seq > after and (last is None or one.seq <= last)
        ]
        ends = bool(events) and isinstance(events[-1].event, RunDone)
        return Told(Address(run_id, session_id), lines, ends=ends) if lines else None

    async def recover(self, *, alone: bool) -> int:
        """Go on with every run whose process is gone; with `alone`, no other process drives any. How many there were."""
        now = self._clock.now()
        alive = await self._database.read(lease.alive(now))
        count = 0
        for kept in await self._database.read(store.live()):
            if self._journal.live(kept.id) is None and (alone or kept.owner not in alive):
                count += await self._take_over(kept)
        for session_id, user_id in await self._database.read(store.stuck()):
            await self.next_turn(session_id, user_id)
        return count

    async def next_turn(self, session_id: SessionId, user_id: UserId) -> None:
        """Begin the turn that waits in a session, if one does and nothing answers there."""
        for kept in await self._database.read(store.queued(session_id)):
            live = Live(kept.id, session_id, user_id, epoch=kept.epoch + 1)
            try:
                model = await self._resolve(kept.model, _accepted_before(user_id))
                accepted = await self._journal.boundary(live, self._begin_queued(live, kept, model), self._begin_early)
            except PalaverError as error:
                await self._end_queued(kept, failure(error))
                continue
            if accepted.live is not None:
                return

    def _accept(self, live: Live, prompt: Prompt, model: ResolvedModel) -> Accepting:
        if prompt.idempotency_key and (known := (yield from _known(live.user_id, prompt))):
            return (), Accepted(known)
        created = prompt.session_id is None
        kept = self._new_session(live) if created else (yield from _found(live))
        row = self._row(live, prompt, model)
        if kept.session.active_run_id is not None:
            return (), (yield from self._wait_in_line(kept, row))
        return (yield from self._begin(live, kept, row, model, created=created))

    def _begin_queued(self, live: Live, run: Kept, model: ResolvedModel) -> Accepting:
        kept = yield from session_store.find(live.session_id, live.user_id, to_change=True)
        if kept.session.active_run_id is not None:
            return (), Accepted(run)
        return (yield from self._begin(live, kept, run, model, queued=True))

    async def _model_of(self, principal: Principal, prompt: Prompt) -> str | None:
        if prompt.session_id is None:
            return None
        kept = await self._database.read(session_store.find(prompt.session_id, principal.user_id))
        return kept.session.model

    def _begin(
        self,
        live: Live,
        kept: session_store.Kept,
        row: Kept,
        model: ResolvedModel,
        *,
        created: bool = False,
        queued: bool = False,
    ) -> Accepting:
        now, prompt = self._now(), row.prompt
        if prompt.parts:
            asked = yield from turns.ask(kept, live.user_id, prompt.parts, below=_below(prompt), now=now)
            if prompt.metadata:
                yield from session_store.set_metadata(asked.message_id, msgspec.json.encode(prompt.metadata))
        else:
            asked = yield from turns.ask_again(kept, live.user_id, MessageId(prompt.below))
        session = turns.begin(asked, live.id, model=model.id, provider=model.provider, now=now)
        yield from session_store.create(session, live.user_id) if created else session_store.save(session)
        run = row._replace(
            state="live", owner=self._holder, place=asked.place, user_message_id=asked.message_id, started_at=now
        )
        if queued:
            if (yield from store.begun(run)) is None:
                raise Conflict("The turn was taken back.")
        else:
            yield from store.put(run._replace(prompt=msgspec.structs.replace(prompt, parts=())))
        _prepare(live, run, model)
        started = RunStarted(
            user_message_id=asked.message_id, message_id=run.message_id, model=model.id, provider=model.provider
        )
        opened = SessionOpened(title=session.session.title, created=created)
        return (opened, started), Accepted(run, live)

    def _wait_in_line(self, kept: session_store.Kept, row: Kept) -> Script[Accepted]:
        if row.prompt.when_busy == "reject":
            raise SessionBusy("This session is answering; wait, interrupt it, or send when_busy.")
        waiting = yield from store.queued(row.session_id)
        if len(waiting) >= self._settings.queued_per_session:
            raise SessionBusy(f"{len(waiting)} turns wait in this session already.")
        first = row.prompt.when_busy == "interrupt"
        yield from store.put(row, place_in_queue=("!" if first else "") + row.created_at)
        return Accepted(row, interrupts=kept.session.active_run_id if first else None)

    def _begin_early(self, accepted: Accepted) -> None:
        """The question stands in the database; while the disk takes it, the model may be asked already."""
        live = accepted.live
        if live is None:
            return
        self._journal.open(live)
        live.run = resume((SessionOpened(title=None, created=False), _started(accepted.run)))
        self._driver.drive(live)

    async def _end_queued(self, kept: Kept, event: CancelRequested | RunFailed) -> None:
        live = Live(kept.id, kept.session_id, kept.user_id, epoch=kept.epoch)
        reason: FinishReason = "interrupted" if isinstance(event, CancelRequested) else "error"
        why = event.code if isinstance(event, RunFailed) else None

        def end() -> Script[tuple[tuple[RunEvent, ...], None]]:
            yield from store.over(kept.id, kept.epoch, reason=reason, why=why, now=self._now())
            said = (event,) if isinstance(event, RunFailed) else ()
            opened = SessionOpened(title=None, created=False)
            return (opened, *said, RunDone(finish_reason=reason, duration_ms=0, turns=0)), None

        with suppress(store.LeaseLost):  # it began, or was ended, a moment ago
            await self._journal.boundary(live, end())

    async def _take_over(self, kept: Kept) -> bool:
        epoch = await self._database.write(store.claim(kept, self._holder))
        if epoch is None:
            return False
        live = Live(kept.id, kept.session_id, kept.user_id, epoch=epoch)
        bound = await self._database.read(store.events(kept.id, 0))
        last = max((one.seq for one in bound), default=0)
        live.tail = await self._database.read(_unbound(kept.id, bound, last))
        told = [*bound, *live.tail]
        _prepare(live, kept, None)
        live.run = resume(one.event for one in told)
        live.next_seq = Seq(max((one.seq for one in told), default=0) + 1)
        live.last_told = live.next_seq - 1
        self._journal.open(live)
        began = instant(kept.started_at or kept.created_at)
        live.started = time.monotonic() - (self._clock.now() - began).total_seconds()
        await self._go_on(live, kept, bound)
        return True

    async def _go_on(self, live: Live, kept: Kept, bound: list[Stamped]) -> None:
        said = first_said(live.tail)
        if said is not None and live.run.ending is None:
            restarted = StepRestarted(from_seq=said)
            live.fold(restarted)
            await self._journal.boundary(live, _only(restarted))
        if kept.cancel:
            live.fold(CancelRequested())
        try:
            live.model = await self._resolve(live.run.model, _accepted_before(live.user_id))
        except PalaverError as error:
            live.fold(failure(error))
        self._driver.drive(live)

    def _new_session(self, live: Live) -> session_store.Kept:
        now = self._now()
        return turns.fresh(Session(id=live.session_id, created_at=now, updated_at=now))

    def _row(self, live: Live, prompt: Prompt, model: ResolvedModel) -> Kept:
        return Kept(
            id=live.id,
            session_id=live.session_id,
            user_id=live.user_id,
            state="queued",
            owner=None,
            epoch=live.epoch,
            cancel=None,
            prompt=prompt,
            place=None,
            user_message_id=None,
            message_id=MessageId(new_id(MESSAGE)),
            model=model.id,
            provider=model.provider,
            finish_reason=None,
            error=None,
            created_at=self._now(),
            started_at=None,
            ended_at=None,
            fingerprint=_fingerprint(prompt),
        )

    def _now(self) -> str:
        return stamp(self._clock.now())


def view(kept: Kept) -> RunView:
    """A run as clients see it."""
    states: dict[str, RunState] = {"queued": "queued", "live": "running", "over": "done"}
    return RunView(
        id=kept.id,
        session_id=kept.session_id,
        status=states[kept.state],
        user_message_id=kept.user_message_id,
        message_id=kept.message_id,
        model=kept.model,
        provider=kept.provider,
        finish_reason=kept.finish_reason,
        error=kept.error,
        created_at=kept.created_at,
        started_at=kept.started_at,
        ended_at=kept.ended_at,
    )


def first_said(events: list[Stamped]) -> Seq | None:
    """The number of the first piece of a step among these events."""
    return next((one.seq for one in events if isinstance(one.event, TextGrew | ReasoningGrew | ToolCallGrew)), None)


def _below(prompt: Prompt) -> turns.Below:
    if prompt.below == "head":
        return turns.HEAD
    return None if prompt.below == "root" else MessageId(prompt.below)


def _prepare(live: Live, run: Kept, model: ResolvedModel | None) -> None:
    live.prompt = msgspec.structs.replace(run.prompt, parts=())
    live.user_message_id = run.user_message_id
    live.message_id = run.message_id
    live.model = model
    live.started = time.monotonic()
    if run.place is not None:
        live.place = run.place


def _started(run: Kept) -> RunStarted:
    return RunStarted(
        user_message_id=run.user_message_id, message_id=run.message_id, model=run.model, provider=run.provider
    )


def _found(live: Live) -> Script[session_store.Kept]:
    return (yield from session_store.find(live.session_id, live.user_id, to_change=True))


def _only(event: RunEvent) -> Script[tuple[tuple[RunEvent, ...], None]]:
    yield from ()
    return (event,), None


def _unbound(run_id: RunId, bound: list[Stamped], after: int) -> Script[list[Stamped]]:
    """What stands in the journal only: pieces since the last boundary."""
    last = max((one.seq for one in bound), default=after)
    return [one for one in (yield from store.jots(run_id)) if one.seq > last or not one.seq]


def _known(user_id: UserId, prompt: Prompt) -> Script[Kept | None]:
    """The run that was started with this prompt's key before; Conflict where it was for another prompt."""
    known = yield from store.by_idempotency_key(user_id, prompt.idempotency_key or "")
    if known is not None and known.fingerprint != _fingerprint(prompt):
        raise Conflict("This idempotency key was used for another request.")
    return known


def _accepted_before(user_id: UserId) -> Principal:
    """For a model that was resolved for this person when the turn was accepted: it is not refused now."""
    return Principal(user_id=user_id, role="admin")


def _fingerprint(prompt: Prompt) -> str | None:
    if prompt.idempotency_key is None:
        return None
    return hashlib.sha256(prompt_body(prompt)).hexdigest()
