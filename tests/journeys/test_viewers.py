"""Viewers of the house: they read what is shared with them, and no call, frame or other protocol does more for them."""

import pytest

from palaver.core.ids import UserId
from palaver.core.principal import Principal
from palaver.identity.scopes import ADMIN, asked_of, needed
from tests.journeys.belongings import one_of_everything, status_of
from tests.journeys.client_bodies import CHAT
from tests.journeys.house import House, Opening, Person
from tests.journeys.mcp_clients import Wire
from tests.journeys.sockets import opened
from tests.journeys.test_matrix import ENDS, OF_SESSIONS, OWNERS, QUEUE, behind_the_door, document_of, kept
from tests.journeys.test_matrix_of_frames import MAY, told
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)

# What viewers do besides reading: they accept, say what they have read, and look after their own way in.
ALSO = ("/api/v1/auth/", "/api/v1/users/sync", "/api/v1/invitations/accept", "/api/v1/api-keys")
READ = "POST /api/v1/sessions/{session_id}/read"


def made_viewer(house: House, user_id: str) -> None:
    """An administrator says that somebody reads from now on."""
    with house.writing() as link:
        link.execute("update users set role = 'viewer' where id = ?", (user_id,))


@keeps("identity:viewers")
async def test_a_viewer_who_is_an_editor_of_a_session_reads_it_and_changes_nothing_by_any_call(
    house: House, vendor: FakeVendor
) -> None:
    document = await document_of(house)
    ada, eve = await house.stranger(), await house.stranger()
    owns = await one_of_everything(ada, vendor, document)
    viewer = (await eve.get("/auth/me"))["user"]["id"]
    waiting = (await ada.get(f"/runs/{owns.ids['run_id']}"))["session_id"]
    for one in (owns.ids["session_id"], waiting):
        await ada.post(f"/sessions/{one}/members", {"user_id": viewer, "role": "editor"})
    made_viewer(house, viewer)
    before, own = kept(house, ada), house.count("sessions")
    wrong: list[tuple[str, int]] = []
    changing = 0
    for one in behind_the_door(document):
        if one.name in {*ENDS, QUEUE} or "501" in one.described["responses"] or one.path.startswith(ALSO):
            continue
        status, scope = await status_of(house, eve, one, owns), needed(one.method, one.path)
        reads = one.name == READ or (scope is None or scope.endswith(":read"))
        changing += not reads
        if (status == 403) is reads and one.name not in OWNERS:
            wrong.append((one.name, status))
        if reads and one.path.startswith(OF_SESSIONS) and one.name not in OWNERS and status >= 400:
            wrong.append((one.name, status))
    assert wrong == []
    assert changing > 80
    assert kept(house, ada) == before
    assert house.count("sessions") == own


@keeps("identity:viewers")
async def test_a_viewer_reads_on_sockets_and_by_keys_that_read_and_asks_through_no_other_protocol(house: House) -> None:
    ada, eve = await house.stranger(), await house.stranger()
    viewer = (await eve.get("/auth/me"))["user"]["id"]
    session_id = (await ada.post("/sessions", {}))["id"]
    await ada.post("/query/single", {"prompt": "the first words", "session_id": session_id})
    await ada.post(f"/sessions/{session_id}/members", {"user_id": viewer, "role": "editor"})
    wide = await eve.post("/api-keys", {"name": "before"})
    made_viewer(house, viewer)
    async with opened(eve) as sock:
        assert await told(sock, session_id) == MAY["viewer"]
    refused = await eve.call("POST", "/api-keys", {"name": "wide"})
    also = await eve.call("POST", "/api-keys", {"name": "wide", "scopes": ["sessions:read", "runs:write"]})
    assert (refused.status, also.status) == (403, 403)
    reads = await eve.post("/api-keys", {"name": "reads", "scopes": ["sessions:read", "runs:read"]})
    for key in (wide["key"], reads["key"]):
        person = Person(eve.client, eve.url, key)
        assert (await person.call("GET", f"/sessions/{session_id}/messages")).status == 200
        assert (await person.call("POST", "/query/single", {"prompt": "hello"})).status == 403
        assert await _chat(house, key) == 403
    assert await _chat(house, ada.token) == 200
    for who, asks in ((eve, False), (ada, True)):
        wire = Wire(house, who)
        await wire.begin()
        said = await wire.ask("tools/call", name="query", arguments={"prompt": "hello"})
        assert ("result" in said and not said["result"].get("isError")) is asks, said
        assert (await wire.ask("tools/call", name="list_sessions", arguments={}))["result"]["structuredContent"]
    assert house.count("runs") == 3


@keeps("identity:viewers")
async def test_who_becomes_a_viewer_loses_the_socket_that_was_opened_for_more(open_house: Opening) -> None:
    house = await open_house(sockets__credentials="0.05")
    eve = await house.stranger()
    viewer = (await eve.get("/auth/me"))["user"]["id"]
    async with opened(eve) as sock:
        assert (await sock.answer("ping", "p"))["type"] == "pong"
        made_viewer(house, viewer)
        assert await sock.closed() == 4401


def test_only_who_reads_is_asked_less() -> None:
    viewer = Principal(user_id=UserId("usr_1"), role="viewer")
    member = Principal(user_id=UserId("usr_1"))
    assert asked_of(viewer, "POST", "/api/v1/api-keys") is None
    assert asked_of(member, "POST", "/api/v1/api-keys") == "keys:write"
    assert asked_of(viewer, "POST", "/api/v1/nothing") == ADMIN


async def _chat(house: House, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    async with house.client.post(f"{house.url}/v1/chat/completions", json=CHAT, headers=headers) as reply:
        await reply.read()
        return reply.status
