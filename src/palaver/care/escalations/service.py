"""Use cases of escalations, one unit of work each; whom an alarm reaches is the jobs' business.

Counsellors and administrators answer; of what they answer they see level, time, language and the help that was shown.
The person sees their own, reduced. To everybody else there is nothing. Every look at one and every act is told to the
audit; of the queue, what was new to who looked.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from palaver.care.escalations import acts, store
from palaver.care.escalations.acts import Change
from palaver.care.escalations.escalation import (
    Answering,
    Escalation,
    EscalationList,
    EscalationWhole,
    Said,
    event,
    fields,
    reduced,
)
from palaver.care.escalations.looks import Looks
from palaver.care.escalations.machine import OPEN, State
from palaver.care.escalations.settings import EscalationSettings
from palaver.care.escalations.store import Begun, Kept
from palaver.care.escalations.words import says
from palaver.care.on_call.ladder import Ladder
from palaver.core.audit import Audit, SecurityEvent, unheard
from palaver.core.errors import Conflict, Forbidden, Invalid, NotFound
from palaver.core.ids import UserId
from palaver.core.principal import Principal
from palaver.identity import store as identity_store
from palaver.identity.naming import called
from palaver.kit import pages
from palaver.kit.clock import Clock, stamp
from palaver.kit.pages import BadCursor, position
from palaver.storage.port import Database
from palaver.storage.script import Script

NOBODY = "There is no such escalation."

Over = Callable[[str, UserId | None], Awaitable[object]]  # which, and who had claimed it


class Escalations:
    """The front door of escalations.

    `over` is awaited when whoever answered is there no more; `trouble` says what those who answer should know.
    """

    def __init__(
        self, database: Database, ladder: Ladder, settings: EscalationSettings, *, clock: Clock,
        audit: Audit = unheard,
    ) -> None:  # fmt: skip
        self._database = database
        self._ladder = ladder
        self._settings = settings
        self._clock = clock
        self.audit = audit
        self._looks = Looks()
        self.woken: Callable[[], None] = _nothing
        self.over: Over = _nobody
        self.trouble: Callable[[], Awaitable[list[str]]] = _none

    def begin(self, begun: Begun) -> Script[str | None]:
        """Call a human, in the transaction that writes the assessment down; None where nobody is to be called."""
        if not self._settings.enabled:
            return None
        return (yield from store.begin(begun))

    def wake(self) -> None:
        """Something may be due: to be called once what `begin` wrote is committed. It never waits."""
        self.woken()

    def reaches(self, user_id: str) -> Script[bool]:
        """Whether there is anybody who can be called about somebody: without, nothing of it is promised."""
        return (yield from self._ladder.anybody(user_id))

    async def page(
        self, caller: Principal, states: tuple[State, ...], *, cursor: str | None = None, limit: int = 50,
        mine: bool = False,
    ) -> EscalationList:  # fmt: skip
        """For those who answer the queue, or what is over, newest first; for everybody else their own."""
        if mine or not answers(caller):
            return await self._database.read(self._owns(caller, states, _key(cursor), limit))
        ordered = all(state in OPEN for state in states)

        def read() -> Script[list[Escalation]]:
            found = yield from (
                store.queue(states, _position(cursor), limit) if ordered else
                store.newest(states, None, _key(cursor), limit)
            )  # fmt: skip
            kept.extend(found)
            return (yield from self._all(caller, found))

        kept = list[Kept]()
        items = await self._database.read(read())
        await self._tell_look(caller, "listed", [one.id for one in items])
        return EscalationList(
            items=items, next_cursor=_next(kept, limit, ordered=ordered), trouble=await self.trouble()
        )

    async def one(self, caller: Principal, escalation_id: str) -> EscalationWhole:
        """With everything that happened to it, for those who answer; the person's own, reduced."""
        shown = await self._database.read(self._look(caller, escalation_id))
        if shown.user_id != caller.user_id:
            await self._tell(caller, "seen", escalation_id)
        return shown

    async def claim(self, caller: Principal, escalation_id: str) -> Escalation:
        """From now on it is the caller's to answer; Conflict where it is somebody else's."""

        return await self._changed(caller, escalation_id, "claimed", acts.claim(caller.user_id), taking=True)

    async def acknowledge(self, caller: Principal, escalation_id: str) -> Escalation:
        """The caller is there: nobody else is called any more. Whose it is not yet, theirs it becomes."""

        return await self._changed(caller, escalation_id, "acknowledged", acts.acknowledge(caller.user_id), taking=True)

    async def add_note(self, caller: Principal, escalation_id: str, text: str) -> Escalation:
        """Something for those who answer, from whoever it is claimed by."""

        return await self._changed(caller, escalation_id, "noted", acts.note(caller.user_id, text), ended=True)

    async def release(self, caller: Principal, escalation_id: str) -> Escalation:
        """The caller answers it no more: who is on call is told anew."""
        changed = await self._changed(caller, escalation_id, "released", acts.release(caller.user_id))
        await self.over(escalation_id, caller.user_id)
        return changed

    async def close(self, caller: Principal, escalation_id: str, outcome: Said, note: str | None) -> Escalation:
        """It is done, by whoever it is claimed by."""

        changed = await self._changed(caller, escalation_id, "closed", acts.close(caller.user_id, outcome, note))
        await self.over(escalation_id, caller.user_id)
        return changed

    async def decline(self, caller: Principal, escalation_id: str) -> Escalation:
        """The person wants nobody to come; Forbidden at levels at which the operator does not leave it to them."""

        def work() -> Script[tuple[Kept, Escalation]]:
            kept = yield from store.find(escalation_id)
            if kept.user_id != caller.user_id:
                raise NotFound(NOBODY)
            if not self._may_decline(kept):
                raise Forbidden("This cannot be declined here: somebody will look after you.")
            done = yield from self._done(kept, acts.decline(caller.user_id))
            return done, (yield from self._own(done))

        kept, shown = await self._database.write(work())
        self.wake()
        await self._tell(caller, "declined", escalation_id)
        await self.left(escalation_id, kept.claimed_by)
        return shown

    async def left(self, escalation_id: str, who: str | None) -> None:
        """Whoever had claimed it did not come, or is here no more, or is not wanted."""
        await self.over(escalation_id, UserId(who) if who else None)

    def held(self, caller: Principal, escalation_id: str) -> Script[Kept]:
        """An escalation that the caller has claimed and nobody has ended; NotFound and Conflict for the others."""
        kept = yield from _visible(caller, escalation_id)
        if kept.claimed_by != caller.user_id:
            raise Conflict("Claim it first." if kept.claimed_by is None else "Somebody else has claimed it.")
        if kept.state not in OPEN:
            raise Conflict("It is closed.")
        return kept

    async def may_follow(self, caller: Principal) -> None:
        """Forbidden for who does not answer; who follows the queue is told to the audit."""
        if not answers(caller):
            raise Forbidden("Counsellors and administrators follow the queue.")
        await self._tell_look(caller, "followed")

    async def happened(self, number: int | None, most: int) -> list[store.Happened]:
        """What happened after a number; without one, nothing but the last thing, so that its number is known."""

        def read() -> Script[list[store.Happened]]:
            since = number if number is not None else max((yield from store.last_event()) - 1, 0)
            return (yield from store.events_after(since, most))

        return await self._database.read(read())

    async def _changed(
        self, caller: Principal, escalation_id: str, act: str, change: Change, *, taking: bool = False,
        ended: bool = False,
    ) -> Escalation:  # fmt: skip
        """One act of somebody who answers: on what is theirs or, `taking`, nobody's; or, `ended`, closed."""

        def work() -> Script[EscalationWhole]:
            kept = yield from _visible(caller, escalation_id)
            if kept.user_id == caller.user_id:
                raise Forbidden("This is about you: somebody else answers it.")
            if kept.claimed_by != caller.user_id and not (taking and kept.claimed_by is None):
                raise Conflict("Claim it first." if kept.claimed_by is None else "Somebody else has claimed it.")
            if kept.state not in OPEN and not ended:
                raise Conflict("It is closed.")
            return (yield from self._whole(caller, (yield from self._done(kept, change))))

        shown = await self._database.write(work())
        self.wake()
        await self._tell(caller, act, escalation_id)
        return shown

    def _done(self, kept: Kept, change: Change) -> Script[Kept]:
        now = stamp(self._clock.now())
        done = yield from change(kept, now)
        if done is not kept:
            done = done._replace(updated_at=now)
            yield from store.save(done)
        return done

    def _owns(
        self, caller: Principal, states: tuple[State, ...], before: str | None, limit: int
    ) -> Script[EscalationList]:
        kept = yield from store.newest(states, caller.user_id, before, limit)
        return EscalationList(items=(yield from self._all(caller, kept)), next_cursor=_next(kept, limit))

    def _look(self, caller: Principal, escalation_id: str) -> Script[EscalationWhole]:
        kept = yield from _visible(caller, escalation_id)
        if kept.user_id == caller.user_id:
            return EscalationWhole(**msgspec.structs.asdict((yield from self._own(kept))), events=[])
        return (yield from self._whole(caller, kept))

    def _all(self, caller: Principal, found: Sequence[Kept]) -> Script[list[Escalation]]:
        shown: dict[str, Escalation] = {}
        for one in found:
            shown[one.id] = yield from self._shown(caller, one)
        return list(shown.values())

    def _shown(self, caller: Principal, kept: Kept) -> Script[Escalation]:
        if kept.user_id == caller.user_id:
            return (yield from self._own(kept))
        by = yield from _called(kept.claimed_by)
        return Escalation(**fields(kept, mine=kept.claimed_by == caller.user_id, by=by))

    def _whole(self, caller: Principal, kept: Kept) -> Script[EscalationWhole]:
        by = yield from _called(kept.claimed_by)
        happened = yield from store.events(kept.id)
        names: dict[str, Answering | None] = {}
        for one in happened:
            if one.actor_id is not None and one.actor_id not in names:
                names[one.actor_id] = yield from _called(one.actor_id)
        events = [event(one, names.get(one.actor_id or "")) for one in happened]
        return EscalationWhole(**fields(kept, mine=kept.claimed_by == caller.user_id, by=by), events=events)

    def _own(self, kept: Kept) -> Script[Escalation]:
        """Until it is told, somebody is promised only where there is somebody."""
        may = self._may_decline(kept)
        nobody = kept.state == "created" and not (yield from self.reaches(kept.user_id))
        said = says("failed" if nobody else kept.state, kept.language, may_decline=may)
        return Escalation(**reduced(kept, said, may_decline=may))

    def _may_decline(self, kept: Kept) -> bool:
        """What nobody came to may always be ended by the person."""
        return kept.level in self._settings.may_decline or kept.state in ("failed", "expired")

    async def _tell_look(self, caller: Principal, act: str, shown: Sequence[str] = ()) -> None:
        """A look at the queue, by what of it was new to them; that they looked at all is worth an entry as well."""
        now = self._clock.now()
        if new := self._looks.new(caller.user_id, shown or (act,), now):
            await self._tell(caller, act, None, **({"shown": " ".join(new)} if shown else {}))
            self._looks.written(caller.user_id, new, now)

    async def _tell(self, caller: Principal, act: str, subject: str | None, **detail: str) -> None:
        kind = f"escalation.{act}"
        await self.audit(SecurityEvent(kind=kind, actor_id=caller.user_id, subject=subject, detail=detail))


