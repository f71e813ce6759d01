"""Whether who opened a stream or a socket still may have it, and who hears when that may have changed; it closes none.

Identity stands below what keeps things open: `entry/standing.py` says who hears.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from palaver.core.errors import PalaverError, Unavailable
from palaver.core.ids import UserId
from palaver.core.principal import Principal, Role
from palaver.identity import store
from palaver.kit.clock import Clock, instant
from palaver.storage.port import Database
from palaver.storage.script import Script

_REMEMBERED = 256  # users something changed about lately, for what was being opened at that moment


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
    """`changed` and `out` are called after such a change and before the request that caused it is answered."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._lately: OrderedDict[UserId, None] = OrderedDict()
        self.heard: Heard = nobody

    async def changed(self, user_id: UserId) -> None:
        """A sign-in, a key or the role of a user: what still holds stays open."""
        await self._tell(Shaken(user_id))

    async def out(self, user_id: UserId) -> None:
        """The user is disabled or about to be removed."""
        await self._tell(Shaken(user_id, out=True))

    async def stands(self, principal: Principal) -> bool:
        """Whether what somebody came by still holds, for somebody who has the same role; one read by key.

        That the time of an access token is over ends nothing: its sign-in holds. While the database is away nothing
        is known, and nothing is closed.
        """
        try:
            role = await self._database.read(self._role(principal))
        except Unavailable:
            return True
        except PalaverError:
            return False
        return role == principal.role

    async def may_open(self, principal: Principal) -> bool:
        """The same for what is just being opened; asked only where something changed about the user lately."""
        return principal.user_id not in self._lately or await self.stands(principal)

    async def _tell(self, shaken: Shaken) -> None:
        self._lately[shaken.user_id] = None
        self._lately.move_to_end(shaken.user_id)
        if len(self._lately) > _REMEMBERED:
            self._lately.popitem(last=False)
        await self.heard(shaken)

    def _role(self, principal: Principal) -> Script[Role | None]:
        if principal.key_id is not None:
            holder = yield from store.key_holder(principal.key_id)
            over = holder is None or (holder.expires_at and instant(holder.expires_at) <= self._clock.now())
            return None if holder is None or over else holder.role
        if principal.sign_in is not None:
            return (yield from self._role_of(principal.sign_in))
        user = yield from store.user(principal.user_id)
        return user.role if user and user.disabled_at is None else None

    def _role_of(self, sign_in: str) -> Script[Role | None]:
        """By a family of tokens, or else the hash of a cookie."""
        if family := (yield from store.family(sign_in)):
            return family[1]
        cookie = yield from store.browser(sign_in)
        return cookie[1] if cookie and instant(cookie[2]) > self._clock.now() else None
