"""Every call of the API's document, made by those who have no business there: a new one cannot be forgotten."""

from typing import Any

import pytest

from palaver.identity.scopes import ADMIN, needed
from tests.journeys.accounts import worthless
from tests.journeys.belongings import PLANTED, Operation, called, one_of_everything, operations, status_of
from tests.journeys.house import Answer, House, Person
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)

# What answers without anybody signed in. Everything else is behind the door.
OPEN = {
    "GET /api/v1/auth/oidc/{issuer_id}",
    "GET /api/v1/auth/oidc/{issuer_id}/callback",
    "GET /api/v1/config",
    "GET /api/v1/health",
    "GET /api/v1/health/ready",
    "GET /shared/{secret}",
    "GET /signin",
    "POST /api/v1/auth/login",
    "POST /api/v1/auth/login/second-factor",
    "POST /api/v1/auth/logout",
    "POST /api/v1/auth/refresh",
    "POST /api/v1/auth/password/forgot",
    "POST /api/v1/auth/password/reset",
    "POST /api/v1/auth/register",
    "POST /api/v1/auth/verify",
    "POST /api/v1/auth/verify/resend",
}
SOCKETS = {"GET /api/v1/ws", "GET /ws/chat/{session_id}"}
# What ends the credential that calls it.
ENDS = {"POST /api/v1/auth/logout", "POST /api/v1/auth/password", "DELETE /api/v1/auth/devices"}
# What is refused before anybody looks whose it is: there is no bucket in this house.
# What somebody who may read a session does besides reading.
READERS = {
    "POST /api/v1/sessions/{session_id}/fork",
    "POST /api/v1/sessions/{session_id}/read",
}
# How a session of several people is kept is its owner's business, to read as well.
# What in a session is its owner's alone, or is with what the document shows as its body.
OWN = {
    "DELETE /api/v1/messages/{message_id}",
    "DELETE /api/v1/sessions/{session_id}",
    "DELETE /api/v1/sessions/{session_id}/invitations/{invitation_id}",
    "DELETE /api/v1/sessions/{session_id}/members",
    "DELETE /api/v1/sessions/{session_id}/share-links/{link_id}",
    "DELETE /api/v1/sessions/{session_id}/shared-with/{holder_id}",
    "GET /api/v1/sessions/{session_id}/invitations",
    "GET /api/v1/sessions/{session_id}/share-links",
    "PATCH /api/v1/sessions/{session_id}",
    "POST /api/v1/sessions/{session_id}/control",
    "POST /api/v1/sessions/{session_id}/invitations",
    "POST /api/v1/sessions/{session_id}/members",
    "POST /api/v1/sessions/{session_id}/share-links",
    "PUT /api/v1/sessions/{session_id}/care",
    "PUT /api/v1/sessions/{session_id}/shared-with/{holder_id}",
}
OWNERS = {f"GET /api/v1/sessions/{{session_id}}/{part}" for part in ("invitations", "share-links")}
# What no API key does, whose ever it is.
SIGNED_IN = {"DELETE /api/v1/auth/devices/{device_id}"}
NOBODYS = {"call_id", "user_id", "owner_id"}  # people have no owner
OF_SESSIONS = ("/api/v1/sessions/{", "/api/v1/messages/{", "/api/v1/runs/{")
OF_USERS = "/api/v1/users/{"
# What administrators see of everybody: ids, and nothing that anybody said.
ADMINISTERS = {
    "GET /api/v1/users",
    "GET /api/v1/audit",
    "GET /api/v1/audit/export",
    "GET /api/v1/care/moderation/queue",
}
# What administrators let somebody else consume is theirs to set: `test_budgets.py`.
BOUNDS = {"PUT /api/v1/budgets"}
# What an administrator follows without end, and nobody else at all: `test_escalations.py`.
QUEUE = "GET /api/v1/care/escalations/events"
REFUSED = {"POST /api/v1/files/{file_id}/complete": 422}


async def document_of(house: House) -> dict[str, Any]:
    """What the server says of itself."""
    async with house.client.get(f"{house.url}/openapi.json") as reply:
        return await reply.json()


