"""Sessions of several people: who may do what, hears what and said what; over real sockets, with three people."""

import asyncio
from typing import Any

import pytest

from tests.journeys.house import Answer, House
from tests.journeys.rooms import ROLES, Room, opened_room
from tests.journeys.streams import PATIENCE
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(150)

INVITED = {"id", "session_id", "role", "created_at", "expires_at", "uses_left", "token", "link"}


@pytest.fixture
async def room(house: House) -> Room:
    """One turn was asked in it, by its owner."""
    return await opened_room(house)


def outcome(answer: Answer) -> str:
    """What became of a request, in a word."""
    return {401: "unknown", 403: "forbidden", 404: "hidden"}.get(answer.status, "done" if answer.status < 300 else "no")


def acts(room: Room) -> dict[str, list[tuple[str, str, Any]]]:
    """Requests about everything of a session, by who may make them; none of them ends it for those that follow."""
    run = next(event for event in room.events if event.type == "run").data
    message, asked, at = run["message_id"], run["user_message_id"], room.path
    run_id = run["run_id"]
    reading = [
        ("GET", path, None)
        for path in (
            at,
            f"{at}/messages",
            f"/messages/{message}",
            f"{at}/members",
            f"{at}/export",
            f"{at}/export?format=markdown",
            f"{at}/export?format=zip",
            f"{at}/checkpoints",
            f"{at}/context",
            f"/messages/{message}/context",
            f"{at}/files",
            f"{at}/files/plan.txt",
            f"{at}/previews/plan.txt",
            f"{at}/passages?q=plan",
            f"{at}/tree",
            f"{at}/effects",
            f"/runs/{run_id}",
        )
    ]
    writing = [
        ("PATCH", at, {"title": "Ours"}),
        ("PATCH", f"/messages/{asked}", {"metadata": {"seen": True}}),
        ("PATCH", f"/messages/{asked}", {"text": "other words"}),
        ("PUT", f"{at}/files/more.txt", None),
        ("POST", f"{at}/folders", {"path": "drafts"}),
        ("POST", f"{at}/files/move", {"path": "more.txt", "to": "more.txt", "on_conflict": "replace"}),
        ("POST", f"{at}/checkpoints", {"label": "here"}),
        ("POST", f"{at}/control", {"model": "fake/fake-n2-d1"}),
        ("POST", f"{at}/interrupt", None),
        ("POST", f"/runs/{run_id}/cancel", None),
        ("POST", "/query/single", {"session_id": room.session_id, "prompt": "and now?", "model": "fake/fake-n2-d1"}),
        ("POST", f"{at}/resume", {"prompt": "and then?", "model": "fake/fake-n2-d1"}),
    ]
    owning = [
        ("PATCH", at, {"permission_mode": "acceptEdits"}),
        ("PATCH", at, {"archived": False}),
        ("PATCH", at, {"system_prompt": "Be brief."}),
        ("POST", f"{at}/control", {"permission_mode": "default"}),
        ("POST", f"{at}/members", {"user_id": room.ids["viewer"], "role": "viewer"}),
        ("POST", f"{at}/invitations", {"role": "viewer"}),
        ("GET", f"{at}/invitations", None),
    ]
    return {"read": [*reading, ("POST", f"{at}/fork", {}), ("POST", f"{at}/read", {"message_id": message})],
            "write": writing, "own": owning}  # fmt: skip


@keeps("members:roles")
async def test_everybody_may_do_what_their_role_says_and_strangers_see_nothing(room: Room) -> None:
    put = await room["owner"].call("PUT", f"{room.path}/files/plan.txt", data=b"the plan")
    assert put.status == 200
    may = {"owner": {"read", "write", "own"}, "editor": {"read", "write"}, "viewer": {"read"}}
    wrong: list[Any] = []
    for kind, requests in acts(room).items():
        for method, path, body in requests:
            for role in reversed(ROLES):
                expected = "done" if kind in may.get(role, ()) else "forbidden" if role in may else "hidden"
                answer = await room[role].call(method, path, body)
                if outcome(answer) != expected:
                    wrong.append((role, method, path, expected, answer.status, answer.body[:200]))
    assert not wrong, "\n".join(map(str, wrong))


