"""What is kept of how soon messages asked for an answer: shown to its person, deleted by them, counted of nobody."""

from typing import Any

from tests.journeys.house import House, Person
from tests.promises import keeps

AT = "/care/assessments"


@keeps("care:assessments")
async def test_a_person_sees_and_deletes_what_is_kept_of_their_messages_and_administrators_see_numbers(
    house: House, owner: Person
) -> None:
    ada = await house.stranger()
    said = "Nataka kufa leo"
    sessions = [(await ada.ask(said, model="builtin/guide"))[0].data["session_id"] for _ in range(2)]
    await ada.ask("And how are you?", model="builtin/guide", session_id=sessions[0])

    def everything(found: Any) -> bool:
        return len(found["items"]) == 3

    told = await ada.until(AT, everything)
    assert [one["session_id"] for one in told["items"]] == [sessions[0], sessions[1], sessions[0]]
    assert [one["own"] == "none" for one in told["items"]] == [True, False, False]
    first = told["items"][-1]
    assert first["urgency"] in {"high", "critical"}
    assert {said[one["start"] : one["end"]] for one in first["signals"]}
    assert said not in str(told)
    page = await ada.get(AT, params={"limit": 2})
    rest = await ada.get(AT, params={"cursor": page["next_cursor"]})
    assert [*page["items"], *rest["items"]] == told["items"]
    of_one = await ada.get(AT, params={"session_id": sessions[1]})
    assert [one["session_id"] for one in of_one["items"]] == sessions[1:]
    for who in (owner, await house.stranger()):
        assert (await who.get(AT))["items"] == []
        assert (await who.get(AT, params={"session_id": sessions[1]}))["items"] == []
        assert (await who.call("GET", AT, params={"escalation_id": "esc_1"})).status == 404
        assert (await who.call("DELETE", AT, params={"session_id": sessions[1]})).json == {"deleted": 0}
    counts = await owner.get("/care/counts")
    assert counts["smallest"] > 2
    assert {one["number"] for one in counts["items"]} == {None}
    assert {one["kind"] for one in counts["items"]} >= {"noticed"}
    month = first["created_at"][:7]
    assert {one["month"] for one in counts["items"]} == {month}
    assert (await owner.get("/care/counts", params={"from": "2020-01", "to": "2020-12"}))["items"] == []
    for wrong in ({"from": "2026"}, {"from": "2026-13"}, {"from": "2026-02", "to": "2026-01"}, {"from": "2001-01"}):
        assert (await owner.call("GET", "/care/counts", params=wrong)).status == 422, wrong
    assert (await ada.call("GET", "/care/counts")).status == 403
    assert (await ada.call("DELETE", AT)).status == 422
    assert (await ada.call("DELETE", AT, params={"session_id": sessions[1]})).json == {"deleted": 1}
    assert (await ada.call("DELETE", AT, params={"all": "true"})).json == {"deleted": 2}
    assert (await ada.get(AT))["items"] == []
    assert await owner.get("/care/counts") == counts
