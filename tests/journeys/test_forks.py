"""Forks: they go on from a message of another session, share what was said, and change nothing there."""

from typing import Any

import pytest

from tests.journeys.house import House, Person
from tests.journeys.test_sessions import turn
from tests.promises import keeps

pytestmark = pytest.mark.timeout(60)

HELLO = "part 0 part 1 "


def texts(messages: list[dict[str, Any]]) -> list[str]:
    return [one["text"] for one in messages]


async def everything(person: Person, session_id: str) -> tuple[Any, ...]:
    """All that clients can see of a session."""
    nodes = await person.get(f"/sessions/{session_id}/tree")
    messages = await person.messages(session_id)
    return await person.get(f"/sessions/{session_id}"), messages, nodes


async def two_turns(person: Person) -> tuple[str, str, str, str]:
    session_id, first, answer = await turn(person, "one acacia")
    _, second, _ = await turn(person, "two baobabs", session_id=session_id)
    return session_id, first, answer, second


async def fork(person: Person, session_id: str, **body: Any) -> Any:
    return await person.post(f"/sessions/{session_id}/fork", body)


@keeps("sessions:fork")
async def test_a_fork_goes_on_by_itself_and_its_parent_stays_as_it_is(owner: Person) -> None:
    session_id, _, answer, _ = await two_turns(owner)
    before = await everything(owner, session_id)
    forked = await fork(owner, session_id, message_id=answer, title="Elsewhere")
    assert forked["parent"] == {"session_id": session_id, "message_id": answer}
    assert (forked["title"], forked["title_source"], forked["message_count"]) == ("Elsewhere", "user", 2)
    assert (forked["status"], forked["turn_count"], forked["model"]) == ("idle", 0, before[0]["model"])

    shown = await owner.messages(forked["id"])
    assert texts(shown) == ["one acacia", HELLO]
    assert {one["session_id"] for one in shown} == {forked["id"]}
    assert forked["head_message_id"] == shown[-1]["id"]
    assert [one["parent_id"] for one in shown] == [None, shown[0]["id"]]
    assert not {one["id"] for one in shown} & {one["id"] for one in before[1]}

    # Everything is done to the fork: a turn, an edit, another answer, a note, a deletion.
    _, third, _ = await turn(owner, "three", session_id=forked["id"])
    assert texts(await owner.messages(forked["id"])) == ["one acacia", HELLO, "three", HELLO]
    noted = await owner.patch(f"/messages/{shown[0]['id']}", {"metadata": {"seen": "in the fork"}})
    assert noted["metadata"] == {"seen": "in the fork"}
    await turn(owner, None, session_id=forked["id"], parent_message_id=shown[0]["id"])
    edited = await owner.patch(f"/messages/{shown[0]['id']}", {"text": "one olive"})
    assert (edited["session_id"], edited["siblings"]) == (forked["id"], {"count": 2, "index": 1})
    assert (await owner.get(f"/messages/{third}"))["parent_id"] == shown[1]["id"]
    assert (await owner.call("DELETE", f"/messages/{shown[1]['id']}")).status == 204
    assert (await owner.call("GET", f"/messages/{shown[1]['id']}")).status == 404
    assert (await owner.call("GET", f"/messages/{third}")).status == 404
    assert await everything(owner, session_id) == before


@keeps("sessions:fork")
async def test_a_fork_stays_whole_when_its_parent_changes_and_goes(owner: Person) -> None:
    session_id, first, answer, second = await two_turns(owner)
    forked = await fork(owner, session_id)
    again = await fork(owner, forked["id"], message_id=(await owner.messages(forked["id"]))[2]["id"])
    before = [await everything(owner, one["id"]) for one in (forked, again)]
    assert texts(before[0][1]) == ["one acacia", HELLO, "two baobabs", HELLO]
    assert texts(before[1][1]) == ["one acacia", HELLO, "two baobabs"]

    await owner.patch(f"/messages/{first}", {"metadata": {"only": "here"}})
    assert (await owner.call("DELETE", f"/messages/{second}")).status == 204
    assert texts(await owner.messages(session_id)) == ["one acacia", HELLO]
    assert [await everything(owner, one["id"]) for one in (forked, again)] == before
    await turn(owner, "instead", session_id=session_id)
    assert texts(await owner.messages(session_id)) == ["one acacia", HELLO, "instead", HELLO]
    assert [await everything(owner, one["id"]) for one in (forked, again)] == before

    assert (await owner.call("DELETE", f"/sessions/{session_id}")).status == 204
    assert [await everything(owner, one["id"]) for one in (forked, again)] == before
    assert (await owner.call("GET", f"/messages/{answer}")).status == 404
    found = await owner.get("/sessions?q=baobabs")
    assert {one["id"] for one in found["items"]} == {forked["id"], again["id"]}
    taken = await owner.get(f"/sessions/{again['id']}/export")
    assert [one["id"] for one in taken["messages"]] == [one["id"] for one in before[1][1]]

    assert (await owner.call("DELETE", f"/sessions/{forked['id']}")).status == 204
    assert await everything(owner, again["id"]) == before[1]
    _, _, last = await turn(owner, "and on", session_id=again["id"])
    assert (await owner.get(f"/messages/{last}"))["text"] == HELLO
    assert (await owner.call("DELETE", f"/sessions/{again['id']}")).status == 204
    assert (await owner.get("/stats"))["messages"] == 0


