"""Palaver as an MCP server for the official Python client, in the protocol of today and in that with a handshake."""

import asyncio
from typing import Any

import anyio
import pytest
from mcp.shared.exceptions import MCPError
from mcp_types import ResourceTemplateReference

from tests.journeys.acting import call, calls, of_type, says
from tests.journeys.broken_line import BrokenLine
from tests.journeys.house import House, Opening, Person
from tests.journeys.mcp_clients import connected, words_of
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)

modes = pytest.mark.parametrize("mode", ["auto", "legacy"])


@keeps("surfaces:unchanged", "surfaces:one-session")
@modes
async def test_a_client_asks_and_hears_the_answer_while_it_comes(
    house: House, owner: Person, vendor: FakeVendor, mode: str
) -> None:
    heard: list[tuple[float, str]] = []

    async def progress(step: float, total: float | None, message: str | None) -> None:
        heard.append((step, message or ""))

    async with connected(house, owner, mode=mode) as client:
        asked = {"prompt": "Count", "model": "fake/fake-n20-d5"}
        came = await client.call_tool("query", asked, progress_callback=progress)
        assert not came.is_error, came
        said: Any = came.structured_content
        assert said["text"] == words_of(came) == "".join(words for _, words in heard)
        assert len(heard) > 1
        assert [step for step, _ in heard] == sorted({step for step, _ in heard})
        assert said["usage"]["output_tokens"] > 0
        vendor.next(says("And on."))
        more = await client.call_tool("query", {"prompt": "Go on", "session_id": said["session_id"]})
        assert more.structured_content["session_id"] == said["session_id"]  # type: ignore[index]
    told = [one["text"] for one in await owner.messages(said["session_id"])]
    assert told == ["Count", said["text"], "Go on", "And on."]
    assert [one["id"] for one in (await owner.get("/sessions"))["items"]] == [said["session_id"]]


@modes
async def test_what_was_said_is_listed_read_and_found(
    house: House, owner: Person, vendor: FakeVendor, mode: str
) -> None:
    vendor.next(says("Quinces grow in Graz."), says("Nothing else."))
    first = (await owner.ask("Where do quinces grow?"))[0].data["session_id"]
    second = (await owner.ask("Anything else?"))[0].data["session_id"]
    async with connected(house, owner, mode=mode) as client:
        page: Any = (await client.call_tool("list_sessions", {"limit": 1})).structured_content
        rest: Any = (await client.call_tool("list_sessions", {"cursor": page["next_cursor"]})).structured_content
        assert [one["id"] for one in page["sessions"] + rest["sessions"]] == [second, first]
        assert rest["next_cursor"] is None
        read = await client.call_tool("read_session", {"session_id": first})
        data: Any = read.structured_content
        assert [one["text"] for one in data["messages"]] == ["Where do quinces grow?", "Quinces grow in Graz."]
        assert "Quinces grow in Graz." in words_of(read)
        found: Any = (await client.call_tool("search", {"query": "quinces graz"})).structured_content
        assert [one["session_id"] for one in found["found"]] == [first]


