"""Which profile of care a session has, and who may say so; what a profile turns on is decided in `profile.py`."""

from typing import Literal, Protocol

import msgspec

from palaver.care.profiles import store
from palaver.care.profiles.profile import Profile
from palaver.care.settings import CareSettings
from palaver.core.audit import Audit, SecurityEvent
from palaver.core.errors import Forbidden
from palaver.core.ids import SessionId, UserId
from palaver.kit.clock import Clock, stamp
from palaver.storage.port import Database

Act = Literal["read", "own"]


class SessionCare(msgspec.Struct, frozen=True, kw_only=True):
    """How much of care there is in a session.

    `own` says that it was given this one; else it follows the server. `choices` are those its owner may give it.
    """

    session_id: SessionId
    profile: Profile
    own: bool
    choices: tuple[Profile, ...]


class Sees(Protocol):
    """Who keeps sessions, and knows who may do what in them."""

    async def __call__(self, user_id: UserId, session_id: SessionId, act: Act, /) -> UserId:
        """Whose session it is; `NotFound` or `Forbidden` for who may not act so in it."""
        ...


class Profiles:
    """The front door to profiles of care."""

    def __init__(self, database: Database, settings: CareSettings, sees: Sees, *, clock: Clock, audit: Audit) -> None:
        self._database = database
        self._default: Profile = settings.profile
        self._choices = settings.profiles
        self._sees = sees
        self._clock = clock
        self._audit = audit

    async def of(self, user_id: UserId, session_id: SessionId) -> SessionCare:
        """The profile that holds in a session, for somebody who may read it."""
        await self._sees(user_id, session_id, "read")
        return self._told(session_id, await self._database.read(store.said(session_id)))

    async def say(self, user_id: UserId, session_id: SessionId, profile: Profile | None) -> SessionCare:
        """Give it one, or let it follow the server again, from the next turn on; for its owner."""
        await self._sees(user_id, session_id, "own")
        if profile is None:
            await self._database.write(store.unsay(session_id))
        elif profile not in self._choices:
            raise Forbidden(f"This server does not let people choose the profile {profile!r}.")
        else:
            await self._database.write(store.say(session_id, profile, stamp(self._clock.now())))
        now = {"profile": profile or "default"}
        await self._audit(SecurityEvent(kind="care.profile_set", actor_id=user_id, subject=session_id, detail=now))
        return self._told(session_id, profile)

    def _told(self, session_id: SessionId, said: Profile | None) -> SessionCare:
        return SessionCare(
            session_id=session_id, profile=said or self._default, own=said is not None, choices=self._choices
        )
