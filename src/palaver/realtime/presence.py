"""Who is in a session now, and who writes there: several windows of a person are one presence. It tells nobody.

It is handed the time, and says of each change whether the others should hear of it.
"""

from palaver.core.ids import SessionId, UserId
from palaver.core.room import Person

Users = tuple[Person, ...]


class _Room:
    """One session: how many windows each person has open, and until when somebody counts as writing."""

    __slots__ = ("people", "typing", "windows")

    def __init__(self) -> None:
        self.people: dict[UserId, Person] = {}
        self.windows: dict[UserId, int] = {}
        self.typing: dict[UserId, float] = {}


class Rooms:
    """All sessions in which somebody is."""

    def __init__(self) -> None:
        self._rooms: dict[SessionId, _Room] = {}

    def enter(self, session_id: SessionId, person: Person) -> bool:
        """Somebody opens a window; whether they were not there before."""
        room = self._rooms.setdefault(session_id, _Room())
        room.people[person.user_id] = person
        room.windows[person.user_id] = room.windows.get(person.user_id, 0) + 1
        return room.windows[person.user_id] == 1

    def leave(self, session_id: SessionId, user_id: UserId) -> bool:
        """Somebody closes a window; whether it was their last."""
        room = self._rooms[session_id]
        room.windows[user_id] -= 1
        if room.windows[user_id]:
            return False
        del room.windows[user_id], room.people[user_id]
        if not room.windows:
            del self._rooms[session_id]
        return True

    def users(self, session_id: SessionId) -> Users:
        """Each person once, in the order in which they came."""
        room = self._rooms.get(session_id)
        return tuple(room.people.values()) if room else ()

    def windows(self, session_id: SessionId) -> int:
        """How many windows of this session are open."""
        room = self._rooms.get(session_id)
        return sum(room.windows.values()) if room else 0

    def types(self, session_id: SessionId, user_id: UserId, until: float) -> bool:
        """Somebody writes, and counts as writing until then; whether that is news."""
        room = self._rooms.get(session_id)
        if room is None or user_id not in room.people:
            return False
        news = user_id not in room.typing
        room.typing[user_id] = until
        return news

    def rests(self, session_id: SessionId, user_id: UserId) -> bool:
        """Somebody writes no more; whether that is news."""
        room = self._rooms.get(session_id)
        return room is not None and room.typing.pop(user_id, None) is not None

    def typing(self, session_id: SessionId) -> list[UserId]:
        """Who writes now."""
        room = self._rooms.get(session_id)
        return list(room.typing) if room else []

    def late(self, now: float) -> list[tuple[SessionId, UserId]]:
        """Who has said for too long that they write; from now on they do not."""
        found = [
            (session_id, user_id)
            for session_id, room in self._rooms.items()
            for user_id, until in room.typing.items()
            if until <= now
        ]
        for session_id, user_id in found:
            del self._rooms[session_id].typing[user_id]
        return found
