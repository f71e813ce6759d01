"""What was consumed, told by user, model, day, key and organisation: as JSON, as a table, at the command line."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.journeys.house import House, Opening, Person
from tests.journeys.test_command_line import Home
from tests.promises import keeps
from tests.vendor import FakeVendor
from tests.vendor.spoken import Answer, Say

pytestmark = pytest.mark.timeout(120)

PRICED = """
[providers.fake.facts.dated]
prices = [{{ since = {since}, input_usd_per_mtok = {price}, output_usd_per_mtok = 0 }}, {old}]
"""
OLD = "{ since = 2020-01-01, input_usd_per_mtok = 1, output_usd_per_mtok = 0 }"


def a_million(request: Any) -> Answer:
    """An answer to a million tokens."""
    used = {"prompt_tokens": 1_000_000, "completion_tokens": 10, "total_tokens": 1_000_010}
    return Answer((Say("yes"),), tokens=used)


async def shares(person: Person, **asked: str) -> dict[str, Any]:
    """The parts of a report by their keys."""
    return {one["key"]: one for one in (await person.get("/usage", params=asked))["items"]}


async def as_table(person: Person, **asked: str) -> list[list[str]]:
    """The same report, as a spreadsheet reads it."""
    answer = await person.call("GET", "/usage", params={"format": "csv", **asked})
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.body.decode(), newline="")))


@keeps("usage:reports")
async def test_administrators_see_who_consumed_what_and_everybody_else_their_own(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    ada = await house.stranger()
    who = (await ada.get("/auth/me"))["user"]
    key = await ada.post("/api-keys", {"name": '=HYPERLINK("http://evil.example";"key")'})
    vendor.always = a_million
    session = (await ada.post("/query/single", {"prompt": "one"}))["session_id"]
    await house.person(key["key"]).post("/query/single", {"prompt": "two", "model": "fake/=1+1"})
    await owner.post("/query/single", {"prompt": "three"})
    tree = await owner.post("/organisations", {"name": "The Tree"})
    await owner.post(f"/organisations/{tree['id']}/members", {"user_id": who["id"]})
    users = await shares(owner, by="user", of="all")
    assert len(users) == 2
    assert users[who["id"]]["used"]["input_tokens"] == 2_000_000
    assert users[who["id"]]["name"] == who["email"]
    assert (await shares(ada, by="user")).keys() == {who["id"]}
    assert (await ada.call("GET", "/usage", params={"of": "all"})).status == 403
    keys = await shares(ada, by="key")
    assert {name: one["used"]["answers"] for name, one in keys.items()} == {"": 1, key["id"]: 1}
    models = await shares(owner, by="model", of="all")
    assert {name: one["used"]["answers"] for name, one in models.items()} == {"fake/fake-n5-d1": 2, "fake/=1+1": 1}
    organisations = await shares(owner, by="organisation", of="all")
    assert organisations[tree["id"]]["used"]["answers"] == 3
    assert organisations[tree["id"]]["name"] == "The Tree"
    days = await shares(owner, by="day", of="all")
    assert [one["used"]["input_tokens"] for one in days.values()] == [3_000_000]
    lines = await as_table(owner, by="user", of="all")
    assert lines[0] == ["user", "name", "answers", "input_tokens", "output_tokens", "cached_tokens", "cost_usd"]
    assert [who["id"], who["email"], "2", "2000000", "20", "0", ""] in lines
    names = [line[1] for line in await as_table(ada, by="key")]
    assert "'" + '=HYPERLINK("http://evil.example";"key")' in names
    assert (await ada.call("DELETE", f"/sessions/{session}")).status == 204
    assert (await ada.get("/usage"))["total"]["input_tokens"] == 2_000_000, "what was paid was paid"


@keeps("usage:reports")
async def test_a_change_of_prices_does_not_change_what_was_paid(open_house: Opening, vendor: FakeVendor) -> None:
    vendor.always = a_million
    day, tomorrow = ((datetime.now(UTC) + timedelta(days=later)).date().isoformat() for later in (0, 1))
    house = await open_house(PRICED.format(since=tomorrow, price=7, old=OLD))
    owner = await house.owner()
    first = await owner.post("/query/single", {"prompt": "one", "model": "fake/dated"})
    assert first["usage"]["cost_usd"] == pytest.approx(1.0)
    await house.end()
    config = (house.home / "palaver.toml").read_text()
    (house.home / "palaver.toml").write_text(config.replace(f"since = {tomorrow}", f"since = {day}"))
    await house.start()
    models = {one["id"]: one["price"] for one in (await owner.get("/models"))["items"]}
    assert models.get("fake/dated", {"since": day})["since"] == day
    second = await owner.post("/query/single", {"prompt": "two", "model": "fake/dated"})
    assert second["usage"]["cost_usd"] == pytest.approx(7.0)
    assert (await owner.get("/usage"))["total"]["cost_usd"] == pytest.approx(8.0)
    ((_, name, *_, cost),) = (await as_table(owner, by="user"))[1:]
    assert (name, float(cost)) == ("owner@palaver.local", pytest.approx(8.0))


async def test_budgets_and_usage_at_the_command_line_beside_a_running_server(
    open_house: Opening, vendor: FakeVendor
) -> None:
    vendor.always = a_million
    began = datetime.now(UTC).date().isoformat()
    house = await open_house()
    owner = await house.owner()
    await owner.post("/query/single", {"prompt": "one"})
    home = Home(house.home)
    code, out, _ = await home.does("budget", "set", "--user", "owner@palaver.local", "--tokens", "1000000")
    assert (code, out[:4]) == (0, "bud_")
    assert (await owner.call("POST", "/query/single", {"prompt": "two"})).status == 402
    _, listed, _ = await home.does("budget", "list")
    assert "1,000,010 of 1,000,000 tokens" in listed
    assert (await home.does("budget", "remove", out.strip()))[0] == 0
    assert (await owner.call("POST", "/query/single", {"prompt": "two"})).status == 200
    code, _, said = await home.does("budget", "set", "--user", "owner@palaver.local")
    assert (code, "--tokens" in said) == (2, True)
    code, _, said = await home.does("budget", "remove", "bud_none")
    assert (code, said) == (1, "There is no such budget.\n")
    _, told, _ = await home.does("usage", "--by", "user")
    assert "(owner@palaver.local)  in 2000000  out 20  cost unknown" in told
    _, table, _ = await home.does("usage", "--by", "day", "--csv", "--user", "owner@palaver.local")
    (day, *rest), days = table.splitlines()[1].split(","), {began, datetime.now(UTC).date().isoformat()}
    assert (day in days, rest) == (True, ["", "2", "2000000", "20", "0", ""])
    code, _, said = await home.does("usage", "--from", "yesterday")
    assert (code, "This is no time" in said) == (1, True)
