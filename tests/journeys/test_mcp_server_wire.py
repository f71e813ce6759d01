"""The MCP server by hand: generations of the protocol, who is let in, whose sessions are whose, clients that hang."""

import asyncio
import json
import socket
from typing import Any

import pytest

from tests.journeys.acting import says
from tests.journeys.house import House, Opening, Person
from tests.journeys.mcp_clients import NEWEST, Wire, events_in, messages_in
from tests.journeys.streams import PATIENCE
from tests.promises import keeps
from tests.vendor import FakeVendor, Reply, done, finish, said
from tests.vendor.script import Stall

pytestmark = pytest.mark.timeout(120)

HANDSHAKES = ["2024-11-05", "2025-03-26", "2025-06-18", NEWEST]


async def test_every_generation_with_a_handshake_is_spoken(house: House, owner: Person, vendor: FakeVendor) -> None:
    for version in HANDSHAKES:
        wire = Wire(house, owner)
        about = await wire.begin(version)
        assert about["protocolVersion"] == version
        assert about["serverInfo"]["name"] == "palaver"
        assert {"tools", "resources", "prompts", "completions"} <= set(about["capabilities"])
        assert len((await wire.ask("tools/list"))["result"]["tools"]) == 4
        vendor.next(says(f"In {version}."))
        result = (await wire.ask("tools/call", name="query", arguments={"prompt": "Hi"}))["result"]
        assert result["content"][0]["text"] == f"In {version}."
        assert (await wire.ask("ping"))["result"] == {}


async def test_versions_are_negotiated_and_unknown_ones_refused(house: House, owner: Person) -> None:
    wire = Wire(house, owner)
    assert (await wire.begin("1999-01-01"))["protocolVersion"] == NEWEST
    refused = await wire.send(wire.request("tools/list"), **{"Mcp-Protocol-Version": "1999-01-01"})
    assert refused.status == 400, refused.body
    wire.version = None  # before there was such a header
    assert len((await wire.ask("tools/list"))["result"]["tools"]) == 4


async def test_a_session_belongs_to_one_person_and_ends(house: House, owner: Person) -> None:
    mine = Wire(house, owner)
    await mine.begin()
    other = Wire(house, await house.stranger(), session=mine.session, version=NEWEST)
    assert (await other.send(other.request("tools/list"))).status == 404
    assert (await other.send(None, "DELETE")).status == 404
    assert len((await mine.ask("tools/list"))["result"]["tools"]) == 4
    another_key = house.person((await owner.post("/api/v1/api-keys", {"name": "second"}))["key"])
    assert (await Wire(house, another_key, session=mine.session, version=NEWEST).ask("ping"))["result"] == {}
    assert (await mine.send(None, "DELETE")).status == 200
    assert (await mine.send(mine.request("tools/list"))).status == 404
    assert (await mine.send(None, "GET")).status == 405


async def test_after_a_restart_a_client_begins_anew(house: House, owner: Person) -> None:
    wire = Wire(house, owner)
    await wire.begin()
    assert await house.end() == 0
    await house.start()
    assert (await wire.send(wire.request("tools/list"))).status == 404
    wire.session = wire.version = None
    await wire.begin()
    assert len((await wire.ask("tools/list"))["result"]["tools"]) == 4


async def test_whoever_has_no_credential_is_told_where_to_get_one(house: House) -> None:
    for token, says_so in (("", "Bearer resource_metadata="), ("nonsense", 'Bearer error="invalid_token", resource')):
        wire = Wire(house, house.person(token))
        refused = await wire.send(wire.request("tools/list"))
        assert refused.status == 401
        assert refused.json["error"]["code"] == -32600
        told = refused.headers["WWW-Authenticate"]
        assert told.startswith(says_so)
        where = told.partition('resource_metadata="')[2].rstrip('"')
        for path in (where.removeprefix(house.url), "/.well-known/oauth-protected-resource"):
            async with house.client.get(house.url + path) as reply:
                assert reply.status == 200
                about = await reply.json()
            assert about["resource"] == f"{house.url}/mcp"
            assert "authorization_servers" not in about  # there is none: an API key is made by a person


