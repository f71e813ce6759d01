import errno
import hashlib
import io
import os
import threading
from pathlib import Path

import pytest

from palaver.core.errors import NotFound, StorageFull
from palaver.files.blobs import Blobs

LATER = 2.0**40  # everything is older


def left_over(home: Path) -> list[Path]:
    return list((home / "blobs" / "new").iterdir())


def test_a_content_is_kept_under_its_hash_and_once(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    first, second = blobs.put(b"content"), blobs.put_file(io.BytesIO(b"content"))
    sha = hashlib.sha256(b"content").hexdigest()
    assert first == second == (sha, 7)
    assert blobs.get(sha) == b"content"
    assert (tmp_path / "blobs" / sha[:2] / sha[2:]).stat().st_mode & 0o777 == 0o400
    assert list(blobs.names()) == [sha]
    assert left_over(tmp_path) == []


def test_a_large_content_is_kept_piece_by_piece(tmp_path: Path) -> None:
    content = os.urandom(3_000_001)
    blobs = Blobs(tmp_path)
    for _ in range(2):
        blob = blobs.put_file(io.BytesIO(content))
        assert blob == (hashlib.sha256(content).hexdigest(), len(content))
        assert blobs.get(blob.sha) == content
        assert left_over(tmp_path) == []


@pytest.mark.parametrize("name", ["", "..", "0" * 63, "g" * 64, "/etc/passwd", "0" * 64])
def test_what_is_no_name_of_a_content_is_not_found(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound):
        Blobs(tmp_path).get(name)


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = Blobs(tmp_path)
    kept = blobs.put(b"before")

    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull):
        blobs.put(b"after")
    assert list(blobs.names()) == [kept.sha]
    assert left_over(tmp_path) == []


def test_a_batch_that_fails_keeps_nothing_new(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)

    def half() -> None:
        with blobs.batch() as batch:
            batch.put(b"one")
            raise KeyError

    with pytest.raises(KeyError):
        half()
    assert list(blobs.names()) == []
    assert left_over(tmp_path) == []


def test_threads_that_keep_the_same_content_at_once_keep_it_whole(tmp_path: Path) -> None:
    blobs, content = Blobs(tmp_path), os.urandom(200_000)
    ready = threading.Barrier(6)

    def put() -> None:
        ready.wait(5)
        for _ in range(10):
            assert blobs.get(blobs.put(content).sha) == content

    threads = [threading.Thread(target=put) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert len(list(blobs.names())) == 1
    assert left_over(tmp_path) == []


def test_a_sweep_removes_what_is_old_and_not_needed(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    needed, young, old = (blobs.put(content).sha for content in (b"needed", b"young", b"old!"))
    for sha in (needed, old):
        os.utime(blobs.path_of(sha), (1_000, 1_000))
    assert blobs.sweep({needed}, older_than=2_000) == (1, 4)
    assert sorted(blobs.names()) == sorted([needed, young])


def test_what_is_kept_again_is_young_again(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    sha = blobs.put(b"again").sha
    os.utime(blobs.path_of(sha), (1_000, 1_000))
    blobs.put(b"again")
    assert blobs.sweep(set(), older_than=2_000) == (0, 0)
    assert blobs.has(sha)


def test_a_sweep_removes_what_a_dead_process_was_writing(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    draft, file = blobs.begin()
    os.close(file)
    assert blobs.sweep(set(), older_than=LATER).blobs == 1
    assert not Path(draft).exists()
