"""The ladder of who is called, and on which ways each group of it is reached now; it tells nobody anything."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from palaver.care.on_call import store
from palaver.care.on_call.settings import EVERYBODY, OnCall
from palaver.care.on_call.store import Answerer
from palaver.storage.script import Script

_SEE = "See docs/care/escalation.md."
_LACKS = {
    0: f"Nobody is on call: when somebody writes that they are in danger, help is shown, and no human comes. {_SEE}",
    1: f"One person alone is on call: when they need somebody themselves, help is shown, and no human comes. {_SEE}",
}


class Way(NamedTuple):
    """One way to somebody. `name` is stored: it has no address in it."""

    kind: Literal["console", "webhook", "mail"]
    name: str
    to: str = ""


class Ladder:
    """Groups in the order in which they are called; without any, all counsellors, then all administrators."""

    def __init__(self, groups: Sequence[OnCall], *, letters: bool) -> None:
        self.groups = tuple(groups) or EVERYBODY
        self._letters = letters  # whether letters can be sent at all

    def group(self, step: int) -> OnCall:
        """Who is called at this step: after the last group it begins anew."""
        return self.groups[step % len(self.groups)]

    def ways(self, group: OnCall, about: str) -> Script[list[Way]]:
        """How a group is reached about somebody, who is not called about themselves."""
        people = [one for one in (yield from _people(group)) if one.id != about]
        ways = [Way("console", "console")] if people else []
        if group.webhook:
            ways.append(Way("webhook", f"webhook:{group.name}", group.webhook))
        if self._letters:
            ways += [Way("mail", f"mail:{n}", address) for n, address in enumerate(group.mail, 1)]
            ways += [Way("mail", f"mail:{one.id}", one.email) for one in people if one.email]
        return ways

    def anybody(self, about: str) -> Script[bool]:
        """Whether there is anybody at all who can be called about somebody."""
        for group in self.groups:
            if (yield from self.ways(group, about)):
                return True
        return False

    def lacks(self) -> Script[str | None]:
        """Whether there is somebody for everybody: None, or a sentence for operators that says who has nobody."""
        if any(group.webhook or (group.mail and self._letters) for group in self.groups):
            return None
        people: set[str] = set()
        for group in self.groups:
            people.update(one.id for one in (yield from _people(group)))
        return _LACKS.get(len(people))


def _people(group: OnCall) -> Script[list[Answerer]]:
    found = (yield from store.of_role(group.role)) if group.role else []
    if group.group_id:
        found += [one for one in (yield from store.of_group(group.group_id)) if one not in found]
    return found
