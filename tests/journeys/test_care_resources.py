"""Who helps, as a client and an operator see it: the best first, always somebody, and said what is not confirmed."""

from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.journeys.house import Opening, Person
from tests.journeys.test_command_line import Home
from tests.promises import keeps

AT = "/care/resources"
LINE = """
remove = ["us-crisis-text-line"]

[[resources]]
id = "ke-example-line"
country = "KE"
name = "Example Line"
kind = "crisis_line"
channels = [{ kind = "phone", to = "+254700000000", shown = "0700 000 000" }]
languages = ["sw"]
source_url = "https://example.org/contact"
verified_on = 2026-11-20
verified_by = "Ada"
"""


async def told(person: Person, query: str = "") -> list[dict[str, Any]]:
    """The services of an answer."""
    return (await person.get(AT + query))["items"]


@keeps("care:resources:never-empty")
async def test_whoever_asks_is_told_who_helps_where_they_are_and_where_that_was_read(owner: Person) -> None:
    kenya = await told(owner, "?country=ke&language=sw-KE")
    assert {one["country"] for one in kenya} == {"KE", None}
    assert [one["kind"] for one in kenya[-2:]] == ["emergency", "directory"]
    assert kenya[-2]["channels"] == [{"kind": "phone", "to": "999"}]
    assert all(one["source_url"].startswith("http") and one["verified_on"] == "2026-11-21" for one in kenya)
    assert [one["confirmed"] for one in kenya] == [False] * len(kenya)
    assert all("verified_by" not in one for one in kenya)
    britain = await told(owner, "?country=GB&kind=text&kind=children&limit=1")
    assert [one["id"] for one in britain] == ["gb-shout", "gb-emergency-999", "world-find-a-helpline"]
    for query in ("", "?country=JP", "?country=JP&kind=lgbtq&limit=1"):
        assert [one["country"] for one in await told(owner, query)] == [None, None]


async def test_what_names_no_country_language_or_kind_is_refused(owner: Person) -> None:
    wrong = ("country=XX", "country=Kenya", "country=", "language=!", "language=swahili", "kind=hotline", "limit=0")
    for query in wrong:
        answer = await owner.call("GET", f"{AT}?{query}")
        assert (answer.status, answer.json["code"]) == (422, "invalid"), query
        assert answer.json["errors"][0]["loc"][:2] == ["query", query.split("=")[0]]


async def test_a_key_reads_who_helps_with_the_scope_for_it_alone(owner: Person) -> None:
    async def status(scope: str) -> int:
        key = (await owner.post("/api-keys", {"name": "x", "scopes": [scope]}))["key"]
        return (await Person(owner.client, owner.url, key).call("GET", AT)).status

    assert (await status("care:read"), await status("sessions:read")) == (200, 403)


async def test_a_file_of_the_operators_stands_over_what_ships_and_a_wrong_one_stops_the_start(
    open_house: Opening, tmp_path: Path
) -> None:
    file = tmp_path / "help.toml"
    file.write_text(LINE, "utf-8")
    house = await open_house(care__resources_file=str(file))
    owner = await house.owner()
    file.write_text("[half", "utf-8")  # what is written later counts from the next start, and fails nobody before it
    first = (await told(owner, "?country=KE"))[0]
    assert (first["id"], first["confirmed"], first["verified_on"]) == ("ke-example-line", True, "2026-11-20")
    assert "us-crisis-text-line" not in [one["id"] for one in await told(owner, "?country=US")]
    assert "are not confirmed by a person" in house.log.read_text("utf-8")
    file.write_text(LINE.replace('"KE"', '"XX"'), "utf-8")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "palaver.toml").write_text(f'[care]\nresources_file = "{file}"\n', "utf-8")
    code, out, err = await Home(tmp_path / "other").does("serve")
    assert (code != 0, out) == (True, "")
    assert f"{file}: resource 1 (ke-example-line): 'XX' is no country" in err
    assert "Traceback" not in err


async def test_a_directory_that_an_operator_has_an_account_of_is_told_as_well_and_its_trouble_fails_nothing(
    open_house: Opening, tmp_path: Path
) -> None:
    lists: list[Any] = [{"name": "A line", "phoneNumber": "1190"}]
    secret = "a-secret-of-the-operators"

    async def given(request: web.Request) -> web.Response:
        if request.method == "POST":
            return web.json_response({"access_token": "a-token-of-the-operators", "expires_in": 3600})
        return web.json_response({"helplines": lists})

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", given)
    async with TestServer(app) as there:
        url = str(there.make_url("/v1"))
        account = {"url": url, "token_url": url, "client_id": "me", "client_secret": secret}
        variables = {f"care__throughline__{name}": value for name, value in account.items()}
        house = await open_house(care__country="KE", **variables)
        owner = await house.owner()
        await owner.until(f"{AT}?country=KE", lambda one: any(item["name"] == "A line" for item in one["items"]))
        kenya = await told(owner, "?country=KE")
        listed = next(one for one in kenya if one["name"] == "A line")
        assert (listed["confirmed"], listed["source_url"]) == (False, "https://findahelpline.com")
        assert [one["kind"] for one in kenya[-2:]] == ["emergency", "directory"]
        lists.append({"name": "Nobody can reach it"})
        assert "throughline" not in "".join(one["id"] for one in await told(owner, "?country=UG"))
        health = await owner.until("/health/detailed", lambda one: "'skipped': 1" in str(one))
        [check] = [one for one in health["checks"] if one["name"] == "throughline"]
        assert (health["status"], check["ok"], check["detail"]["countries"]) == ("ready", True, 2)
        home = Home(tmp_path)
        of_command = {f"PALAVER_{name.upper()}": value for name, value in variables.items()}
        code, out, err = await home.does("doctor", **of_command)
        assert (code, "ThroughLine lists 0 services for US, and 1 that cannot be shown." in out) == (0, True)
        nowhere = {"PALAVER_CARE__THROUGHLINE__TOKEN_URL": "http://127.0.0.1:9"}
        _, gone, more = await home.does("doctor", **{**of_command, **nowhere})
        assert "ThroughLine could not be asked, and what ships is told: It could not be reached." in gone
    log = house.log.read_text("utf-8")
    assert "ThroughLine's list for UG is not shown" in log
    assert all(word not in log + out + err + gone + more for word in (secret, "a-token-of-the-operators"))


async def test_doctor_names_the_help_resources_that_somebody_should_confirm(tmp_path: Path) -> None:
    code, out, _ = await Home(tmp_path).does("doctor")
    assert code == 0
    assert "are not confirmed by a person" in out
    assert "Not confirmed: at-emergency-112, " in out
    assert "gb-samaritans" in out