def answers(caller: Principal) -> bool:
    """Whether somebody is one of those who answer."""
    return caller.role in ("counsellor", "admin")


def _visible(caller: Principal, escalation_id: str) -> Script[Kept]:
    kept = yield from store.find(escalation_id)
    if kept.user_id != caller.user_id and not answers(caller):
        raise NotFound(NOBODY)
    return kept


def _called(user_id: str | None) -> Script[Answering | None]:
    user = (yield from identity_store.user(user_id)) if user_id else None
    return Answering(id=user.id, name=called(user.id, user.name, user.email)) if user else None


def _next(page: Sequence[Kept], limit: int, *, ordered: bool = False) -> str | None:
    if len(page) < limit:
        return None
    last = page[-1]
    return pages.cursor(last.urgency, last.created_at, last.id) if ordered else pages.cursor(last.id)


def _position(word: str | None) -> tuple[int, str, str] | None:
    return _read(word, tuple[int, str, str]) if word else None


def _key(word: str | None) -> str | None:
    return _read(word, tuple[str])[0] if word else None


def _read(word: str, shape: Any) -> Any:
    try:
        return position(word, shape)
    except BadCursor as error:
        at = {"loc": ["query", "cursor"], "msg": "not a cursor of this list", "type": "bad_cursor"}
        raise Invalid("The cursor is not one of this list's.", errors=[at]) from error


def _nothing() -> None:
    """Where nothing is done by itself."""


async def _nobody(escalation_id: str, who: UserId | None) -> None:
    """Where nobody is in a session."""


async def _none() -> list[str]:
    return []
