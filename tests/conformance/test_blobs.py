"""What keeps contents, on the disk or in a bucket: one suite for both."""

import hashlib
import io
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from palaver.core.errors import NotFound
from palaver.core.ids import SessionId
from palaver.files.blobs import Blobs
from palaver.files.bucket import Bucket
from palaver.files.remote import RemoteBlobs
from palaver.files.snapshots import Snapshots
from palaver.files.workspaces import Workspaces
from tests.s3.served import s3_server, settings

FAR = 2.0**40  # an instant that everything is older than
LARGE = 3 * 2**20

Opened = Callable[[], Blobs]


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with s3_server(tmp_path_factory.mktemp("s3")) as url:
        yield url


@pytest.fixture(params=["disk", "bucket", "bucket without a cache"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    """Opens the same contents, as another process would."""
    if request.param == "disk":
        yield lambda: Blobs(tmp_path)
        return
    buckets: list[Bucket] = []
    said = settings(request.getfixturevalue("endpoint"), prefix=f"{tmp_path.name}/")

    def remote() -> Blobs:
        buckets.append(Bucket(said))
        places = tmp_path if request.param == "bucket" else tmp_path / str(len(buckets))
        return RemoteBlobs(places, buckets[-1])

    yield remote
    for one in buckets:
        one.close()


@pytest.fixture
def blobs(opened: Opened) -> Blobs:
    return opened()


def test_what_was_put_is_had_again_by_its_hash_after_a_restart(opened: Opened, blobs: Blobs) -> None:
    large = os.urandom(LARGE)
    kept = [blobs.put(b"small"), blobs.put_file(io.BytesIO(large)), blobs.put(b"")]
    assert [one.sha for one in kept] == [hashlib.sha256(one).hexdigest() for one in (b"small", large, b"")]
    again = opened()
    assert [again.get(one.sha) for one in kept] == [b"small", large, b""]
    assert [opened().size(one.sha) for one in kept] == [5, LARGE, 0]
    assert all(opened().has(one.sha) for one in kept)
    assert set(again.names()) == {one.sha for one in kept}


@pytest.mark.parametrize("name", ["", "a" * 64, "..", "A" * 64, "../" + "a" * 61, "a" * 63 + "\n"])
def test_what_is_not_there_is_not_found(blobs: Blobs, name: str) -> None:
    for had in (blobs.get, blobs.size):
        with pytest.raises(NotFound):
            had(name)
    if len(name) == 64 and name.isalnum() and name.islower():
        assert not blobs.has(name)
        assert not blobs.refresh(name)


def test_a_batch_that_fails_keeps_nothing(blobs: Blobs) -> None:
    def fails() -> None:
        with blobs.batch() as batch:
            batch.put(b"one")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert list(blobs.names()) == []


def test_a_file_is_taken_over(opened: Opened, blobs: Blobs, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"brought")
    sha = hashlib.sha256(b"brought").hexdigest()
    blobs.take_over(tmp_path / "file", sha)
    assert not (tmp_path / "file").exists()
    assert opened().get(sha) == b"brought"


def test_a_sweep_removes_what_is_old_and_not_needed(opened: Opened, blobs: Blobs) -> None:
    needed, other = blobs.put(b"needed"), blobs.put(b"other")
    assert blobs.sweep(set(), 0) == (0, 0)
    assert blobs.sweep({needed.sha}, FAR) == (1, len(b"other"))
    for one in (blobs, opened()):
        assert list(one.names()) == [needed.sha]
        assert one.get(needed.sha) == b"needed"
        assert not one.has(other.sha)
        with pytest.raises(NotFound):
            one.get(other.sha)


def test_what_is_put_again_or_made_young_survives_a_sweep_of_what_is_older(opened: Opened, blobs: Blobs) -> None:
    kept = blobs.put(b"kept")
    other = opened()
    assert other.refresh(kept.sha)
    assert other.put(b"kept") == kept
    other.sweep(set(), 1.0)
    assert opened().get(kept.sha) == b"kept"


def test_one_that_is_removed_is_gone_and_may_be_removed_again(opened: Opened, blobs: Blobs) -> None:
    one = blobs.put(b"one")
    blobs.delete(one.sha)
    blobs.delete(one.sha)
    assert not opened().has(one.sha)


def test_a_content_is_written_into_a_folder_with_its_mode(blobs: Blobs, tmp_path: Path) -> None:
    one = blobs.put(b"copied")
    here = os.open(tmp_path, os.O_RDONLY)
    try:
        blobs.copy(one.sha, here, "copy", 0o750)
    finally:
        os.close(here)
    assert (tmp_path / "copy").read_bytes() == b"copied"
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o750


def test_many_threads_put_the_same_and_others_while_it_is_swept(blobs: Blobs) -> None:
    troubles: list[BaseException] = []

    def put(number: int) -> None:
        try:
            for turn in range(4):
                one = blobs.put(f"{(number + turn) % 3}".encode())
                assert blobs.get(one.sha)
        except BaseException as error:  # noqa: BLE001 - told by the test
            troubles.append(error)

    threads = [threading.Thread(target=put, args=(number,)) for number in range(6)]
    for one in threads:
        one.start()
    while any(one.is_alive() for one in threads):
        blobs.sweep(set(), 1.0)
    assert troubles == []
    assert len(set(blobs.names())) == 3


def test_snapshots_are_taken_and_restored_with_the_bytes_from_there(opened: Opened, tmp_path: Path) -> None:
    session, other = SessionId("ses_1"), SessionId("ses_2")
    workspaces = Workspaces(tmp_path / "first")
    snapshots = Snapshots(opened(), workspaces)
    workspaces.of(session).write("a/b.txt", b"before")
    taken = snapshots.take(session)
    assert taken is not None
    workspaces.of(session).write("a/b.txt", b"after")
    snapshots.restore(session, taken.root)
    assert workspaces.of(session).read("a/b.txt") == b"before"
    elsewhere = Workspaces(tmp_path / "second")
    again = Snapshots(opened(), elsewhere)
    again.seed(other, taken.root)
    assert elsewhere.of(other).read("a/b.txt") == b"before"
    assert len(again.needed({taken.root})) == 3
