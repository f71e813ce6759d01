"""What somebody agreed to and refused: shows it, and writes down what they say; it stops nothing itself."""

import msgspec

from palaver.core.audit import Audit, SecurityEvent
from palaver.core.errors import Conflict
from palaver.core.ids import UserId
from palaver.kit.clock import Clock, stamp
from palaver.privacy.consent import store
from palaver.privacy.consent.purposes import PURPOSES, WORDS, Purpose, Said, holds
from palaver.storage.port import Database
from palaver.storage.script import Script

HISTORY = 100  # entries of it that are told; all are kept


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """One purpose: its words by language, what was said of it, and whether what it covers is done (`holds`).

    `granted`, `said_version` and `said_at` are null while nothing was said. Who agreed to older words is asked anew.
    """

    purpose: Purpose
    version: int
    text: dict[str, str]
    usual: bool
    granted: bool | None
    said_version: int | None
    said_at: str | None
    holds: bool


class Consents(msgspec.Struct, frozen=True, kw_only=True):
    """Every purpose, and what was said before, the newest first."""

    items: list[Consent]
    history: list[Said]


class Ledger:
    """The front door to consents."""

    def __init__(self, database: Database, *, clock: Clock, audit: Audit) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit

    async def of(self, user_id: UserId) -> Consents:
        """Everything somebody said, and what may be done with what is theirs."""

        def read() -> Script[Consents]:
            said = yield from store.standing(user_id)
            before = yield from store.history(user_id, HISTORY)
            return Consents(items=[told(one, said.get(one)) for one in PURPOSES], history=before)

        return await self._database.read(read())

    async def say(self, user_id: UserId, purpose: Purpose, *, granted: bool, version: int) -> Consent:
        """Write down that they agree to these words, or refuse; what was said already is not written twice."""
        if version != WORDS[purpose].version:
            raise Conflict(f"The words for {purpose!r} are of version {WORDS[purpose].version}. Read them again.")
        said = Said(purpose, granted, version, stamp(self._clock.now()))

        def write() -> Script[Said]:
            before = yield from store.newest(user_id, purpose)
            if before and (before.granted, before.version) == (granted, version):
                return before
            yield from store.add(user_id, said)
            return said

        done = await self._database.write(write())
        if done is said:
            kind = "consent.granted" if granted else "consent.refused"
            await self._audit(
                SecurityEvent(kind=kind, actor_id=user_id, subject=purpose, detail={"version": str(version)})
            )  # fmt: skip
        return told(purpose, done)


def told(purpose: Purpose, said: Said | None) -> Consent:
    """A purpose as its person is told of it."""
    words = WORDS[purpose]
    return Consent(
        purpose=purpose,
        version=words.version,
        text=words.text,
        usual=words.usual,
        granted=said.granted if said else None,
        said_version=said.version if said else None,
        said_at=said.at if said else None,
        holds=holds(purpose, said),
    )