@keeps("sessions:fork")
async def test_a_branch_that_a_fork_shows_can_be_deleted_where_it_began(owner: Person) -> None:
    session_id, _, _, second = await two_turns(owner)
    better = await owner.patch(f"/messages/{second}", {"text": "two, better"})
    forked = await fork(owner, session_id, message_id=better["id"])
    assert (await owner.call("DELETE", f"/messages/{better['id']}")).status == 204
    assert texts(await owner.messages(session_id)) == ["one acacia", HELLO]
    assert texts(await owner.messages(forked["id"])) == ["one acacia", HELLO, "two, better"]
    await turn(owner, "three", session_id=session_id)
    assert texts(await owner.messages(forked["id"])) == ["one acacia", HELLO, "two, better"]


async def test_only_ones_own_can_be_forked_and_only_at_what_is_there(owner: Person, house: House) -> None:
    session_id, _, _, second = await two_turns(owner)
    other, _, elsewhere = await turn(owner, "another session")
    stranger = await house.stranger()
    assert (await stranger.call("POST", f"/sessions/{session_id}/fork", {})).status == 404
    assert (await stranger.call("GET", f"/sessions/{session_id}/tree")).status == 404
    assert (await owner.call("POST", "/sessions/ses_none/fork", {})).status == 404
    assert (await owner.call("POST", f"/sessions/{session_id}/fork", {"message_id": elsewhere})).status == 404
    assert (await owner.call("POST", f"/sessions/{session_id}/fork", {"massage_id": second})).status == 422
    mine = await stranger.post("/sessions", {})
    forked = await fork(owner, session_id)
    seen = (await owner.messages(forked["id"]))[0]["id"]
    assert (await stranger.call("GET", f"/messages/{seen}")).status == 404
    assert (await stranger.call("POST", f"/sessions/{mine['id']}/fork", {"message_id": seen})).status == 404
    empty = await fork(stranger, mine["id"])
    assert (empty["parent"], empty["message_count"]) == ({"session_id": mine["id"], "message_id": None}, 0)
    assert await owner.messages(other) != []


async def test_a_tree_is_told_page_by_page(owner: Person) -> None:
    session_id, first, answer, second = await two_turns(owner)
    _, edited, _ = await turn(owner, "two, better", session_id=session_id, parent_message_id=answer)
    whole = await owner.get(f"/sessions/{session_id}/tree")
    asked = ["one acacia", "two baobabs", "two, better"]
    assert [one["words"] for one in whole["items"]] == [said for one in asked for said in (one, HELLO.strip())]
    assert (whole["branches"], whole["next_cursor"]) == (2, None)
    assert whole["head_message_id"] == (await owner.messages(session_id))[-1]["id"]
    by_id = {one["id"]: one for one in whole["items"]}
    assert (by_id[first]["parent_id"], by_id[edited]["parent_id"], by_id[second]["parent_id"]) == (None, answer, answer)
    assert by_id[edited]["siblings"] == {"count": 2, "index": 1}
    paged: list[Any] = []
    cursor = ""
    while cursor is not None:
        page = await owner.get(f"/sessions/{session_id}/tree?limit=1" + (f"&cursor={cursor}" if cursor else ""))
        paged += page["items"]
        cursor = page["next_cursor"]
    assert paged == whole["items"]
    await owner.patch(f"/sessions/{session_id}", {"head_message_id": second})
    assert (await owner.get(f"/sessions/{session_id}/tree"))["head_message_id"] == second
