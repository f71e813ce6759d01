"""What tests of accounts do as people do: sign in, read their app's code, lose what they had; it asserts little."""

import base64
import time
from typing import Any

from palaver.identity.second_factor import codes
from palaver.kit.ids import new_id
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


async def worthless(house: House, ada: Person) -> dict[str, str]:
    """Credentials that open nothing, by why."""
    deleted, expired = await ada.post("/api-keys", {"name": "x"}), await ada.post("/api-keys", {"name": "y"})
    await ada.call("DELETE", f"/api-keys/{deleted['id']}")
    careful, gone = f"{new_id('careful')}@example.org", f"{new_id('gone')}@example.org"
    await with_second_factor(await member(house, careful))
    disabled = await member(house, gone)
    of_disabled = await disabled.post("/api-keys", {"name": "z"})
    with house.writing() as link:
        link.execute("update api_keys set expires_at = '2026-01-01T00:00:00.000000Z' where id = ?", (expired["id"],))
        link.execute("update users set disabled_at = created_at where email = ?", (gone,))
    return {
        "nothing": "",
        "a deleted key": deleted["key"],
        "an expired key": expired["key"],
        "a changed token": ada.token[:-4] + "AAAA",
        "a key that nobody made": "plv_" + "0" * 32 + "_" + "A" * 43,
        "a right password alone where a second factor guards": (await login(house, careful)).json["token"],
        "the token of a disabled user": disabled.token,
        "the key of a disabled user": of_disabled["key"],
    }
