"""The MCP server for the official client for Node."""

import pytest

from tests.journeys.house import House, Person
from tests.journeys.node_clients import told
from tests.promises import keeps

pytestmark = pytest.mark.timeout(180)


@keeps("surfaces:unchanged")
async def test_the_client_for_node_asks_reads_and_cancels(house: House, owner: Person) -> None:
    saw = await told("mcp.mjs", url=house.url, key=owner.token)
    assert saw["tools"] == ["query", "list_sessions", "read_session", "search"]
    assert saw["text"] == saw["heard"]
    assert saw["pieces"] > 1
    assert saw["cancelled"].startswith("refused")
    assert saw["listed"]
    assert saw["text"].strip() in saw["markdown"]
    assert saw["wrong"] == [True, "There is no such session."]
    assert saw["missing"] == -32602
    assert saw["refused"] in {401, "UnauthorizedError"}
    ids = [one["id"] for one in (await owner.get("/sessions"))["items"]]
    (other,) = set(ids) - {saw["session"]}
    await owner.until(f"/sessions/{other}", lambda one: one["status"] == "idle")
    assert (await owner.messages(other))[-1]["finish_reason"] == "interrupted"


@keeps("mcp:resume:exactly-what-was-missed")
async def test_the_client_for_node_comes_back_by_itself_when_its_line_breaks(house: House, owner: Person) -> None:
    saw = await told("mcp_resumed.mjs", url=house.url, key=owner.token)
    assert saw["broken"] == "was"
    assert saw["heard"] == saw["text"]
    (session,) = (await owner.get("/sessions"))["items"]
    assert (await owner.messages(session["id"]))[-1]["text"] == saw["text"]
