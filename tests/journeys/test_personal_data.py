"""Personal data: found in a text, kept from models, and put back into what comes from them."""

import json
from typing import Any

from tests.journeys.house import House, Opening, Person
from tests.promises import keeps
from tests.vendor import FakeVendor
from tests.vendor.spoken import Answer as Spoken
from tests.vendor.spoken import Call, Say

SAID = "Mimi ni Amina Wanjiku, 34. Call 0712 345 678 or mail amina@example.co.ke, born 1990."
WORDS = ("0712 345 678", "amina@example.co.ke")


def told(body: Any) -> str:
    """All that a vendor was told."""
    return json.dumps(body, ensure_ascii=False)


def spoken(*pieces: str) -> Spoken:
    """An answer in these pieces."""
    return Spoken([Say(piece) for piece in pieces])


@keeps("care:redaction")
async def test_a_text_is_told_without_personal_data_and_nothing_of_it_is_kept(house: House, owner: Person) -> None:
    del owner
    ada = await house.stranger()
    found = await ada.post("/care/redact", {"text": SAID})
    assert found["text"] == "Mimi ni [NAME_1], 34. Call [PHONE_1] or mail [EMAIL_1], born 1990."
    assert [(one["kind"], SAID[one["start"] : one["end"]]) for one in found["entities"]] == [
        ("name", "Amina Wanjiku"),
        ("phone", WORDS[0]),
        ("email", WORDS[1]),
    ]
    covered = {one["kind"]: one["at_least"] for one in found["coverage"]["kinds"]}
    assert (covered["name"], covered["phone"], found["coverage"]["recogniser"]) == (0.6, 0.98, "none")
    one = await ada.post("/care/redact", {"text": SAID, "kinds": ["email"]})
    assert [entity["kind"] for entity in one["entities"]] == ["email"]
    for wrong in ({"text": ""}, {"text": "a" * 100_001}, {"text": SAID, "kinds": ["mood"]}, {"text": SAID, "more": 1}):
        assert (await ada.call("POST", "/care/redact", wrong)).status == 422, wrong
    assert "Wanjiku" not in house.log.read_text()


@keeps("care:redaction:leaves")
async def test_no_model_is_told_personal_data_and_answers_have_it_also_after_a_restart(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(spoken("I noted [PHO", "NE_1] and [em", "ail_1], not [PHONE_7] nor [PHONE_1"))
    events = await owner.ask(SAID)
    session = events[0].data["session_id"]
    first = (await vendor.asked(1)).body
    assert not any(word in told(first) for word in WORDS)
    assert "[PHONE_1] or mail [EMAIL_1], born 1990" in told(first)
    answer = "I noted 0712 345 678 and amina@example.co.ke, not [PHONE_7] nor [PHONE_1"
    assert "".join(one.data["content"] for one in events if one.type == "content") == answer
    assert (await owner.messages(session))[-1]["text"] == answer

    await house.kill()
    await house.start()
    vendor.next(spoken("Again: [PHONE_1], [PHONE_2], [TEXT_1]"))
    events = await owner.ask("Or +254 733 111 222. I wrote [PHONE_1] myself; 0712 345 678!", session_id=session)
    second = told((await vendor.asked(2)).body)
    assert "Or [PHONE_2]. I wrote [TEXT_" in second
    assert "myself; [PHONE_1]!" in second
    assert not any(word in second for word in (*WORDS, "733 111 222"))
    assert (await owner.messages(session))[-1]["text"].startswith("Again: 0712 345 678, +254 733 111 222, [PHONE_")

    kept = house.rows("select token, value from redaction_tokens where session_id = ?", session)
    assert {"[PHONE_1]", "[PHONE_2]", "[EMAIL_1]"} <= {token for token, _ in kept}
    assert not any(word in value for _, value in kept for word in WORDS)
    assert (await owner.call("DELETE", f"/sessions/{session}")).status == 204
    assert house.count("redaction_tokens") == 0


@keeps("care:redaction:leaves")
async def test_companions_keep_names_too_tools_get_the_data_and_whoever_turned_care_off_is_not_touched(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(care__profiles_allowed='["off","safety","companion"]')
    owner = await house.owner()
    session = (await owner.post("/sessions"))["id"]
    assert (await owner.call("PUT", f"/sessions/{session}/care", {"profile": "companion"})).status == 200
    arguments = json.dumps({"path": "note.txt", "content": 'for [NAME_1]: "[PHONE_1]"'})
    call = Call("call_1", "Write", (arguments[:31], arguments[31:48], arguments[48:]))
    vendor.next(Spoken((call,)), spoken("Done, [NAME_1]."))
    asked = {"session_id": session, "permission_mode": "acceptEdits"}
    await owner.ask("Naitwa Amina Wanjiku. Write my number down: 0712345678", **asked)
    assert not any(word in told(one.body) for one in vendor.heard for word in ("Amina", "0712345678"))
    written = await owner.call("GET", f"/sessions/{session}/files/note.txt")
    assert written.body.decode() == 'for Amina Wanjiku: "0712345678"'
    assert (await owner.messages(session))[-1]["text"] == "Done, Amina Wanjiku."

    before = len(vendor.heard)
    other = (await owner.post("/sessions"))["id"]
    assert (await owner.call("PUT", f"/sessions/{other}/care", {"profile": "off"})).status == 200
    await owner.ask(SAID, session_id=other)
    assert WORDS[0] in told((await vendor.asked(before + 1)).body)


async def test_models_of_ones_own_may_be_told_data_as_it_is(open_house: Opening, vendor: FakeVendor) -> None:
    house = await open_house(care__redaction__local_models="exempt")
    await (await house.owner()).ask(SAID)
    body = (await vendor.asked(1)).body
    assert all(word in told(body) for word in WORDS)