async def test_the_metadata_names_the_issuers_that_are_accepted(open_house: Opening) -> None:
    issuer = '\n[[identity.issuers]]\nissuer = "https://id.example.org"\naudience = "palaver"\n'
    house = await open_house(issuer)
    headers = {"Host": "talk.example.org", "X-Forwarded-Proto": "https"}
    async with house.client.get(f"{house.url}/.well-known/oauth-protected-resource/mcp", headers=headers) as reply:
        about = await reply.json()
    assert about["authorization_servers"] == ["https://id.example.org"]
    assert about["resource"] == "https://talk.example.org/mcp"


async def test_pages_of_other_origins_are_refused(open_house: Opening) -> None:
    house = await open_house(identity__trusted_origins='["https://app.example.org"]')
    wire = Wire(house, await house.owner())
    about = {"protocolVersion": NEWEST, "capabilities": {}, "clientInfo": {"name": "page", "version": "1"}}
    for headers, status in (
        ({"Origin": "https://evil.example.org"}, 403),
        ({"Origin": "http://evil.example.org", "Host": "evil.example.org"}, 403),  # a name that was bound anew
        ({"Origin": "null"}, 403),
        ({"Origin": house.url}, 200),
        ({"Origin": "https://app.example.org"}, 200),
    ):
        answer = await wire.send(wire.request("initialize", **about), **headers)
        assert answer.status == status, (headers, answer.body)


async def test_what_is_no_message_is_refused(house: House, owner: Person) -> None:
    wire = Wire(house, owner)
    await wire.begin()
    for body, headers, status in (
        (b"{", {}, 400),
        (b"[]", {}, 400),
        (b'[{"jsonrpc": "2.0", "id": 1, "method": "ping"}, {"jsonrpc": "2.0", "id": 2, "method": "ping"}]', {}, 400),
        (b'{"a": 1}', {}, 400),
        (b"{" + b" " * 1_100_000 + b"}", {}, 413),
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}', {"Accept": "text/html"}, 406),
    ):
        answer = await wire.send(body, **headers)
        assert answer.status == status, (body[:40], answer.status, answer.body)
    error = (await wire.ask("no/such"))["error"]
    assert error["code"] == -32601
    assert (await wire.ask("tools/list"))["result"]["tools"]


async def test_a_request_that_is_cancelled_by_a_notification_ends_its_run(house: House, owner: Person) -> None:
    wire = Wire(house, owner)
    await wire.begin("2025-03-26")
    asked = wire.request("tools/call", name="query", arguments={"prompt": "Count", "model": "fake/fake-n2000-d5"})
    async with asyncio.TaskGroup() as tasks:
        answer = tasks.create_task(wire.send(asked))
        await owner.until("/sessions", lambda page: page["items"] and page["items"][0]["status"] == "running")
        cancelled = {"requestId": asked["id"], "reason": "enough"}
        await wire.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancelled})
    assert "error" in messages_in(answer.result())[-1]
    (session,) = (await owner.get("/sessions"))["items"]
    await owner.until(f"/sessions/{session['id']}", lambda one: one["status"] == "idle")
    assert (await owner.messages(session["id"]))[-1]["finish_reason"] == "interrupted"


