"""A session of several people, as tests of it begin; it judges nothing."""

from dataclasses import dataclass

from tests.journeys.house import House, Person
from tests.journeys.streams import Event

ROLES = ("owner", "editor", "viewer", "stranger", "removed")


@dataclass
class Room:
    """A session with an owner, an editor and a viewer, somebody who was one, and somebody who never was."""

    session_id: str
    people: dict[str, Person]
    ids: dict[str, str]
    events: list[Event]

    def __getitem__(self, role: str) -> Person:
        return self.people[role]

    @property
    def path(self) -> str:
        """Where it stands."""
        return f"/sessions/{self.session_id}"


async def opened_room(house: House) -> Room:
    """One turn was asked in it, by its owner."""
    people = {role: await house.stranger() for role in ROLES}
    ids = {role: (await person.get("/auth/me"))["user"]["id"] for role, person in people.items()}
    events = await people["owner"].ask("the first words", model="fake/fake-n2-d1")
    session_id = events[0].data["session_id"]
    for role, given in {"editor": "editor", "viewer": "viewer", "removed": "editor"}.items():
        added = await people["owner"].post(f"/sessions/{session_id}/members", {"user_id": ids[role], "role": given})
        assert (added["user_id"], added["role"]) == (ids[role], given)
    gone = await people["owner"].call("DELETE", f"/sessions/{session_id}/members", params={"user_id": ids["removed"]})
    assert gone.status == 204
    return Room(session_id, people, ids, events)
