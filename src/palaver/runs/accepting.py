"""The unit of work in which a turn is accepted: its question stands in the session, and its run can begin.

Scripts only: nothing is committed and no model is asked here.
"""

import hashlib
import time
from collections.abc import Callable, Collection
from typing import NamedTuple, Protocol

import msgspec

from palaver.care.profiles import store as profiles
from palaver.care.profiles.profile import PROFILES, Profile
from palaver.core.errors import Conflict, Forbidden, SessionBusy
from palaver.core.events import RunEvent, RunStarted, SessionOpened
from palaver.core.ids import MESSAGE, MessageId, SessionId, UserId
from palaver.files import store as files_store
from palaver.files.attaching import files_in
from palaver.inference.port import ResolvedModel
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.runs import store
from palaver.runs.joining import standing_in
from palaver.runs.live import Live, Parent
from palaver.runs.machine import resume
from palaver.runs.prompt import Prompt, Received, prompt_body
from palaver.runs.store import Kept
from palaver.sessions import access, authors, members_store, summing, tree, turns
from palaver.sessions import store as session_store
from palaver.sessions.session import Session
from palaver.storage.script import Script


class Accepted(NamedTuple):
    """A run that was accepted; `live` where it is driven from now on."""

    run: Kept
    live: Live | None = None


Accepting = Script[tuple[tuple[RunEvent, ...], Accepted]]


class Affords(Protocol):
    """Raises BudgetExceeded where who asks may spend no more; see `spending.py`."""

    def __call__(self, live: Live, prompt: Prompt, model: ResolvedModel, /, *, begins: bool) -> Script[None]: ...


