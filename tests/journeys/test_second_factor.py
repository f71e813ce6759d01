"""Signing in with two factors, as people do it on a running server."""

import asyncio

from tests.journeys.accounts import code, login, member, with_second_factor
from tests.journeys.house import PASSWORD, House, Opening
from tests.promises import keeps

GRACE = "grace@example.org"


async def step(house: House, token: str, shown: str) -> int:
    """How the second step is answered."""
    body = {"token": token, "code": shown}
    return (await house.person("").call("POST", "/auth/login/second-factor", body)).status


async def pending(house: House) -> str:
    """A right password's token."""
    answer = await login(house, GRACE)
    assert (answer.status, answer.json["status"], answer.json["methods"]) == (
        202, "second_factor", ["totp", "backup_code"],
    )  # fmt: skip
    assert "Set-Cookie" not in answer.headers
    return answer.json["token"]


@keeps("identity:second-factor")
async def test_a_right_password_with_the_factor_pending_opens_nothing_and_no_code_works_twice(house: House) -> None:
    grace = await member(house, GRACE)
    assert await grace.get("/auth/second-factor") == {"enabled": False, "backup_codes_left": 0}
    secret, backup = await with_second_factor(grace)
    assert await grace.get("/auth/second-factor") == {"enabled": True, "backup_codes_left": 10}
    token = await pending(house)
    for path in ("/auth/me", "/sessions", "/auth/second-factor", "/auth/devices"):
        assert (await house.person(token).call("GET", path)).status == 401
    for way in ({"Cookie": f"palaver_session={token}"}, {"X-API-Key": token}):
        assert (await house.person("").call("GET", "/auth/me", headers=way)).status == 401
    assert (await house.person("").call("POST", "/auth/refresh", {"refresh_token": token})).status == 401
    assert await step(house, token, "000000") == 401
    tokens = [token, await pending(house), await pending(house)]
    now = code(secret, 1)
    both = await asyncio.gather(*(step(house, one, now) for one in tokens))
    assert sorted(both) == [200, 401, 401], "one code opens once, whoever comes with it"
    again = await pending(house)
    assert await step(house, again, now) == 401
    tried = await asyncio.gather(step(house, again, backup[0].upper()), step(house, await pending(house), backup[0]))
    assert sorted(tried) == [200, 401]
    assert (await grace.get("/auth/second-factor"))["backup_codes_left"] == 9
    rows = str([house.rows(f"select * from {table}") for table in ("second_factors", "backup_codes")])
    assert not [one for one in (secret, *backup) if one in rows or one.lower() in rows]


async def test_one_password_allows_five_codes_and_a_token_is_good_once(house: House) -> None:
    grace = await member(house, GRACE)
    secret, backup = await with_second_factor(grace)
    token = await pending(house)
    assert [await step(house, token, "000000") for _ in range(5)] == [401] * 5
    assert await step(house, token, code(secret, 1)) == 401
    token = await pending(house)
    assert await step(house, token, backup[0]) == 200
    assert await step(house, token, backup[1]) == 401
    assert (await grace.get("/auth/second-factor"))["backup_codes_left"] == 9, "the second code was not used up"


async def test_who_looks_after_their_factor_shows_password_and_code(house: House) -> None:
    grace = await member(house, GRACE)
    wrong = await grace.call("POST", "/auth/second-factor/totp", {"current_password": "something else"})
    assert wrong.status == 401
    secret, backup = await with_second_factor(grace)
    begun = await grace.call("POST", "/auth/second-factor/totp", {"current_password": PASSWORD})
    assert (begun.status, begun.json["code"]) == (409, "conflict")
    fresh = (await grace.post("/auth/second-factor/backup-codes", {"code": code(secret, 1)}))["backup_codes"]
    assert not set(fresh) & set(backup)
    assert await step(house, await pending(house), backup[0]) == 401
    key = house.person((await grace.post("/api-keys", {"name": "robot"}))["key"])
    body = {"current_password": PASSWORD, "code": fresh[0]}
    assert (await key.call("DELETE", "/auth/second-factor", body)).status == 403
    assert (await grace.call("DELETE", "/auth/second-factor", body | {"code": "000000"})).status == 401
    assert (await grace.call("DELETE", "/auth/second-factor", body)).status == 204
    assert (await login(house, GRACE)).status == 200


async def test_a_role_that_needs_two_factors_can_only_set_one_up(open_house: Opening) -> None:
    house = await open_house(home="two", identity__second_factor_required_for='["member"]')
    grace = await member(house, GRACE)
    for path in ("/sessions", "/users", "/api-keys", "/auth/devices"):
        refused = await grace.call("GET", path)
        assert (refused.status, refused.json["code"]) == (
            403,
            "second_factor_required" if path != "/users" else refused.json["code"],
        )
    assert (await grace.call("POST", "/api-keys", {"name": "way out"})).status == 403
    assert (await grace.call("POST", "/auth/ticket")).status == 403
    assert (await grace.get("/auth/me"))["user"]["email"] == GRACE
    await with_second_factor(grace)
    assert (await grace.call("GET", "/sessions")).status == 200
    assert (await (await house.owner()).get("/users"))["items"], "other roles need none"
