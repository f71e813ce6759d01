"""Boundaries of calls that reach outside: what they do stands in the ledger before they do it; it makes no call."""

from collections.abc import Sequence

from palaver.core.events import RunEvent, ToolFinished
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.runs import effects, store
from palaver.runs.calls import Call
from palaver.runs.live import Live
from palaver.sessions import effects_store
from palaver.sessions.effects_store import Effect, Reached
from palaver.storage.script import Script
from palaver.tools.port import ToolSpec

Boundary = Script[tuple[Sequence[RunEvent], Sequence[RunEvent]]]


def effect(live: Live, call: Call, spec: ToolSpec, clock: Clock) -> Effect:
    """What the ledger says of a call that is about to be made."""
    how: Reached = effects.reached(spec) or "other"
    return Effect(
        id=new_id("eff"),
        session_id=live.prompt.ground(live.session_id),
        run_id=live.id,
        message_id=live.message_id,
        call_id=call.id,
        name=call.name,
        server=spec.server,
        reached=how,
        lasting=effects.lasting(spec),
        summary=effects.summary(call.arguments),
        at=stamp(clock.now()),
    )


def begins(live: Live, one: Effect, events: Sequence[RunEvent]) -> Boundary:
    """These events, and what the call does, as long as the run is ours."""
    yield from store.hold(live.id, live.epoch)
    yield from effects_store.begin(one)
    return events, events


def ends(live: Live, finished: ToolFinished) -> Boundary:
    """This event, and how the call went, as long as the run is ours."""
    yield from store.hold(live.id, live.epoch)
    yield from effects_store.end(live.id, finished.call_id, ok=finished.ok)
    return (finished,), (finished,)