class Acceptance:
    """Accepts turns for one process, whose lease is `holder`; at most `queued` wait in one session."""

    def __init__(self, clock: Clock, *, holder: str, queued: int) -> None:
        self._clock = clock
        self._holder = holder
        self._queued = queued
        self.profiles: Collection[Profile] = PROFILES  # of care, that people may choose
        self.may_wait: Callable[[SessionId], bool] = _anywhere  # whether it is worth looking for turns that wait
        self.afford: Affords = _free  # reserves what a turn needs at least, or only looks

    def accept(self, live: Live, prompt: Prompt, model: ResolvedModel) -> Accepting:
        """A new turn: begun, put in line, or found under its idempotency key."""
        if prompt.idempotency_key:
            known = yield from known_by_key(live.user_id, prompt.idempotency_key, live.fingerprint)
            if known is not None:
                return (), Accepted(known)
        created = prompt.session_id is None  # a subagent's too: its session has its id already
        kept = self._new_session(live) if created else (yield from _found(live))
        row = self._row(live, prompt, model)
        if kept.session.active_run_id is not None or (yield from self._others_wait(live.session_id)):
            if prompt.spoken is None:
                yield from self.afford(live, prompt, model, begins=False)
            return (), (yield from self._wait_in_line(row))
        return (yield from self._begin(live, kept, row, model, created=created))

    def begin_queued(self, live: Live, run: Kept, model: ResolvedModel) -> Accepting:
        """A turn that waited: begun, unless another one was faster."""
        kept = yield from session_store.find(live.session_id, live.user_id, to_change=True)
        if kept.session.active_run_id is not None:
            return (), Accepted(run)
        return (yield from self._begin(live, kept, run, model, queued=True))

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
        _refuse_freer(kept, prompt)
        asked = yield from _asked(kept, prompt, now)
        prompt = msgspec.structs.replace(prompt, branched=True) if _branches(kept, asked) else prompt
        prompt = yield from _for_a_person(kept, prompt, asked, now)
        if (instead := standing_in.stand_in(prompt)) is None:
            yield from self.afford(live, prompt, model, begins=True)
        model = instead or model
        run = self._live(row._replace(prompt=prompt, started_at=now), asked, model)
        # The run first: where its key is taken, or its turn was taken back, nothing is written.
        if queued:
            if (yield from store.begun(run)) is None:
                raise Conflict("The turn was taken back.")
        else:
            yield from store.put(run._replace(prompt=msgspec.structs.replace(prompt, parts=())))
        yield from asked.write(live.user_id)
        if prompt.metadata:
            yield from turns.note(asked, msgspec.json.encode(prompt.metadata))
        session = _held(asked, live, prompt, model, now=now)
        yield from self._create(session, live) if created else session_store.save(session)
        if created and live.parent is None and (care := prompt.recipe.care) is not None and care in self.profiles:
            yield from profiles.say(live.session_id, care, now)
        prepare(live, run, model)
        _place(live, asked, session)
        live.created, live.shared = created, kept.room
        opened = SessionOpened(title=session.session.title, created=created)
        return (opened, (yield from _told_started(run, live))), Accepted(run, live)

    def _live(self, row: Kept, asked: turns.Asked, model: ResolvedModel) -> Kept:
        """The row of a run that this process drives from now on."""
        return row._replace(
            model=model.id,
            provider=model.provider,
            state="live",
            owner=self._holder,
            place=asked.place,
            user_message_id=asked.message_id,
        )

    def _create(self, session: session_store.Kept, live: Live) -> Script[None]:
        """A new session; one of a subagent belongs to the session that it works for, and to that one's owner."""
        if live.parent is None:
            return (yield from session_store.create(session, live.user_id))
        above = yield from store.known(live.parent.run_id)
        assert above is not None, "a run is there as long as something below it begins"
        room = (yield from session_store.held(above.session_id)).room
        owner, root = yield from members_store.root_of(above.session_id)
        return (yield from session_store.create(session._replace(room=room), owner, root))

    def _others_wait(self, session_id: SessionId) -> Script[bool]:
        """Whether turns wait between two answers: nobody overtakes them."""
        return self.may_wait(session_id) and bool((yield from store.queued(session_id)))

    def _wait_in_line(self, row: Kept) -> Script[Accepted]:
        if row.prompt.when_busy == "reject":
            raise SessionBusy("This session is answering; wait, interrupt it, or send when_busy.")
        waiting = yield from store.queued(row.session_id)
        if len(waiting) >= self._queued:
            raise SessionBusy(f"{len(waiting)} turns wait in this session already.")
        first = row.prompt.when_busy == "interrupt"
        yield from store.put(row, place_in_queue=("!" if first else "") + row.created_at)
        yield from files_store.claim(row.id, row.user_id, files_in(row.prompt.parts))
        return Accepted(row)

    def _new_session(self, live: Live) -> session_store.Kept:
        now = self._now()
        above = live.parent.run_id if live.parent else None
        return turns.fresh(Session(id=live.session_id, run_id=above, created_at=now, updated_at=now))

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
            fingerprint=live.fingerprint,
            parent_run_id=live.parent.run_id if live.parent else None,
            parent_call_id=live.parent.call_id if live.parent else None,
        )

    def _now(self) -> str:
        return stamp(self._clock.now())


def _place(live: Live, asked: turns.Asked, session: session_store.Kept) -> None:
    """Let `live` know where its question stands, and what goes for its session."""
    live.reaches = tree.path(session.tree, asked.place)
    live.question = asked.message if asked.place.depth == 0 else None
    live.asked_anew = asked.message is not None
    live.system, live.mode = session.session.system_prompt, session.session.permission_mode


def _told_started(run: Kept, live: Live) -> Script[RunStarted]:
    """The run's beginning, with who asks where more than one may."""
    if not live.shared:
        return _started(run)
    return msgspec.structs.replace(_started(run), author=(yield from members_store.person(live.user_id)))


def _for_a_person(kept: session_store.Kept, prompt: Prompt, asked: turns.Asked, now: str) -> Script[Prompt]:
    """The prompt; where somebody from the team answers in its session, with what they said and its client has not."""
    human = standing_in.attending(kept.session, now)
    if human is None or prompt.summarize is not None or prompt.spoken is not None:
        return prompt
    received = Received(human.name, (yield from _missed(kept, asked)))
    return msgspec.structs.replace(prompt, received=received)


def _missed(kept: session_store.Kept, asked: turns.Asked) -> Script[tuple[str, ...]]:
    """What people from the team said behind the message that a question was put below."""
    above = tree.parent(asked.kept.tree, asked.place)
    if (
        asked.message is None
        or kept.head is None
        or above == kept.head
        or (above and not tree.contains(kept.tree, above, kept.head))
    ):
        return ()
    found: list[session_store.Found] = []
    first = above.depth + 1 if above else 0
    for reach in tree.window(tree.path(kept.tree, kept.head), first, kept.head.depth + 1):
        found += yield from session_store.stretch(reach, kept.session.id)
    return standing_in.words_of((yield from authors.messages(False, found)))


