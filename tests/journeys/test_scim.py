"""A directory looks after users and groups, as Okta, Entra and a client of the standard speak."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.journeys.house import PASSWORD, Answer, House, Opening, Person
from tests.promises import keeps

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


@dataclass
class Directory:
    """A program with a key for SCIM."""

    house: House
    key: str

    async def call(self, method: str, path: str, body: Any = None, **query: str) -> Answer:
        """One request below /scim/v2, in SCIM's own media type."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/scim+json"}
        at = f"{self.house.url}/scim/v2{path}"
        async with self.house.client.request(method, at, json=body, headers=headers, params=query) as reply:
            answer = Answer(reply.status, dict(reply.headers), await reply.read(), str(reply.url))
            if answer.body:
                assert reply.content_type == "application/scim+json", (method, path, answer.body)
            return answer

    async def sure(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """What comes of it; it must succeed."""
        answer = await self.call(method, path, body, **query)
        assert answer.status < 300, (answer.status, answer.body)
        return answer.json if answer.body else None

    async def patch(self, path: str, *changes: dict[str, Any]) -> Any:
        """Some changes."""
        return await self.sure("PATCH", path, {"schemas": [PATCH], "Operations": list(changes)})

    async def found(self, path: str, text: str) -> list[str]:
        """The ids of what fits a filter."""
        return [one["id"] for one in (await self.sure("GET", path, filter=text))["Resources"]]


async def directory_of(house: House, owner: Person) -> Directory:
    """Whoever has a key of the owner's for nothing but SCIM."""
    return Directory(house, (await owner.post("/api-keys", {"name": "directory", "scopes": ["scim"]}))["key"])


@pytest.fixture
async def directory(house: House, owner: Person) -> Directory:
    return await directory_of(house, owner)


def person(name: str, **more: Any) -> dict[str, Any]:
    """A user as directories send one."""
    return {
        "schemas": [USER],
        "userName": f"{name}@example.org",
        "externalId": f"00u{name}",
        "name": {"givenName": name.capitalize(), "familyName": "L"},
        "emails": [{"value": f"{name}@example.org", "type": "work", "primary": True}],
        "active": True,
        **more,
    }


@keeps("identity:scim")
async def test_who_is_not_active_in_the_directory_opens_nothing_from_then_on(
    house: House, owner: Person, directory: Directory
) -> None:
    made = await directory.call("POST", "/Users", person("ada"))
    ada = made.json
    assert (made.status, made.headers["Location"]) == (201, f"{house.url}/scim/v2/Users/{ada['id']}")
    assert (ada["userName"], ada["active"], ada["meta"]["resourceType"]) == ("ada@example.org", True, "User")
    them = house.person(await _signed_in(house, ada["id"], await house.stranger()))
    assert (await them.get("/auth/me"))["user"]["name"] == "Ada L"
    for off, on in (
        ({"op": "replace", "value": {"active": False}}, {"op": "replace", "value": {"active": True}}),  # Okta
        (
            {"op": "Replace", "path": "active", "value": "False"},
            {"op": "Add", "path": "active", "value": "True"},
        ),  # Entra
    ):
        assert (await directory.patch(f"/Users/{ada['id']}", off))["active"] is False
        assert (await them.call("GET", "/sessions")).status == 401
        assert (await directory.patch(f"/Users/{ada['id']}", on))["active"] is True
        assert (await them.call("GET", "/sessions")).status == 200
    await directory.sure("PUT", f"/Users/{ada['id']}", person("ada", active=False, displayName="Countess"))
    assert (await them.call("GET", "/sessions")).status == 401
    assert (await directory.sure("PUT", f"/Users/{ada['id']}", person("ada")))["active"] is True, "what is left out"
    assert (await directory.call("DELETE", f"/Users/{ada['id']}")).status == 204
    assert (await them.call("GET", "/sessions")).status == 401
    assert (await directory.call("GET", f"/Users/{ada['id']}")).status == 404
    assert await directory.found("/Users", 'userName eq "ada@example.org"') == []
    back = await directory.sure("POST", "/Users", person("ada"))
    assert back["id"] == ada["id"], "who comes back finds what was theirs"
    again = await directory.call("DELETE", f"/Users/{ada['id']}")
    assert again.status == 204
    other = await directory.call("POST", "/Users", person("ada", externalId="somebody else"))
    assert (other.status, other.json["scimType"]) == (409, "uniqueness"), "another person of that address does not"
    me = (await owner.get("/auth/me"))["user"]["id"]
    kept = await directory.call(
        "PATCH", f"/Users/{me}", {"Operations": [{"op": "replace", "value": {"active": False}}]}
    )
    assert kept.status == 403, "a directory does not cut off its own key"
    kinds = {one for (one,) in house.rows("select kind from audit_log")}
    assert {"user.created", "user.disabled", "user.enabled", "user.removed"} <= kinds


@keeps("identity:scim:dialects")
async def test_users_are_found_paged_and_changed_as_okta_and_entra_ask(house: House, directory: Directory) -> None:
    made = {name: (await directory.sure("POST", "/Users", person(name)))["id"] for name in ("ada", "grace", "linus")}
    for text, names in (
        ('userName eq "ADA@example.org"', ["ada"]),
        ('externalId eq "00ugrace"', ["grace"]),
        (f'{USER}:userName eq "linus@example.org"', ["linus"]),
        ('userName sw "a" or userName sw "g"', ["ada", "grace"]),
        ('emails[type eq "work" and value co "example"] and name.givenName eq "grace"', ["grace"]),
        ('not (userName eq "ada@example.org") and externalId pr', ["grace", "linus"]),
        ('active eq true and externalId eq "00uada"', ["ada"]),
        ("active eq false", []),
        ('userName eq "nobody"', []),
        ('emails.value eq "linus@example.org"', ["linus"]),
    ):
        assert await directory.found("/Users", text) == [made[name] for name in names], text
    for wrong in (
        "userName",
        "userName eq",
        "userName xx 1",
        'userName eq "a',
        "(" * 500,
        "not",
        "a" * 3000,
        '"a" eq "b"',
        "[",
        "a eq {}",
    ):
        answer = await directory.call("GET", "/Users", filter=wrong)
        assert (answer.status, answer.json["scimType"], answer.json["schemas"]) == (400, "invalidFilter", [ERROR]), (
            wrong
        )
    page = await directory.sure("GET", "/Users", startIndex="2", count="2")
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (4, 2, 2), "the owner is one of them"
    assert [one["id"] for one in page["Resources"]] == [made["ada"], made["grace"]]
    assert (await directory.sure("GET", "/Users", count="0"))["Resources"] == []
    assert (await directory.sure("GET", "/Users", startIndex="-7", count="10000"))["startIndex"] == 1
    few = await directory.sure("GET", f"/Users/{made['ada']}", attributes="userName")
    assert set(few) == {"schemas", "id", "userName"}
    at = f"/Users/{made['ada']}"
    entra = await directory.patch(
        at,
        {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "Engines"},
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "lovelace@example.org"},
        {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "+254 1"},
        {"op": "Replace", "value": {"name.familyName": "Lovelace", f"{ENTERPRISE}:manager": {"value": made["grace"]}}},
        {"op": "Replace", "path": "displayName", "value": "Ada Lovelace"},
    )
    assert entra[ENTERPRISE] == {"department": "Engines", "manager": {"value": made["grace"]}}
    assert entra["name"] == {"givenName": "Ada", "familyName": "Lovelace"}
    assert [one["value"] for one in entra["emails"] + entra["phoneNumbers"]] == ["lovelace@example.org", "+254 1"]
    assert house.rows("select email, name, subject from users where id = ?", made["ada"]) == [
        ("lovelace@example.org", "Ada Lovelace", "lovelace@example.org")
    ]
    gone = await directory.patch(
        at, {"op": "remove", "path": "phoneNumbers"}, {"op": "remove", "path": f"{ENTERPRISE}:department"}
    )
    assert ("phoneNumbers" in gone, gone[ENTERPRISE]) == (False, {"manager": {"value": made["grace"]}})
    for wrong, kind in (
        ({"op": "move", "path": "a"}, "invalidPath"),
        ({"op": "remove"}, "noTarget"),
        ({"op": "replace", "value": "x"}, "noTarget"),
        ({"op": "replace", "path": "a[", "value": "x"}, "invalidPath"),
        ({"op": "replace", "path": 'emails[type sw "x"].value', "value": "x"}, "noTarget"),
        ({"op": "replace", "path": "userName", "value": ""}, "invalidValue"),
        ({"op": "remove", "path": "userName"}, "invalidValue"),
        ({"op": "replace", "path": "active", "value": "maybe"}, "invalidValue"),
        ("x", "invalidPath"),
    ):
        answer = await directory.call("PATCH", at, {"Operations": [wrong]})
        assert (answer.status, answer.json.get("scimType")) == (400, kind), wrong
    taken = await directory.call(
        "PATCH", at, {"Operations": [{"op": "replace", "path": "userName", "value": "GRACE@example.org"}]}
    )
    assert (taken.status, taken.json["scimType"]) == (409, "uniqueness")
    for body in (person("ada", userName="x@example.org"), person("GRACE", externalId="new")):
        answer = await directory.call("POST", "/Users", body)
        assert (answer.status, answer.json["status"], answer.json["scimType"]) == (409, "409", "uniqueness"), body
    for body in (
        {},
        {"userName": 5},
        {"userName": "no address"},
        person("x", externalId=7),
        [],
        person("y", nickName="x" * 70_000),
    ):
        answer = await directory.call("POST", "/Users", body)
        assert answer.status == 400, body


