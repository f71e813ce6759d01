import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from palaver.core.errors import Invalid
from palaver.core.messages import FilePart
from palaver.files.settings import FileSettings
from palaver.tools.builtin.blocking import Desk
from palaver.tools.builtin.change import CHANGING, edit, write
from palaver.tools.port import Outcome
from palaver.tools.settings import ToolSettings
from palaver.tools.threads import Stop
from palaver.tools.using import use
from tests.promises import keeps
from tests.unit.tools.scenes import Told

TOOLS = {tool.spec.name: tool for tool in CHANGING}

Call = Callable[..., Awaitable[Outcome]]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path / "w")


@pytest.fixture
def call(told: Told) -> Call:
    async def made(name: str, **arguments: Any) -> Outcome:
        return await use(TOOLS[name], arguments, told.scene, ToolSettings())

    return made


async def test_a_file_is_written_with_its_folders_and_comes_back_as_a_part(told: Told, call: Call) -> None:
    outcome = await call("Write", path="src/./a.py", content="ü\nb")
    assert outcome.content == "Wrote src/a.py (2 lines, 4 bytes)."
    assert outcome.parts == (FilePart(path="src/a.py", name="a.py", media_type="text/x-python", size=4),)
    assert told.workspace.read("src/a.py") == "ü\nb".encode()


async def test_what_is_not_unicode_is_not_written(told: Told, call: Call) -> None:
    assert not (await call("Write", path="a", content="a\ud800")).ok
    assert told.workspace.entries() == []


async def test_a_file_over_its_bound_is_not_written(tmp_path: Path) -> None:
    told = Told(tmp_path / "w", settings=FileSettings(file_bytes=10))
    outcome = await use(TOOLS["Write"], {"path": "a", "content": "x" * 11}, told.scene, ToolSettings())
    assert outcome == Outcome("a would have more than 10 bytes.", ok=False)


@keeps("files:whole")
async def test_an_edit_replaces_one_place(told: Told, call: Call) -> None:
    told.workspace.write("a", b"one two two")
    assert (await call("Edit", path="a", old_string="one", new_string="1")).content == "Changed a in 1 place."
    ambiguous = await call("Edit", path="a", old_string="two", new_string="2")
    assert not ambiguous.ok
    assert "stands there 2 times" in ambiguous.content
    outcome = await call("Edit", path="a", old_string="two", new_string="2", replace_all=True)
    assert outcome.content == "Changed a in 2 places."
    assert told.workspace.read("a") == b"1 2 2"


@keeps("files:whole")
async def test_several_edits_are_made_all_or_none(told: Told, call: Call) -> None:
    told.workspace.write("a", b"one two")
    edits = [{"old_string": "one", "new_string": "1"}, {"old_string": "three", "new_string": "3"}]
    outcome = await call("MultiEdit", path="a", edits=edits)
    assert not outcome.ok
    assert "(edit 2) was not found" in outcome.content
    assert told.workspace.read("a") == b"one two"
    assert (await call("MultiEdit", path="a", edits=edits[:1])).ok
    assert told.workspace.read("a") == b"1 two"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a\r\nb\r\n", b"a\r\nx\r\ny\r\n"),
        ("\ufeffa\nb\n".encode("utf-16-be"), "\ufeffa\nx\ny\n".encode("utf-16-be")),
        ("\ufeffa\nb\n".encode(), "\ufeffa\nx\ny\n".encode()),
        (b"\xfc\nb\n", b"\xfc\nx\ny\n"),
    ],
)
async def test_line_ends_marks_and_encodings_are_kept(told: Told, call: Call, before: bytes, after: bytes) -> None:
    told.workspace.write("a", before)
    assert (await call("Edit", path="a", old_string="b\n", new_string="x\ny\n")).ok
    assert told.workspace.read("a") == after


async def test_what_an_encoding_has_no_sign_for_is_refused(told: Told, call: Call) -> None:
    told.workspace.write("a", b"\xfc b")
    outcome = await call("Edit", path="a", old_string="b", new_string="語")
    assert outcome == Outcome("a is latin-1, which has no “語”.", ok=False)
    assert told.workspace.read("a") == b"\xfc b"


async def test_binary_files_and_missing_ones_are_not_edited(told: Told, call: Call) -> None:
    told.workspace.write("a", b"\0b")
    for path in ("a", "missing"):
        assert not (await call("Edit", path=path, old_string="b", new_string="c")).ok
    assert told.workspace.read("a") == b"\0b"


async def test_edits_at_the_same_time_lose_nothing(told: Told, call: Call) -> None:
    told.workspace.write("a", "\n".join(f"<{number}>" for number in range(30)).encode())
    async with asyncio.TaskGroup() as tasks:
        edits = [
            tasks.create_task(call("Edit", path="a", old_string=f"<{number}>", new_string=str(number)))
            for number in range(30)
        ]
    assert all(one.result().ok for one in edits)
    assert told.workspace.read("a").decode().split("\n") == [str(number) for number in range(30)]


def test_a_call_that_was_cancelled_writes_nothing_any_more(told: Told) -> None:
    told.workspace.write("a", b"old")
    stop = Stop()
    stop.set()
    desk = Desk(told.workspace, stop, told.lines.append)
    with pytest.raises(Invalid):
        write({"path": "a", "content": "new"}, desk)
    with pytest.raises(Invalid):
        edit({"path": "a", "old_string": "old", "new_string": "new"}, desk)
    assert told.workspace.read("a") == b"old"