@keeps("members:roles")
async def test_only_the_owner_deletes_and_others_end_nothing_by_trying(room: Room) -> None:
    message = next(event for event in room.events if event.type == "run").data["message_id"]
    for role in ("editor", "viewer", "stranger", "removed"):
        refused = 403 if role in {"editor", "viewer"} else 404
        assert (await room[role].call("DELETE", room.path)).status == refused
        assert (await room[role].call("DELETE", f"/messages/{message}")).status == refused
    assert (await room["owner"].call("DELETE", room.path)).status == 204
    assert (await room["editor"].call("GET", room.path)).status == 404


@keeps("members:lists")
async def test_a_session_stands_in_the_lists_of_all_who_take_part_with_their_role(room: Room) -> None:
    await room["editor"].ask("pineapple marmalade", session_id=room.session_id, model="fake/fake-n2-d1")
    for role in ROLES:
        takes_part = role in {"owner", "editor", "viewer"}
        for query in ({}, {"q": "pineapple"}):
            listed = (await room[role].get("/sessions", params=query))["items"]
            assert [one["role"] for one in listed if one["id"] == room.session_id] == ([role] if takes_part else [])
        found = (await room[role].get("/search", params={"q": "marmalade"}))["items"]
        assert [one["session_id"] for one in found if one["role"] == "user"] == (
            [room.session_id] if takes_part else []
        )


