import os
from pathlib import Path

import pytest

from palaver.core.errors import Invalid, NotFound
from palaver.core.ids import SessionId
from palaver.files import swapping
from palaver.files.blobs import Blobs
from palaver.files.snapshots import Snapshots
from palaver.files.workspace import Workspace
from palaver.files.workspaces import Workspaces

ONE, TWO = SessionId("ses_1"), SessionId("ses_2")


@pytest.fixture
def workspaces(tmp_path: Path) -> Workspaces:
    return Workspaces(tmp_path)


@pytest.fixture
def snapshots(tmp_path: Path, workspaces: Workspaces) -> Snapshots:
    return Snapshots(Blobs(tmp_path), workspaces)


@pytest.fixture
def files(workspaces: Workspaces, snapshots: Snapshots) -> Workspace:
    one = workspaces.of(ONE)
    one.write("kept.txt", b"as it was\n")
    one.write("folder/inner.txt", b"inner\n")
    one.write("gone.sh", b"echo\n")
    (one.root / "gone.sh").chmod(0o750)
    one.make_folder("empty/below")
    return one


def root_of(snapshots: Snapshots, session: SessionId = ONE) -> str:
    taken = snapshots.take(session)
    assert taken is not None
    return taken.root


def test_a_session_without_files_has_no_snapshot_and_gets_no_folder(snapshots: Snapshots, tmp_path: Path) -> None:
    assert snapshots.take(ONE) is None
    assert not (tmp_path / "workspaces").exists()


def test_restoring_brings_back_contents_modes_and_empty_folders_and_removes_what_is_new(
    files: Workspace, snapshots: Snapshots
) -> None:
    before = root_of(snapshots)
    files.write("kept.txt", b"other\n")
    files.remove("gone.sh")
    files.remove("empty")
    files.write("new/one.txt", b"new")
    (files.root / "folder/inner.txt").chmod(0o600)
    restored = snapshots.restore(ONE, before)
    assert restored.created == ("empty/", "empty/below/", "gone.sh")
    assert restored.changed == ("folder/inner.txt", "kept.txt")
    assert restored.deleted == ("new/", "new/one.txt")
    assert files.read("kept.txt") == b"as it was\n"
    assert (files.root / "gone.sh").stat().st_mode & 0o777 == 0o750
    assert (files.root / "folder/inner.txt").stat().st_mode & 0o777 == 0o644
    assert (files.root / "empty/below").is_dir()
    assert root_of(snapshots) == before


def test_what_was_undone_can_be_done_again(files: Workspace, snapshots: Snapshots) -> None:
    before = root_of(snapshots)
    files.write("later.txt", b"later")
    after = root_of(snapshots)
    snapshots.restore(ONE, before)
    snapshots.restore(ONE, after)
    assert files.read("later.txt") == b"later"


def test_a_file_becomes_a_folder_and_a_folder_a_file(files: Workspace, snapshots: Snapshots) -> None:
    before = root_of(snapshots)
    files.remove("folder")
    files.write("folder", b"a file now")
    files.remove("kept.txt")
    files.write("kept.txt/inside", b"a folder now")
    after = root_of(snapshots)
    snapshots.restore(ONE, before)
    assert files.read("folder/inner.txt") == b"inner\n"
    snapshots.restore(ONE, after)
    assert files.read("kept.txt/inside") == b"a folder now"


