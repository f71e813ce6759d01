"""Tools that packages bring along: offered, asked about and called; a broken one keeps nobody from anything."""

from pathlib import Path

import pytest

from tests.journeys.acting import ask_until_waiting, call, calls, decided, ended, of_type, results, says, told_results
from tests.journeys.house import Opening
from tests.journeys.packages import package
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)

TOOLS = '''
from palaver.tools.port import Scene
from palaver.tools.toolsets import tool


@tool(effect="reads")
def add(a: int, b: int = 1) -> int:
    """Add two numbers."""
    return a + b


@tool()
async def publish(title: str, scene: Scene) -> str:
    """Publish something."""
    return f"{title} for {scene.session_id}"


@tool(effect="reads")
def stumble() -> str:
    """Fail."""
    raise RuntimeError("swordfish")


def tools():
    return [add, publish, stumble]


def broken():
    raise RuntimeError("this package is broken")


def odd():
    return ["no tool"]
'''
POINTS = {
    "good": "workshop:tools",
    "broken": "workshop:broken",
    "odd": "workshop:odd",
    "gone": "workshop:gone",
    "absent": "no_such_module:tools",
}


@keeps("tools:packages", "tools:arguments")
async def test_tools_of_a_package_are_offered_asked_about_and_called_and_broken_ones_are_left_out(
    open_house: Opening, vendor: FakeVendor, tmp_path: Path
) -> None:
    house = await open_house(packages=package(tmp_path, "workshop", TOOLS, {"palaver.toolsets": POINTS}))
    owner = await house.owner()
    said = house.log.read_text()
    assert said.count("The tools of a package cannot be used") == 4
    assert "this package is broken" in said
    listed = {one["name"]: one for one in (await owner.get("/tools"))["items"]}
    assert (listed["add"]["effect"], listed["publish"]["effect"]) == ("reads", "acts")
    assert "Read" in listed

    vendor.next(
        calls(
            call("c1", "add", a=40, b=2),
            call("c2", "publish", title="News"),
            call("c3", "stumble"),
            call("c4", "add", a="forty"),
        ),
        says("done"),
    )
    heard = await ask_until_waiting(owner, "go")
    session_id = heard[0].data["session_id"]
    shown = {one["function"]["name"]: one["function"] for one in vendor.heard[0].body["tools"]}
    assert shown["publish"]["description"] == "Publish something."
    assert set(shown["publish"]["parameters"]["properties"]) == {"title"}
    assert [one["name"] for one in of_type(heard, "approval")] == ["publish"]
    await decided(owner, heard[0].run_id, "c2", "approve")
    message = await ended(owner, heard[0].run_id)
    found = results(message)
    assert (found["c1"]["ok"], found["c1"]["content"]) == (True, "42")
    assert (found["c2"]["ok"], found["c2"]["content"]) == (True, f"News for {session_id}")
    assert [found[one]["ok"] for one in ("c3", "c4")] == [False, False]
    assert "swordfish" not in str(found)  # what a package stumbled over is for the operator
    assert "does not fit the schema" in told_results(vendor)["c4"]
    assert "swordfish" in house.log.read_text()
    assert message["text"] == "done"


async def test_tools_of_a_package_stand_under_the_same_rules_as_all(
    open_house: Opening, vendor: FakeVendor, tmp_path: Path
) -> None:
    house = await open_house(packages=package(tmp_path, "workshop", TOOLS, {"palaver.toolsets": POINTS}))
    owner = await house.owner()
    vendor.next(calls(call("c1", "publish", title="News")), says("done"))
    events = await owner.ask("go", allowed_tools=["publish"], disallowed_tools=["add"])
    assert "add" not in {one["function"]["name"] for one in vendor.heard[0].body["tools"]}
    assert results(of_type(events, "message")[0]["message"])["c1"]["ok"]
    vendor.next(calls(call("c1", "publish", title="News")), says("done"))
    events = await owner.ask("go", permission_mode="plan")
    assert "Not allowed" in told_results(vendor)["c1"]
