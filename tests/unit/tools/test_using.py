import asyncio
import base64
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from palaver.core.errors import Invalid, NotFound
from palaver.core.messages import ImagePart
from palaver.core.questions import Answers, Question
from palaver.files.settings import FileSettings
from palaver.tools.port import Outcome, Scene, ToolSpec
from palaver.tools.settings import ToolSettings
from palaver.tools.threads import in_thread
from palaver.tools.using import use
from tests.promises import keeps
from tests.unit.tools.scenes import Told

SETTINGS = ToolSettings(output_characters=1_000)
PARAMETERS = {
    "type": "object",
    "properties": {"n": {"type": "integer"}, "word": {"type": "string", "pattern": "^(a|aa)+$"}},
    "required": ["n"],
    "additionalProperties": False,
}


class Scripted:
    """Does what it was made to, and remembers what it was asked."""

    def __init__(self, does: Any = "done", *, parameters: dict[str, Any] = PARAMETERS, deadline: float = 60) -> None:
        self.spec = ToolSpec(name="It", description="", parameters=parameters, effect="reads", deadline=deadline)
        self.does = does
        self.asked: list[dict[str, Any]] = []
        self.begun = asyncio.Event()
        self.cancelled = False

    async def use(self, arguments: dict[str, Any], scene: Scene) -> Outcome:
        self.asked.append(arguments)
        self.begun.set()
        if isinstance(self.does, BaseException):
            raise self.does
        if self.does is None:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.cancelled = True
                raise
        return self.does if isinstance(self.does, Outcome) else Outcome(self.does)


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path / "w")


async def test_a_good_call_is_made_as_it_is(told: Told) -> None:
    tool = Scripted()
    assert await use(tool, {"n": 1}, told.scene, SETTINGS) == Outcome("done")
    assert tool.asked == [{"n": 1}]


@keeps("tools:arguments")
@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        ({}, "'n' is a required property"),
        ({"n": "one"}, "n: 'one' is not of type 'integer'"),
        ({"n": 1, "m": 2}, "'m' is not taken"),
        ({"n": 1, "word": "b"}, "word: 'b' does not match"),
        ({"n": "x" * 10_000}, "xxx…"),
    ],
)
async def test_a_call_that_does_not_fit_is_not_made_and_hears_what_is_wrong(
    told: Told, arguments: dict[str, Any], wrong: str
) -> None:
    tool = Scripted()
    outcome = await use(tool, arguments, told.scene, SETTINGS)
    assert not outcome.ok
    assert wrong in outcome.content
    assert len(outcome.content) < 1_000
    assert tool.asked == []


async def test_a_pattern_of_a_schema_that_would_take_for_ever_is_given_up(told: Told) -> None:
    outcome = await use(Scripted(), {"n": 1, "word": "a" * 5_000 + "b"}, told.scene, SETTINGS)
    assert not outcome.ok
    assert "takes too long" in outcome.content


@pytest.mark.parametrize(
    "parameters",
    [
        {"type": "object", "properties": {"n": {"$ref": "http://127.0.0.1:9/schema"}}},
        {"type": "object", "properties": {"n": {"$ref": "#/$defs/missing"}}},
        {"type": "object", "properties": {"n": {"type": "whole"}}},
    ],
)
async def test_a_schema_that_cannot_be_used_fetches_nothing_and_makes_no_call(
    told: Told, parameters: dict[str, Any]
) -> None:
    tool = Scripted(parameters=parameters)
    outcome = await use(tool, {"n": 1}, told.scene, SETTINGS)
    assert not outcome.ok
    assert "schema" in outcome.content
    assert tool.asked == []


@keeps("tools:bounded")
async def test_a_tool_past_its_deadline_is_cancelled(told: Told) -> None:
    tool = Scripted(None, deadline=0.01)
    outcome = await use(tool, {"n": 1}, told.scene, SETTINGS)
    assert tool.cancelled
    assert outcome == Outcome("It was stopped: it took longer than 0.01 seconds.", ok=False)


async def test_no_call_takes_longer_than_the_operator_allows(told: Told) -> None:
    tool = Scripted(None, deadline=3_600)
    outcome = await use(tool, {"n": 1}, told.scene, ToolSettings(longest_call=0.01))
    assert tool.cancelled
    assert not outcome.ok


@keeps("tools:bounded")
async def test_cancelling_a_call_reaches_the_tool_and_is_raised(told: Told) -> None:
    tool = Scripted(None)
    async with asyncio.TaskGroup() as tasks:
        call = tasks.create_task(use(tool, {"n": 1}, told.scene, SETTINGS))
        await tool.begun.wait()
        call.cancel()
    assert tool.cancelled
    assert call.cancelled()


@pytest.mark.parametrize("error", [Invalid("write it like this"), NotFound("write it like this")])
async def test_what_a_tool_says_is_wrong_is_told(told: Told, error: Exception) -> None:
    assert await use(Scripted(error), {"n": 1}, told.scene, SETTINGS) == Outcome("write it like this", ok=False)


