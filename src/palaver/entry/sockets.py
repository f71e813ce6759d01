"""Puts together what serves WebSockets; it serves nothing and decides nothing."""

from palaver.core.ids import UserId
from palaver.core.room import Person
from palaver.entry.compose import House
from palaver.realtime.commands import Commands
from palaver.realtime.ws import Sockets
from palaver.runs.controlling import Controlling
from palaver.runs.missed import Missing


def sockets(house: House) -> Sockets:
    """What answers every WebSocket."""

    async def person(user_id: UserId) -> Person:
        user = await house.identity.accounts.get(user_id)
        return Person(user_id, user.name or "")

    door = house.identity.door
    commands = Commands(
        house.hub,
        house.runs,
        house.sessions,
        missing=Missing(house.database, house.runs, house.settings.sockets.caught_up_runs),
        answering=house.answering,
        controlling=Controlling(house.answering, house.sessions, house.inference.resolve),
        person=person,
        check=door.check,
        charge=house.rates.caller,
    )
    return Sockets(house.hub, commands, door, house.metrics.sockets_refused)
