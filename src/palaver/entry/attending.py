"""Puts together what lets people from the team join a session; it serves nothing and decides nothing."""

from collections.abc import Sequence

from fastapi import APIRouter

from palaver.entry.compose import House
from palaver.realtime.api import Desk
from palaver.realtime.attending import api as attending_api
from palaver.runs.joining import api as joining_api
from palaver.runs.joining.service import Joining


def open_joining(house: House) -> Joining:
    """The front door of joining."""
    joining = Joining(house.database, house.runs, house.clock, silence=house.settings.runs.human_silence)
    joining.audit, joining.cut = house.audit, house.pulse.cut
    house.escalating.service.over, joining.there = joining.over, house.escalating.service.acknowledge
    house.escalating.jobs.attended = joining.attended
    joining.happened = house.caring.escalations.wake
    return joining


def routers(house: House, joining: Joining) -> Sequence[APIRouter]:
    """What counsellors ask for."""
    door = house.identity.door
    desk = Desk(house.runs, house.bus, pulse=house.pulse, door=door)
    return (
        joining_api.routes(joining, door),
        attending_api.routes(joining, desk, house.sessions, house.bus),
    )
