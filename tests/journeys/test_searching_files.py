"""What the files of a session say is found by people and by agents, with the place to cite, and by nobody else."""

from typing import Any

import pytest

from tests.journeys.acting import call, calls, says
from tests.journeys.house import House, Opening, Person
from tests.journeys.test_files import send
from tests.promises import keeps
from tests.unit.files.shelves import pdf, word
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)

REPORT = pdf("Nothing", "The rent of the flat is 400 euros", "Nothing")


@pytest.fixture
async def session(owner: Person) -> str:
    """A session with two documents."""
    found = str((await owner.post("/sessions", {}))["id"])
    await put(owner, found, "report.pdf", REPORT)
    await put(owner, found, "letters/one.docx", word("# Garden", "Tomatoes need sun"))
    return found


async def put(person: Person, session_id: str, path: str, content: bytes) -> None:
    assert (await send(person, "PUT", f"/sessions/{session_id}/files/{path}", data=content))[0] == 200


async def found(person: Person, session_id: str, q: str, **more: str) -> Any:
    return await person.get(f"/sessions/{session_id}/passages", params={"q": q, **more})


def citations(told: Any) -> list[str]:
    return [one["citation"] for one in told["items"]]


@keeps("files:search")
async def test_passages_are_found_with_the_place_to_cite_as_the_files_are_now(owner: Person, session: str) -> None:
    assert citations(await found(owner, session, "rents")) == ["[report.pdf, page 2]"]
    assert citations(await found(owner, session, "tomato")) == ["[letters/one.docx, “Garden”]"]
    assert citations(await found(owner, session, "tomato", path="*.pdf")) == []
    await put(owner, session, "letters/one.docx", word("# Garden", "Beans need sun"))
    assert citations(await found(owner, session, "tomato")) == []
    assert citations(await found(owner, session, "beans")) == ["[letters/one.docx, “Garden”]"]
    assert (await owner.call("DELETE", f"/sessions/{session}/files/report.pdf")).status == 204
    assert citations(await found(owner, session, "rents")) == []
    for wrong in (
        {"q": ""},
        {},
        {"q": "…"},
        {"q": "x", "limit": "0"},
        {"q": "x", "path": "{a,b}" * 7},
    ):
        assert (await owner.call("GET", f"/sessions/{session}/passages", params=wrong)).status == 422, wrong


@keeps("files:search")
async def test_nobody_else_finds_anything(house: House, owner: Person, session: str) -> None:
    await found(owner, session, "rent")
    stranger = await house.stranger()
    theirs = str((await stranger.post("/sessions", {}))["id"])
    assert (await stranger.call("GET", f"/sessions/{session}/passages", params={"q": "rent"})).status == 404
    assert citations(await found(stranger, theirs, "rent")) == []
    assert (await house.person("").call("GET", f"/sessions/{session}/passages", params={"q": "rent"})).status == 401


async def test_the_guide_looks_through_ones_documents(owner: Person, session: str) -> None:
    events = await owner.ask("search my documents for the rent", session_id=session, model="builtin/guide")
    message = next(event.data["message"] for event in events if event.type == "message")
    assert "[report.pdf, page 2]" in message["text"]
    assert "The rent of the flat is 400 euros" in message["text"]


async def test_an_agent_searches_without_asking_its_own_files_those_of_its_project_and_those_of_messages(
    owner: Person, vendor: FakeVendor
) -> None:
    project = (await owner.post("/projects", {"name": "Flats"}))["id"]
    assert (await send(owner, "PUT", f"/projects/{project}/files/report.pdf", data=REPORT))[0] == 200
    session = str((await owner.post("/sessions", {"project_id": project}))["id"])
    await put(owner, session, "own.md", b"# Rent\nThe rent is due on Monday\n")
    asked = call("call_1", "search_files", query="rent")
    vendor.next(calls(asked), says("done"))
    events = await owner.ask("go", session_id=session, model="fake/fake-n2")
    (result,) = [event.data for event in events if event.type == "tool_result"]
    assert "[own.md, “Rent”, lines 1 to 2]" in result["content"]
    assert "[@project/report.pdf, page 2]" in result["content"]
    fork = (await owner.post(f"/sessions/{session}/fork", {}))["id"]
    assert citations(await found(owner, fork, "Monday")) == ["[own.md, “Rent”, lines 1 to 2]"]


async def test_a_model_finds_what_is_meant_and_words_are_enough_where_it_fails(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(inference__embedding_model="fake/fake")
    owner = await house.owner()
    session = str((await owner.post("/sessions", {}))["id"])
    await put(owner, session, "a.txt", b"My automobile is red")
    await put(owner, session, "b.txt", b"My garden is green")
    told = await found(owner, session, "car")
    assert citations(told)[0] == "[a.txt, line 1]"
    assert told["notices"] == []
    assert 'palaver_embedded_tokens_total{provider="fake"}' in await metrics(owner)
    await vendor.close()
    told = await found(owner, session, "garden")
    assert citations(told) == ["[b.txt, line 1]"]
    (notice,) = told["notices"]
    assert notice.startswith("Searched by words alone, not by meaning: ")


async def metrics(person: Person) -> str:
    return (await person.call("GET", "/metrics")).body.decode()
