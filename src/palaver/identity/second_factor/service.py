"""Use cases about second factors: setting one up, asking for it, taking it away; it checks no password."""

import base64
import secrets
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from palaver.core.audit import SecurityEvent
from palaver.core.errors import Conflict, Forbidden, SecondFactorMissing, Unavailable
from palaver.core.ids import UserId
from palaver.core.principal import Principal
from palaver.identity.credentials import hashed, new_secret
from palaver.identity.ground import Ground
from palaver.identity.refusals import CodeWrong, LinkRefused
from palaver.identity.second_factor import codes, store
from palaver.identity.second_factor.store import PendingGone, Used
from palaver.identity.store import LOCAL, User
from palaver.kit.clock import stamp
from palaver.kit.sealed import Sealed

BACKUP_CODES, LETTERS = 10, 16
TRIES = 5  # codes that one right password allows


class Sealing(Protocol):
    """Seals secrets before they are stored; `privacy.sealing.Sealer` is one."""

    def seal(self, text: str, about: str) -> str:
        """The text as it may be stored."""
        ...

    def open(self, sealed: str, about: str) -> str:
        """The text again."""
        ...


class Unsealing:
    """For parts that are used without the key, such as commands: no secret is made or read there."""

    def seal(self, text: str, about: str) -> str:
        raise Unavailable("Second factors cannot be set up here: there is no key to seal them with.")

    def open(self, sealed: str, about: str) -> str:
        raise Unavailable("Second factors cannot be checked here: there is no key to open them with.")


class Pending(NamedTuple):
    """The password was right, and the second factor is to be shown within `expires_in` seconds."""

    token: Sealed[str]
    expires_in: int


class Begun(NamedTuple):
    """A secret for an app: as text, and as what a QR code says."""

    secret: Sealed[str]
    uri: Sealed[str]