@keeps("identity:scim:groups")
async def test_groups_of_the_directory_are_groups_here_and_no_others_are_seen(
    house: House, owner: Person, directory: Directory
) -> None:
    ada = (await directory.sure("POST", "/Users", person("ada")))["id"]
    grace = (await directory.sure("POST", "/Users", person("grace")))["id"]
    body = {"schemas": [GROUP], "displayName": "Engineers", "externalId": "g1", "members": [{"value": ada}]}
    group = await directory.sure("POST", "/Groups", body)
    at = f"/Groups/{group['id']}"
    assert group["members"] == [
        {"value": ada, "display": "Ada L", "type": "User", "$ref": f"{house.url}/scim/v2/Users/{ada}"}
    ]

    def members() -> set[str]:
        found = house.rows("select user_id from group_members where group_id = ?", group["id"])
        return {one for (one,) in found}

    await directory.patch(at, {"op": "add", "path": "members", "value": [{"value": grace}, {"value": ada}]})
    assert members() == {ada, grace}
    await directory.patch(at, {"op": "remove", "path": f'members[value eq "{ada}"]'})
    assert members() == {grace}
    await directory.patch(at, {"op": "Remove", "path": "members", "value": [{"value": grace}]})
    assert members() == set()
    await directory.patch(at, {"op": "replace", "value": {"id": group["id"], "displayName": "Builders"}})
    assert await directory.found("/Groups", 'displayName eq "builders"') == [group["id"]]
    await directory.sure("PUT", at, body | {"displayName": "Makers", "members": [{"value": grace}]})
    assert members() == {grace}
    assert "members" not in await directory.sure("GET", at, excludedAttributes="members")
    assert await directory.found("/Groups", f'members.value eq "{grace}"') == [group["id"]]
    unknown = await directory.call(
        "PATCH", at, {"Operations": [{"op": "add", "path": "members", "value": [{"value": "usr_0"}]}]}
    )
    assert (unknown.status, unknown.json["scimType"]) == (400, "invalidValue")
    twice = await directory.call("POST", "/Groups", body)
    assert (twice.status, twice.json["scimType"]) == (409, "uniqueness")
    ours = await owner.post("/groups", {"name": "Of this house"})
    assert (await directory.call("GET", f"/Groups/{ours['id']}")).status == 404
    assert (await directory.call("DELETE", f"/Groups/{ours['id']}")).status == 404
    assert (await directory.sure("GET", "/Groups"))["totalResults"] == 1
    assert (await directory.call("DELETE", at)).status == 204
    assert house.rows("select id from groups where id = ?", group["id"]) == []


