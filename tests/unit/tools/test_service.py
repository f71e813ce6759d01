import asyncio
from pathlib import Path
from typing import Any

import pytest

from palaver.tools.port import Outcome, Scene, ToolSpec
from palaver.tools.service import Tools
from palaver.tools.settings import ToolSettings
from tests.promises import keeps
from tests.unit.tools.scenes import Told

SETTINGS = ToolSettings(plugins=False)


class Named:
    """A tool that is called something, and counts how many of its calls are under way."""

    under_way = most = 0

    def __init__(self, name: str, parameters: dict[str, Any] | None = None) -> None:
        self.spec = ToolSpec(name=name, description="", parameters=parameters or {"type": "object"}, effect="reads")
        self.three, self.go_on = asyncio.Event(), asyncio.Event()

    async def use(self, arguments: dict[str, Any], scene: Scene) -> Outcome:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        if self.under_way == 3:
            self.three.set()
        await self.go_on.wait()
        self.under_way -= 1
        return Outcome("")


def names(tools: Any) -> list[str]:
    return [tool.spec.name for tool in tools]


async def test_tools_are_found_by_name_and_keep_their_order() -> None:
    a, b = Named("A"), Named("B")
    tools = Tools([b, a], SETTINGS)
    assert names(tools.all()) == ["B", "A"]
    assert tools.get("A") is a
    assert tools.get("C") is None


async def test_two_shipped_tools_of_one_name_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="A"):
        Tools([Named("A"), Named("A")], SETTINGS)


@keeps("tools:packages")
async def test_a_package_cannot_take_the_name_of_another_tool_or_bring_a_broken_schema(
    caplog: pytest.LogCaptureFixture,
) -> None:
    first = Named("A")
    added = [Named("A"), Named("B"), Named("C", {"type": "object", "properties": 3}), Named("D", {"type": "array"})]
    tools = Tools([first], SETTINGS, added)
    assert names(tools.all()) == ["A", "B"]
    assert tools.get("A") is first
    assert caplog.text.count("is left out") == 3


async def test_packages_are_asked_only_where_the_operator_lets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("palaver.tools.service.installed", lambda: [Named("B")])
    assert names(Tools([Named("A")], ToolSettings()).all()) == ["A", "B"]
    assert names(Tools([Named("A")], SETTINGS).all()) == ["A"]


async def test_all_are_offered_or_those_that_the_operator_names() -> None:
    shipped = [Named("A"), Named("B")]
    assert names(Tools(shipped, SETTINGS).offered()) == ["A", "B"]
    assert names(Tools(shipped, ToolSettings(offer=("B", "unknown"), plugins=False)).offered()) == ["B"]


@keeps("tools:bounded")
async def test_a_process_makes_only_so_many_calls_at_once(tmp_path: Path) -> None:
    tool = Named("A")
    tools = Tools([tool], ToolSettings(parallel_per_process=3, plugins=False))
    scene = Told(tmp_path).scene
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        calls = [tasks.create_task(tools.use(tool, {}, scene)) for _ in range(10)]
        await tool.three.wait()
        tool.go_on.set()
    assert tool.most == 3
    assert all(call.result().ok for call in calls)
