"""Palaver's own access tokens: short-lived JWTs signed with one key; not whether the sign-in behind them lives."""

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from palaver.core.ids import UserId
from palaver.identity.refusals import SignatureWrong, TokenExpired, TokenMalformed, WrongAudience, WrongIssuer
from palaver.kit.clock import Clock
from palaver.kit.lazily import Lazily
from palaver.kit.sealed import Sealed

if TYPE_CHECKING:
    import jwt
else:
    jwt = Lazily("jwt")  # 9 MB with the cryptography below it, and who signs in at the page has no such token

ALGORITHM = "HS256"  # one server signs and checks; pinned, never read from the token
ISSUER = "palaver"
AUDIENCE = "palaver"
_HEADER = {"typ": "at+jwt"}
_REQUIRED = ["exp", "sub", "fam", "iss", "aud"]


class Access(NamedTuple):
    """What an access token says: whose it is, from which sign-in, until when (seconds since 1970)."""

    user_id: UserId
    family_id: str
    expires: float


class AccessTokens:
    """Issues and reads them. The key has 32 bytes or more and never leaves this object."""

    def __init__(self, key: Sealed[bytes], lifetime: timedelta, clock: Clock) -> None:
        if len(key) < 32:
            raise ValueError("The key that signs access tokens must have at least 32 bytes.")
        self._key = key
        self._lifetime = lifetime
        self._clock = clock

    @property
    def expires_in(self) -> int:
        """Seconds that a token issued now is good."""
        return int(self._lifetime.total_seconds())

    def issue(self, user_id: str, family_id: str) -> Sealed[str]:
        """A token for this user, good as long as its family and its time last."""
        now = int(self._clock.now().timestamp())
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": user_id, "fam": family_id}
        return Sealed(self._encode({**claims, "iat": now, "exp": now + self.expires_in}))

    def ours(self, token: str) -> bool:
        """Whether the token looks like one of ours; nothing is verified."""
        return token.startswith(self._begins)

    def read(self, token: str) -> Access:
        """What a token of ours says, once everything about it holds."""
        try:
            claims = self._decode(token)
            access = Access(UserId(str(claims["sub"])), str(claims["fam"]), float(claims["exp"]))
        except jwt.InvalidSignatureError as error:
            raise SignatureWrong from error
        except jwt.InvalidAudienceError as error:
            raise WrongAudience from error
        except jwt.InvalidIssuerError as error:
            raise WrongIssuer from error
        except (jwt.PyJWTError, ValueError) as error:
            raise TokenMalformed from error
        self.check_time(access)
        return access

    def check_time(self, access: Access) -> None:
        """Raise `TokenExpired` once its time is over."""
        if not access.expires > self._clock.now().timestamp():  # so that NaN is not for ever
            raise TokenExpired

    @cached_property
    def _begins(self) -> str:
        """Every token of ours begins alike, so that others are told apart without being decoded."""
        return self._encode({}).partition(".")[0] + "."

    def _encode(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self._key.reveal(), ALGORITHM, headers=_HEADER)

    def _decode(self, token: str) -> dict[str, Any]:
        # The time is checked against the clock that we are handed, not against PyJWT's.
        return jwt.decode(
            token,
            self._key.reveal(),
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