@pytest.mark.parametrize("error", [ValueError("password=hunter2"), TimeoutError("hunter2"), KeyError("hunter2")])
async def test_a_failure_is_told_without_its_details_which_are_logged(
    told: Told, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = await use(Scripted(error), {"n": 1}, told.scene, SETTINGS)
    assert not outcome.ok
    assert "hunter2" not in outcome.content
    assert "hunter2" in caplog.text


@keeps("tools:output")
async def test_a_long_output_is_cut_and_the_whole_is_a_file(told: Told) -> None:
    whole = "begin" + "x" * 5_000 + "end"
    image = ImagePart(url="data:,")
    outcome = await use(Scripted(Outcome(whole, ok=False, parts=(image,))), {"n": 1}, told.scene, SETTINGS)
    assert (outcome.truncated, outcome.ok, outcome.parts) == (True, False, (image,))
    assert outcome.content.startswith("begin")
    last = outcome.content.splitlines()[-1]
    assert last == "[This output was cut: 1,000 of 5,008 characters; the whole is in .palaver/outputs/call_1.txt.]"
    assert outcome.content.splitlines()[-2].endswith("end")
    assert len(outcome.content) < 1_000 + 200
    assert told.workspace.read(".palaver/outputs/call_1.txt").decode() == whole


async def test_an_output_of_just_the_size_is_left_alone(told: Told) -> None:
    assert await use(Scripted("x" * 1_000), {"n": 1}, told.scene, SETTINGS) == Outcome("x" * 1_000)
    assert told.workspace.entries() == []


@keeps("tools:bounded")
async def test_images_that_are_too_large_or_too_many_are_left_out_and_that_is_said(told: Told) -> None:
    def image(size: int) -> ImagePart:
        return ImagePart(url=f"data:image/png;base64,{base64.b64encode(bytes(size)).decode()}")

    settings = ToolSettings(image_bytes=1_000)
    outcome = await use(Scripted(Outcome("x", parts=(image(1_000), image(1_001)))), {"n": 1}, told.scene, settings)
    assert outcome.parts == (image(1_000),)
    assert outcome.content == "x\n[1 of 2 images or files are left out: too large, or too many.]"
    many = await use(Scripted(Outcome("x", parts=(image(1),) * 100)), {"n": 1}, told.scene, settings)
    assert len(many.parts) == 32
    assert "68 of 100" in many.content


async def test_where_the_whole_cannot_be_kept_the_outcome_says_so(tmp_path: Path) -> None:
    told = Told(tmp_path / "w", settings=FileSettings(workspace_bytes=100))
    outcome = await use(Scripted("x" * 5_000), {"n": 1}, told.scene, SETTINGS)
    assert outcome.truncated
    assert "could not be kept: The files of this session would have more than 100 bytes" in outcome.content


async def test_what_is_told_can_be_written_everywhere(told: Told) -> None:
    outcome = await use(Scripted("a\0b\ud800c"), {"n": 1}, told.scene, SETTINGS)
    assert outcome.content == "a\N{REPLACEMENT CHARACTER}b?c"


async def test_work_in_a_thread_hears_that_its_call_was_cancelled_and_nobody_waits_for_it() -> None:
    begun, ended = threading.Event(), threading.Event()

    def work(stop: threading.Event) -> None:
        begun.set()
        if stop.wait(5):
            ended.set()

    async with asyncio.TaskGroup() as tasks:
        call = tasks.create_task(in_thread(work))
        assert await asyncio.to_thread(begun.wait, 5)
        call.cancel()
    assert call.cancelled()
    assert await asyncio.to_thread(ended.wait, 5)


@pytest.mark.parametrize("error", [KeyError("x"), StopIteration(), SystemExit(3), KeyboardInterrupt()])
async def test_whatever_work_in_a_thread_raises_is_an_ordinary_error(error: BaseException) -> None:
    def work(stop: threading.Event) -> None:
        raise error

    with pytest.raises((KeyError, RuntimeError)):
        await in_thread(work)


class Asking(Scripted):
    """Asks a person in mid-call."""

    async def use(self, arguments: dict[str, Any], scene: Scene) -> Outcome:
        answers = await scene.ask((Question(header="Which", question="Which one?"),))
        return Outcome(str(answers.given))


async def test_the_time_of_a_call_stands_still_while_a_person_is_asked(told: Told) -> None:
    loop, seconds = asyncio.get_running_loop(), 0.05

    async def thoughtful(questions: Sequence[Question]) -> Answers:
        said = asyncio.Event()
        loop.call_later(seconds * 4, said.set)
        await said.wait()
        return Answers((("this",),))

    outcome = await use(Asking(deadline=seconds), {"n": 1}, replace(told.scene, ask=thoughtful), SETTINGS)
    assert outcome == Outcome("(('this',),)")
