"""What is known about a culture, as clients and operators see it: found, told with its source, and not kept."""

from pathlib import Path

from tests.journeys.house import Opening, Person
from tests.journeys.test_command_line import Home
from tests.promises import keeps
from tests.vendor import FakeVendor

PACK = """
version = "1"

[[phrases]]
id = "niko-rada"
language = "sheng"
reading = "deflection"
regions = ["KE"]
says = ["niko rada"]
means = "I am alert, kiboko8."
probe = { en = "And besides?", sw = "Na zaidi?" }
source_url = "https://example.org/sheng"
read_on = 2026-11-20
reviewed_by = "Ada"
"""
SAID = "Sawa tu, kiboko9 mambo ni mengi"


@keeps("care:culture:no-level")
@keeps("care:culture:sourced")
async def test_a_pack_stands_over_what_ships_and_nothing_that_is_asked_is_kept(
    open_house: Opening, tmp_path: Path
) -> None:
    packs = tmp_path / "packs"
    packs.mkdir()
    (packs / "mine.toml").write_text(PACK, "utf-8")
    house = await open_house(care__culture__packs=str(packs))
    (packs / "mine.toml").write_text("[half", "utf-8")  # counts from the next start
    ada = await house.stranger()

    found = await ada.post("/care/culture/search", {"query": "niko rada", "regions": ["ke"], "limit": 3})
    first = found["items"][0]
    assert (first["id"], first["confirmed"], first["found_by"]) == ("niko-rada", True, ["words"])
    assert found["by_meaning"] is False
    assert found["version"].endswith("+mine-1")
    betting = (await ada.post("/care/culture/search", {"query": "kamari ya vijana"}))["items"][0]
    assert (betting["kind"], betting["id"], betting["confirmed"]) == ("entry", "betting", False)
    assert betting["source_url"].startswith("https://")
    assert betting["read_on"] == "2026-11-22"
    assert (await ada.post("/care/culture/search", {"query": "quantum physics"}))["items"] == []

    read = await ada.post("/care/culture/analyse", {"text": SAID, "answer": "Be a man."})
    assert (read["deflects"], read["languages"]) == (True, ["sw"])
    assert {one["id"] for one in read["phrases"]} == {"sawa-tu", "mambo-ni-mengi"}
    assert {SAID[one["start"] : one["end"]] for one in read["phrases"]} == {"Sawa tu", "mambo ni mengi"}
    assert read["probes"][0]["language"] == "sw"
    assert [one["id"] for one in read["cautions"]] == ["be-a-man"]
    assert (await ada.post("/care/assess", {"text": "sawa tu"}))["urgency"] == "none"
    long = await ada.post("/care/culture/analyse", {"text": "lorem ipsum " * 8_000 + "nimefeli kcse"})
    assert [one["id"] for one in long["entries"]] == ["exam-results"]

    for wrong in ({"query": ""}, {"query": "a", "regions": ["XX"]}, {"query": "a", "limit": 0}, {"query": "a", "x": 1}):
        answer = await ada.call("POST", "/care/culture/search", wrong)
        assert (answer.status, answer.json["code"]) == (422, "invalid"), wrong
    assert (await ada.call("POST", "/care/culture/analyse", {"text": "a" * 100_001})).status == 422

    async def status(scope: str) -> int:
        key = (await ada.post("/api-keys", {"name": "x", "scopes": [scope]}))["key"]
        return (await Person(ada.client, ada.url, key).call("POST", "/care/culture/search", {"query": "pole"})).status

    assert (await status("care:read"), await status("sessions:read")) == (200, 403)
    assert "kiboko9" not in house.log.read_text("utf-8")
    with house.writing() as link:
        tables = [row[0] for row in link.execute("select name from sqlite_master where type = 'table'")]
        assert not any("kiboko9" in str(row) for name in tables for row in link.execute(f'select * from "{name}"'))


async def test_a_model_finds_by_meaning_and_words_are_enough_where_it_fails(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(inference__embedding_model="fake/fake")
    ada = await house.stranger()
    found = await ada.post("/care/culture/search", {"query": "black tax", "limit": 20})
    assert (found["by_meaning"], found["notices"]) == (True, [])
    assert {"words", "meaning"} in [set(one["found_by"]) for one in found["items"]]
    assert found["items"][0]["id"] == "black-tax"
    await vendor.close()
    alone = await ada.post("/care/culture/search", {"query": "black tax"})
    assert {tuple(one["found_by"]) for one in alone["items"]} == {("words",)}
    (notice,) = alone["notices"]
    assert notice.startswith("Searched by words alone, not by meaning: ")


async def test_a_wrong_pack_stops_the_start_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "mine.toml").write_text(PACK.replace('"KE"', '"XX"'), "utf-8")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "palaver.toml").write_text(f'[care.culture]\npacks = "{tmp_path / "packs"}"\n', "utf-8")
    code, out, err = await Home(tmp_path / "home").does("serve")
    assert (code != 0, out) == (True, "")
    assert "mine.toml: phrase 1: " in err
    assert "is no country and no region" in err
    assert "Traceback" not in err
