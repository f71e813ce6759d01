"""Starts everything of the house that is woken by time; what each job does is its feature's."""

import asyncio
from datetime import timedelta

from palaver.entry.compose import House
from palaver.entry.filing import sweep_of
from palaver.entry.memory import keep_tidy
from palaver.kit.tasks import keep_going
from palaver.realtime.jobs import keep_beating, keep_sockets
from palaver.sessions.jobs import SearchUpkeep

EXPIRY_LOOK = timedelta(seconds=5)  # how often it is looked for approvals that waited too long


def start_jobs(house: House, tasks: asyncio.TaskGroup) -> None:
    """Start everything that is woken by time."""

    def idle() -> bool:
        return not house.journal.lives

    search = SearchUpkeep(house.sessions, idle, house.clock)
    sweep = sweep_of(house.agency.files, house.database, house.clock)
    for name, job in (
        ("lease", house.lease.run),
        ("search", search.run),
        ("titles", house.titling.run),
        ("facts", house.remembering.run),
        ("streams", lambda: keep_beating(house.pulse, house.clock)),
        ("sockets", lambda: keep_sockets(house.hub, house.identity.door.holds, house.clock)),
        ("identity", house.identity.upkeep.run),
        ("letters", house.identity.ground.outbox.run),
        ("models", house.inference.keep_looking),
        ("approvals", lambda: house.answering.keep_expiring(EXPIRY_LOOK)),
        ("servers", house.agency.servers.tend),
        ("files", sweep.run),
        ("webhooks", house.webhooks.jobs.run),
        ("escalations", house.escalating.jobs.run),
        ("memory", lambda: keep_tidy(idle, house.clock)),
        ("audit", house.audit.keep_pruned),
    ):
        tasks.create_task(keep_going(name, job, house.clock), name=name)
    if (directory := house.caring.helping.directory) is not None:
        tasks.create_task(keep_going("directory", directory.run, house.clock), name="directory")
    tasks.create_task(house.caring.care.load(), name="readers")
    tasks.create_task(house.caring.moderation.load(), name="moderation")
