"""Puts escalations together: who is called, on which ways, and who hears of it; it calls nobody itself."""

from dataclasses import dataclass

from fastapi import APIRouter

from palaver.bus.port import Bus
from palaver.care.escalations import api as escalations_api
from palaver.care.escalations.jobs import Calling
from palaver.care.escalations.sending import Sending
from palaver.care.escalations.service import Escalations
from palaver.care.on_call.ladder import Ladder
from palaver.core.audit import Audit
from palaver.entry.settings import Settings
from palaver.identity.door import Door
from palaver.kit.clock import Clock
from palaver.observability.health import HealthChecks
from palaver.observability.metrics import Metrics
from palaver.realtime import queue_api
from palaver.realtime.api import Desk
from palaver.realtime.queue import Queue
from palaver.realtime.sse import Pulse
from palaver.storage.port import Database

CONSOLE = "/counsellor"


class SomebodyWaits(Exception):
    """Somebody who needs a human was not reached by one; the message says what those who answer should know."""


@dataclass(frozen=True, slots=True)
class Escalating:
    """What brings a human: the front door, what works behind it, and what those who answer follow."""

    service: Escalations
    jobs: Calling
    sending: Sending
    queue: Queue

    def join(self, health: HealthChecks, metrics: Metrics, audit: Audit) -> None:
        """Be heard: by the audit, by whoever looks at health, and by whoever counts."""
        self.service.audit = audit

        async def reaching() -> dict[str, object]:
            if trouble := await self.jobs.trouble(lately=True):
                raise SomebodyWaits(" ".join(trouble))
            lacks = await self.jobs.lacks()
            return {"on_call": lacks} if lacks else {}

        health.add("escalations", reaching, needed=False)
        jobs, growing = self.jobs, metrics.watch_growing
        growing("palaver_escalation_tries", "Tries to tell who is on call.", lambda: jobs.tries, ("outcome",))
        growing("palaver_escalations_given_up", "Escalations nobody came to.", lambda: jobs.given_up, ("why",))

    def routers(self, desk: Desk, pulse: Pulse, door: Door) -> tuple[APIRouter, ...]:
        """What can be asked; the live queue first, whose path is no id."""
        return (queue_api.routes(self.service, self.queue, desk, pulse), escalations_api.routes(self.service, door))


def escalating(settings: Settings, database: Database, bus: Bus, *, clock: Clock, holder: str) -> Escalating:
    """Everything about escalations, inside the event loop that will use it; nothing is started yet."""
    chosen, mail, url = settings.care.escalations, settings.mail.server, settings.network.public_url
    ladder = Ladder(chosen.on_call, letters=mail is not None)
    console = url.rstrip("/") + CONSOLE if url else None
    sending = Sending(mail, console, clock, deadline=chosen.deadline.total_seconds())
    service = Escalations(database, ladder, chosen, clock=clock)
    jobs = Calling(database, ladder, sending, settings=chosen, clock=clock, holder=holder)
    queue = Queue(bus, service)
    service.woken, service.trouble, jobs.heard = jobs.wake, jobs.trouble, queue.tell
    jobs.over = service.left
    return Escalating(service, jobs, sending, queue)
