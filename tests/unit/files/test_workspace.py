import os
import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from palaver.core.errors import Invalid, NotFound, PayloadTooLarge, StorageFull
from palaver.files.settings import FileSettings
from palaver.files.workspace import Workspace
from tests.promises import keeps

SECRET = b"the neighbour's"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "home" / "ses_1")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret").write_bytes(SECRET)
    return folder


def paths(workspace: Workspace) -> list[str]:
    return [entry.path for entry in workspace.walk()]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def open_files() -> int:
    return len(names(Path("/proc/self/fd")))


@pytest.fixture
def nothing_left_open() -> Iterator[None]:
    before = open_files()
    yield
    assert open_files() == before


def test_the_folder_is_made_at_the_first_write_and_is_ours_alone(workspace: Workspace) -> None:
    assert workspace.entries() == []
    assert workspace.used() == 0
    assert not workspace.root.exists()
    workspace.write("a/b.txt", b"hello")
    assert stat.S_IMODE(workspace.root.stat().st_mode) == 0o700
    assert workspace.read("a/b.txt") == b"hello"
    assert workspace.used() == 5


def test_what_is_not_there_is_not_found(workspace: Workspace) -> None:
    for ask in (workspace.read, workspace.stat, workspace.remove):
        with pytest.raises(NotFound):
            ask("a/b")
    workspace.write("a/b", b"")
    for ask in (workspace.read, workspace.stat, workspace.entries, workspace.remove):
        with pytest.raises(NotFound, match="a/c"):
            ask("a/c")


def test_a_file_is_replaced_whole_keeps_its_mode_and_leaves_no_other(workspace: Workspace) -> None:
    workspace.write("run.sh", b"old")
    (workspace.root / "run.sh").chmod(0o750)
    reader = (workspace.root / "run.sh").open("rb")
    workspace.write("run.sh", b"new")
    with reader:
        assert reader.read() == b"old"
    assert stat.S_IMODE((workspace.root / "run.sh").stat().st_mode) == 0o750
    assert names(workspace.root) == ["run.sh"]


@keeps("files:whole")
def test_a_write_that_fails_leaves_what_was_there(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.write("a", b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull):
        workspace.write("a", b"new")
    assert workspace.read("a") == b"old"
    assert names(workspace.root) == ["a"]


def test_a_bad_path_is_refused_by_everything(workspace: Workspace, outside: Path) -> None:
    workspace.write("a", b"")
    for path in ("../outside/secret", str(outside / "secret"), "a/../../outside/secret", "a\0"):
        for ask in (workspace.read, workspace.stat, workspace.entries, workspace.remove, workspace.make_folder):
            with pytest.raises(Invalid):
                ask(path)
        with pytest.raises(Invalid):
            workspace.write(path, b"mine")
        with pytest.raises(Invalid):
            workspace.change(path, lambda before: before or b"")
        with pytest.raises(Invalid):
            list(workspace.walk(path))
    assert (outside / "secret").read_bytes() == SECRET


@keeps("files:inside")
@pytest.mark.usefixtures("nothing_left_open")
def test_a_link_is_never_followed(workspace: Workspace, outside: Path) -> None:
    workspace.write("a", b"mine")
    (workspace.root / "file").symlink_to(outside / "secret")
    (workspace.root / "folder").symlink_to(outside)
    (workspace.root / "own").symlink_to("a")
    for path in ("file", "folder/secret", "own"):
        with pytest.raises(Invalid, match="link"):
            workspace.read(path)
        with pytest.raises(Invalid, match="link"):
            workspace.write(path, b"changed")
        with pytest.raises(Invalid, match="link"):
            workspace.change(path, lambda _: b"changed")
    with pytest.raises(Invalid, match="link"):
        workspace.write("folder/new", b"")
    with pytest.raises(Invalid, match="link"):
        workspace.make_folder("folder/new")
    with pytest.raises(Invalid, match="link"):
        workspace.entries("folder")
    with pytest.raises(Invalid, match="link"):
        workspace.remove("folder/secret")
    assert [(entry.path, entry.kind) for entry in workspace.walk()] == [
        ("a", "file"),
        ("file", "link"),
        ("folder", "link"),
        ("own", "link"),
    ]
    assert names(outside) == ["secret"]
    assert (outside / "secret").read_bytes() == SECRET


def test_removing_a_link_leaves_what_it_leads_to(workspace: Workspace, outside: Path) -> None:
    workspace.write("a/b", b"")
    (workspace.root / "a" / "link").symlink_to(outside)
    (workspace.root / "link").symlink_to(outside)
    workspace.remove("link")
    workspace.remove("a")
    assert paths(workspace) == []
    assert (outside / "secret").read_bytes() == SECRET


def test_a_root_that_is_a_link_is_refused(tmp_path: Path, outside: Path) -> None:
    (tmp_path / "link").symlink_to(outside)
    workspace = Workspace(tmp_path / "link")
    with pytest.raises(Invalid):
        workspace.read("secret")
    with pytest.raises(Invalid):
        workspace.write("new", b"")
    assert names(outside) == ["secret"]


@pytest.mark.usefixtures("nothing_left_open")
def test_a_hard_link_is_refused(workspace: Workspace, outside: Path) -> None:
    workspace.write("a", b"")
    os.link(outside / "secret", workspace.root / "hard")
    for ask in (workspace.read, lambda path: workspace.write(path, b"x"), lambda path: workspace.change(path, bytes)):
        with pytest.raises(Invalid, match="hard link"):
            ask("hard")
    assert (outside / "secret").read_bytes() == SECRET


@pytest.mark.usefixtures("nothing_left_open")
def test_what_is_no_file_is_refused_at_once(workspace: Workspace) -> None:
    workspace.make_folder("folder")
    os.mkfifo(workspace.root / "fifo")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(workspace.root / "socket"))
        for path in ("fifo", "socket", "folder"):
            with pytest.raises(Invalid):
                workspace.read(path)
            with pytest.raises(Invalid):
                workspace.write(path, b"")
    assert workspace.stat("fifo").kind == "other"