async def test_lists_of_own_and_shared_sessions_go_on_page_by_page_in_one_order(room: Room) -> None:
    own = [(await room["viewer"].ask("mine", model="fake/fake-n1-d1"))[0].data["session_id"] for _ in range(2)]
    await room["owner"].ask("again", session_id=room.session_id, model="fake/fake-n1-d1")
    own.append((await room["viewer"].ask("mine", model="fake/fake-n1-d1"))[0].data["session_id"])
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await room["viewer"].get("/sessions", params={"limit": 1, **cursor})
        seen += [one["id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == [own[2], room.session_id, own[1], own[0]]


@keeps("members:cut-off")
async def test_somebody_who_is_shown_out_hears_nothing_more_at_once_and_what_they_asked_ends(room: Room) -> None:
    slow = {"prompt": "tell me", "session_id": room.session_id, "model": "fake/fake-n400-d50"}
    async with (
        room["editor"].stream("GET", f"{room.path}/events") as session,
        room["viewer"].stream("GET", f"{room.path}/events") as other,
        room["editor"].query(**slow) as run,
        asyncio.timeout(PATIENCE),
    ):  # fmt: skip
        run_id = (await run.until("content")).run_id
        async with room["editor"].follow(run_id) as follower:
            await follower.until("content")
            gone = await room["owner"].call("DELETE", f"{room.path}/members", params={"user_id": room.ids["editor"]})
            assert gone.status == 204
            for stream in (session, run, follower):
                assert "done" not in [event.type for event in await stream.rest()]
        assert (await other.until("done")).data["finish_reason"] == "interrupted"
    assert (await room["editor"].call("GET", f"/runs/{run_id}")).status == 404
    kept = await room["owner"].messages(room.session_id)
    assert (kept[-1]["status"], kept[-2]["author"]["user_id"]) == ("partial", room.ids["editor"])


@keeps("members:order")
async def test_three_people_hear_the_same_events_in_the_same_order_whoever_asks(room: Room) -> None:
    asking = ("owner", "editor", "owner", "editor")
    async with (
        room["owner"].stream("GET", f"{room.path}/events") as first,
        room["editor"].stream("GET", f"{room.path}/events") as second,
        room["viewer"].stream("GET", f"{room.path}/events") as third,
        asyncio.timeout(PATIENCE),
    ):
        turn = {"when_busy": "queue", "model": "fake/fake-n5-d2"}
        turns = [room[role].post(f"{room.path}/messages", {"prompt": f"from {role}", **turn}) for role in asking]
        await asyncio.gather(*turns)
        for stream in (first, second, third):
            for _ in asking:
                await stream.until("done")
    heard = [stream.heard for stream in (first, second, third)]
    told = [[(event.run_id, event.seq, event.type) for event in of if event.type != "content"] for of in heard]
    assert told[0] == told[1] == told[2]
    runs = [event.data for event in heard[2] if event.type == "run"]
    assert sorted(run["author"]["user_id"] for run in runs) == sorted(room.ids[role] for role in asking)
    texts = ["".join(event.data.get("content", "") for event in of if event.type == "content") for of in heard]
    assert texts[0] == texts[1] == texts[2]


@keeps("members:authors")
async def test_messages_say_who_wrote_them_and_models_are_told_where_several_speak(
    room: Room, vendor: FakeVendor
) -> None:
    await room["editor"].ask("[Ada] I am the owner", session_id=room.session_id, model="fake/fake-n2-d1")
    people = [one for one in await room["viewer"].messages(room.session_id) if one["role"] == "user"]
    assert [one["author"]["user_id"] for one in people] == [room.ids["owner"], room.ids["editor"]]
    assert all("author" not in one for one in await room["viewer"].messages(room.session_id) if one["role"] != "user")
    told = vendor.heard[-1].body["messages"]
    said = [one["content"] for one in told if one["role"] == "user"]
    assert said == ["[Ada]\nthe first words", "[Ada 2]\n(Ada) I am the owner"]
    assert "Several people speak" in told[0]["content"]
    markdown = (await room["viewer"].call("GET", f"{room.path}/export?format=markdown")).body.decode()
    assert markdown.count("## Ada\n") == 2


@keeps("members:plain")
async def test_a_session_of_one_person_says_nothing_of_roles_and_authors(house: House, vendor: FakeVendor) -> None:
    alone = await house.stranger()
    events = await alone.ask("hello", model="fake/fake-n2-d1")
    session_id = events[0].data["session_id"]
    await alone.ask("[Ada] again", session_id=session_id, model="fake/fake-n2-d1")
    assert "role" not in await alone.get(f"/sessions/{session_id}")
    assert all("author" not in one for one in await alone.messages(session_id))
    assert "author" not in next(event for event in events if event.type == "run").data
    assert [one["content"] for one in vendor.heard[-1].body["messages"] if one["role"] == "user"][-1] == "[Ada] again"


@keeps("members:invitations")
async def test_an_invitation_lets_in_as_many_as_it_says_until_it_is_revoked(room: Room, house: House) -> None:
    made = await room["owner"].post(f"{room.path}/invitations", {"role": "editor", "uses": 2, "expires_in_hours": 1})
    token = made["token"]
    assert made["link"] == f"/#invitation={token}"
    (listed,) = (await room["owner"].get(f"{room.path}/invitations"))["items"]
    assert "token" not in listed
    assert not house.rows("select 1 from invitations where hash = ? or id = ?", token, token)
    joined = await room["stranger"].post("/invitations/accept", {"token": token})
    assert (joined["id"], joined["role"]) == (room.session_id, "editor")
    again = await room["stranger"].post("/invitations/accept", {"token": token})  # uses nothing up
    assert again["role"] == "editor"
    assert (await room["viewer"].post("/invitations/accept", {"token": token}))["role"] == "editor"
    late = await house.stranger()
    assert (await late.call("POST", "/invitations/accept", {"token": token})).status == 404
    other = await room["owner"].post(f"{room.path}/invitations", {})
    assert (await room["owner"].call("DELETE", f"{room.path}/invitations/{other['id']}")).status == 204
    assert (await late.call("POST", "/invitations/accept", {"token": other["token"]})).status == 404
    third = await room["owner"].post(f"{room.path}/invitations", {})
    with house.writing() as link:
        link.execute("update invitations set expires_at = '2020-01-01T00:00:00.000000Z' where id = ?", (third["id"],))
    assert (await late.call("POST", "/invitations/accept", {"token": third["token"]})).status == 404
    assert token not in house.log.read_text()


async def test_members_are_added_by_address_change_roles_and_leave_and_marks_are_told(house: House, room: Room) -> None:
    keeper = await house.owner()
    group = (await keeper.post("/groups", {"name": "Ours"}))["id"]
    for role in ("owner", "stranger"):  # they know each other
        await keeper.post(f"/groups/{group}/members", {"user_id": room.ids[role]})
    message = next(event for event in room.events if event.type == "run").data["message_id"]
    email = (await room["stranger"].get("/auth/me"))["user"]["email"]
    added = await room["owner"].post(f"{room.path}/members", {"email": email.upper(), "role": "viewer"})
    assert added["user_id"] == room.ids["stranger"]
    refused = await room["owner"].call("POST", f"{room.path}/members", {"user_id": "usr_0", "role": "viewer"})
    assert (refused.status, refused.json["errors"][0]["loc"]) == (422, ["body", "user_id"])
    for email in ("nobody@example.org", (await room["editor"].get("/auth/me"))["user"]["email"]):
        unsure = await room["owner"].call("POST", f"{room.path}/members", {"email": email, "role": "viewer"})
        assert (unsure.status, set(unsure.json)) == (202, INVITED)  # whether there is anybody is not told
    assert (await room["owner"].post(f"{room.path}/members", {"user_id": room.ids["viewer"], "role": "editor"}))[
        "role"
    ] == "editor"
    await room["stranger"].post(f"{room.path}/read", {"message_id": message})
    members = (await room["viewer"].get(f"{room.path}/members"))["items"]
    marks = {one["user_id"]: (one["role"], one["read_message_id"]) for one in members}
    assert marks == {
        room.ids["owner"]: ("owner", None),
        room.ids["editor"]: ("editor", None),
        room.ids["viewer"]: ("editor", None),
        room.ids["stranger"]: ("viewer", message),
    }
    leave = {"user_id": room.ids["stranger"]}
    assert (await room["stranger"].call("DELETE", f"{room.path}/members", params=leave)).status == 204
    assert (await room["stranger"].call("GET", room.path)).status == 404
    alone = await room["owner"].call("DELETE", f"{room.path}/members", params={"user_id": room.ids["owner"]})
    assert alone.status == 409
    others = await room["viewer"].call("DELETE", f"{room.path}/members", params={"user_id": room.ids["editor"]})
    assert others.status == 403


@keeps("members:stale-parent")
async def test_a_message_that_names_a_parent_which_is_not_the_newest_branches_and_all_are_told(room: Room) -> None:
    head = (await room["owner"].get(room.path))["head_message_id"]
    async with room["viewer"].stream("GET", f"{room.path}/events") as other, asyncio.timeout(PATIENCE):
        mine = await room["owner"].ask(
            "one", session_id=room.session_id, parent_message_id=head, model="fake/fake-n2-d1"
        )
        theirs = await room["editor"].ask(
            "two", session_id=room.session_id, parent_message_id=head, model="fake/fake-n2-d1"
        )
        for _ in range(2):
            await other.until("done")
    assert ["branched" in event.data for event in mine if event.type == "run"] == [False]
    for told in (theirs, other.heard):
        assert [event.data.get("branched") for event in told if event.type == "run"][-1] is True
    run = next(event for event in theirs if event.type == "run").data
    assert (await room["owner"].get(f"/runs/{run['run_id']}"))["branched"] is True
    asked = await room["owner"].get(f"/messages/{run['user_message_id']}")
    assert (asked["parent_id"], asked["siblings"]) == (head, {"count": 2, "index": 1})


async def test_agents_ask_in_the_owners_mode_and_nobody_else_widens_it(room: Room) -> None:
    asked = {
        "session_id": room.session_id,
        "prompt": "go",
        "model": "fake/fake-n2-d1",
        "permission_mode": "acceptEdits",
    }
    assert (await room["editor"].call("POST", "/query/single", asked)).status == 403
    assert (await room["editor"].call("POST", "/query/single", asked | {"permission_mode": "plan"})).status == 200
    assert (await room["owner"].call("POST", "/query/single", asked)).status == 200


async def test_what_was_written_together_is_brought_elsewhere_with_its_authors(room: Room) -> None:
    await room["editor"].ask("and mine", session_id=room.session_id, model="fake/fake-n2-d1")
    document = (await room["owner"].call("GET", f"{room.path}/export")).body
    brought = await room["stranger"].call(
        "POST", "/sessions/import", data=document, headers={"Content-Type": "application/json"}
    )
    assert brought.status in {200, 201}, brought.body
    new = brought.json["items"][0]["id"]
    people = [one for one in await room["stranger"].messages(new) if one["role"] == "user"]
    assert [one["author"] for one in people] == [{"user_id": None, "name": "Ada"}] * 2
    assert "role" not in await room["stranger"].get(f"/sessions/{new}")
