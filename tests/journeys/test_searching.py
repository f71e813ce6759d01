"""Search over everything somebody may see, and projects that group sessions."""

from typing import Any

from tests.journeys.house import House, Person
from tests.journeys.test_bringing import CHATGPT, CLAUDE, bring
from tests.promises import keeps
from tests.vendor import FakeVendor


async def found(person: Person, q: str, **more: Any) -> list[str]:
    """The snippets that a search gives."""
    return [one["snippet"] for one in (await person.get("/search", params={"q": q, **more}))["items"]]


@keeps("sessions:search")
async def test_messages_are_found_by_their_words_with_where_and_when_they_were_said(owner: Person) -> None:
    session_id = (await owner.post("/sessions", {"title": "Zoo"}))["id"]
    await owner.ask("The elephant ate a déjà-vu and an apple", session_id=session_id, model="fake/fake-n2")
    (hit,) = (await owner.get("/search", params={"q": "eleph"}))["items"]
    assert (hit["session_id"], hit["session_title"], hit["role"]) == (session_id, "Zoo", "user")
    ((start, end),) = hit["marks"]
    assert hit["snippet"][start:end] == "elephant"
    (message, _) = await owner.messages(session_id)
    assert (hit["message_id"], hit["created_at"]) == (message["id"], message["created_at"])
    assert len(await found(owner, "deja apple")) == 1
    for nothing in ("elephants apple", "!!!", '"', "elephant zebra", "usr", "facets:ruser", "ruser", "- OR *"):
        assert await found(owner, nothing) == [], nothing


@keeps("sessions:search")
async def test_a_search_is_narrowed_and_goes_on_page_by_page(house: House, owner: Person) -> None:
    project = (await owner.post("/projects", {"name": "Numbers"}))["id"]
    inside = (await owner.post("/sessions", {"project_id": project}))["id"]
    for session_id in (inside, None):
        await owner.ask("part of a whole", session_id=session_id, model="fake/fake-n2")
    assert len(await found(owner, "part")) == 4
    assert len(await found(owner, "part", role="assistant")) == 2
    assert len(await found(owner, "part", session_id=inside)) == 2
    assert len(await found(owner, "part", project_id=project, role="user")) == 1
    assert await found(owner, "part", to="2020-01-01T00:00:00Z") == []
    assert len(await found(owner, "part", **{"from": "2020-01-01T00:00:00Z", "to": "2999-01-01T00:00:00Z"})) == 4
    await bring(owner, CLAUDE)
    around = {"from": "2024-04-30T00:00:00Z", "to": "2024-05-02T00:00:00Z"}
    assert len(await found(owner, "h", **around)) == 2
    assert await found(owner, "part", **around) == []
    first = await owner.get("/search", params={"q": "part", "limit": 3})
    rest = await owner.get("/search", params={"q": "part", "limit": 3, "cursor": first["next_cursor"]})
    assert ([len(first["items"]), len(rest["items"])], rest["next_cursor"]) == ([3, 1], None)
    assert len({one["message_id"] for one in (*first["items"], *rest["items"])}) == 4
    stranger = await house.stranger()
    assert await found(stranger, "part") == []
    assert await found(stranger, "part", session_id=inside) == []
    for wrong in ({"q": ""}, {"q": "a", "cursor": "x"}, {"q": "a", "from": "yesterday"}, {"q": "a", "role": "boss"}):
        assert (await owner.call("GET", "/search", params=wrong)).status == 422, wrong


