"""Who is next where more wait than there is room for: whoever has least under way; nobody is waited for here.

Pure. Of one user's runs the one that came first begins first. Of several users the one with the fewest runs under way
is next, and of those the one whose turn was longest ago: a hundred runs of one do not keep another's first waiting.
"""

from collections import Counter, OrderedDict, deque
from collections.abc import Hashable
from typing import Generic, TypeVar

User = TypeVar("User", bound=Hashable)
Run = TypeVar("Run", bound=Hashable)


class Line(Generic[User, Run]):
    """`room` runs at once, of which at most `each` of one user."""

    def __init__(self, room: int, each: int) -> None:
        self._room = room
        self._each = each
        self._under_way: dict[Run, User] = {}
        self._of: Counter[User] = Counter()
        self._waiting: OrderedDict[User, deque[Run]] = OrderedDict()

    def join(self, user: User, run: Run) -> bool:
        """Whether it begins at once; else it waits. One that did before is where it was."""
        if run in self._under_way:
            return True
        if user not in self._waiting and len(self._under_way) < self._room and self._of[user] < self._each:
            self._begin(user, run)
            return True
        self._waiting.setdefault(user, deque()).append(run)
        return False

    def leave(self, run: Run) -> list[Run]:
        """It is over, or waits no more; which begin now."""
        user = self._under_way.pop(run, None)
        if user is not None:
            self._of[user] -= 1
            if not self._of[user]:
                del self._of[user]
        else:
            self._forget(run)
        begun: list[Run] = []
        while len(self._under_way) < self._room and (following := self._next()) is not None:
            begun.append(following)
        return begun

    def running(self, user: User) -> int:
        """How many of somebody's are under way."""
        return self._of.get(user, 0)

    def waiting(self, user: User) -> int:
        """How many of somebody's wait."""
        return len(self._waiting.get(user, ()))

    def _next(self) -> Run | None:
        able = [user for user in self._waiting if self._of.get(user, 0) < self._each]
        if not able:
            return None
        user = min(able, key=lambda one: self._of.get(one, 0))  # of equals the first: its turn was longest ago
        line = self._waiting[user]
        run = line.popleft()
        self._waiting.move_to_end(user)
        if not line:
            del self._waiting[user]
        self._begin(user, run)
        return run

    def _begin(self, user: User, run: Run) -> None:
        self._under_way[run] = user
        self._of[user] += 1

    def _forget(self, run: Run) -> None:
        for user, line in self._waiting.items():
            if run in line:
                line.remove(run)
                if not line:
                    del self._waiting[user]
                return