def behind_the_door(document: dict[str, Any]) -> list[Operation]:
    """Every call that needs somebody signed in."""
    return [one for one in operations(document) if one.name not in OPEN | SOCKETS]


@keeps("identity:matrix")
async def test_no_call_is_answered_without_a_credential_that_holds(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    document = await document_of(house)
    ada = await house.stranger()
    owns = await one_of_everything(ada, vendor, document)
    tokens = await worthless(house, ada)
    wrong = [
        (one.name, why, answer.status)
        for one in behind_the_door(document)
        for why, token in tokens.items()
        if (answer := await called(house, Person(ada.client, "", token), one, owns)).status != 401
    ]
    assert wrong == [], wrong


@keeps("identity:matrix")
async def test_a_key_opens_what_its_scopes_name_and_nothing_else(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    document = await document_of(house)
    ada = await house.stranger()
    owns = await one_of_everything(ada, vendor, document)
    narrow = Person(ada.client, "", (await ada.post("/api-keys", {"name": "x", "scopes": ["models:read"]}))["key"])
    closed = [one for one in behind_the_door(document) if needed(one.method, one.path) not in {None, "models:read"}]
    assert len(closed) > 100
    answers = {one.name: (await called(house, narrow, one, owns)).status for one in closed}
    assert {name: status for name, status in answers.items() if status != 403} == {}


@keeps("identity:matrix")
@pytest.mark.parametrize(
    "who", ["somebody else", "an administrator", "somebody of her organisation", "somebody of another organisation"]
)
async def test_what_somebody_owns_is_unknown_to_everybody_else(
    house: House, owner: Person, vendor: FakeVendor, who: str
) -> None:
    document = await document_of(house)
    ada = await house.stranger()
    owns = await one_of_everything(ada, vendor, document)
    eve = owner if who == "an administrator" else await house.stranger()
    if "organisation" in who:
        await in_organisations(owner, ada, eve, together=who == "somebody of her organisation")
    before = kept(house, ada)
    wrong: list[tuple[str, int]] = []
    for one in behind_the_door(document):
        if one.name in ENDS or "501" in one.described["responses"]:
            continue
        if one.name == QUEUE and who == "an administrator":
            continue
        if (one.path.startswith(OF_USERS) or one.name in BOUNDS) and who == "an administrator":
            continue  # what they do about others, test_users shows
        answer = await called(house, eve, one, owns)
        if one.placed and told(answer) != told(await called(house, eve, one, owns.unknown)):
            wrong.append((f"{one.name} says that it is there", answer.status))
        administered = eve is not owner and needed(one.method, one.path) == ADMIN
        elsewhere = {403} if administered else {404, 403} if one.name in SIGNED_IN else {404}
        if one.placed and answer.status not in {REFUSED.get(one.name, 404), *elsewhere}:
            wrong.append((one.name, answer.status))
        seen = [mark for mark in owns.marks if mark in answer.body.decode(errors="replace")]
        if who == "an administrator" and one.name in ADMINISTERS:
            seen = [mark for mark in seen if mark == PLANTED]
        if seen and not one.placed:
            wrong.append((f"{one.name} shows {seen}", answer.status))
    assert wrong == [], wrong
    assert kept(house, ada) == before


@keeps("identity:matrix")
async def test_who_may_only_read_a_session_changes_nothing_in_it_and_who_was_shown_out_knows_it_no_more(
    house: House, vendor: FakeVendor
) -> None:
    document = await document_of(house)
    ada, eve = await house.stranger(), await house.stranger()
    owns = await one_of_everything(ada, vendor, document)
    reader = (await eve.get("/auth/me"))["user"]["id"]
    waiting = (await ada.get(f"/runs/{owns.ids['run_id']}"))["session_id"]
    for one in (owns.ids["session_id"], waiting):
        await ada.post(f"/sessions/{one}/members", {"user_id": reader, "role": "viewer"})
    before = kept(house, ada)
    about = [one for one in behind_the_door(document) if one.path.startswith(OF_SESSIONS)]
    about = [one for one in about if "501" not in one.described["responses"]]
    answers = {one.name: await status_of(house, eve, one, owns) for one in about}
    reads = {one.name for one in about if one.method in {"GET", "HEAD"}} - OWNERS | READERS
    assert {name: status for name, status in answers.items() if (status < 400) is not (name in reads)} == {}
    assert {status for name, status in answers.items() if name not in reads} == {403}
    assert kept(house, ada) == before
    for one in (owns.ids["session_id"], waiting):
        await ada.call("DELETE", f"/sessions/{one}/members", params={"user_id": reader})
    answers = {one.name: await status_of(house, eve, one, owns) for one in about}
    assert {name: status for name, status in answers.items() if status != 404} == {}
    assert kept(house, ada) == before


@keeps("identity:matrix")
async def test_what_somebody_owns_is_unknown_where_a_body_or_a_question_names_it(
    house: House, vendor: FakeVendor
) -> None:
    document = await document_of(house)
    ada, eve = await house.stranger(), await house.stranger()
    owns, own = await one_of_everything(ada, vendor, document), await one_of_everything(eve, vendor, document)
    before = kept(house, ada)
    asked: dict[str, int] = {}
    shown: list[str] = []
    for one in behind_the_door(document):
        named = [field for field in one.fields(document) if field not in NOBODYS]
        for name in named if one.name not in BOUNDS else ():  # those are refused whatever they name
            body = {**one.example, name: owns.ids[name]}
            answer = await eve.call(one.method, own.path(one), body)
            asked[f"{one.name} {name}"] = answer.status
        for name in one.questions:
            answer = await eve.call(one.method, own.path(one), params={name: owns.ids[name]})
            shown += [f"{one.name}?{name}" for mark in owns.marks[1:] if mark in answer.body.decode()]
    assert len(asked) > 9
    assert {name: status for name, status in asked.items() if status not in {404, 409, 422}} == {}
    assert shown == []
    assert kept(house, ada) == before


@keeps("identity:matrix")
async def test_who_may_write_in_a_session_does_there_what_its_owner_does_but_for_what_is_the_owners_alone(
    house: House, vendor: FakeVendor
) -> None:
    document = await document_of(house)
    ada, eve = await house.stranger(), await house.stranger()
    owns = await one_of_everything(ada, vendor, document)
    editor = (await eve.get("/auth/me"))["user"]["id"]
    waiting = (await ada.get(f"/runs/{owns.ids['run_id']}"))["session_id"]
    for one in (owns.ids["session_id"], waiting):
        await ada.post(f"/sessions/{one}/members", {"user_id": editor, "role": "editor"})
    about = [one for one in behind_the_door(document) if one.path.startswith(OF_SESSIONS)]
    about = [one for one in about if "501" not in one.described["responses"]]
    answers = {one.name: await status_of(house, eve, one, owns) for one in about}
    assert {name for name, status in answers.items() if status == 403} == OWN
    assert answers["GET /api/v1/sessions/{session_id}"] == answers["GET /api/v1/sessions/{session_id}/messages"] == 200


async def in_organisations(owner: Person, ada: Person, eve: Person, *, together: bool) -> None:
    """Let both belong to one organisation, or to two."""
    ids = [(await person.get("/auth/me"))["user"]["id"] for person in (ada, eve)]
    tree = (await owner.post("/organisations", {"name": "The Tree", "owner_id": ids[0]}))["id"]
    if together:
        await owner.post(f"/organisations/{tree}/members", {"user_id": ids[1], "role": "admin"})
    else:
        await owner.post("/organisations", {"name": "The Rock", "owner_id": ids[1]})


def told(answer: Answer) -> Any:
    """What an answer says, but for its own id."""
    if not answer.body:
        return answer.status
    return answer.status, {name: value for name, value in answer.json.items() if name != "request_id"}


def kept(house: House, ada: Person) -> dict[str, Any]:
    """Every row that says it is hers."""
    ((user_id,),) = house.rows("select id from users where name = 'Ada' order by created_at limit 1")
    tables = [name for (name,) in house.rows("select name from sqlite_master where type = 'table'")]
    owned = [name for name in tables if "user_id" in {row[1] for row in house.rows(f"pragma table_info({name})")}]
    return {name: house.rows(f"select * from {name} where user_id = ?", user_id) for name in owned}