@keeps("identity:scim")
async def test_only_a_key_of_an_administrator_for_scim_opens_it_and_it_opens_nothing_else(
    house: House, owner: Person, directory: Directory
) -> None:
    ada = await house.stranger()
    narrow = await owner.post("/api-keys", {"name": "x", "scopes": ["sessions:write"]})
    paths = [
        "/Users",
        "/Groups",
        "/Users/usr_0",
        "/Groups/grp_0",
        "/ServiceProviderConfig",
        "/ResourceTypes",
        "/Schemas",
    ]
    for token, status in (("", 401), (ada.token, 403), (narrow["key"], 403), ("plv_x", 401)):
        for path in paths:
            answer = await Directory(house, token).call("GET", path)
            assert (answer.status, answer.json["status"]) == (status, str(status)), (path, token)
        assert (await Directory(house, token).call("POST", "/Users", person("eve"))).status == status
    for path in ("/api/v1/sessions", "/api/v1/users", "/api/v1/service-accounts", "/api/v1/audit"):
        assert (await house.person(directory.key).call("GET", path)).status == 403
    assert (await ada.call("POST", "/api-keys", {"name": "x", "scopes": ["scim"]})).status == 403
    for path in paths[4:]:
        assert (await directory.call("GET", path)).status == 200
    for path, status in (
        ("/Me", 501),
        ("/Bulk", 501),
        ("/Nothing", 404),
        ("/Schemas/x", 404),
        ("/ResourceTypes/x", 404),
    ):
        assert (await directory.call("GET", path)).status == status
    assert (await directory.call("GET", f"/Schemas/{USER}")).json["id"] == USER
    assert (await directory.call("GET", "/ResourceTypes/User")).json["schema"] == USER


