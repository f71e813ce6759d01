"""Administrators change how words are judged, within bounds, and everything that held before can hold again."""

from pathlib import Path

from palaver.care.service import BOOKS
from tests.journeys.house import House, Person
from tests.journeys.test_command_line import Home
from tests.promises import keeps

AT = "/care/policy"
WEARY = "Nimechoka na maisha"


@keeps("care:policy")
async def test_a_policy_holds_for_the_next_message_stays_in_bounds_and_can_be_taken_back(
    house: House, owner: Person
) -> None:
    ada = await house.stranger()

    async def judged() -> tuple[str, str]:
        found = await ada.post("/care/assess", {"text": WEARY})
        return found["urgency"], found["version"]

    async def put(body: object, who: Person = owner) -> int:
        return (await who.call("PUT", AT, body)).status

    before, rules = await judged()
    assert before == "low"
    assert await owner.get(AT) == {
        "version": 0, "policy": {"raised": {}, "sure": {}, "actions": {}, "messages": {}}, "set_by": None,
        "set_at": None, "note": "", "reverts_to": None,
    }  # fmt: skip
    assert await put({"policy": {"raised": {"weary": "high"}}, "note": "Why.", "version": 0}) == 200
    assert await judged() == ("high", f"{rules} policy-1")
    assert (await ada.post("/care/assess", {"text": "I will kill myself tonight"}))["urgency"] == "critical"
    assert await put({"policy": {}, "version": 0}) == 409
    for wrong in (
        {"policy": {"raised": {"intent": "medium"}}},
        {"policy": {"raised": {"wants_to_die": "none"}}},
        {"policy": {"raised": {"nobody": "high"}}},
        {"policy": {"raised": {"weary": "very"}}},
        {"policy": {"lowered": {}}},
        {"policy": {}, "revert_to": 0},
        {},
        {"policy": {"sure": {"small": {"high": 2}}}},
        {"policy": {"actions": {"output": {"minors": "flag"}}}},
        {"policy": {"messages": {"en": {"unsure": ""}}}},
    ):
        assert await put(wrong) == 422, wrong
    assert await put({"revert_to": 9}) == 404
    words = {"sw": {"self_directed": "Tuko nawe."}}
    assert await put({"policy": {"raised": {"weary": "high"}, "messages": words}, "version": 1}) == 200
    told = [one.data for one in await ada.ask(WEARY, model="builtin/guide") if one.type == "care"]
    assert [(one["level"], one["message"].startswith("Tuko nawe.")) for one in told] == [("high", True)]
    assert await put({"revert_to": 0, "note": "Too many.", "version": 2}) == 200
    assert await judged() == (before, f"{rules} policy-3")
    older = {"raised": {"weary": "high"}, "actions": {"output": {"medical": "block"}}}
    assert await put({"policy": older}) == 200
    assert (await judged())[0] == "high"
    await house.end()
    await house.start()
    said = {"text": "You have bipolar disorder.", "direction": "output"}
    assert (await ada.post("/care/moderate", said))["action"] == "block"
    assert (await judged())[0] == "high"
    first = await owner.get(f"{AT}/history", params={"limit": 3})
    rest = await owner.get(f"{AT}/history", params={"cursor": first["next_cursor"]})
    past = [*first["items"], *rest["items"]]
    assert [(one["version"], one["reverts_to"]) for one in past] == [(4, None), (3, 0), (2, None), (1, None), (0, None)]
    assert (past[3]["note"], past[3]["set_by"]) == ("Why.", (await owner.get("/auth/me"))["user"]["id"])
    acts = (await owner.get("/audit", params={"kind": "care.policy_set"}))["items"]
    assert [one["detail"] for one in acts] == [
        {"version": "4"}, {"version": "3", "reverts_to": "0"}, {"version": "2"}, {"version": "1"},
    ]  # fmt: skip
    assert [await put({"policy": {}}, ada), (await ada.call("GET", AT)).status] == [403, 403]


async def test_a_dry_run_by_command_shows_what_would_change_and_no_text(tmp_path: Path) -> None:
    examples, rules, policy = (tmp_path / name for name in ("examples.jsonl", "rules.toml", "policy.json"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "palaver.toml").write_text('[care]\nencoder = "off"\n')
    lines = ["Nitajiua leo, kill", "I can't take the pain any more, there is nothing left for me"]  # a rule, a reader
    examples.write_text("".join(f'{{"text": "{one}", "label": "high"}}\n' for one in lines))
    rules.write_text((BOOKS / "rules.toml").read_text("utf-8").replace('level = "critical"', 'level = "low"'), "utf-8")
    policy.write_text('{"sure": {"small": {"low": 0.95}}}')
    home = Home(tmp_path / "home")
    code, out, err = await home.does("care", "dry-run", str(examples), "--rules", str(rules))
    assert (code, err.strip()) == (1, "1 of them would become less urgent.")
    assert "line 1: critical -> high" in out  # `critical` is left to rules, and a reader hears the rest
    assert not any(word in out for word in ("kill", "pain"))
    code, out, err = await home.does("care", "dry-run", str(examples), "--policy", str(policy))
    assert (code, out.splitlines()[-1]) == (1, "  line 2: low -> none, labelled high")
    code, out, err = await home.does("care", "dry-run", str(examples))
    assert (code, err, out.splitlines()[-1]) == (0, "", "0 would change.")
    code, out, err = await home.does("care", "dry-run", str(rules))
    assert (code, out, err.startswith("Line 1 of")) == (1, "", True)
