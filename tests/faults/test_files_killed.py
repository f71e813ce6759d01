"""A process that is killed at any step leaves files as before or as after, never between, and nothing that stays."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from palaver.core.ids import SessionId
from palaver.files.blobs import Blobs
from palaver.files.drafts import Bound, Draft
from palaver.files.jobs import clear
from palaver.files.placing import place
from palaver.files.snapshots import Snapshots
from palaver.files.workspaces import Workspaces
from tests.faults.dying import run, tree

ONE, TWO = SessionId("ses_1"), SessionId("ses_2")
ALL = 2.0**40  # everything is older

Tree = dict[str, tuple[bytes | None, int]]


class Home:
    """The files of one home, as a process finds them that was just started."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.blobs = Blobs(path)
        self.workspaces = Workspaces(path)
        self.snapshots = Snapshots(self.blobs, self.workspaces)

    def tree(self, session: SessionId = ONE) -> Tree:
        """The files of a session as whoever uses them next finds them."""
        workspace = self.workspaces.of(session)
        workspace.settled()
        return tree(workspace.root)

    def root(self) -> str:
        taken = self.snapshots.take(ONE)
        assert taken is not None
        return taken.root

    def sweep(self, *roots: str) -> None:
        """As at a start and by the job: what nothing needs is removed."""
        clear(self.workspaces, ALL)
        self.blobs.sweep(self.snapshots.needed(set(roots)), ALL)

    def whole(self, *roots: str) -> None:
        """No content is missing, and after a sweep none is there that nothing needs."""
        needed = self.snapshots.needed(set(roots))
        assert all(self.blobs.has(sha) for sha in needed)
        self.sweep(*roots)
        assert set(self.blobs.names()) <= needed
        for left in (self.path / "blobs/new", self.workspaces.drafts, self.path / "workspaces/.gone"):
            assert not left.exists() or not any(left.iterdir())


def first(home: Home) -> None:
    files = home.workspaces.of(ONE)
    files.write("kept.txt", b"kept")
    files.write("changed.txt", b"before")
    files.write("folder/gone.txt", b"gone")
    files.make_folder("empty")
    (files.root / "kept.txt").chmod(0o600)


def second(home: Home) -> None:
    files = home.workspaces.of(ONE)
    files.write("changed.txt", b"after!")
    files.remove("folder")
    files.write("folder", b"a file")
    files.write("new/one.txt", b"one")
    (files.root / "kept.txt").chmod(0o755)


def deaths(start: Path, place: Path, act: Callable[[Home], object]) -> Iterator[tuple[Home, bool]]:
    """The homes that are left when the act dies at its first step, at its second, and so on to its end."""
    for number in range(1, 2_000):
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(start, place, symlinks=True)
        ended = run(lambda: act(Home(place)), number)
        yield Home(place), ended
        if ended:
            assert number > 5
            return
    raise AssertionError("the act never came to its end")


@pytest.fixture
def start(tmp_path: Path) -> Path:
    return tmp_path / "start"


@pytest.fixture
def again(tmp_path: Path) -> Path:
    return tmp_path / "again"


def test_a_snapshot_is_there_or_not_and_changes_no_file(start: Path, again: Path) -> None:
    first(Home(start))
    before = Home(start).tree()
    for home, ended in deaths(start, again, lambda home: home.root()):
        assert home.tree() == before
        root = home.root()
        home.whole(root)
        assert ended or home.snapshots.restore(ONE, root).changed == ()


def test_a_restore_is_done_or_not_begun(start: Path, again: Path) -> None:
    begun = Home(start)
    first(begun)
    one, before = begun.root(), begun.tree()
    second(begun)
    two, after = begun.root(), begun.tree()
    assert before != after
    seen: set[bool] = set()
    for home, ended in deaths(start, again, lambda home: home.snapshots.restore(ONE, one)):
        found = home.tree()
        assert found in (before, after)
        assert found == before or not ended
        seen.add(found == before)
        home.whole(one, two)
        assert home.snapshots.restore(ONE, two) is not None
        assert home.tree() == after
    assert seen == {True, False}


def test_a_seed_is_laid_out_whole_however_often_that_is_broken_off(start: Path, again: Path) -> None:
    begun = Home(start)
    first(begun)
    root, wanted = begun.root(), begun.tree()
    begun.snapshots.seed(TWO, root)
    for home, _ in deaths(start, again, lambda home: home.tree(TWO)):
        assert home.tree(TWO) == wanted
        home.whole(root)


def test_a_seed_is_there_or_not(start: Path, again: Path) -> None:
    begun = Home(start)
    first(begun)
    root, wanted = begun.root(), begun.tree()
    for home, ended in deaths(start, again, lambda home: home.snapshots.seed(TWO, root)):
        found = home.tree(TWO)
        assert found == wanted or (found == {} and not ended)
        home.whole(root)


def test_a_file_that_is_brought_in_is_there_whole_or_not_at_all(start: Path, again: Path) -> None:
    first(Home(start))
    before = Home(start).tree()

    def bring(home: Home) -> None:
        draft = Draft(home.workspaces.drafts, Bound(100, "too much"))
        for piece in (b"piece ", b"by ", b"piece"):
            draft.write(piece)
        draft.finish()
        place(home.workspaces.of(ONE), draft.path, "changed.txt", "replace")

    for home, ended in deaths(start, again, bring):
        content = home.tree()["changed.txt"]
        assert content == (b"piece by piece", 0o644) or (content == before["changed.txt"] and not ended)
        assert home.tree() | {"changed.txt": content} == before | {"changed.txt": content}
        home.whole()


def test_a_session_that_is_deleted_has_all_its_files_or_none(start: Path, again: Path) -> None:
    first(Home(start))
    root, before = Home(start).root(), Home(start).tree()
    for home, ended in deaths(start, again, lambda home: home.workspaces.forget(ONE)):
        found = home.tree()
        assert found in ({}, before)
        assert found == {} or not ended
        home.workspaces.forget(ONE)
        home.whole()
        assert not home.blobs.has(root)


def test_a_sweep_that_dies_has_removed_nothing_that_is_needed(start: Path, again: Path) -> None:
    begun = Home(start)
    first(begun)
    begun.root()
    second(begun)
    two = begun.root()
    for number in range(20):
        begun.blobs.put(b"orphan %d" % number)
    for home, _ in deaths(start, again, lambda home: home.sweep(two)):
        home.whole(two)
        assert home.snapshots.restore(ONE, two) is not None
