"""Measuring and mending what a program left in a workspace."""

from pathlib import Path

from palaver.tools.sandbox.workspace_size import Size, mend, size_of


def _open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_what_is_not_there_has_no_size(tmp_path: Path) -> None:
    assert size_of(tmp_path / "none", 10) == Size()


def test_everything_below_is_counted_and_links_are_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "a/b").mkdir(parents=True)
    (root / "a/b/file").write_bytes(b"x" * 10_000)
    (root / "out").symlink_to(tmp_path)
    (tmp_path / "large").write_bytes(b"x" * 10**6)
    size = size_of(root, 10)
    assert size.entries == 4
    assert 10_000 <= size.bytes < 100_000
    assert size.whole


def test_counting_ends_where_there_is_too_much(tmp_path: Path) -> None:
    for number in range(8):
        (tmp_path / str(number)).touch()
    assert not size_of(tmp_path, 7).whole
    assert size_of(tmp_path, 8).whole


def test_what_lies_too_deep_is_not_whole_and_costs_few_open_files(tmp_path: Path) -> None:
    here = tmp_path
    for _ in range(70):
        here /= "d"
    here.mkdir(parents=True)
    before = _open_files()
    assert not size_of(tmp_path, 1000).whole
    assert _open_files() == before


def test_what_was_shut_is_opened_and_set_user_bits_are_taken(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "shut").mkdir(parents=True)
    (root / "shut/file").touch()
    (root / "shut/file").chmod(0o4111)
    (root / "shut").chmod(0o000)
    mend(root)
    assert (root / "shut").stat().st_mode & 0o7777 == 0o700
    assert (root / "shut/file").stat().st_mode & 0o7777 == 0o511


def test_what_is_read_only_stays_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch(0o444)
    mend(tmp_path)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o444


def test_what_may_lie_outside_keeps_its_mode(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    outside = tmp_path / "outside"
    outside.touch(0o400)
    (root / "link").symlink_to(outside)
    (root / "second").hardlink_to(outside)
    mend(root)
    assert outside.stat().st_mode & 0o777 == 0o400
