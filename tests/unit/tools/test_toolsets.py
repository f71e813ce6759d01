import threading
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from palaver.core.errors import Invalid
from palaver.tools import toolsets
from palaver.tools.port import Outcome, Scene
from palaver.tools.toolsets import FunctionTool, loaded, tool
from tests.promises import keeps
from tests.unit.tools.scenes import Told


class Place(BaseModel):
    """Somewhere."""

    name: str
    north: float = 0.0


@tool(effect="reads", replay_safe=True)
def weather(
    place: Place,
    days: Annotated[int, Field(ge=1, le=7, description="How many days.")] = 1,
    unit: Literal["C", "F"] = "C",
) -> str:
    """Say what the weather will be.

    For a week at most.
    """
    return f"{place.name} {place.north} {days} {unit}"


@tool()
def where(scene: Scene, word: str = "x") -> dict[str, str]:
    """Say where this is."""
    return {"session": scene.session_id, "word": word, "thread": threading.current_thread().name}


@tool(name="later", deadline=3)
async def slow(n: int) -> Outcome:
    """Say it asynchronously."""
    return Outcome(str(n), ok=False)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Told(tmp_path).scene


def test_type_hints_are_the_schema_and_the_docstring_is_the_description() -> None:
    spec = weather.spec
    assert spec.name == "weather"
    assert spec.description == "Say what the weather will be.\n\nFor a week at most."
    assert (spec.effect, spec.replay_safe) == ("reads", True)
    assert spec.parameters["required"] == ["place"]
    assert spec.parameters["properties"]["days"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 7,
        "default": 1,
        "description": "How many days.",
    }
    assert spec.parameters["properties"]["unit"] == {"type": "string", "enum": ["C", "F"], "default": "C"}
    assert spec.parameters["additionalProperties"] is False


def test_a_function_that_says_nothing_of_its_effect_needs_a_persons_yes() -> None:
    assert where.spec.effect == "acts"
    assert not where.spec.replay_safe


def test_a_tool_may_have_a_name_and_a_deadline_of_its_own() -> None:
    assert (slow.spec.name, slow.spec.deadline) == ("later", 3)


async def test_arguments_become_what_the_function_asks_for(scene: Scene) -> None:
    assert await weather.use({"place": {"name": "Kano"}, "days": 2}, scene) == Outcome("Kano 0.0 2 C")


async def test_arguments_that_do_not_fit_are_invalid(scene: Scene) -> None:
    with pytest.raises(Invalid, match="days"):
        await weather.use({"place": {"name": "Kano"}, "days": 9}, scene)


async def test_a_scene_is_handed_in_and_is_not_in_the_schema_and_the_function_runs_in_a_thread(scene: Scene) -> None:
    assert list(where.spec.parameters["properties"]) == ["word"]
    outcome = await where.use({}, scene)
    assert outcome.content == '{"session":"ses_1","word":"x","thread":"palaver-tool"}'


async def test_an_outcome_is_told_as_it_is(scene: Scene) -> None:
    assert await slow.use({"n": 1}, scene) == Outcome("1", ok=False)


@pytest.mark.parametrize(
    ("value", "told"), [(None, "Done."), ([1, "ü"], '[1,"ü"]'), (Place(name="x"), '{"name":"x","north":0.0}')]
)
async def test_anything_else_is_told_as_json(scene: Scene, value: Any, told: str) -> None:
    @tool()
    def give() -> Any:
        """Give it."""
        return value

    assert (await give.use({}, scene)).content == told


def test_a_function_whose_parameters_say_too_little_is_refused() -> None:
    def untyped(a) -> None:
        """Take anything."""

    def many(*a: int) -> None:
        """Take any number."""

    for function in (untyped, many):
        with pytest.raises(TypeError, match=function.__name__):
            tool()(function)


def two_tools() -> list[FunctionTool]:
    return [weather, slow]


def breaks() -> list[FunctionTool]:
    raise RuntimeError("no licence")


def no_tools() -> list[str]:
    return ["weather"]


@keeps("tools:packages")
def test_a_package_adds_tools_by_an_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [EntryPoint(name, f"{__name__}:{name}", toolsets.GROUP) for name in ("breaks", "two_tools")]
    monkeypatch.setattr(toolsets, "entry_points", lambda group: points if group == "palaver.toolsets" else [])
    assert toolsets.installed() == [weather, slow]


@keeps("tools:packages")
@pytest.mark.parametrize("value", [f"{__name__}:breaks", f"{__name__}:no_tools", f"{__name__}:missing", "no.module:x"])
def test_a_bad_package_is_a_line_in_the_log(value: str, caplog: pytest.LogCaptureFixture) -> None:
    assert loaded(EntryPoint("bad", value, toolsets.GROUP)) == []
    assert len(caplog.records) == 1
    assert "cannot be used" in caplog.text
