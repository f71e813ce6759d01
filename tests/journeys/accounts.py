"""What tests of accounts do as people do: sign in, read their app's code; it asserts little."""

import base64
import time
from typing import Any

from palaver.identity.second_factor import codes
from tests.journeys.house import PASSWORD, Answer, House, Person


async def register(house: House, email: str, password: str = PASSWORD, **more: Any) -> Answer:
    """Somebody makes an account."""
    return await house.person("").call("POST", "/auth/register", {"email": email, "password": password, **more})


async def login(house: House, email: str, password: str = PASSWORD) -> Answer:
    """Somebody signs in with a password."""
    return await house.person("").call("POST", "/auth/login", {"email": email, "password": password})


async def member(house: House, email: str) -> Person:
    """Somebody signed in, who has no API key."""
    answer = await register(house, email)
    assert answer.status == 201, answer.body
    return house.person(answer.json["access_token"])


def code(secret: str, off: int = 0) -> str:
    """What an app shows now, or so many steps later; one step fast is heard."""
    raw = base64.b32decode(secret + "=" * (-len(secret) % 8))
    return codes.code_of(raw, codes.step_at(time.time()) + off)


async def with_second_factor(person: Person) -> tuple[str, list[str]]:
    """Set one up; the secret in the app, and the backup codes."""
    secret = (await person.post("/auth/second-factor/totp", {"current_password": PASSWORD}))["secret"]
    confirmed = await person.post("/auth/second-factor/totp/confirm", {"code": code(secret)})
    return secret, confirmed["backup_codes"]
