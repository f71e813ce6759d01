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
