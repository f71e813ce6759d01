"""Texts are read for danger over HTTP; nothing of them is kept."""

from tests.journeys.house import House, Person
from tests.promises import keeps

SAID = "Rafiki 🙂, n\u200bataka ku-die leo kiboko9"


@keeps("care:explicit")
async def test_a_statement_is_found_with_its_place_and_with_who_helps_and_nothing_of_it_is_kept(
    house: House, owner: Person
) -> None:
    ada = await house.stranger()
    found = await ada.post("/care/assess", {"text": SAID, "language": "en", "country": "ke"})
    assert found["urgency"] == "high"
    assert found["concerns"]["self_directed"] == "high"
    assert "n\u200bataka ku-die" in {SAID[one["start"] : one["end"]] for one in found["signals"]}
    assert {one["country"] for one in found["resources"]} == {"KE", None}
    assert found["version"]
    calm = await ada.post("/care/assess", {"text": "Habari ya asubuhi"})
    assert (calm["urgency"], calm["signals"], calm["resources"], calm["ask_gently"]) == ("none", [], [], False)
    beaten = await ada.post("/care/assess", {"text": "My husband beats me", "country": "GB", "language": "en-GB"})
    assert {"domestic_violence", "emergency", "directory"} <= {one["kind"] for one in beaten["resources"]}
    long = await ada.post("/care/assess", {"text": "lorem ipsum " * 8_000 + "nitajiua"})
    assert long["urgency"] == "high"
    for wrong in (
        {"text": ""},
        {"text": "a" * 100_001},
        {"text": SAID, "country": "ZZ"},
        {"text": SAID, "more": 1},
        {},
    ):
        assert (await ada.call("POST", "/care/assess", wrong)).status == 422, wrong
    reads = Person(ada.client, ada.url, (await ada.post("/api-keys", {"name": "r", "scopes": ["care:read"]}))["key"])
    assert (await reads.post("/care/assess", {"text": "sawa"}))["urgency"] == "none"
    assert "kiboko9" not in house.log.read_text()
    with house.writing() as link:
        tables = [row[0] for row in link.execute("select name from sqlite_master where type = 'table'")]
        assert not any("kiboko9" in str(row) for name in tables for row in link.execute(f'select * from "{name}"'))


async def test_feelings_of_a_text_are_told_and_nothing_of_it_is_kept_and_other_languages_are_unknown(
    house: House, owner: Person
) -> None:
    ada = await house.stranger()
    felt = await ada.post("/care/emotion", {"text": "I am so happy about kiboko8, thank you!", "language": "en"})
    assert (felt["emotion"], felt["language"], felt["reliability"]) == ("joy", "en", "fair")
    assert 0.5 < felt["confidence"] <= 1
    assert felt["valence"] > 0.5
    assert set(felt["probabilities"]) == {"anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral"}
    assert felt["version"].startswith("small-")
    swahili = await ada.post("/care/emotion", {"text": "Nimefurahi sana leo, asante Mungu", "language": "sw-KE"})
    assert (swahili["emotion"], swahili["language"], swahili["reliability"]) == ("joy", "sw", "low")
    assert "neutral" not in swahili["probabilities"]
    for asked in ({"text": "Ich bin heute sehr traurig gewesen"}, {"text": "I am so happy", "language": "fr"}):
        unknown = await ada.post("/care/emotion", asked)
        assert (unknown["emotion"], unknown["confidence"], unknown["valence"]) == ("unknown", None, None)
    for wrong in ({"text": ""}, {"text": "a" * 100_001}, {"text": "a", "more": 1}, {}):
        assert (await ada.call("POST", "/care/emotion", wrong)).status == 422, wrong
    assert "kiboko8" not in house.log.read_text()
