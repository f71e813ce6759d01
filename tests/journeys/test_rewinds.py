"""Going back in a session: checkpoints, rewinds of messages and files, what stays outside, and comparisons."""

import asyncio
from io import BytesIO
from typing import Any

import pytest

from tests.journeys.acting import ask_until_waiting, bash, calls, decided, ended, says, write
from tests.journeys.house import House, Person
from tests.journeys.test_sessions import turn
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)

OPEN = {"allowed_tools": ["Write", "Bash"], "model": "fake/fake-n2"}
STORM = "echo two > a.txt && mkdir -p d && printf x > d/b && chmod 755 d/b"


def tree(house: House, session_id: str) -> dict[str, tuple[bytes, int]]:
    """Every file of a session, byte for byte."""
    root = house.home / "workspaces" / session_id
    return {
        str(path.relative_to(root)): (path.read_bytes() if path.is_file() else b"", path.stat().st_mode & 0o777)
        for path in sorted(root.rglob("*"))
    }


async def act(person: Person, vendor: FakeVendor, session_id: str, *made: Any) -> str:
    """A turn in which an agent makes these calls; the id of the question."""
    vendor.next(calls(*made), says("done"))
    events = await person.ask("go", session_id=session_id, **OPEN)
    assert events[-1].data["finish_reason"] == "stop"
    return str(events[1].data["user_message_id"])


async def history(person: Person, vendor: FakeVendor) -> tuple[str, list[str]]:
    """Three turns: words, a file, and a storm; the session and its questions."""
    session_id, first, _ = await turn(person, "hello")
    second = await act(person, vendor, session_id, write("w", "a.txt", "one\n"))
    return session_id, [first, second, await act(person, vendor, session_id, bash("b", STORM))]


def before(message_id: str) -> str:
    return "chk" + message_id.removeprefix("msg")


