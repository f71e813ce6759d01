from datetime import timedelta
from typing import Any

import jwt
import pytest

from palaver.core.errors import Unauthenticated
from palaver.identity.refusals import SignatureWrong, TokenExpired, TokenMalformed, WrongAudience, WrongIssuer
from palaver.identity.tokens import AccessTokens
from palaver.kit.clock import ManualClock
from palaver.kit.sealed import Sealed
from tests.unit.identity.given import SIGNING_KEY

LIFETIME = timedelta(minutes=15)


@pytest.fixture
def tokens(clock: ManualClock) -> AccessTokens:
    return AccessTokens(SIGNING_KEY, LIFETIME, clock)


def forged(clock: ManualClock, key: bytes = SIGNING_KEY.reveal(), alg: str = "HS256", **claims: Any) -> str:
    whole = {"iss": "palaver", "aud": "palaver", "sub": "usr_1", "fam": "fam_1", **claims}
    whole.setdefault("exp", clock.now().timestamp() + 60)
    kept = {name: value for name, value in whole.items() if value is not None}
    return jwt.encode(kept, key, alg, headers={"typ": "at+jwt"})


def test_a_token_says_whose_it_is_as_long_as_it_said_it_would(tokens: AccessTokens, clock: ManualClock) -> None:
    token = tokens.issue("usr_1", "fam_1").reveal()
    assert tokens.ours(token)
    clock.advance(timedelta(seconds=tokens.expires_in - 1))
    assert tokens.read(token)[:2] == ("usr_1", "fam_1")
    clock.advance(timedelta(seconds=1))
    with pytest.raises(TokenExpired):
        tokens.read(token)


@pytest.mark.parametrize(
    ("claims", "refusal"),
    [
        ({"aud": "somebody-else"}, WrongAudience),
        ({"aud": None}, TokenMalformed),
        ({"iss": "somebody-else"}, WrongIssuer),
        ({"exp": 1}, TokenExpired),
        ({"exp": None}, TokenMalformed),
        ({"exp": "soon"}, TokenMalformed),
        ({"fam": None}, TokenMalformed),
        ({"key": b"another key of at least 32 bytes!"}, SignatureWrong),
        ({"alg": "HS512"}, Unauthenticated),
    ],
)
def test_a_token_that_does_not_hold_is_told_why(
    tokens: AccessTokens, clock: ManualClock, claims: dict[str, Any], refusal: type[Unauthenticated]
) -> None:
    with pytest.raises(refusal) as refused:
        tokens.read(forged(clock, **claims))
    assert refused.value.status == 401
    assert refused.value.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_unsigned_token_is_none_of_ours(tokens: AccessTokens, clock: ManualClock) -> None:
    unsigned = jwt.encode({"iss": "palaver", "aud": "palaver", "sub": "u", "fam": "f", "exp": 4e9}, None, "none")
    assert not tokens.ours(unsigned)
    with pytest.raises(TokenMalformed):
        tokens.read(unsigned)


def test_what_is_no_number_is_no_time(tokens: AccessTokens, clock: ManualClock) -> None:
    with pytest.raises(TokenExpired):
        tokens.read(forged(clock, exp=float("nan")))


def test_a_short_signing_key_is_refused(clock: ManualClock) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        AccessTokens(Sealed(b"short"), LIFETIME, clock)
