"""Administrators look after users, over HTTP and by command, on a running server."""

import asyncio

from tests.journeys.accounts import login, member, register, with_second_factor
from tests.journeys.house import PASSWORD, House, Opening, Person
from tests.journeys.streams import PATIENCE
from tests.promises import keeps

GRACE = "grace@example.org"


async def listed(owner: Person, email: str) -> dict[str, object]:
    """The user with this address, as administrators see them."""
    (found,) = (await owner.get("/users", params={"q": email}))["items"]
    return found


async def test_administrators_list_find_make_and_rename_users(house: House, owner: Person) -> None:
    grace = await owner.post("/users", {"email": "Grace@Example.org", "name": "Grace 100%"})
    assert (grace["email"], grace["role"], grace["issuer"], grace["second_factor"]) == (GRACE, "member", None, False)
    assert (await owner.call("POST", "/users", {"email": GRACE})).status == 409
    for number in range(3):
        await owner.post("/users", {"email": f"m{number}@example.org", "password": PASSWORD, "role": "viewer"})
    first = await owner.get("/users", params={"limit": 3})
    second = await owner.get("/users", params={"limit": 3, "cursor": first["next_cursor"]})
    assert [len(first["items"]), len(second["items"]), second["next_cursor"]] == [3, 2, None]
    for words, count in (("GRACE", 1), ("100%", 1), ("%", 1), ("_", 0), ("example.org", 4)):
        assert len((await owner.get("/users", params={"q": words}))["items"]) == count, words
    assert (await owner.patch(f"/users/{grace['id']}", {"name": "Grace H."}))["name"] == "Grace H."
    assert (await owner.get(f"/users/{grace['id']}"))["name"] == "Grace H."
    assert (await owner.call("GET", "/users/usr_x")).status == 404
    assert (await owner.call("GET", "/users", params={"cursor": "x"})).status == 422
    assert (await owner.call("PATCH", f"/users/{grace['id']}", {"role": "king"})).status == 422


async def test_nobody_else_looks_after_users(house: House, owner: Person) -> None:
    grace = await member(house, GRACE)
    user_id = (await grace.get("/auth/me"))["user"]["id"]
    calls = [("GET", "/users"), ("POST", "/users"), ("GET", "/users/invitations"), ("POST", "/users/invitations")]
    calls += [(method, f"/users/{user_id}") for method in ("GET", "PATCH", "DELETE")]
    calls += [("POST", f"/users/{user_id}/password-reset"), ("DELETE", f"/users/{user_id}/sign-ins")]
    for method, path in calls:
        body = {"role": "admin"} if method == "PATCH" else {"email": "x@example.org"} if method == "POST" else None
        assert (await grace.call(method, path, body)).status in {403, 405}, (method, path)
    assert (await listed(owner, GRACE))["role"] == "member"


@keeps("identity:administrators")
async def test_the_last_administrator_stays(house: House, owner: Person) -> None:
    me = (await owner.get("/auth/me"))["user"]["id"]
    for changes in ({"role": "member"}, {"disabled": True}):
        refused = await owner.call("PATCH", f"/users/{me}", changes)
        assert (refused.status, refused.json["code"]) == (409, "conflict")
    grace = await owner.post("/users", {"email": GRACE, "password": PASSWORD, "role": "admin"})
    second = house.person((await login(house, GRACE)).json["access_token"])
    both = await asyncio.gather(
        owner.call("PATCH", f"/users/{grace['id']}", {"role": "member"}),
        second.call("PATCH", f"/users/{me}", {"role": "member"}),
    )
    first, second_ = sorted(answer.status for answer in both)
    assert first == 200
    assert second_ in {401, 403, 409}
    assert house.rows("select count(*) from users where role = 'admin' and disabled_at is null") == [(1,)]


async def test_who_is_disabled_is_out_by_every_way_and_back_when_enabled(house: House, owner: Person) -> None:
    grace = await member(house, GRACE)
    key = house.person((await grace.post("/api-keys", {"name": "robot"}))["key"])
    user_id = str((await listed(owner, GRACE))["id"])
    assert (await owner.patch(f"/users/{user_id}", {"disabled": True}))["disabled_at"]
    for person in (grace, key):
        assert (await person.call("GET", "/auth/me")).status == 401
    assert (await login(house, GRACE)).status == 401
    assert (await owner.patch(f"/users/{user_id}", {"disabled": False}))["disabled_at"] is None
    assert (await login(house, GRACE)).status == 200


