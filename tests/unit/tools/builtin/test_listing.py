import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from palaver.tools.builtin import listing
from palaver.tools.builtin.blocking import Desk
from palaver.tools.builtin.listing import LISTING, find
from palaver.tools.port import Outcome
from palaver.tools.settings import ToolSettings
from palaver.tools.threads import Stop
from palaver.tools.using import use
from tests.unit.tools.scenes import Told

TOOLS = {tool.spec.name: tool for tool in LISTING}

Call = Callable[..., Awaitable[Outcome]]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    told = Told(tmp_path / "w")
    for age, path in enumerate(("new.py", "src/old.py", "src/sub/older.ts", ".git/x.py", ".palaver/outputs/c.txt")):
        told.workspace.write(path, b"12")
        os.utime(told.workspace.root / path, (1_000_000 - age, 1_000_000 - age))
    (told.workspace.root / "link").symlink_to("new.py")
    return told


@pytest.fixture
def call(told: Told) -> Call:
    async def made(name: str, **arguments: Any) -> Outcome:
        return await use(TOOLS[name], arguments, told.scene, ToolSettings())

    return made


async def test_a_folder_is_listed(call: Call) -> None:
    lines = (await call("LS")).content.split("\n")
    assert lines == [".git/", ".palaver/", "link (a link; not followed)", "new.py  2 bytes", "src/"]
    assert (await call("LS", path="src/sub")).content == "older.ts  2 bytes"


async def test_an_empty_folder_says_so(told: Told, call: Call) -> None:
    told.workspace.make_folder("empty")
    assert (await call("LS", path="empty")).content == "empty is empty."


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"pattern": "*.py"}, "new.py\nsrc/old.py"),
        ({"pattern": "src/*"}, "src/old.py"),
        ({"pattern": "**/*.{py,ts}"}, "new.py\nsrc/old.py\nsrc/sub/older.ts"),
        ({"pattern": "*.py", "path": "src"}, "src/old.py"),
        ({"pattern": "sub/*", "path": "src"}, "src/sub/older.ts"),
        ({"pattern": "*.py", "path": ".git"}, ".git/x.py"),
        ({"pattern": "*.txt", "path": ".palaver/outputs"}, ".palaver/outputs/c.txt"),
        ({"pattern": "link"}, "No file found."),
        ({"pattern": "*.rs"}, "No file found."),
    ],
)
async def test_files_are_found_newest_first(call: Call, arguments: dict[str, str], found: str) -> None:
    assert (await call("Glob", **arguments)).content == found


async def test_a_long_search_says_how_far_it_is(told: Told, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "_SAY_EVERY", 2)
    await call("Glob", pattern="*")
    assert told.lines == [f"{count} files and folders looked at" for count in (2, 4, 6)]


def test_a_search_that_was_cancelled_ends(told: Told) -> None:
    stop = Stop()
    stop.set()
    assert find({"pattern": "*"}, Desk(told.workspace, stop, told.lines.append)).content == "No file found."