async def test_a_session_is_read_page_by_page(house: House, owner: Person, vendor: FakeVendor) -> None:
    vendor.next(says("One."), says("Two."))
    session_id = (await owner.ask("First"))[0].data["session_id"]
    await owner.ask("Second", session_id=session_id)
    async with connected(house, owner) as client:
        told: list[str] = []
        cursor = None
        while True:
            given = {"session_id": session_id, "limit": 1} | ({"cursor": cursor} if cursor else {})
            page: Any = (await client.call_tool("read_session", given)).structured_content
            told += [one["text"] for one in page["messages"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert told == ["First", "One.", "Second", "Two."]


@modes
async def test_sessions_and_their_files_are_resources(
    house: House, owner: Person, vendor: FakeVendor, mode: str
) -> None:
    vendor.next(says("Here."))
    session_id = (await owner.ask("Keep files"))[0].data["session_id"]
    blob, path = bytes(range(256)), "notes/größe 1%.md"
    for name, content in ((path, "# Hé".encode()), ("raw.bin", blob)):
        put = await owner.call("PUT", f"/sessions/{session_id}/files/{name}", data=content)
        assert put.status in {200, 201}, put.body
    async with connected(house, owner, mode=mode) as client:
        listed = (await client.list_resources()).resources
        session, *files = listed
        assert (session.uri, session.mime_type) == (f"palaver://sessions/{session_id}", "text/markdown")
        assert {one.name for one in files} == {path, "raw.bin"}
        (markdown,) = (await client.read_resource(session.uri)).contents
        assert markdown.text.startswith("# ")  # type: ignore[union-attr]
        assert "Here." in markdown.text  # type: ignore[union-attr]
        uris = {one.name: one.uri for one in files}
        (text,) = (await client.read_resource(uris[path])).contents
        assert (text.text, text.mime_type) == ("# Hé", "text/markdown")  # type: ignore[union-attr]
        (raw,) = (await client.read_resource(uris["raw.bin"])).contents
        assert raw.blob.startswith("AAEC")  # type: ignore[union-attr]
        templates = (await client.list_resource_templates()).resource_templates
        assert [one.name for one in templates] == ["session", "file"]


async def test_arguments_of_addresses_are_completed(house: House, owner: Person, vendor: FakeVendor) -> None:

    vendor.next(says("Here."))
    session_id = (await owner.ask("Keep files"))[0].data["session_id"]
    await owner.call("PUT", f"/sessions/{session_id}/files/notes/a.md", data=b"a")
    stranger = await house.stranger()
    async with connected(house, owner) as client, connected(house, stranger) as other:
        template = ResourceTemplateReference(
            uri=(await client.list_resource_templates()).resource_templates[1].uri_template
        )
        ids = await client.complete(template, {"name": "session_id", "value": "ses_"})
        assert ids.completion.values == [session_id]
        given = {"session_id": session_id}
        paths = await client.complete(template, {"name": "path", "value": "no"}, context_arguments=given)
        assert paths.completion.values == ["notes/a.md"]
        foreign = await other.complete(template, {"name": "path", "value": ""}, context_arguments=given)
        assert foreign.completion.values == []


async def test_a_persons_commands_are_prompts(house: House, owner: Person) -> None:
    body = {"name": "review", "description": "Review code", "body": "Review this: $ARGUMENTS", "argument_hint": "CODE"}
    await owner.post("/commands", body)
    async with connected(house, owner) as client:
        (prompt,) = (await client.list_prompts()).prompts
        assert (prompt.name, prompt.description) == ("review", "Review code")
        (filled,) = (await client.get_prompt("review", {"arguments": "a = 1"})).messages
        assert filled.content.text == "Review this: a = 1"  # type: ignore[union-attr]
        with pytest.raises(MCPError, match="There is no command"):
            await client.get_prompt("nothing", {})


@modes
async def test_what_is_wrong_is_said_in_words(house: House, owner: Person, vendor: FakeVendor, mode: str) -> None:
    vendor.next(says("Mine."))
    mine = (await owner.ask("Hello"))[0].data["session_id"]
    stranger = await house.stranger()
    async with connected(house, stranger, mode=mode) as client:
        for name, given, says_so in (
            ("read_session", {"session_id": mine}, "no such session"),
            ("read_session", {"session_id": "ses_none"}, "no such session"),
            ("query", {"prompt": "Hi", "session_id": mine}, "no such session"),
            ("query", {"prompt": "Hi", "model": "none/such"}, "none/such"),
            ("query", {"prompt": ""}, "prompt"),
            ("query", {"prompt": "Hi", "temperature": 1}, "temperature"),
            ("list_sessions", {"cursor": "gibberish"}, "cursor"),
            ("query", {"prompt": "Hi", "model": "fake/fake-h400"}, ""),
        ):
            result = await client.call_tool(name, given)
            assert result.is_error, (name, given, result)
            assert says_so.lower() in words_of(result).lower(), (given, result)
            assert "Traceback" not in words_of(result)
        for uri in (
            f"palaver://sessions/{mine}",
            f"palaver://sessions/{mine}/files/a",
            "file:///etc/passwd",
            "palaver://x",
        ):
            with pytest.raises(MCPError) as refused:
                await client.read_resource(uri)
            assert refused.value.code == -32602, refused.value
        with pytest.raises(MCPError, match="Unknown tool"):
            await client.call_tool("no_such_tool", {})
        listed: Any = (await client.call_tool("list_sessions", {})).structured_content
        assert all(one["id"] != mine for one in listed["sessions"])


async def test_a_narrow_key_reads_and_may_not_ask(house: House, owner: Person) -> None:
    made = await owner.post("/api/v1/api-keys", {"name": "narrow", "scopes": ["sessions:read"]})
    async with connected(house, house.person(made["key"])) as client:
        assert not (await client.call_tool("list_sessions", {})).is_error
        refused = await client.call_tool("query", {"prompt": "Hi"})
        assert refused.is_error
        assert "runs:write" in words_of(refused)
        with pytest.raises(MCPError, match="agents:read"):
            await client.list_prompts()


@modes
async def test_a_client_that_cancels_ends_the_run(house: House, owner: Person, vendor: FakeVendor, mode: str) -> None:
    begun = anyio.Event()

    async def progress(step: float, total: float | None, message: str | None) -> None:
        begun.set()

    async with connected(house, owner, mode=mode) as client:
        async with anyio.create_task_group() as tasks:
            asked = {"prompt": "Count", "model": "fake/fake-n2000-d5"}

            async def ask() -> None:
                await client.call_tool("query", asked, progress_callback=progress)

            tasks.start_soon(ask)
            await begun.wait()
            tasks.cancel_scope.cancel()
        (session,) = (await owner.get("/sessions"))["items"]
        await owner.until(f"/sessions/{session['id']}", lambda one: one["status"] == "idle")
        answer = (await owner.messages(session["id"]))[-1]
        assert (answer["role"], answer["finish_reason"]) == ("assistant", "interrupted")
        assert answer["text"]
        vendor.next(says("Still there."))
        more = await client.call_tool("query", {"prompt": "Hi"})
        assert words_of(more) == "Still there."


@keeps("surfaces:at-once")
@modes
async def test_fifty_ask_at_once(house: House, owner: Person, mode: str) -> None:
    async with connected(house, owner, mode=mode) as client:

        async def ask(number: int) -> str:
            return words_of(await client.call_tool("query", {"prompt": f"Number {number}"}))

        said = await asyncio.gather(*(ask(number) for number in range(50)))
        assert len(said) == 50
        assert all(said)
        page: Any = (await client.call_tool("list_sessions", {"limit": 100})).structured_content
        assert len(page["sessions"]) == 50


async def test_a_palaver_is_the_mcp_server_of_another(
    open_house: Opening, house: House, owner: Person, vendor: FakeVendor
) -> None:
    settings = f"""
[mcp.servers.far]
type = "http"
url = "{house.url}/mcp"
headers = {{ Authorization = "Bearer {owner.token}" }}
"""
    near = await open_house(settings, home="near")
    person = await near.owner()
    vendor.next(calls(call("c1", "mcp__far__query", prompt="Who are you?")), says("I am far."), says("They are far."))
    events = await person.ask("Ask the other one", allowed_tools=["mcp__far__*"])
    (result,) = of_type(events, "tool_result")
    assert result["ok"], result
    assert "I am far." in result["content"]
    (session,) = (await owner.get("/sessions"))["items"]
    assert [one["text"] for one in await owner.messages(session["id"])] == ["Who are you?", "I am far."]


@keeps("mcp:resume:exactly-what-was-missed")
async def test_a_client_whose_line_breaks_comes_back_by_itself_and_hears_all(house: House, owner: Person) -> None:
    heard: list[str] = []
    line = BrokenLine(lambda: house.url)

    async def progress(step: float, total: float | None, message: str | None) -> None:
        heard.append(message or "")
        if len(heard) == 1:
            line.break_all()

    async with line.laid() as url, connected(house, owner, at=url, mode="legacy") as client:
        asked = {"prompt": "Count", "model": "fake/fake-n300-d5"}
        came = await client.call_tool("query", asked, progress_callback=progress)
        assert line.cut
        assert not came.is_error, came
        assert words_of(came) == "".join(heard)
    assert len((await owner.get("/sessions"))["items"]) == 1