def _anywhere(session_id: SessionId) -> bool:
    return True


def _free(live: Live, prompt: Prompt, model: ResolvedModel, /, *, begins: bool) -> Script[None]:
    yield from ()


def _asked(kept: session_store.Kept, prompt: Prompt, now: str) -> Script[turns.Asked]:
    """The question in its place, or the session as it is, where it is to be summed up or a person speaks."""
    if prompt.summarize is not None or prompt.spoken is not None:
        return summing.at_head(kept)
    if prompt.parts:
        return (yield from turns.ask(kept, prompt.parts, below=_below(prompt), now=now))
    return (yield from turns.ask_again(kept, MessageId(prompt.below)))


def _held(
    asked: turns.Asked, live: Live, prompt: Prompt, model: ResolvedModel, *, now: str
) -> session_store.Kept:  # fmt: skip
    if prompt.summarize is not None or prompt.spoken is not None:
        return summing.hold(asked, live.id, now=now)
    if prompt.received is not None:  # what the session asks when nobody from the team is there any more stays
        return turns.begin(
            asked, live.id, model=asked.kept.session.model, provider=asked.kept.session.provider, now=now
        )
    return turns.begin(asked, live.id, model=model.id, provider=model.provider, now=now)


def _branches(kept: session_store.Kept, asked: turns.Asked) -> bool:
    """Whether a new question stands elsewhere than below the newest message: whoever wrote it had not seen that."""
    return asked.message is not None and asked.message.parent_id != kept.session.head_message_id


def _refuse_freer(kept: session_store.Kept, prompt: Prompt) -> None:
    """Forbidden for a turn in which agents would be asked about less than the session's owner wants it."""
    mode = prompt.recipe.permission_mode
    if kept.role != "owner" and mode is not None and access.freer(mode, kept.session.permission_mode):
        raise Forbidden(f"Only the owner of this session lets agents act in it as freely as {mode}.")


def _below(prompt: Prompt) -> turns.Below:
    if prompt.below == "head":
        return turns.HEAD
    return None if prompt.below == "root" else MessageId(prompt.below)


def prepare(live: Live, run: Kept, model: ResolvedModel | None) -> None:
    """Let `live` know what its row says."""
    live.prompt = msgspec.structs.replace(run.prompt, parts=())
    live.user_message_id = run.user_message_id
    live.message_id = run.message_id
    live.model = model
    if run.parent_run_id is not None and run.parent_call_id is not None:
        live.parent = Parent(run.parent_run_id, run.parent_call_id)
    live.started = time.monotonic()
    if run.place is not None:
        live.place = run.place


def begun(accepted: Accepted) -> Live | None:
    """The run that began, ready to be driven; None where nothing did."""
    live = accepted.live
    if live is not None:
        live.run = resume((SessionOpened(title=None, created=False), _started(accepted.run)))
    return live


def _started(run: Kept) -> RunStarted:
    return RunStarted(
        user_message_id=run.user_message_id,
        message_id=run.message_id,
        model=run.model,
        provider=run.provider,
        branched=True if run.prompt.branched else msgspec.UNSET,
    )


def _found(live: Live) -> Script[session_store.Kept]:
    return (yield from session_store.find(live.session_id, live.user_id, to_change=True))


def known_by_key(user_id: UserId, key: str, fingerprint: str | None) -> Script[Kept | None]:
    """The run that was started with this key before; Conflict where it was for another prompt."""
    known = yield from store.by_idempotency_key(user_id, key)
    if known is not None and known.fingerprint != fingerprint:
        raise Conflict("This idempotency key was used for another request.")
    return known


def fingerprint(prompt: Prompt) -> str | None:
    """What tells two requests with one idempotency key apart; None without a key."""
    if prompt.idempotency_key is None:
        return None
    # By which door it is asked again, and what is shown there, is not part of what was asked.
    return hashlib.sha256(prompt_body(msgspec.structs.replace(prompt, eventless=False))).hexdigest()
