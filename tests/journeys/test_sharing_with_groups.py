"""Sessions that are shared with groups and organisations: who sees them, finds them and hears them, and until when."""

import pytest

from tests.journeys.acting import ask_until_waiting, bash, calls, says
from tests.journeys.house import House, Person
from tests.journeys.sockets import opened
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)


async def id_of(person: Person) -> str:
    """Who somebody is."""
    return (await person.get("/auth/me"))["user"]["id"]


async def tree_of(owner: Person, *people: Person) -> tuple[str, str]:
    """An organisation with these people, the first of whom owns it; and a group in it with all of them."""
    ids = [await id_of(person) for person in people]
    tree = (await owner.post("/organisations", {"name": "The Tree", "owner_id": ids[0]}))["id"]
    roots = (await owner.post("/groups", {"name": "Roots", "organisation_id": tree}))["id"]
    for one in ids:
        if one != ids[0]:
            await owner.post(f"/organisations/{tree}/members", {"user_id": one})
        await owner.post(f"/groups/{roots}/members", {"user_id": one})
    return tree, roots


@keeps("sharing:groups")
async def test_who_belongs_to_a_group_reads_finds_and_lists_what_is_shared_with_it_and_nobody_else(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    ada, eve, bob = [await house.stranger() for _ in range(3)]
    tree, roots = await tree_of(owner, ada, eve)
    vendor.next(says("A kingfisher."))
    session_id = (await ada.post("/sessions", {"title": "Birds"}))["id"]
    own = (await eve.post("/sessions", {"title": "Mine"}))["id"]
    await ada.post("/query/single", {"prompt": "Which bird?", "session_id": session_id})
    at = f"/sessions/{session_id}/shared-with"
    assert (await eve.call("GET", f"/sessions/{session_id}")).status == 404
    shared = await ada.call("PUT", f"{at}/{roots}", {"role": "viewer"})
    assert (shared.status, shared.json["name"], shared.json["kind"]) == (200, "Roots", "group")
    assert (await eve.get(f"/sessions/{session_id}"))["role"] == "viewer"
    assert (await eve.call("PATCH", f"/sessions/{session_id}", {"title": "Ours"})).status == 403
    listed = (await eve.get("/sessions"))["items"]
    assert [(one["id"], one.get("role")) for one in listed] == [(session_id, "viewer"), (own, None)]
    paged = await eve.get("/sessions", params={"limit": 1})
    more = await eve.get("/sessions", params={"limit": 1, "cursor": paged["next_cursor"]})
    assert [one["id"] for one in paged["items"] + more["items"]] == [session_id, own]
    hits = (await eve.get("/search", params={"q": "kingfisher"}))["items"]
    assert [one["session_id"] for one in hits] == [session_id]
    assert [one["id"] for one in (await eve.get("/sessions", params={"q": "kingfisher"}))["items"]] == [session_id]
    assert [one["id"] for one in (await eve.get(at))["items"]] == [roots]
    await eve.post("/query/single", {"prompt": "Mine too", "session_id": own})
    assert [one["id"] for one in (await eve.get("/sessions"))["items"]] == [own, session_id]
    await ada.post("/query/single", {"prompt": "And now?", "session_id": session_id})
    assert [one["id"] for one in (await eve.get("/sessions"))["items"]] == [session_id, own]
    await ada.patch(f"/sessions/{session_id}", {"archived": True})
    assert [one["id"] for one in (await eve.get("/sessions"))["items"]] == [own]
    await ada.patch(f"/sessions/{session_id}", {"archived": False})
    assert (await ada.call("PUT", f"{at}/{tree}", {"role": "editor"})).status == 200
    assert [one.get("role") for one in (await eve.get("/sessions"))["items"]] == ["editor", None]
    await eve.post("/query/single", {"prompt": "I write", "session_id": session_id})
    assert (await eve.call("PUT", f"{at}/{tree}", {"role": "viewer"})).status == 403
    assert (await eve.call("DELETE", f"{at}/{tree}")).status == 403
    for method, path in (("GET", at), ("PUT", f"{at}/{tree}"), ("DELETE", f"{at}/{tree}"), ("GET", at[:-12])):
        assert (await bob.call(method, path, {"role": "viewer"} if method == "PUT" else None)).status == 404
    assert (await bob.get("/search", params={"q": "kingfisher"}))["items"] == []
    mine = (await bob.post("/sessions", {}))["id"]
    strange = [await bob.call("PUT", f"/sessions/{mine}/shared-with/{one}", {}) for one in (tree, "org_" + "0" * 32)]
    assert {(one.status, one.json["detail"]) for one in strange} == {(404, strange[0].json["detail"])}
    for one in (tree, roots):
        assert (await ada.call("DELETE", f"{at}/{one}")).status == 204
    assert (await eve.call("GET", f"/sessions/{session_id}")).status == 404
    audited = [one["kind"] for one in (await owner.get("/audit"))["items"]]
    assert (audited.count("session.shared"), audited.count("session.unshared")) == (2, 2)


@keeps("sharing:groups:cut-off")
@pytest.mark.parametrize("way", ["the group", "the organisation", "the sharing", "the organisation's end"])
async def test_who_leaves_hears_nothing_more_on_what_is_open_and_what_they_asked_ends(
    house: House, owner: Person, vendor: FakeVendor, way: str
) -> None:
    ada, eve = await house.stranger(), await house.stranger()
    tree, roots = await tree_of(owner, ada, eve)
    leaver = await id_of(eve)
    session_id = (await ada.post("/sessions", {}))["id"]
    await ada.call("PUT", f"/sessions/{session_id}/shared-with/{roots}", {"role": "editor"})
    begun = await eve.call("POST", f"/sessions/{session_id}/messages", {"prompt": "x", "model": "fake/fake-n3000-d9"})
    assert begun.status == 202
    async with opened(eve) as sock, eve.stream("GET", f"/sessions/{session_id}/events") as stream:
        await sock.answer("subscribe", "s", session_id=session_id)
        await anext(aiter(stream))
        gone = {
            "the group": ("DELETE", f"/groups/{roots}/members/{leaver}"),
            "the organisation": ("DELETE", f"/organisations/{tree}/members/{leaver}"),
            "the sharing": ("DELETE", f"/sessions/{session_id}/shared-with/{roots}"),
            "the organisation's end": ("DELETE", f"/organisations/{tree}"),
        }[way]
        assert (await (ada if way == "the sharing" else owner).call(*gone)).status == 204
        events = [event async for event in stream]
        assert all(event.type != "done" for event in events)
        assert (await eve.call("GET", f"/sessions/{session_id}")).status == 404
        assert (await sock.answer("interrupt", "i", session_id=session_id))["code"] == "not_found"
    kept = await ada.until(f"/sessions/{session_id}", lambda one: one["status"] == "idle")
    assert kept["message_count"] == 2
    assert (await ada.messages(session_id))[-1]["finish_reason"] == "interrupted"


async def test_who_sees_a_session_by_two_ways_keeps_it_when_one_ends(house: House, owner: Person) -> None:
    ada, eve = await house.stranger(), await house.stranger()
    tree, roots = await tree_of(owner, ada, eve)
    session_id = (await ada.post("/sessions", {}))["id"]
    for group in (tree, roots):
        await ada.call("PUT", f"/sessions/{session_id}/shared-with/{group}", {"role": "viewer"})
    async with eve.stream("GET", f"/sessions/{session_id}/events") as stream:
        assert (await ada.call("DELETE", f"/sessions/{session_id}/shared-with/{roots}")).status == 204
        await ada.post("/query/single", {"prompt": "still here?", "session_id": session_id})
        async for event in stream:
            if event.type == "done":
                break
    assert [one["id"] for one in (await eve.get("/sessions"))["items"]] == [session_id]


@keeps("sharing:groups")
async def test_an_agent_that_is_shared_answers_those_it_is_shared_with_and_grants_them_nothing(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    ada, eve, bob = [await house.stranger() for _ in range(3)]
    _, roots = await tree_of(owner, ada, eve)
    body = {"name": "heron", "description": "Wades.", "instructions": "You are a heron.", "model": "fake/fake-n2-d1"}
    agent = (await ada.post("/agents", body))["id"]
    preset = (await ada.post("/tool-presets", {"name": "free", "allowed_tools": ["Bash"], "description": "All."}))["id"]
    session_id = (await ada.post("/sessions", {"settings": {"agent": "heron"}}))["id"]
    await ada.call("PUT", f"/sessions/{session_id}/shared-with/{roots}", {"role": "editor"})
    asking = {"prompt": "Hello", "session_id": session_id}
    refused = await eve.call("POST", "/query/single", asking)
    assert refused.status == 422  # the agent of the session is the owner's alone
    assert (await eve.call("PUT", f"/agents/{agent}/shared-with/{roots}")).status == 404
    assert (await ada.call("PUT", f"/agents/{agent}/shared-with/{roots}")).status == 200
    assert (await ada.call("PUT", f"/tool-presets/{preset}/shared-with/{await id_of(eve)}")).status == 200
    assert (await eve.call("POST", "/query/single", asking)).status == 200
    assert "You are a heron." in str(vendor.heard[-1].body)
    seen = (await eve.get("/agents"))["items"]
    assert [(one["name"], one["source"], one["read_only"]) for one in seen] == [("heron", "shared", True)]
    assert (await eve.call("PATCH", f"/agents/{agent}", {"description": "Mine."})).status == 403
    assert (await eve.call("GET", f"/agents/{agent}/shared-with")).status == 403
    assert [one["id"] for one in (await ada.get(f"/agents/{agent}/shared-with"))["items"]] == [roots]
    assert (await bob.get("/agents"))["items"] == []
    assert (await bob.call("POST", "/query/single", {"prompt": "Hello", "agent": "heron"})).status == 422
    assert (await bob.call("GET", f"/agents/{agent}")).status == 404
    vendor.next(calls(bash("call_1")))
    heard = await ask_until_waiting(eve, "list it", tool_preset="free")
    assert any(event.type == "approval" for event in heard)  # what others share allows nothing
    assert (await owner.call("DELETE", f"/groups/{roots}/members/{await id_of(eve)}")).status == 204
    assert (await eve.call("POST", "/query/single", {"prompt": "Hello", "agent": "heron"})).status == 422
    assert (await ada.call("DELETE", f"/agents/{agent}/shared-with/{roots}")).status == 204
    server = {"name": "files", "url": "https://mcp.example.org/"}
    made = await ada.post("/mcp-servers", server)
    assert (await ada.call("PUT", f"/mcp-servers/{made['id']}/shared-with/{roots}")).status == 403


@keeps("sharing:groups")
async def test_a_project_that_is_shared_gives_its_instructions_and_files_and_not_its_sessions(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    ada, eve, bob = [await house.stranger() for _ in range(3)]
    _, roots = await tree_of(owner, ada, eve)
    project = (await ada.post("/projects", {"name": "Herons", "instructions": "Speak of herons."}))["id"]
    at = f"/projects/{project}"
    assert (await ada.call("PUT", f"{at}/files/plan.txt", data=b"wade")).status == 200
    private = (await ada.post("/sessions", {"project_id": project}))["id"]
    assert (await eve.call("POST", "/sessions", {"project_id": project})).status == 422
    assert (await eve.call("PUT", f"{at}/shared-with/{roots}", {})).status == 404
    assert (await ada.call("PUT", f"{at}/shared-with/{roots}", {"role": "viewer"})).status == 200
    assert [one["name"] for one in (await eve.get("/projects"))["items"]] == ["Herons"]
    assert (await eve.call("GET", f"/sessions/{private}")).status == 404
    mine = (await eve.post("/sessions", {"project_id": project}))["id"]
    await eve.post("/query/single", {"prompt": "Hello", "session_id": mine})
    assert "Speak of herons." in str(vendor.heard[-1].body)
    assert "plan.txt" in str(vendor.heard[-1].body)
    assert (await ada.call("GET", f"/sessions/{mine}")).status == 404
    there = await eve.call("GET", f"{at}/files/plan.txt")
    assert there.body == b"wade", there.body
    for method, path, more in (
        ("PATCH", at, {"json": {"name": "Mine"}}),
        ("PUT", f"{at}/files/plan.txt", {"data": b"fly"}),
        ("DELETE", at, {}),
        ("PUT", f"{at}/shared-with/{roots}", {"json": {"role": "editor"}}),
    ):
        assert (await eve.call(method, path, **more)).status == 403, (method, path)
        assert (await bob.call(method, path, **more)).status == 404, (method, path)
    assert (await ada.call("PUT", f"{at}/shared-with/{roots}", {"role": "editor"})).status == 200
    assert (await eve.call("PUT", f"{at}/files/plan.txt", data=b"fly")).status == 200
    assert (await eve.patch(at, {"instructions": "Speak of cranes."}))["name"] == "Herons"
    assert (await eve.call("DELETE", at)).status == 403
    assert (await ada.call("GET", f"{at}/files/plan.txt")).body == b"fly"
    assert [(one["id"], one["role"]) for one in (await eve.get(f"{at}/shared-with"))["items"]] == [(roots, "editor")]
    assert (await owner.call("DELETE", f"/groups/{roots}/members/{await id_of(eve)}")).status == 204
    assert (await eve.get("/projects"))["items"] == []
    await eve.post("/query/single", {"prompt": "Again", "session_id": mine})
    assert "Speak of" not in str(vendor.heard[-1].body)
    assert "plan.txt" not in str(vendor.heard[-1].body["messages"][0])
    assert (await eve.call("GET", f"{at}/files/plan.txt")).status == 404
    person = await id_of(bob)
    assert (await ada.call("PUT", f"{at}/shared-with/{person}", {"role": "viewer"})).status == 200
    assert (await bob.call("GET", at)).status == 200
    assert (await bob.call("DELETE", f"{at}/shared-with/{person}")).status == 204
    assert (await bob.call("GET", at)).status == 404
