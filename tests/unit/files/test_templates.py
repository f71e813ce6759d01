import asyncio
import logging
import os
import socket
from pathlib import Path

import pytest

from palaver.core.errors import Invalid, Unavailable
from palaver.core.ids import SessionId
from palaver.files.blobs import Blobs
from palaver.files.service import Home
from palaver.files.settings import FileSettings
from palaver.files.snapshots import Snapshots
from palaver.files.templates import Template, Templates, open_templates
from palaver.files.workspaces import Workspaces

ONE, TWO = SessionId("ses_1"), SessionId("ses_2")
FAR = 2**40  # an instant that everything is older than


@pytest.fixture
def home(tmp_path: Path) -> Home:
    blobs, workspaces = Blobs(tmp_path), Workspaces(tmp_path)
    return Home(workspaces, blobs, Snapshots(blobs, workspaces))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "templates/default/below").mkdir(parents=True)
    (tmp_path / "templates/default/a.txt").write_bytes(b"a")
    (tmp_path / "templates/default/below/b.txt").write_bytes(b"b")
    return tmp_path / "templates"


@pytest.fixture
def templates(home: Home, folder: Path, tmp_path: Path) -> Templates:
    return open_templates(tmp_path, FileSettings(), home)


async def test_beginning_keeps_every_content_once_and_lays_nothing_out(templates: Templates, home: Home) -> None:
    first = await templates.begin(ONE)
    names = set(home.blobs.names())
    assert first is not None
    assert (first.files, first.bytes) == (2, 2)
    assert await templates.begin(TWO) == first
    assert set(home.blobs.names()) == names
    assert not home.workspaces.of(ONE).root.exists()
    assert home.workspaces.of(TWO).read("below/b.txt") == b"b"
    assert home.snapshots.take(TWO) == first


async def test_what_a_template_is_made_of_is_not_swept_while_nobody_began_with_it(
    templates: Templates, home: Home
) -> None:
    await templates.all()
    home.blobs.sweep(home.snapshots.needed(set()), FAR)
    await templates.begin(ONE)
    home.blobs.sweep(home.snapshots.needed(set()), FAR)
    assert home.workspaces.of(ONE).read("a.txt") == b"a"


async def test_what_a_template_was_is_swept_once_no_session_begins_with_it(
    templates: Templates, home: Home, folder: Path
) -> None:
    await templates.begin(ONE)
    (folder / "default/a.txt").write_bytes(b"new")
    await templates.begin(TWO)
    home.blobs.sweep(home.snapshots.needed(set()), FAR)
    assert home.workspaces.of(ONE).read("a.txt") == b"a"
    home.workspaces.forget(ONE)
    home.blobs.sweep(home.snapshots.needed(set()), FAR)
    assert home.workspaces.of(TWO).read("a.txt") == b"new"
    assert len(set(home.blobs.names())) == 4


async def test_a_template_that_did_not_change_is_not_read_again(
    templates: Templates, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(folder / "default/a.txt")
    while (folder / "default/a.txt").stat().st_ctime_ns + 40_000_000 > _now(folder):
        pass  # until the change is old enough to be trusted
    await templates.all()
    opened: list[str] = []
    was = os.open

    def spy(path: str, *more: int, **how: int) -> int:
        opened.append(str(path))
        return was(path, *more, **how)

    monkeypatch.setattr(os, "open", spy)
    await templates.begin(ONE)
    assert "a.txt" not in opened
    (folder / "default/a.txt").write_bytes(b"A")
    await templates.begin(TWO)
    assert "a.txt" in opened


def _now(folder: Path) -> int:
    clock = folder / "clock"
    clock.touch()
    os.utime(clock)
    return clock.stat().st_ctime_ns


async def test_without_templates_sessions_begin_with_nothing_and_no_disk_is_touched(tmp_path: Path, home: Home) -> None:
    none = Templates(tmp_path / "nothing", home)
    assert await none.begin(ONE) is None
    assert await none.all() == []
    assert not (tmp_path / "workspaces").exists()
    with pytest.raises(Invalid, match="there is none"):
        await none.begin(ONE, "default")


async def test_an_empty_template_is_no_files(templates: Templates, home: Home, folder: Path) -> None:
    (folder / "empty").mkdir()
    assert await templates.begin(ONE, "empty") is None
    assert not home.workspaces.exists(ONE)
    assert Template("empty", 0, 0, default=False) in await templates.all()


async def test_files_and_names_that_lead_elsewhere_are_no_templates(templates: Templates, folder: Path) -> None:
    (folder / "file").touch()
    (folder / ".hidden").mkdir()
    assert [one.name for one in await templates.all()] == ["default"]
    for name in ("file", ".hidden", "..", "default/below", "", "default\n", "x" * 65):
        with pytest.raises(Invalid, match="there is default"):
            await templates.begin(ONE, name)


async def test_a_template_that_no_session_could_hold_is_refused(tmp_path: Path, home: Home, folder: Path) -> None:
    home.workspaces.settings = FileSettings(workspace_bytes=1)
    with pytest.raises(Unavailable, match="more bytes than"):
        await open_templates(tmp_path, FileSettings(), home).begin(ONE)
    assert not home.workspaces.exists(ONE)


async def test_what_cannot_be_kept_is_logged_once_and_second_names_are_fine(
    templates: Templates, home: Home, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    os.link(folder / "default/a.txt", folder / "default/again.txt")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(folder / "default/socket"))
    with caplog.at_level(logging.WARNING):
        await templates.begin(ONE)
        await templates.begin(TWO)
    assert [record.__dict__["paths"] for record in caplog.records] == [["socket"]]
    assert {one.path for one in home.workspaces.of(ONE).entries()} == {"a.txt", "again.txt", "below"}
    assert (home.workspaces.of(ONE).root / "a.txt").stat().st_nlink == 1


async def test_many_sessions_may_begin_at_the_same_time(templates: Templates, home: Home) -> None:
    sessions = [SessionId(f"ses_{number}") for number in range(20)]
    async with asyncio.TaskGroup() as tasks:
        for one in sessions:
            tasks.create_task(templates.begin(one))
    assert {home.workspaces.of(one).read("a.txt") for one in sessions} == {b"a"}