@keeps("mcp:resume:exactly-what-was-missed")
async def test_a_client_whose_line_broke_hears_exactly_the_rest_of_its_answer(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(providers__fake__timeouts__idle="60")
    owner = await house.owner()
    wire = Wire(house, owner)
    await wire.begin()
    vendor.next(Reply([said("one "), Stall(), *map(said, ("two ", "three ", "four")), finish(), done()]))
    asked = wire.request("tools/call", name="query", arguments={"prompt": "Count"}, _meta={"progressToken": 1})
    heard = b""
    async with asyncio.timeout(PATIENCE), wire.asking(asked) as reply:
        while not any(event and "method" in event for _, event in events_in(heard)):
            heard += await reply.content.readany()
    before = events_in(heard)
    async with asyncio.TaskGroup() as tasks:
        resumed = tasks.create_task(wire.send(None, "GET", **{"Last-Event-ID": before[-1][0]}))
        vendor.release()
    assert resumed.result().status == 200, resumed.result().body
    after = events_in(resumed.result().body)
    told = [event for _, event in before + after if event]
    assert told[-1]["id"] == asked["id"]
    words = "".join(one["params"].get("message", "") for one in told[:-1])
    assert words == told[-1]["result"]["structuredContent"]["text"] == "one two three four"
    assert len({name for name, _ in before + after}) == len(before + after)
    again = await wire.send(None, "GET", **{"Last-Event-ID": before[-1][0]})
    assert events_in(again.body) == after
    other = Wire(house, await house.stranger(), session=wire.session, version=NEWEST)
    for whose, name in ((other, before[-1][0]), (wire, "77-77"), (wire, "nonsense")):
        assert (await whose.send(None, "GET", **{"Last-Event-ID": name})).status == 404


async def test_a_person_who_begins_too_many_sessions_loses_one_and_never_the_newest(
    house: House, owner: Person
) -> None:
    wires = [Wire(house, owner) for _ in range(51)]
    for wire in wires:
        await wire.begin()
    ended: list[int] = []
    async with asyncio.timeout(PATIENCE):
        # It ends beside the one that began. Who asks before that is no longer the one that was used longest ago.
        while not ended:
            ended = [at for at, wire in enumerate(wires) if (await wire.send(wire.request("ping"))).status == 404]
    assert len(ended) == 1
    assert ended != [50]


async def test_a_client_that_takes_nothing_hangs_nobody_else_and_is_let_go(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(realtime__stuck="1")
    owner = await house.owner()
    wire = Wire(house, owner)
    await wire.begin()
    hanging = _hanging(house, wire, "fake/fake-n4000-s2000")
    try:
        await owner.until("/sessions", lambda page: page["items"] and page["items"][0]["status"] == "running")
        other = Wire(house, owner)
        await other.begin()
        vendor.next(says("Not held up."))
        result = (await other.ask("tools/call", name="query", arguments={"prompt": "Hi"}))["result"]
        assert result["content"][0]["text"] == "Not held up."
        first = (await owner.get("/sessions"))["items"][-1]["id"]
        await owner.until(f"/sessions/{first}", lambda one: one["status"] == "idle")
        await owner.until("/health", lambda _: "took nothing for too long" in house.log.read_text())
        async with asyncio.timeout(PATIENCE):
            await asyncio.to_thread(_read_to_the_end, hanging)
    finally:
        hanging.close()


def _hanging(house: House, wire: Wire, model: str) -> socket.socket:
    """A client that asks and then reads nothing."""
    params: dict[str, Any] = {"name": "query", "arguments": {"prompt": "Count", "model": model}}
    params["_meta"] = {"progressToken": 1}
    body = json.dumps(wire.request("tools/call", **params)).encode()
    host, port = house.url.removeprefix("http://").split(":")
    link = socket.socket()
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    link.settimeout(PATIENCE)
    link.connect((host, int(port)))
    head = (
        f"POST /mcp HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {wire.person.token}\r\n"
        f"Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\n"
        f"Mcp-Session-Id: {wire.session}\r\nMcp-Protocol-Version: {wire.version}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    link.sendall(head.encode() + body)
    return link


def _read_to_the_end(link: socket.socket) -> None:
    """Until the server has hung up, whichever way."""
    try:
        while link.recv(65_536):
            continue
    except ConnectionError:
        pass
