"""Somebody in need, an escalation about them, and counsellors, as tests of these begin; it judges nothing."""

from dataclasses import dataclass

from palaver.kit.ids import new_id
from tests.journeys.house import House, Person

AT = "2026-11-22T00:00:00.000000Z"


@dataclass
class Alarm:
    """An escalation that Amina has claimed; Baraka is a counsellor as well."""

    id: str
    session_id: str
    person: Person
    amina: Person
    baraka: Person

    @property
    def path(self) -> str:
        """Where it stands."""
        return f"/care/escalations/{self.id}"


async def counsellor(house: House, owner: Person, name: str) -> Person:
    """Somebody from the team."""
    person = await house.stranger()
    user_id = (await person.get("/auth/me"))["user"]["id"]
    await owner.patch(f"/users/{user_id}", {"role": "counsellor", "name": name})
    return person


async def alarm(house: House) -> Alarm:
    """One turn was asked by the person."""
    owner, person = await house.owner(), await house.stranger()
    amina, baraka = await counsellor(house, owner, "Amina"), await counsellor(house, owner, "Baraka")
    session_id = (await person.ask("the first words"))[0].data["session_id"]
    escalation_id = new_id("esc")
    whose, claimed = [(await one.get("/auth/me"))["user"]["id"] for one in (person, amina)]
    row = {
        "id": escalation_id,
        "user_id": whose,
        "session_id": session_id,
        "assessment_id": new_id("asm"),
        "level": "high",
        "urgency": 3,
        "state": "acknowledged",
        "helped": "[]",
        "step": 0,
        "round": 1,
        "tries": 0,
        "claimed_by": claimed,
        "claimed_at": AT,
        "created_at": AT,
        "updated_at": AT,
    }
    with house.writing() as link:
        marks = ",".join("?" for _ in row)
        link.execute(f"insert into escalations ({','.join(row)}) values ({marks})", tuple(row.values()))
    return Alarm(escalation_id, session_id, person, amina, baraka)
