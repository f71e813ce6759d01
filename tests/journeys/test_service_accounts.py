"""Accounts of programs: made by administrators, acting by keys, seen for what they are."""

from tests.journeys.house import House, Person
from tests.promises import keeps


@keeps("identity:service-accounts")
async def test_a_service_account_acts_like_a_user_by_its_keys_until_it_is_disabled_or_deleted(
    house: House, owner: Person
) -> None:
    ada = await house.stranger()
    account = await owner.post("/service-accounts", {"name": "reports", "role": "member"})
    at = f"/service-accounts/{account['id']}"
    made = await owner.post(f"{at}/api-keys", {"name": "nightly"})
    program = house.person(made["key"])
    me = await program.get("/auth/me")
    assert (me["user"]["id"], me["user"]["name"], me["user"]["email"], me["via"]) == (
        account["id"],
        "reports",
        None,
        "key",
    )
    session = await program.post("/sessions", {"title": "Of a program"})
    assert (await ada.call("GET", f"/sessions/{session['id']}")).status == 404
    shared = (await ada.post("/sessions", {"title": "Ours"}))["id"]
    await ada.post(f"/sessions/{shared}/members", {"user_id": account["id"], "role": "editor"})
    heard = await program.ask("Say something", session_id=shared)
    assert heard[-1].type == "done"
    authors = [one["author"] for one in await ada.messages(shared) if one["role"] == "user"]
    assert authors == [{"user_id": account["id"], "name": "reports"}]
    assert account["id"].startswith("svc_")
    assert [one["id"] for one in (await owner.get("/service-accounts"))["items"]] == [account["id"]]
    rotated = await owner.post(f"{at}/api-keys/{made['id']}/rotate", {"overlap_seconds": 0})
    assert (await program.call("GET", "/sessions")).status == 401
    program = house.person(rotated["key"])
    assert (await owner.patch(at, {"disabled": True}))["disabled"] is True
    assert (await program.call("GET", "/sessions")).status == 401
    assert (await owner.patch(at, {"disabled": False, "name": "monthly"}))["name"] == "monthly"
    assert (await program.call("GET", "/sessions")).status == 200
    assert (await owner.call("DELETE", at)).status == 204
    assert (await program.call("GET", "/sessions")).status == 401
    assert (await owner.call("GET", at)).status == 404
    assert house.rows("select id from sessions where id = ?", session["id"]) == []
    assert house.rows("select id from sessions where id = ?", shared) == [(shared,)], "others' sessions stay"


async def test_only_administrators_look_after_service_accounts_and_people_are_none(house: House, owner: Person) -> None:
    ada = await house.stranger()
    who = (await ada.get("/auth/me"))["user"]["id"]
    account = await owner.post("/service-accounts", {"name": "reports"})
    program = house.person((await owner.post(f"/service-accounts/{account['id']}/api-keys", {"name": "x"}))["key"])
    for somebody in (ada, program):
        for method, path, body in (
            ("GET", "/service-accounts", None),
            ("POST", "/service-accounts", {"name": "mine"}),
            ("DELETE", f"/service-accounts/{account['id']}", None),
            ("POST", f"/service-accounts/{account['id']}/api-keys", {"name": "mine"}),
        ):
            assert (await somebody.call(method, path, body)).status == 403
    for method, path, body in (
        ("GET", f"/service-accounts/{who}", None),
        ("PATCH", f"/service-accounts/{who}", {"disabled": True}),
        ("DELETE", f"/service-accounts/{who}", None),
        ("GET", f"/service-accounts/{who}/api-keys", None),
        ("POST", f"/service-accounts/{who}/api-keys", {"name": "theirs"}),
    ):
        assert (await owner.call(method, path, body)).status == 404
    for wrong in ({"name": "x", "role": "admin"}, {"name": ""}, {}):
        assert (await owner.call("POST", "/service-accounts", wrong)).status == 422
    assert (await program.call("POST", "/auth/password", {"new_password": "correct horse battery"})).status == 403
    wide = {"name": "x", "scopes": ["admin"]}
    assert (await owner.call("POST", f"/service-accounts/{account['id']}/api-keys", wide)).status == 403
    assert (await ada.call("GET", "/sessions")).status == 200