def test_links_are_brought_back_as_links_and_what_they_lead_to_is_left_alone(
    files: Workspace, snapshots: Snapshots, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("outside")
    (files.root / "link").symlink_to(outside)
    before = root_of(snapshots)
    (files.root / "link").unlink()
    files.write("link", b"a file")
    snapshots.restore(ONE, before)
    assert (files.root / "link").readlink() == outside
    snapshots.restore(ONE, None)
    assert outside.read_text() == "outside"


def test_what_no_snapshot_can_hold_is_told_and_stays(files: Workspace, snapshots: Snapshots) -> None:
    os.mkfifo(files.root / "pipe")
    os.link(files.root / "kept.txt", files.root / "second")
    taken = snapshots.take(ONE)
    assert taken is not None
    assert sorted(taken.left_out) == ["kept.txt", "pipe", "second"]
    snapshots.restore(ONE, taken.root)
    assert sorted(one.name for one in files.root.iterdir()) == [
        "empty",
        "folder",
        "gone.sh",
        "kept.txt",
        "pipe",
        "second",
    ]


def test_a_seeded_session_has_the_files_at_first_use_and_changes_nobody_elses(
    files: Workspace, workspaces: Workspaces, snapshots: Snapshots
) -> None:
    snapshots.seed(TWO, root_of(snapshots))
    assert workspaces.exists(TWO)
    assert not (files.root.parent / TWO).exists()
    workspaces.of(TWO).write("kept.txt", b"of the second\n")
    assert files.read("kept.txt") == b"as it was\n"
    assert workspaces.of(TWO).read("folder/inner.txt") == b"inner\n"


def test_a_seed_that_was_never_used_is_its_own_snapshot(files: Workspace, snapshots: Snapshots) -> None:
    root = root_of(snapshots)
    snapshots.seed(TWO, root)
    assert root_of(snapshots, TWO) == root
    assert not (files.root.parent / TWO).exists()


def test_a_seed_outlives_a_restart(files: Workspace, snapshots: Snapshots, tmp_path: Path) -> None:
    snapshots.seed(TWO, root_of(snapshots))
    again = Workspaces(tmp_path)
    Snapshots(Blobs(tmp_path), again)
    assert again.of(TWO).read("kept.txt") == b"as it was\n"


def test_who_has_files_is_not_seeded_and_what_is_no_snapshot_seeds_nobody(
    files: Workspace, snapshots: Snapshots
) -> None:
    with pytest.raises(Invalid):
        snapshots.seed(ONE, root_of(snapshots))
    with pytest.raises(NotFound):
        snapshots.seed(TWO, "0" * 64)


def test_unchanged_files_are_not_read_again(files: Workspace, snapshots: Snapshots, tmp_path: Path) -> None:
    before = root_of(snapshots)
    known = set(Blobs(tmp_path).names())
    files.write("folder/inner.txt", b"changed\n")
    assert root_of(snapshots) != before
    # The file, its folder and the root are new; nothing else was kept a second time.
    assert len(set(Blobs(tmp_path).names()) - known) == 3


def test_a_rename_costs_no_content(files: Workspace, snapshots: Snapshots, tmp_path: Path) -> None:
    files.write("big.bin", os.urandom(3_000_000))
    first = root_of(snapshots)
    known = set(Blobs(tmp_path).names())
    (files.root / "big.bin").rename(files.root / "folder/other.bin")
    second = root_of(snapshots)
    assert len(set(Blobs(tmp_path).names()) - known) == 2
    (change,) = [one for one in snapshots.diff(first, second) if one.kind == "renamed"]
    assert (change.from_path, change.path, change.diff) == ("big.bin", "folder/other.bin", None)


def test_differences_are_told_by_path_with_a_unified_diff_of_texts(files: Workspace, snapshots: Snapshots) -> None:
    first = root_of(snapshots)
    files.write("kept.txt", b"as it is\n")
    files.write("picture", b"\0\1\2")
    (files.root / "gone.sh").chmod(0o644)
    found = {one.path: one for one in snapshots.diff(first, root_of(snapshots))}
    assert {path: one.kind for path, one in found.items()} == {
        "kept.txt": "changed",
        "picture": "created",
        "gone.sh": "mode",
    }
    assert found["kept.txt"].diff == "--- a/kept.txt\n+++ b/kept.txt\n@@ -1 +1 @@\n-as it was\n+as it is\n"
    assert found["picture"].diff is None
    assert (found["gone.sh"].old_mode, found["gone.sh"].new_mode) == (0o750, 0o644)


def test_a_snapshot_that_lost_a_content_restores_nothing(
    files: Workspace, snapshots: Snapshots, tmp_path: Path
) -> None:
    before = root_of(snapshots)
    files.write("kept.txt", b"other\n")
    files.write("folder/inner.txt", b"other\n")
    blobs = Blobs(tmp_path)
    blobs.delete(blobs.put(b"inner\n").sha)
    with pytest.raises(NotFound):
        snapshots.restore(ONE, before)
    assert files.read("kept.txt") == b"other\n"
    assert files.read("folder/inner.txt") == b"other\n"


def test_a_sweep_keeps_what_snapshots_seeds_and_what_is_relied_upon_need(
    files: Workspace, workspaces: Workspaces, snapshots: Snapshots, tmp_path: Path
) -> None:
    blobs = Blobs(tmp_path)
    first = root_of(snapshots)
    files.write("kept.txt", b"second\n")
    second = root_of(snapshots)
    orphan = blobs.put(b"nobody's").sha
    blobs.sweep(snapshots.needed({first}), older_than=2**40)
    assert not blobs.has(orphan)
    assert snapshots.restore(ONE, first).changed == ("kept.txt",)
    blobs.sweep(snapshots.needed(set()), older_than=2**40)  # nothing points at a snapshot; the last one is relied upon
    files.write("more", b"more")
    assert snapshots.restore(ONE, root_of(snapshots)).changed == ()
    assert not blobs.has(second)
    workspaces.forget(ONE)
    blobs.sweep(snapshots.needed(set()), older_than=2**40)
    assert list(blobs.names()) == []


def test_what_many_files_were_before_is_out_of_the_way_at_once_and_freed_by_the_sweep(
    files: Workspace, snapshots: Snapshots, workspaces: Workspaces, tmp_path: Path
) -> None:
    before = root_of(snapshots)
    for number in range(501):
        files.write(f"new/{number}.txt", b"new")
    restored = snapshots.restore(ONE, before)
    assert len(restored.deleted) == 502
    assert root_of(snapshots) == before
    assert len(list((tmp_path / "workspaces/.gone").rglob("*.txt"))) == 501
    assert not (workspaces.beside / ONE / "new").exists()
    workspaces.clear()
    assert list((tmp_path / "workspaces/.gone").iterdir()) == []


def test_what_few_files_were_before_is_freed_at_once(files: Workspace, snapshots: Snapshots, tmp_path: Path) -> None:
    before = root_of(snapshots)
    files.write("kept.txt", b"other\n")
    snapshots.restore(ONE, before)
    assert list((tmp_path / "workspaces/.gone").iterdir()) == []


def test_systems_that_cannot_swap_names_restore_as_well(
    files: Workspace, snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = root_of(snapshots)
    files.write("kept.txt", b"other\n")
    files.remove("gone.sh")
    files.make_folder("gone.sh/folder")

    def cannot(*_: int | str) -> bool:
        return False

    monkeypatch.setattr(swapping, "swap", cannot)
    restored = snapshots.restore(ONE, before)
    assert restored.changed == ("kept.txt",)
    assert files.read("kept.txt") == b"as it was\n"
    assert root_of(snapshots) == before


def test_files_are_swapped_so_that_a_reader_has_the_one_or_the_other(
    files: Workspace, snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = root_of(snapshots)
    files.write("kept.txt", b"other\n")
    swapped: list[bool] = []
    swap = swapping.swap

    def told(here: int, name: str, there: int, other: str) -> bool:
        swapped.append(swap(here, name, there, other))
        return swapped[-1]

    monkeypatch.setattr(swapping, "swap", told)
    snapshots.restore(ONE, before)
    assert swapped == [True]
