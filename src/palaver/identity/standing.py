"""Tells whoever keeps things open for a user that a credential of theirs may hold no more; it looks at no credential.

Identity stands below sockets, streams and runs: `entry/compose.py` says who hears.
"""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from palaver.core.ids import UserId


class Shaken(NamedTuple):
    """Something about how a user is signed in, or what they may do, is other than it was a moment ago.

    `out`: nothing of theirs opens anything any more, so that what they asked is to end as well.
    """

    user_id: UserId
    out: bool = False


Heard = Callable[[Shaken], Awaitable[None]]


async def nobody(shaken: Shaken) -> None:
    """Where nothing is kept open, as in the command line: a server that runs finds out when it looks next."""


class Standing:
    """Called after every such change and before the request that caused it is answered."""

    def __init__(self) -> None:
        self.heard: Heard = nobody

    async def changed(self, user_id: UserId) -> None:
        """A sign-in, a key or the role of a user: what still holds stays open."""
        await self.heard(Shaken(user_id))

    async def out(self, user_id: UserId) -> None:
        """The user is disabled or about to be removed."""
        await self.heard(Shaken(user_id, out=True))
