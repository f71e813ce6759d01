"""Bash and the code interpreter, in the best sandbox of this machine."""

import sys
from pathlib import Path

import pytest

from palaver.core.messages import FilePart, ImagePart
from palaver.tools.builtin.programs import programs, withheld
from palaver.tools.checking import check_schema, problem
from palaver.tools.port import Outcome, Tool
from palaver.tools.sandbox.choosing import Chosen
from palaver.tools.sandbox.settings import SandboxSettings
from tests.faults.sandboxes import KINDS
from tests.unit.tools.scenes import Told

SETTINGS = SandboxSettings(seconds=20, most_seconds=30, network=not any(kind.apart for kind in KINDS.values()))


def tools(settings: SandboxSettings = SETTINGS) -> dict[str, Tool]:
    kind = next(iter(KINDS.values()))
    return {tool.spec.name: tool for tool in programs(Chosen(kind.make(), "", kind.python), settings)}


async def use(name: str, folder: Path, settings: SandboxSettings = SETTINGS, **arguments: object) -> Outcome:
    return await tools(settings)[name].use(arguments, Told(folder).scene)


def test_both_act_and_are_described_by_schemas_that_hold() -> None:
    for tool in tools().values():
        check_schema(tool.spec.parameters)
        assert tool.spec.effect == "acts"
        assert not tool.spec.replay_safe
        assert tool.spec.deadline > SETTINGS.most_seconds
    assert problem(tools()["Bash"].spec.parameters, {"command": "ls", "timeout": 31})
    assert problem(tools()["Bash"].spec.parameters, {"command": "ls", "timeout": 3, "description": "Lists"}) is None


@pytest.mark.parametrize("name", ["Bash", "Python"])
async def test_where_no_sandbox_works_both_refuse_and_are_withheld(name: str, tmp_path: Path) -> None:
    chosen = Chosen(None, "Install bubblewrap.")
    refusing = {tool.spec.name: tool for tool in programs(chosen, SETTINGS)}
    outcome = await refusing[name].use({"command": "true", "code": "1"}, Told(tmp_path).scene)
    assert not outcome.ok
    assert "Install bubblewrap." in outcome.content
    assert withheld(chosen) == {"Bash", "Python"}


async def test_without_an_interpreter_inside_only_python_refuses(tmp_path: Path) -> None:
    chosen = Chosen(next(iter(KINDS.values())).make(), "")
    _, python = programs(chosen, SETTINGS)
    assert "sandbox.python" in (await python.use({"code": "1"}, Told(tmp_path).scene)).content
    assert withheld(chosen) == {"Python"}


async def test_a_command_tells_its_output_and_exit_code(tmp_path: Path) -> None:
    assert await use("Bash", tmp_path, command="echo out; echo err >&2; exit 3") == Outcome(
        "out\nerr\n[exit code 3]", ok=False
    )
    assert await use("Bash", tmp_path, command="true") == Outcome("(no output)\n[exit code 0]")
    assert (await use("Bash", tmp_path, command="kill -9 $$")).content.endswith("[exit code 137, ended by signal 9]")


async def test_a_command_that_takes_too_long_is_stopped_and_says_so(tmp_path: Path) -> None:
    outcome = await use("Bash", tmp_path, command="echo begun; sleep 4271", timeout=1)
    assert outcome == Outcome("begun\n[Stopped after 1 seconds. All it had started was ended with it.]", ok=False)


async def test_a_command_that_says_too_much_is_stopped_and_says_so(tmp_path: Path) -> None:
    settings = SETTINGS.model_copy(update={"output_bytes": 2_000})
    outcome = await use("Bash", tmp_path, settings, command="yes")
    assert "[Stopped: it said more than 2,000 bytes" in outcome.content
    assert len(outcome.content) < 2_200


async def test_a_command_of_any_length_that_is_taken_runs_and_a_longer_one_is_refused(tmp_path: Path) -> None:
    longest = ":" + "\n" * 59_989 + "echo done\n"
    assert (await use("Bash", tmp_path, command=longest)).content == "done\n[exit code 0]"
    refused = await use("Bash", tmp_path, command=longest + "\n")
    assert not refused.ok
    assert "write a script" in refused.content


async def test_files_of_a_command_come_back(tmp_path: Path) -> None:
    outcome = await use("Bash", tmp_path, command="echo hello > note.txt")
    assert outcome.parts == (FilePart(path="note.txt", name="note.txt", media_type="text/plain", size=6),)
    assert "    hello" in outcome.content


async def test_code_shows_its_last_value_and_no_exit_code_where_all_went_well(tmp_path: Path) -> None:
    assert await use("Python", tmp_path, code="6 * 7") == Outcome("42")
    failed = await use("Python", tmp_path, code="1 / 0")
    assert not failed.ok
    assert failed.content.endswith("ZeroDivisionError: division by zero\n[exit code 1]")


async def test_nothing_but_files_lives_on_to_the_next_call(tmp_path: Path) -> None:
    await use("Python", tmp_path, code="x = 1\nopen('kept', 'w').write('y')")
    assert "NameError" in (await use("Python", tmp_path, code="x")).content
    assert (await use("Python", tmp_path, code="open('kept').read()")).content == "'y'"


async def test_figures_that_are_open_come_back_as_images_and_files(tmp_path: Path) -> None:
    code = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nplt.figure()\nprint('drawn')"
    (tmp_path / "figure-1.png").write_bytes(b"mine")
    outcome = await use("Python", tmp_path, code=code)
    assert outcome.ok, outcome.content
    assert outcome.content.startswith("drawn\nFiles written:\n- figure-2.png (image/png, ")
    assert [part.path for part in outcome.parts if isinstance(part, FilePart)] == ["figure-2.png", "figure-3.png"]
    assert sum(isinstance(part, ImagePart) for part in outcome.parts) == 2
    assert (tmp_path / "figure-1.png").read_bytes() == b"mine"


async def test_progress_is_told_while_it_runs(tmp_path: Path) -> None:
    told = Told(tmp_path)
    await tools()["Bash"].use({"command": "echo one; sleep 0.4; echo two"}, told.scene)
    assert told.lines == ["one", "two"]


def test_the_interpreter_of_these_tests_is_the_one_that_runs_code() -> None:
    assert next(iter(KINDS.values())).python == sys.executable
