"""Organisations and groups as people meet them: who makes, keeps, sees and leaves them; over HTTP and by command."""

from typing import Any

import pytest

from tests.journeys.house import House, Person
from tests.promises import keeps

pytestmark = pytest.mark.timeout(120)


async def id_of(person: Person) -> str:
    """Who somebody is."""
    return (await person.get("/auth/me"))["user"]["id"]


def acts(tree: str, roots: str, whom: str) -> dict[str, list[tuple[str, str, Any]]]:
    """Requests about an organisation and a group of it, by who may make them."""
    one, group = f"/organisations/{tree}", f"/groups/{roots}"
    return {
        "see": [("GET", path, None) for path in (one, f"{one}/members", group, f"{group}/members")],
        "keep": [
            ("PATCH", one, {"name": "The Tree"}),
            ("POST", f"{one}/members", {"user_id": whom}),
            ("PATCH", group, {"name": "Roots"}),
            ("POST", f"{group}/members", {"user_id": whom}),
            ("DELETE", f"{group}/members/{whom}", None),
            ("DELETE", f"{one}/members/{whom}", None),
        ],
        "own": [("POST", f"{one}/members", {"user_id": whom, "role": "owner"}),
                ("DELETE", f"{one}/members/{whom}", None)],
    }  # fmt: skip


@keeps("teams:roles")
async def test_everybody_may_do_in_an_organisation_what_their_role_says_and_to_others_there_is_nothing(
    house: House, owner: Person
) -> None:
    people = {name: await house.stranger() for name in ("owner", "admin", "member", "stranger", "whom", "elsewhere")}
    ids = {name: await id_of(person) for name, person in people.items()}
    refused = await people["owner"].call("POST", "/organisations", {"name": "Mine"})
    assert refused.status == 403
    tree = (await owner.post("/organisations", {"name": "The Tree", "owner_id": ids["owner"]}))["id"]
    other = (await owner.post("/organisations", {"name": "The Rock", "owner_id": ids["elsewhere"]}))["id"]
    for role in ("admin", "member"):
        await people["owner"].post(f"/organisations/{tree}/members", {"user_id": ids[role], "role": role})
    roots = (await people["admin"].post("/groups", {"name": "Roots", "organisation_id": tree}))["id"]
    people["the house"] = owner
    may = {"the house": {"see", "keep", "own"}, "owner": {"see", "keep", "own"}, "admin": {"see", "keep"}}
    may["member"] = {"see"}
    wrong: list[Any] = []
    for kind, requests in acts(tree, roots, ids["whom"]).items():
        for method, path, body in requests:
            for name in ("stranger", "elsewhere", "member", "admin", "owner", "the house"):
                answer = await people[name].call(method, path, body)
                expected = {200, 201, 204} if kind in may.get(name, ()) else {403} if name in may else {404}
                if method == "DELETE" and kind in may.get(name, ()) and answer.status == 404:
                    continue  # somebody before took them out
                if answer.status not in expected:
                    wrong.append((name, method, path, answer.status, answer.body[:200]))
    assert not wrong, "\n".join(map(str, wrong))
    strange = [await people["stranger"].call("GET", f"/organisations/{one}") for one in (tree, "org_" + "0" * 32)]
    assert len({answer.json["detail"] for answer in strange}) == 1
    assert [one["id"] for one in (await people["member"].get("/organisations"))["items"]] == [tree]
    assert [one["id"] for one in (await people["member"].get("/groups"))["items"]] == [roots]
    assert (await people["stranger"].get("/groups", params={"organisation_id": tree}))["items"] == []
    assert {one["id"] for one in (await owner.get("/organisations"))["items"]} == {tree, other}
    listed = await people["member"].get(f"/organisations/{tree}/members", params={"limit": 2})
    more = await people["member"].get(f"/organisations/{tree}/members", params={"cursor": listed["next_cursor"]})
    assert {one["user_id"] for one in listed["items"] + more["items"]} == {ids[n] for n in ("owner", "admin", "member")}
    assert "@" not in str(listed)
    audited = {one["kind"] for one in (await owner.get("/audit", params={"limit": 100}))["items"]}
    assert {"organisation.created", "organisation.member_added", "group.created", "group.member_removed"} <= audited


@keeps("teams:roles")
async def test_an_organisation_keeps_an_owner_and_whoever_wants_to_leave_may(house: House, owner: Person) -> None:
    ada, eve = await house.stranger(), await house.stranger()
    ids = await id_of(ada), await id_of(eve)
    tree = (await owner.post("/organisations", {"name": "The Tree", "owner_id": ids[0]}))["id"]
    await ada.post(f"/organisations/{tree}/members", {"user_id": ids[1], "role": "admin"})
    for refused in (
        await ada.call("DELETE", f"/organisations/{tree}/members/{ids[0]}"),
        await ada.call("POST", f"/organisations/{tree}/members", {"user_id": ids[0], "role": "member"}),
    ):
        assert (refused.status, refused.json["code"]) == (409, "last_owner")
    assert (await eve.call("DELETE", f"/organisations/{tree}/members/{ids[0]}")).status == 403
    assert (await eve.call("POST", f"/organisations/{tree}/members", {"user_id": ids[0]})).status == 403
    assert (await eve.call("DELETE", f"/organisations/{tree}/members/{ids[1]}")).status == 204
    assert (await eve.call("GET", f"/organisations/{tree}")).status == 404
    taken = await owner.call("POST", "/organisations", {"name": "the  TREE"})
    assert (taken.status, taken.json["code"]) == (409, "name_taken")
    with house.writing() as link:
        link.execute("pragma foreign_keys = on")
        link.execute("delete from users where id = ?", (ids[0],))
    assert house.rows("select * from group_members") == []
    assert (await owner.call("DELETE", f"/organisations/{tree}")).status == 204


@keeps("teams:addresses")
async def test_people_are_found_by_their_address_only_by_whom_they_share_an_organisation_with(
    house: House, owner: Person
) -> None:
    ada, eve, bob = [await house.stranger() for _ in range(3)]
    tree = (await owner.post("/organisations", {"name": "The Tree", "owner_id": await id_of(ada)}))["id"]
    address = (await eve.get("/auth/me"))["user"]["email"]

    async def asked(email: str) -> Any:
        answer = await ada.call("POST", f"/organisations/{tree}/members", {"email": email})
        return answer.status, {name: said for name, said in answer.json.items() if name != "request_id"}

    hidden, unknown = await asked(address), await asked("nobody@example.org")
    assert hidden == unknown
    assert hidden[0] == 422
    assert (await owner.call("POST", f"/organisations/{tree}/members", {"email": address})).status == 201
    assert (await asked(address))[0] == 201
    assert (await bob.call("GET", f"/organisations/{tree}")).status == 404
