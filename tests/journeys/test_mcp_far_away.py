"""MCP servers at addresses: spoken to in both ways, signed in to by a browser, and their prompts as commands."""

import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.journeys.acting import call, calls, of_type, says
from tests.journeys.house import Opening, Person
from tests.journeys.test_bad_input import assert_problem
from tests.mcp.guarded import guarded
from tests.mcp.party import OBLIGING, listening
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(180)

ALL = ["mcp__s__*"]


@pytest.fixture(params=["http", "sse"])
def far(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """A server at an address: how it is spoken to, and where."""
    with listening(sys.executable, "-W", "ignore", OBLIGING, request.param, "{port}") as port:
        yield request.param, f"http://127.0.0.1:{port}/{'mcp' if request.param == 'http' else 'sse'}"


async def answered(person: Person, vendor: FakeVendor, name: str, **arguments: str) -> str:
    """What one call brought."""
    vendor.next(calls(call("c1", name, **arguments)), says("done"))
    (result,) = of_type(await person.ask("go", allowed_tools=ALL), "tool_result")
    assert result["ok"], result
    return result["content"]


async def test_a_server_at_an_address_is_called_and_its_prompts_are_commands(
    open_house: Opening, vendor: FakeVendor, far: tuple[str, str]
) -> None:
    kind, url = far
    owner = await (await open_house(f'\n[mcp.servers.s]\ntype = "{kind}"\nurl = "{url}"\n')).owner()
    assert await answered(owner, vendor, "mcp__s__echo", text="far") == "far"
    vendor.next(says("looks fine"))
    events = await owner.ask("/mcp__s__review code='a = 1'")
    assert vendor.heard[-1].body["messages"][-1]["content"].endswith("Please review: a = 1")
    question, _ = await owner.messages(events[0].data["session_id"])
    assert question["metadata"]["command"] == "/mcp__s__review code='a = 1'"
    refused = await owner.call("POST", "/query", {"prompt": "/mcp__s__review a=b=c d"})
    assert_problem(refused, 422, "invalid")
    offer = await owner.get("/mcp-servers/s/offer")
    assert [one["command"] for one in offer["prompts"]] == ["mcp__s__review"]
    assert [one["uri"] for one in offer["resources"]] == ["memo://hello"]
    assert offer["status"]["state"] == "ready"


@keeps("mcp:secrets")
async def test_a_person_signs_in_to_a_server_in_a_browser_and_then_it_is_used(
    open_house: Opening, vendor: FakeVendor
) -> None:
    async with guarded() as server:
        house = await open_house("\n[mcp]\nallow_private = true\n")
        owner, ada = await house.owner(), await house.stranger()
        made = await ada.post("/mcp-servers", {"name": "s", "url": f"{server.url}/mcp"})
        vendor.next(says("done"))
        (notice,) = of_type(await ada.ask("go"), "notice")
        assert "sign in" in notice["message"]
        (listed,) = (await ada.get("/mcp-servers"))["items"]
        assert listed["status"]["state"] == "sign_in"
        at = f"/mcp-servers/{made['id']}"
        assert_problem(await owner.call("POST", f"{at}/authorize"), 404, "not_found")
        back = server.consent((await ada.post(f"{at}/authorize"))["url"])
        came = f"/mcp-sign-in?{urlencode(back)}"
        assert (await owner.call("GET", came, allow_redirects=False)).status >= 400  # it is not the owner's
        reply = await ada.call("GET", came, allow_redirects=False)
        assert (reply.status, reply.headers["Location"]) == (303, "/")
        assert (await ada.call("GET", came, allow_redirects=False)).status >= 400  # once
        assert await answered(ada, vendor, "mcp__s__secret") == "let in"
        await house.end()
        await house.start()
        assert await answered(ada, vendor, "mcp__s__secret") == "let in"
        kept = [path for path in house.home.rglob("*") if path.is_file()]
        for token in (*server.access, *server.refresh):
            assert not any(token.encode() in read(path) for path in kept)


def read(path: Path) -> bytes:
    """What stands in a file, if it is still there."""
    return path.read_bytes() if path.exists() else b""
