from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from palaver.tools import matches
from palaver.tools.builtin.blocking import Desk
from palaver.tools.builtin.grep import GREP, grep
from palaver.tools.port import Outcome
from palaver.tools.settings import ToolSettings
from palaver.tools.threads import Stop
from palaver.tools.using import use
from tests.unit.tools.scenes import Told

Call = Callable[..., Awaitable[Outcome]]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    told = Told(tmp_path / "w")
    told.workspace.write("a.py", b"import os\n\nos.getcwd()\nprint(OS)\n")
    told.workspace.write("src/b.txt", "import sys\ngrüße os\n".encode("utf-16"))
    told.workspace.write("src/binary", b"os\0os")
    told.workspace.write(".git/config", b"os")
    return told


@pytest.fixture
def call(told: Told) -> Call:
    async def made(**arguments: Any) -> Outcome:
        return await use(GREP, arguments, told.scene, ToolSettings())

    return made


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"pattern": "os"}, "a.py\nsrc/b.txt"),
        ({"pattern": "os", "output_mode": "count"}, "a.py:2\nsrc/b.txt:1"),
        ({"pattern": "os", "output_mode": "count", "ignore_case": True}, "a.py:3\nsrc/b.txt:1"),
        ({"pattern": "^os", "output_mode": "content"}, "a.py:3:os.getcwd()"),
        (
            {"pattern": "^os", "output_mode": "content", "context": 1},
            "a.py:2-\na.py:3:os.getcwd()\na.py:4-print(OS)",
        ),
        ({"pattern": "os", "glob": "*.txt"}, "src/b.txt"),
        ({"pattern": "os", "path": "src"}, "src/b.txt"),
        ({"pattern": "os", "path": "src", "glob": "b*"}, "src/b.txt"),
        ({"pattern": "os", "path": "a.py"}, "a.py"),
        ({"pattern": "os", "path": ".git"}, ".git/config"),
        ({"pattern": "nowhere"}, "Nothing found."),
        ({"pattern": "os", "path": "src/binary"}, "Nothing found."),
        (
            {"pattern": "o", "output_mode": "content", "limit": 1},
            "a.py:1:import os\n[There is more: only the first 1 lines are told.]",
        ),
    ],
)
async def test_a_search_tells_what_it_was_asked_for(call: Call, arguments: dict[str, Any], found: str) -> None:
    assert await call(**arguments) == Outcome(found)


async def test_a_pattern_that_takes_too_long_ends_the_call(
    told: Told, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matches, "SECONDS", 0.05)
    told.workspace.write("slow", b"a" * 5_000 + b"b")
    outcome = await call(pattern="(a|aa)+$")
    assert not outcome.ok
    assert "slow" in outcome.content


async def test_what_cannot_be_searched_is_an_error_where_it_was_named_itself(told: Told, call: Call) -> None:
    (told.workspace.root / "link").symlink_to("/etc/passwd")
    assert not (await call(pattern="root", path="link")).ok
    assert not (await call(pattern="root", path="missing")).ok
    assert await call(pattern="root") == Outcome("Nothing found.")


async def test_a_workspace_without_files_has_nothing_in_it(tmp_path: Path) -> None:
    told = Told(tmp_path / "empty")
    assert await use(GREP, {"pattern": "a"}, told.scene, ToolSettings()) == Outcome("Nothing found.")


def test_a_search_that_was_cancelled_ends(told: Told) -> None:
    stop = Stop()
    stop.set()
    assert grep({"pattern": "os"}, Desk(told.workspace, stop, told.lines.append)).content == "Nothing found."