@keeps("sessions:rewind", "sessions:effects")
async def test_a_rewind_restores_messages_and_files_and_can_be_taken_back(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    session_id, asked = await history(owner, vendor)
    after, said = tree(house, session_id), await owner.messages(session_id)
    assert set(after) == {"a.txt", "d", "d/b"}

    listed = (await owner.get(f"/sessions/{session_id}/checkpoints"))["items"]
    assert [(one["kind"], one["message_id"], one["stands"]) for one in listed] == [
        ("turn", one, "before") for one in reversed(asked)
    ]
    assert [one["files"] and one["files"]["count"] for one in listed] == [1, None, None]

    wish = {"checkpoint_id": before(asked[2])}
    told = await owner.post(f"/sessions/{session_id}/rewind", wish | {"preview": True})
    assert (told["preview"], told["checkpoint_id"]) == (True, None)
    assert told["restored"]["files"] == {"created": [], "changed": ["a.txt"], "deleted": ["d/", "d/b"]}
    assert tree(house, session_id) == after

    done = await owner.post(f"/sessions/{session_id}/rewind", wish)
    assert done["restored"] == told["restored"]
    assert done["restored"]["messages"] == {"head_message_id": said[3]["id"], "left": 2}
    assert [(one["name"], one["reached"], one["summary"], one["ok"]) for one in done["not_undone"]] == [
        ("Bash", "shell", STORM, True)
    ]
    assert done["not_undone"] == told["not_undone"]
    assert tree(house, session_id) == {"a.txt": (b"one\n", after["a.txt"][1])}
    assert [one["id"] for one in await owner.messages(session_id)] == [one["id"] for one in said[:4]]

    # Nothing is deleted: going forward again is a rewind as well.
    back = await owner.post(f"/sessions/{session_id}/rewind", {"checkpoint_id": done["checkpoint_id"]})
    assert back["not_undone"] == []
    assert tree(house, session_id) == after
    assert await owner.messages(session_id) == said

    # To the very beginning, where nothing had been said and there were no files.
    begun = await owner.post(f"/sessions/{session_id}/rewind", {"checkpoint_id": before(asked[0])})
    assert await owner.messages(session_id) == []
    assert tree(house, session_id) == {}
    await owner.post(f"/sessions/{session_id}/rewind", {"checkpoint_id": begun["checkpoint_id"], "restore": ["files"]})
    assert (tree(house, session_id), await owner.messages(session_id)) == (after, [])
    kinds = [one["kind"] for one in (await owner.get(f"/sessions/{session_id}/checkpoints"))["items"]]
    assert kinds == ["rewind"] * 4


@keeps("sessions:rewind")
async def test_messages_and_files_go_back_apart_to_named_checkpoints(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    session_id, asked = await history(owner, vendor)
    named = await owner.post(f"/sessions/{session_id}/checkpoints", {"label": "After the storm"})
    assert (named["kind"], named["label"], named["stands"]) == ("named", "After the storm", "after")
    assert named["files"]["count"] == 2
    after, said = tree(house, session_id), await owner.messages(session_id)

    only = await owner.post(
        f"/sessions/{session_id}/rewind", {"checkpoint_id": before(asked[1]), "restore": ["messages"]}
    )
    assert only["restored"]["files"] is None
    assert (tree(house, session_id), len(await owner.messages(session_id))) == (after, 2)
    await turn(owner, "another way", session_id=session_id)
    await owner.post(f"/sessions/{session_id}/rewind", {"checkpoint_id": named["id"]})
    assert (tree(house, session_id), await owner.messages(session_id)) == (after, _with_siblings(said))

    found = await owner.get(f"/sessions/{session_id}/diff?from={said[3]['id']}&to={named['id']}")
    assert (found["common"], found["only_from"]["count"], found["only_to"]["count"]) == (4, 0, 2)
    changed = {one["path"]: one["kind"] for one in found["files"]}
    assert changed == {"a.txt": "changed", "d/": "created", "d/b": "created"}
    assert "-one\n+two\n" in next(one["diff"] for one in found["files"] if one["path"] == "a.txt")

    page = await owner.get(f"/sessions/{session_id}/checkpoints?limit=1")
    paged = page["items"]
    while page["next_cursor"]:
        page = await owner.get(f"/sessions/{session_id}/checkpoints?limit=1&cursor={page['next_cursor']}")
        paged += page["items"]
    assert paged == (await owner.get(f"/sessions/{session_id}/checkpoints"))["items"]
    assert (await owner.call("POST", f"/sessions/{session_id}/rewind", {"checkpoint_id": "chk_none"})).status == 404
    stranger = await house.stranger()
    wish = {"checkpoint_id": named["id"]}
    assert (await stranger.call("POST", f"/sessions/{session_id}/rewind", wish)).status == 404
    assert (await stranger.call("GET", f"/sessions/{session_id}/effects")).status == 404
    other, _, _ = await turn(owner, "elsewhere")
    assert (await owner.call("POST", f"/sessions/{other}/rewind", wish)).status == 404


def _with_siblings(said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same, where the second question has got a sibling."""
    return [one | ({"siblings": {"count": 2, "index": 0}} if place == 2 else {}) for place, one in enumerate(said)]


async def test_nothing_is_rewound_while_an_answer_is_on_its_way(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    session_id, first, _ = await turn(owner, "hello")
    vendor.next(calls(bash("b")), says("done"))
    heard = await ask_until_waiting(owner, "go", session_id=session_id, model="fake/fake-n2")
    wish = {"checkpoint_id": before(first)}
    assert (await owner.call("POST", f"/sessions/{session_id}/rewind", wish)).status == 409
    assert (await owner.call("POST", f"/sessions/{session_id}/checkpoints", {})).status == 409
    assert (await owner.get(f"/sessions/{session_id}/effects"))["items"] == []

    # A fork may begin all the same: it shows what is whole, and does not answer.
    forked = await owner.post(f"/sessions/{session_id}/fork", {})
    assert (forked["status"], forked["active_run_id"], forked["message_count"]) == ("idle", None, 3)
    _, again, _ = await turn(owner, "meanwhile", session_id=forked["id"])
    assert [one["text"] for one in await owner.messages(forked["id"])][3:] == ["meanwhile", "done"]
    assert (await owner.get(f"/sessions/{session_id}"))["status"] == "waiting"
    assert (await owner.get(f"/messages/{again}"))["session_id"] == forked["id"]

    await decided(owner, heard[0].run_id, "b", "approve")
    await ended(owner, heard[0].run_id)
    effects = (await owner.get(f"/sessions/{session_id}/effects"))["items"]
    assert [(one["call_id"], one["ok"], one["lasting"]) for one in effects] == [("b", True, True)]
    later = await owner.get(f"/sessions/{session_id}/effects?after={effects[0]['id']}")
    assert later == {"items": [], "next_cursor": None}
    assert (await owner.call("POST", f"/sessions/{session_id}/rewind", wish)).status == 200


@keeps("sessions:fork")
async def test_a_fork_begins_with_the_files_of_its_message_and_both_go_their_own_ways(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    session_id, asked = await history(owner, vendor)
    after, said = tree(house, session_id), await owner.messages(session_id)
    early = (await owner.post(f"/sessions/{session_id}/fork", {"message_id": said[3]["id"]}))["id"]
    late = (await owner.post(f"/sessions/{session_id}/fork", {}))["id"]
    none = (await owner.post(f"/sessions/{session_id}/fork", {"message_id": said[1]["id"]}))["id"]
    await act(owner, vendor, early, bash("c", "cat a.txt > seen.txt"))
    await act(owner, vendor, late, bash("c", "ls -R > seen.txt"))
    assert {path: data for path, (data, _) in tree(house, early).items()} == {"a.txt": b"one\n", "seen.txt": b"one\n"}
    assert {path: was for path, was in tree(house, late).items() if path != "seen.txt"} == after
    assert (await owner.get(f"/sessions/{none}/files"))["items"] == []
    assert tree(house, session_id) == after

    # A fork can go back to before it was one, also when its parent is gone.
    assert (await owner.call("DELETE", f"/sessions/{session_id}")).status == 204
    listed = (await owner.get(f"/sessions/{late}/checkpoints"))["items"]
    shown = next(one for one in listed if one["message_id"].startswith(asked[2]))
    done = await owner.post(f"/sessions/{late}/rewind", {"checkpoint_id": shown["id"]})
    assert {path: data for path, (data, _) in tree(house, late).items()} == {"a.txt": b"one\n"}
    assert [one["call_id"] for one in done["not_undone"]] == ["b", "c"]
    assert len(await owner.messages(late)) == 4


@keeps("sessions:fork")
async def test_a_fork_of_where_a_session_stands_has_its_files_as_they_are(house: House, owner: Person) -> None:
    session_id = (await owner.post("/sessions", {}))["id"]
    at = f"/sessions/{session_id}"
    assert (await owner.call("PUT", f"{at}/files/a", data=BytesIO(b"one"))).status == 200
    _, question, _ = await turn(owner, "hello", session_id=session_id)
    await owner.patch(at, {"head_message_id": question})
    assert (await owner.call("PUT", f"{at}/files/a", data=BytesIO(b"two"))).status == 200
    for wish in ({}, {"message_id": question}):
        forked = (await owner.post(f"{at}/fork", wish))["id"]
        assert (await owner.call("GET", f"/sessions/{forked}/files/a")).body == b"two"


async def test_a_preview_tells_what_was_renamed_as_the_rewind_does(house: House, owner: Person) -> None:
    session_id = (await owner.post("/sessions", {}))["id"]
    at = f"/sessions/{session_id}"
    assert (await owner.call("PUT", f"{at}/files/a", data=BytesIO(b"one"))).status == 200
    point = {"checkpoint_id": (await owner.post(f"{at}/checkpoints"))["id"]}
    await owner.post(f"{at}/files/move", {"path": "a", "to": "b/c"})
    told = await owner.post(f"{at}/rewind", point | {"preview": True})
    assert told["restored"]["files"] == {"created": ["a"], "changed": [], "deleted": ["b/", "b/c"]}
    assert (await owner.post(f"{at}/rewind", point))["restored"] == told["restored"]


async def test_one_of_two_rewinds_at_once_is_refused_or_comes_after(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    session_id, asked = await history(owner, vendor)
    wishes = [{"checkpoint_id": before(one)} for one in asked[1:]]
    replies = await asyncio.gather(*(owner.call("POST", f"/sessions/{session_id}/rewind", one) for one in wishes))
    assert {one.status for one in replies} <= {200, 409}
    assert 200 in {one.status for one in replies}
    count = len(await owner.messages(session_id))
    assert (count, set(tree(house, session_id))) in [(2, set()), (4, {"a.txt"})]