class SecondFactors:
    """Nobody is asked for one who has not confirmed that their app works."""

    def __init__(self, ground: Ground, sealing: Sealing) -> None:
        settings = ground.settings
        self._database = ground.database
        self._lifetime = settings.pending_lifetime
        self._issuer = settings.second_factor_name
        self._required = frozenset(settings.second_factor_required_for)
        self._lockout = ground.lockout
        self._sealing = sealing
        self._clock = ground.clock
        self._audit = ground.audit

    async def asked_of(self, user: User) -> Pending | None:
        """After the right password: what opens the second step, or None where nothing more is asked."""
        found = await self._database.read(store.protected(user.id))
        if not found or not found[1]:
            return None
        secret, now = new_secret(), self._clock.now()
        row = store.add_pending(
            hashed(secret.reveal()), user.id, TRIES, now=stamp(now), until=stamp(now + self._lifetime)
        )
        await self._database.write(row)
        return Pending(secret, int(self._lifetime.total_seconds()))

    async def finish(self, token: Sealed[str], code: str, address: str) -> UserId:
        """Whose sign-in it is that waited; the token and the code are used up. A wrong code leaves the token."""
        hash_, now = hashed(token.reveal()), stamp(self._clock.now())
        user_id = await self._database.write(store.try_pending(hash_, now))
        if user_id is None:
            raise LinkRefused("Sign in with your password again.")
        used = await self._fitting(user_id, code, address)
        try:
            done = await self._database.write(store.finish(hash_, user_id, used, now))
        except PendingGone:
            raise LinkRefused("Sign in with your password again.") from None
        if not done:
            raise await self._refused(user_id, address)
        await self._succeeded(user_id, address)
        await self._say("auth.second_factor_shown", user_id, address, with_="backup_code" if used.hash else "totp")
        return user_id

    async def begin(self, user: User) -> Begun:
        """A new secret, which counts once a code of it was shown."""
        if user.issuer != LOCAL:
            raise Forbidden("Your second factor is kept by the issuer you sign in with; set it up there.")
        secret = secrets.token_bytes(codes.BYTES)
        kept = self._sealing.seal(base64.b64encode(secret).decode(), _about(user.id))
        if not await self._database.write(store.begin(user.id, kept, stamp(self._clock.now()))):
            raise Conflict("You have a second factor; turn it off before you set up another one.")
        return Begun(Sealed(codes.written(secret)), Sealed(codes.uri(secret, user.email or user.id, self._issuer)))

    async def confirm(self, user_id: UserId, code: str, address: str) -> Sequence[Sealed[str]]:
        """From now on it is asked for. Gives the backup codes, once."""
        factor = await self._database.read(store.factor(user_id))
        if factor is None or factor.confirmed_at:
            raise Conflict("There is no second factor that waits to be confirmed; begin to set one up.")
        await self._begin_try(user_id, address)
        step = codes.step_of(self._open(user_id, factor.secret), code, self._clock.now().timestamp())
        if step is None:
            raise await self._refused(user_id, address)
        fresh = _backup_codes()
        hashes = [_hash(user_id, one.reveal()) for one in fresh]
        if not await self._database.write(store.confirm(user_id, step, hashes, stamp(self._clock.now()))):
            raise Conflict("The second factor was confirmed already.")
        await self._succeeded(user_id, address)
        await self._say("second_factor.enabled", user_id, address)
        return fresh

    async def renew_codes(self, user_id: UserId, code: str, address: str) -> Sequence[Sealed[str]]:
        """Ten new backup codes for a code of the app; the old ones are void."""
        await self.check(user_id, code, address)
        fresh = _backup_codes()
        hashes = [_hash(user_id, one.reveal()) for one in fresh]
        await self._database.write(store.put_codes(user_id, hashes, stamp(self._clock.now())))
        await self._say("second_factor.codes_renewed", user_id, address)
        return fresh

    async def check(self, user_id: UserId, code: str, address: str) -> None:
        """Use a code of the user up, or raise."""
        used = await self._fitting(user_id, code, address)
        if not await self._database.write(store.use(user_id, used, stamp(self._clock.now()))):
            raise await self._refused(user_id, address)
        await self._succeeded(user_id, address)

    async def remove(self, user_id: UserId, actor_id: UserId | None, address: str | None = None) -> bool:
        """No second factor any more; by the user, after `check`, or by an administrator. Whether there was one."""
        removed = await self._database.write(store.remove(user_id))
        if removed:
            await self._audit(
                SecurityEvent(kind="second_factor.disabled", actor_id=actor_id, subject=user_id, address=address)
            )
        return removed

    async def about(self, user_id: UserId) -> tuple[bool, int]:
        """Whether one is asked for, and how many backup codes are left."""
        found = await self._database.read(store.protected(user_id))
        return bool(found and found[1]), await self._database.read(store.codes_left(user_id))

    def wanted_of(self, principal: Principal) -> bool:
        """Whether this role signs in with two factors here; what a key does, its maker answered for."""
        return principal.role in self._required and principal.via in {"cookie", "token"}

    async def require(self, principal: Principal) -> None:
        """Raise `SecondFactorMissing` for somebody local who must have one and has none."""
        found = await self._database.read(store.protected(principal.user_id))
        if found is not None and found == (LOCAL, False):
            raise SecondFactorMissing

    async def _fitting(self, user_id: UserId, code: str, address: str) -> Used:
        await self._begin_try(user_id, address)
        if not codes.looks_like_code(code):
            return Used(hash=_hash(user_id, codes.typed_backup_code(code)))
        factor = await self._database.read(store.factor(user_id))
        step = None
        if factor is not None and factor.confirmed_at:
            step = codes.step_of(self._open(user_id, factor.secret), code, self._clock.now().timestamp())
        if step is None:
            raise await self._refused(user_id, address)
        return Used(step=step)

    async def _begin_try(self, user_id: UserId, address: str) -> None:
        await self._lockout.begin(address, _about(user_id))

    async def _succeeded(self, user_id: UserId, address: str) -> None:
        await self._lockout.succeeded(address, _about(user_id))

    async def _refused(self, user_id: UserId, address: str) -> CodeWrong:
        await self._say("auth.second_factor_refused", user_id, address)
        return CodeWrong()

    async def _say(self, kind: str, user_id: UserId, address: str, **detail: str) -> None:
        said = {name.rstrip("_"): text for name, text in detail.items()}
        await self._audit(SecurityEvent(kind=kind, actor_id=user_id, subject=user_id, address=address, detail=said))

    def _open(self, user_id: UserId, sealed: str) -> bytes:
        return base64.b64decode(self._sealing.open(sealed, _about(user_id)))


def _about(user_id: UserId) -> str:
    return f"second factor of {user_id}"


def _hash(user_id: UserId, code: str) -> str:
    return hashed(f"{user_id} {code}")


def _backup_codes() -> list[Sealed[str]]:
    return [Sealed(codes.backup_code(secrets.token_bytes(LETTERS))) for _ in range(BACKUP_CODES)]