async def test_a_fork_is_found_by_the_words_it_shows_and_nothing_deleted_is_found(owner: Person) -> None:
    session_id = (await owner.post("/sessions", {}))["id"]
    await owner.ask("about pelicans", session_id=session_id, model="fake/fake-n2")
    fork = (await owner.post(f"/sessions/{session_id}/fork", {}))["id"]
    assert len(await found(owner, "pelicans", session_id=fork)) == 1
    assert (await owner.call("DELETE", f"/sessions/{session_id}")).status == 204
    (hit,) = (await owner.get("/search", params={"q": "pelicans"}))["items"]
    assert hit["session_id"] == fork
    assert (await owner.get(f"/messages/{hit['message_id']}"))["text"] == "about pelicans"
    assert (await owner.call("DELETE", f"/sessions/{fork}")).status == 204
    assert await found(owner, "pelicans") == []


@keeps("projects:instructions")
async def test_what_a_project_says_is_told_in_each_of_its_sessions(owner: Person, vendor: FakeVendor) -> None:
    project = await owner.post("/projects", {"name": "Boats", "instructions": "Speak as a sailor."})
    session_id = (await owner.post("/sessions", {"project_id": project["id"], "system_prompt": "Be kind."}))["id"]
    await owner.ask("hello", session_id=session_id, model="fake/fake-n1")
    assert vendor.heard[-1].body["messages"][0]["content"].startswith("Be kind.\n\nSpeak as a sailor.")
    await owner.patch(f"/projects/{project['id']}", {"instructions": "Speak as a pilot."})
    await owner.ask("and now?", session_id=session_id, model="fake/fake-n1")
    assert "Speak as a pilot." in vendor.heard[-1].body["messages"][0]["content"]
    await owner.patch(f"/sessions/{session_id}", {"project_id": None})
    await owner.ask("and now?", session_id=session_id, model="fake/fake-n1")
    assert "Speak as" not in vendor.heard[-1].body["messages"][0]["content"]


@keeps("projects:ownership")
async def test_projects_are_their_owners_alone_and_their_sessions_outlive_them(house: House, owner: Person) -> None:
    project = await owner.post("/projects", {"name": " Boats ", "metadata": {"colour": "blue"}})
    assert (project["name"], project["metadata"]) == ("Boats", {"colour": "blue"})
    path = f"/projects/{project['id']}"
    stranger = await house.stranger()
    for method, json in (("GET", None), ("PATCH", {"name": "Mine"}), ("DELETE", None)):
        assert (await stranger.call(method, path, json)).status == 404
    refused = await stranger.call("POST", "/sessions", {"project_id": project["id"]})
    assert (refused.status, refused.json["errors"][0]["loc"]) == (422, ["body", "project_id"])
    theirs = (await stranger.post("/sessions", {}))["id"]
    assert (await stranger.call("PATCH", f"/sessions/{theirs}", {"project_id": project["id"]})).status == 422
    session_id = (await owner.post("/sessions", {"project_id": project["id"]}))["id"]
    second = await owner.post("/projects", {"name": "Second"})
    page = await owner.get("/projects", params={"limit": 1})
    assert [one["id"] for one in page["items"]] == [second["id"]]
    following = await owner.get("/projects", params={"limit": 1, "cursor": page["next_cursor"]})
    assert (following["items"], following["next_cursor"]) == ([project], None)
    assert (await owner.call("DELETE", path)).status == 204
    assert (await owner.get(f"/sessions/{session_id}"))["project_id"] is None
    assert (await owner.get("/sessions", params={"project_id": project["id"]}))["items"] == []
    assert (await owner.call("GET", path)).status == 404


async def test_what_is_brought_into_no_project_of_yours_says_so(house: House, owner: Person) -> None:
    project = await owner.post("/projects", {"name": "Boats"})
    session_id = (await owner.post("/sessions", {"project_id": project["id"]}))["id"]
    taken = (await owner.call("GET", f"/sessions/{session_id}/export")).body
    (kept,) = (await bring(owner, taken))["items"]
    assert (await owner.get(f"/sessions/{kept['id']}"))["project_id"] == project["id"]
    brought = await bring(await house.stranger(), taken)
    assert project["id"] in brought["notes"][0]
    assert (await bring(owner, CHATGPT))["notes"] == []
