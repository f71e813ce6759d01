"""Workspaces in which files of others are read: what is seen where, and that nothing of theirs is changed or kept."""

from collections.abc import Callable
from pathlib import Path

import pytest

from palaver.core.errors import Invalid, NotFound
from palaver.core.ids import SessionId
from palaver.files.blobs import Blobs
from palaver.files.joined import Joined
from palaver.files.paths import PROJECT
from palaver.files.snapshots import Snapshots
from palaver.files.workspace import Workspace
from palaver.files.workspaces import Workspaces

SESSION, OTHER = SessionId("ses_1"), SessionId("prj_1")


@pytest.fixture
def home(tmp_path: Path) -> Workspaces:
    return Workspaces(tmp_path)


@pytest.fixture
def joined(home: Workspaces) -> Workspace:
    """A session with a file of its own, and two of its project's."""
    home.of(OTHER).write("a.txt", b"theirs")
    home.of(OTHER).write("below/b.txt", b"theirs, too")
    home.of(SESSION).write("own.txt", b"own")
    return Joined(home.of(SESSION), {PROJECT: home.of(OTHER)})


def test_what_is_lent_is_seen_below_its_name_beside_what_is_the_sessions_own(joined: Workspace) -> None:
    assert [(one.path, one.kind) for one in joined.walk()] == [
        ("@project", "folder"), ("@project/a.txt", "file"), ("@project/below", "folder"),
        ("@project/below/b.txt", "file"), ("own.txt", "file"),
    ]  # fmt: skip
    assert joined.read("@project/below/b.txt") == b"theirs, too"
    assert joined.read("own.txt") == b"own"
    assert [joined.stat(path).path for path in ("", "@project", "@project/a.txt")] == ["", "@project", "@project/a.txt"]
    assert [one.path for one in joined.walk(leave_out=joined.lent)] == ["own.txt"]
    assert joined.used() == joined.weight() == 3
    with pytest.raises(NotFound):
        joined.read("@project/own.txt")


@pytest.mark.parametrize("path", ["@project", "@project/a.txt", "./@project//new", "@project/below"])
@pytest.mark.parametrize(
    "change",
    [
        lambda workspace, path: workspace.write(path, b"x"),
        lambda workspace, path: workspace.change(path, lambda _: b"x"),
        lambda workspace, path: workspace.make_folder(path),
        lambda workspace, path: workspace.remove(path),
    ],
)
def test_what_is_lent_is_changed_by_nothing(
    joined: Workspace, path: str, change: Callable[[Workspace, str], None]
) -> None:
    with pytest.raises(Invalid, match="not this session's own"):
        change(joined, path)
    assert [(one.path, one.size) for one in joined.lent[PROJECT].walk()] == [
        ("a.txt", 6), ("below", 0), ("below/b.txt", 11),
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["../ses_1/own.txt", "@project/../own.txt", "@project/../../ses_2/x", "/@project"])
def test_no_path_leads_out_of_what_is_lent(joined: Workspace, path: str) -> None:
    with pytest.raises(Invalid):
        joined.read(path)


def test_a_link_in_what_is_lent_leads_nowhere(joined: Workspace) -> None:
    (joined.lent[PROJECT].root / "link").symlink_to(joined.root / "own.txt")
    with pytest.raises(Invalid, match="link"):
        joined.read("@project/link")


def test_what_is_lent_hides_what_a_program_had_put_there(joined: Workspace) -> None:
    (joined.root / PROJECT).mkdir()
    (joined.root / PROJECT / "a.txt").write_text("own, by chance")
    assert joined.read("@project/a.txt") == b"theirs"
    assert [one.path for one in joined.entries()] == ["@project", "own.txt"]


def test_the_place_of_what_is_lent_is_in_no_snapshot_and_files_that_stand_there_are(
    home: Workspaces, joined: Workspace, tmp_path: Path
) -> None:
    snapshots = Snapshots(Blobs(tmp_path), home)
    before = snapshots.take(SESSION)
    (joined.root / PROJECT).mkdir()
    assert snapshots.take(SESSION) == before
    (joined.root / PROJECT / "kept.txt").write_text("own")
    after = snapshots.take(SESSION)
    assert before
    assert after
    assert [path for path, _ in snapshots.files(after.root)] == ["@project/", "@project/kept.txt", "own.txt"]
    assert snapshots.restore(SESSION, before.root).deleted == ("@project/", "@project/kept.txt")
    (joined.root / PROJECT).mkdir()
    assert snapshots.restore(SESSION, after.root).created == ("@project/", "@project/kept.txt")
    assert home.of(OTHER).read("a.txt") == b"theirs"