def test_a_device_is_not_even_opened(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.write("zero", b"")
    real = os.stat

    def like_a_device(path: object, **options: object) -> os.stat_result:
        found = real(path, **options)  # type: ignore[arg-type]
        return os.stat_result((stat.S_IFCHR | 0o666, *tuple(found)[1:])) if path == "zero" else found

    monkeypatch.setattr(os, "stat", like_a_device)
    opened: list[object] = []
    real_open = os.open

    def watched(path: object, *arguments: object, **options: object) -> int:
        opened.append(path)
        return real_open(path, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", watched)
    with pytest.raises(Invalid, match="neither a file nor a folder"):
        workspace.read("zero")
    assert "zero" not in opened


def test_a_file_that_becomes_a_link_between_two_steps_is_refused(
    workspace: Workspace, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.write("a", b"mine")
    real = os.stat

    def swap(path: object, **options: object) -> os.stat_result:
        found = real(path, **options)  # type: ignore[arg-type]
        if path == "a":
            (workspace.root / "a").unlink()
            (workspace.root / "a").symlink_to(outside / "secret")
        return found

    monkeypatch.setattr(os, "stat", swap)
    with pytest.raises(Invalid, match="link"):
        workspace.read("a")


def test_a_folder_that_becomes_a_link_while_a_tree_is_walked_is_not_entered(
    workspace: Workspace, outside: Path
) -> None:
    for name in ("a/1", "b/1", "c/1"):
        workspace.write(name, b"")
    seen: list[str] = []
    for entry in workspace.walk():
        seen.append(entry.path)
        if entry.path == "a":
            (workspace.root / "b").rename(workspace.root / "z")
            (workspace.root / "b").symlink_to(outside)
    assert seen == ["a", "a/1", "b", "c", "c/1"]


@keeps("files:inside")
def test_a_folder_on_the_way_that_is_swapped_all_the_time_never_lets_anything_out(
    workspace: Workspace, outside: Path
) -> None:
    (outside / "f").write_bytes(SECRET)
    workspace.write("d/f", b"mine")
    root, over = workspace.root, threading.Event()

    def swap() -> None:
        steps = (
            lambda: (root / "d").rename(root / "kept"),
            lambda: (root / "d").symlink_to(outside),
            (root / "d").unlink,
            lambda: (root / "kept").rename(root / "d"),
        )
        while not over.is_set():
            for step in steps:
                with suppress(OSError):  # a write may have made the folder anew meanwhile
                    step()

    swapper = threading.Thread(target=swap)
    swapper.start()
    try:
        for _ in range(300):
            for act in (lambda: workspace.read("d/f"), lambda: workspace.write("d/f", b"mine")):
                try:
                    assert act() != SECRET
                except (Invalid, NotFound):
                    continue
    finally:
        over.set()
        swapper.join()
    assert (outside / "f").read_bytes() == SECRET
    assert names(outside) == ["f", "secret"]


def test_proc_is_out_of_reach(workspace: Workspace) -> None:
    workspace.write("a", b"")
    (workspace.root / "self").symlink_to("/proc/self")
    for path in ("self/environ", "self/root/etc/passwd", "/proc/self/environ", "self"):
        with pytest.raises(Invalid):
            workspace.read(path)


def test_a_huge_file_is_refused_without_being_read(workspace: Workspace) -> None:
    workspace.write("huge", b"")
    os.truncate(workspace.root / "huge", 10 * 2**30)
    with pytest.raises(PayloadTooLarge):
        workspace.read("huge", 1_000)
    with workspace.open("huge") as file:
        assert file.read(3) == b"\0\0\0"


def test_a_file_has_a_largest_size(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w", FileSettings(file_bytes=10))
    workspace.write("a", b"x" * 10)
    with pytest.raises(PayloadTooLarge):
        workspace.write("a", b"x" * 11)
    assert workspace.read("a") == b"x" * 10


def test_all_files_together_have_a_largest_size_and_room_comes_back(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w", FileSettings(workspace_bytes=100))
    workspace.write("a", b"x" * 60)
    with pytest.raises(StorageFull):
        workspace.write("b", b"x" * 60)
    assert paths(workspace) == ["a"]
    workspace.remove("a")
    workspace.write("b", b"x" * 60)
    with pytest.raises(StorageFull):
        workspace.change("c", lambda _: b"x" * 60)


def test_what_commands_wrote_counts_too_under_any_name(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w", FileSettings(workspace_bytes=100))
    folder = workspace.make() / "bad\nname"
    folder.mkdir()
    (folder / "x").write_bytes(b"x" * 90)
    assert workspace.used() == 90
    with pytest.raises(StorageFull):
        workspace.write("a", b"x" * 20)


@pytest.mark.usefixtures("nothing_left_open")
def test_a_deep_tree_is_walked_to_its_bound_and_removed_whole(workspace: Workspace) -> None:
    here = workspace.make() / "top"
    here.mkdir()
    descriptor = os.open(here, os.O_RDONLY)
    for _ in range(2_000):
        os.mkdir("d", dir_fd=descriptor)
        below = os.open("d", os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = below
    os.close(descriptor)
    assert len(paths(workspace)) == 64
    assert workspace.used() == 0
    workspace.remove("top")
    assert paths(workspace) == []


def test_a_folder_that_its_owner_closed_is_removed(workspace: Workspace) -> None:
    workspace.write("a/b/c", b"")
    (workspace.root / "a" / "b").chmod(0)
    (workspace.root / "a").chmod(0)
    workspace.remove("a")
    assert paths(workspace) == []


def test_a_walk_ends_after_so_many_entries(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w", FileSettings(workspace_entries=10))
    root = workspace.make()
    for number in range(30):
        (root / f"{number:02}").touch()
    assert len(workspace.entries()) == 10
    assert len(paths(workspace)) == 10


def test_folders_can_be_left_out_and_names_that_cannot_be_said_are(workspace: Workspace) -> None:
    workspace.write(".git/config", b"")
    workspace.write("a/.git/config", b"")
    (workspace.root / "bad\nname").touch()
    (workspace.root / os.fsdecode(b"\xff\xfe")).touch()
    workspace.write("at\u202f3.04 \u200d.png", b"")  # as macOS names pictures of the screen
    assert [entry.path for entry in workspace.walk(leave_out={".git"})] == ["a", "at\u202f3.04 \u200d.png"]


def test_changes_of_one_file_follow_each_other(workspace: Workspace) -> None:
    workspace.write("count", b"0")

    def count() -> None:
        for _ in range(20):
            workspace.change("count", lambda before: str(int(before or b"0") + 1).encode())

    threads = [threading.Thread(target=count) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert workspace.read("count") == b"100"


def test_what_a_change_refuses_changes_nothing(workspace: Workspace) -> None:
    def refuse(before: bytes | None) -> bytes:
        assert before is None
        raise Invalid("no")

    with pytest.raises(Invalid, match="no"):
        workspace.change("a/b", refuse)
    assert paths(workspace) == []