async def test_administrators_sign_out_reset_and_turn_factors_off(house: House, owner: Person) -> None:
    grace = await member(house, GRACE)
    user_id = str((await listed(owner, GRACE))["id"])
    await with_second_factor(grace)
    assert (await listed(owner, GRACE))["second_factor"] is True
    assert (await owner.call("DELETE", f"/users/{user_id}/sign-ins")).status == 204
    assert (await grace.call("GET", "/auth/me")).status == 401
    assert (await owner.call("DELETE", f"/users/{user_id}/second-factor")).status == 204
    assert (await owner.call("DELETE", f"/users/{user_id}/second-factor")).status == 404
    link = (await owner.post(f"/users/{user_id}/password-reset"))["link"]
    assert link.startswith(f"{house.url}/#reset=")
    body = {"token": link.partition("=")[2], "new_password": "staple the horse"}
    nobody = house.person("")
    assert (await nobody.call("POST", "/auth/password/reset", body | {"new_password": "short"})).status == 422
    both = await asyncio.gather(*(nobody.call("POST", "/auth/password/reset", body) for _ in range(2)))
    assert sorted(answer.status for answer in both) == [204, 401]
    assert (await login(house, GRACE)).status == 401
    assert (await login(house, GRACE, "staple the horse")).status == 200


async def test_an_invitation_makes_one_account_of_its_role_for_whom_it_is(open_house: Opening) -> None:
    house = await open_house(identity__registration="invitation")
    owner = await house.owner()
    assert (await register(house, GRACE)).status == 403
    made = await owner.post("/users/invitations", {"email": "Grace@example.org", "role": "counsellor"})
    secret = made["link"].partition("#register=")[2]
    assert secret
    assert secret not in str(house.rows("select * from house_invitations"))
    assert (await register(house, "eve@example.org", invitation=secret)).status == 403
    accepted = await register(house, GRACE, invitation=secret)
    assert (accepted.status, accepted.json["user"]["role"]) == (201, "counsellor")
    assert (await register(house, "grace2@example.org", invitation=secret)).status == 403
    anybody = (await owner.post("/users/invitations"))["link"].partition("#register=")[2]
    many = [register(house, f"n{number}@example.org", invitation=anybody) for number in range(4)]
    assert sorted([answer.status for answer in await asyncio.gather(*many)]) == [201, 403, 403, 403]
    again = await owner.post("/users/invitations")
    taken = again["link"].partition("#register=")[2]
    assert (await register(house, GRACE, invitation=taken)).status == 409
    assert (await owner.call("DELETE", f"/users/invitations/{again['id']}")).status == 204
    assert (await register(house, "late@example.org", invitation=taken)).status == 403
    kept = await owner.get("/users/invitations")
    assert [one["used_at"] is not None for one in kept["items"]] == [True, True]
    assert "link" not in kept["items"][0]
    past = {"expires_at": "2020-01-01T00:00:00Z"}
    assert (await owner.call("POST", "/users/invitations", past)).status == 422


async def test_the_same_is_done_by_command_while_the_server_runs(house: House) -> None:
    async def palaver(*words: str) -> tuple[int, str]:
        here = {"PALAVER_HOME": str(house.home), "PALAVER_PORT": "8321"}
        async with asyncio.timeout(PATIENCE):
            code, out, _ = await house.nursery.does("user", *words, typed=b"", settings=here)
        return code, out.decode().strip()

    grace = await member(house, GRACE)
    await with_second_factor(grace)
    assert await palaver("role", GRACE, "viewer") == (0, "")
    assert (await grace.get("/auth/me"))["user"]["role"] == "viewer"
    assert await palaver("disable", GRACE) == (0, "")
    assert (await grace.call("GET", "/auth/me")).status == 401
    assert await palaver("enable", GRACE) == (0, "")
    assert await palaver("sign-out", GRACE) == (0, "")
    assert await palaver("second-factor", "off", GRACE) == (0, "")
    assert (await palaver("second-factor", "off", GRACE))[0] == 1
    assert (await palaver("disable", "owner@palaver.local"))[0] == 1, "the last administrator stays"
    code, link = await palaver("reset", GRACE)
    assert (code, link.partition("/#reset=")[0]) == (0, "http://127.0.0.1:8321")
    body = {"token": link.partition("=")[2], "new_password": "staple the horse"}
    assert (await house.person("").call("POST", "/auth/password/reset", body)).status == 204
    assert (await login(house, GRACE, "staple the horse")).status == 200
    _, link = await palaver("verify", GRACE)
    assert (await house.person("").call("POST", "/auth/verify", {"token": link.partition("=")[2]})).status == 200
    _, link = await palaver("invite", "--email", "eve@example.org", "--role", "counsellor")
    made = await register(house, "eve@example.org", invitation=link.partition("=")[2])
    assert (made.status, made.json["user"]["role"]) == (201, "counsellor")
    told = [
        row[0] for row in house.rows("select kind from audit_log where kind like 'user.%' or kind like 'invitation.%'")
    ]
    assert {"user.role_changed", "user.disabled", "user.enabled", "user.signed_out", "invitation.created"} <= set(told)
