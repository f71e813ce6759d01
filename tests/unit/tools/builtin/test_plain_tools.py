"""What holds for every tool that reaches files, whatever it does with them."""

import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from palaver.files.settings import FileSettings
from palaver.tools.builtin.shelf import plain_tools
from palaver.tools.checking import check_schema
from palaver.tools.port import Outcome
from palaver.tools.settings import ToolSettings
from palaver.tools.using import use
from tests.promises import keeps
from tests.unit.tools.scenes import Told

SETTINGS = ToolSettings()
TOOLS = {tool.spec.name: tool for tool in plain_tools(SETTINGS)}
SECRET = "the neighbour's"

EDIT = {"old_string": "neighbour", "new_string": "thief"}
# Every way to reach a file or a folder, given its path.
REACHING: dict[str, Callable[[str], tuple[str, dict[str, Any]]]] = {
    "Read": lambda path: ("Read", {"path": path}),
    "Write": lambda path: ("Write", {"path": path, "content": "stolen"}),
    "Write below": lambda path: ("Write", {"path": f"{path}/new", "content": "stolen"}),
    "Edit": lambda path: ("Edit", {"path": path, **EDIT}),
    "MultiEdit": lambda path: ("MultiEdit", {"path": path, "edits": [EDIT]}),
    "LS": lambda path: ("LS", {"path": path}),
    "Glob": lambda path: ("Glob", {"pattern": "**", "path": path}),
    "Glob pattern": lambda path: ("Glob", {"pattern": f"{path}/*"}),
    "Grep": lambda path: ("Grep", {"pattern": "neighbour", "path": path, "output_mode": "content"}),
    "Grep glob": lambda path: ("Grep", {"pattern": "neighbour", "glob": f"{path}*"}),
}
FOLDERS = {"LS", "Glob"}


@pytest.fixture
def told(tmp_path: Path) -> Told:
    told = Told(tmp_path / "home" / "ses_1")
    told.workspace.write("mine.txt", b"mine")
    return told


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret.txt").write_text(SECRET, "utf-8")
    return folder


@pytest.fixture
def call(told: Told) -> Callable[..., Awaitable[Outcome]]:
    async def made(name: str, **arguments: Any) -> Outcome:
        return await use(TOOLS[name], arguments, told.scene, SETTINGS)

    return made


def untouched(outside: Path) -> bool:
    names = [path.name for path in outside.iterdir()]
    return names == ["secret.txt"] and (outside / "secret.txt").read_text("utf-8") == SECRET


@keeps("files:inside")
@pytest.mark.parametrize("way", REACHING)
@pytest.mark.parametrize(
    "path",
    [
        "{outside}",
        "{outside}/secret.txt",
        "../../outside",
        "../../outside/secret.txt",
        "x/../../../outside/secret.txt",
        "to_folder",
        "to_folder/secret.txt",
        "to_file",
        "to_link",
        "hard",
        "/proc/self/environ",
        "to_proc/environ",
        "/dev/zero",
        "to_device",
    ],
)
async def test_no_way_leads_outside(
    told: Told, outside: Path, call: Callable[..., Awaitable[Outcome]], way: str, path: str
) -> None:
    root = told.workspace.root
    (root / "to_folder").symlink_to(outside)
    (root / "to_file").symlink_to(outside / "secret.txt")
    (root / "to_link").symlink_to("to_file")
    (root / "to_proc").symlink_to("/proc/self")
    (root / "to_device").symlink_to("/dev/zero")
    os.link(outside / "secret.txt", root / "hard")
    name, arguments = REACHING[way](path.format(outside=outside))
    outcome = await call(name, **arguments)
    assert "neighbour's" not in outcome.content
    assert "PATH=" not in outcome.content
    assert outcome.parts == ()
    # A link or a file is listed by its own name at most; every other answer is a refusal, or nothing found.
    assert not outcome.ok or outcome.content in {"No file found.", "Nothing found.", "hard", path}
    assert untouched(outside)


@keeps("files:inside")
@pytest.mark.parametrize("way", ["Read", "Write", "Edit", "MultiEdit", "Grep"])
@pytest.mark.parametrize("path", ["fifo", "socket", "folder"])
async def test_what_is_no_file_blocks_nothing(
    told: Told, call: Callable[..., Awaitable[Outcome]], way: str, path: str
) -> None:
    told.workspace.make_folder("folder")
    os.mkfifo(told.workspace.root / "fifo")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(told.workspace.root / "socket"))
        name, arguments = REACHING[way](path)
        outcome = await call(name, **arguments)
    assert not outcome.ok or (way, outcome.content) == ("Grep", "Nothing found.")


@pytest.mark.parametrize("way", REACHING)
async def test_a_file_of_ten_gigabytes_is_refused_or_passed_over(
    told: Told, call: Callable[..., Awaitable[Outcome]], way: str
) -> None:
    told.workspace.write("huge", b"text\n" * 10_000)
    os.truncate(told.workspace.root / "huge", 10 * 2**30)
    name, arguments = REACHING[way]("huge")
    outcome = await call(name, **arguments)
    assert len(outcome.content) <= SETTINGS.output_characters + 200
    if way in {"Edit", "MultiEdit"}:
        assert not outcome.ok
    if way == "Grep":
        assert "1 files were not searched" in outcome.content


@keeps("tools:bounded")
async def test_very_many_files_give_a_bounded_answer(tmp_path: Path) -> None:
    told = Told(tmp_path / "w", settings=FileSettings(workspace_entries=3_000))
    root = told.workspace.make()
    for number in range(4_000):
        (root / f"{number}.txt").write_bytes(b"x")
    for name, arguments in (
        ("LS", {}),
        ("Glob", {"pattern": "*"}),
        ("Grep", {"pattern": "x"}),
        ("Grep", {"pattern": "x", "output_mode": "content", "limit": 2_000}),
    ):
        outcome = await use(TOOLS[name], arguments, told.scene, SETTINGS)
        assert outcome.ok
        assert len(outcome.content) <= SETTINGS.output_characters + 200
        assert "more" in outcome.content or "older" in outcome.content


async def test_a_very_deep_tree_gives_an_answer(told: Told, call: Callable[..., Awaitable[Outcome]]) -> None:
    here = os.open(told.workspace.root, os.O_RDONLY)
    for _ in range(300):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    assert (await call("Glob", pattern="**/*.txt")).content == "mine.txt"
    assert (await call("Grep", pattern="mine")).content == "mine.txt"
    told.workspace.remove("d")  # whoever clears up after tests may follow it too far


def test_every_tool_that_is_promised_is_there() -> None:
    names = "Read Write Edit MultiEdit LS Glob Grep TodoWrite AskUserQuestion Task"
    assert list(TOOLS) == names.split()
    assert {name for name, tool in TOOLS.items() if tool.spec.effect == "edits"} == {"Write", "Edit", "MultiEdit"}
    assert {name for name, tool in TOOLS.items() if tool.spec.effect == "reads"} == {"Read", "LS", "Glob", "Grep"}


@pytest.mark.parametrize("name", TOOLS)
def test_every_schema_is_one(name: str) -> None:
    check_schema(TOOLS[name].spec.parameters)
    assert TOOLS[name].spec.parameters["additionalProperties"] is False


def test_all_descriptions_together_cost_little() -> None:
    told = [[tool.spec.name, tool.spec.description, tool.spec.parameters] for tool in TOOLS.values()]
    assert len(msgspec.json.encode(told)) < 5_500  # about 1,500 tokens, paid by every call of a model