async def test_a_directory_of_an_issuer_knows_its_users_by_what_the_issuer_calls_them(
    open_house: Opening,
) -> None:
    house = await open_house('\n[identity.scim]\nissuer = "https://id.example.org"\n')
    directory = await directory_of(house, await house.owner())
    nameless = await directory.call("POST", "/Users", {"userName": "x@example.org"})
    assert (nameless.status, nameless.json["scimType"]) == (400, "invalidValue")
    ada = await directory.sure("POST", "/Users", person("ada"))
    assert house.rows("select issuer, subject from users where id = ?", ada["id"]) == [
        ("https://id.example.org", "00uada")
    ]
    other = {"op": "replace", "path": "externalId", "value": "00ueve"}
    assert (await directory.call("PATCH", f"/Users/{ada['id']}", {"Operations": [other]})).status == 400
    assert (await directory.sure("GET", "/Users"))["totalResults"] == 1, "local users are not the directory's"
    with house.writing() as link:
        columns = "id, issuer, subject, email, role, created_at"
        row = ("usr_met", "https://id.example.org", "00ugrace", "grace@example.org", "member", "2026")
        link.execute(f"insert into users ({columns}) values (?, ?, ?, ?, ?, ?)", row)
    assert await directory.found("/Users", 'externalId eq "00ugrace"') == ["usr_met"]
    grace = await directory.sure("POST", "/Users", person("grace"))
    assert grace["id"] == "usr_met", "whom we met before is who the directory means"
    await directory.sure("DELETE", f"/Users/{ada['id']}")
    namesake = await directory.sure("POST", "/Users", person("ada", externalId="00uada2"))
    assert namesake["id"] != ada["id"], "another person of the same name is another user"


async def _signed_in(house: House, user_id: str, by: Person) -> str:
    """An access token of a user who has no password yet: the one of somebody who has one is lent to them."""
    who = (await by.get("/auth/me"))["user"]["id"]
    with house.writing() as link:
        link.execute(
            "update users set password_hash = (select password_hash from users where id = ?) where id = ?",
            (who, user_id),
        )
    ((subject,),) = house.rows("select subject from users where id = ?", user_id)
    answer = await house.person("").call("POST", "/auth/login", {"email": subject, "password": PASSWORD})
    assert answer.status == 200, answer.body
    return answer.json["access_token"]
