"""A server of contents that hangs, refuses, breaks off or lies: it is told, nothing is lost, nothing stays behind."""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from palaver.core.errors import StorageBroken, Unavailable
from palaver.core.ids import SessionId
from palaver.files.bucket import Bucket
from palaver.files.remote import CONTENTS, INCOMING, RemoteBlobs
from palaver.files.settings import FileSettings
from palaver.files.snapshots import Snapshots
from palaver.files.workspaces import Workspaces
from tests.promises import keeps
from tests.s3.served import Way, s3_server, settings

SESSION = SessionId("ses_1")
FAR = 2.0**40
LATE = 4_000_000_000.0  # an instant that files can have
LARGE = os.urandom(2 * 2**20)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with s3_server(tmp_path_factory.mktemp("s3")) as url:
        yield url


@pytest.fixture
def way(endpoint: str) -> Iterator[Way]:
    one = Way(endpoint)
    yield one
    one.close()


@pytest.fixture
def bucket(way: Way, tmp_path: Path) -> Iterator[Bucket]:
    one = Bucket(settings(way.url, timeout=0.3, prefix=f"{tmp_path.name}/"))
    yield one
    one.close()


@pytest.fixture
def blobs(bucket: Bucket, tmp_path: Path) -> RemoteBlobs:
    return RemoteBlobs(tmp_path, bucket)


def refuse(way: Way) -> None:
    way.refuses = True


def hang(way: Way) -> None:
    way.hangs = True


def break_off(way: Way) -> None:
    way.spoil = lambda piece: None


HURTS = pytest.mark.parametrize("hurt", [refuse, hang, break_off])


def healed(way: Way) -> None:
    way.refuses = way.hangs = False
    way.spoil = lambda piece: piece
    way.cut()


@HURTS
@keeps("files:bucket")
def test_what_cannot_be_kept_is_told_and_leaves_nothing_here(
    way: Way, blobs: RemoteBlobs, tmp_path: Path, hurt: Callable[[Way], None]
) -> None:
    kept = blobs.put(b"before")
    way.cut()
    hurt(way)
    with pytest.raises(Unavailable) as refused:
        blobs.put(LARGE)
    assert refused.value.status == 503
    assert [one.name for one in (tmp_path / "cache/blobs/new").iterdir()] == []
    assert blobs.get(kept.sha) == b"before"
    healed(way)
    assert blobs.put(LARGE).sha == hashlib.sha256(LARGE).hexdigest()
    assert blobs.sweep({kept.sha}, FAR).blobs == 1
    assert list(blobs.names()) == [kept.sha]


@HURTS
@keeps("files:bucket")
def test_what_cannot_be_had_is_told_and_is_had_later(
    way: Way, bucket: Bucket, blobs: RemoteBlobs, tmp_path: Path, hurt: Callable[[Way], None]
) -> None:
    kept = blobs.put(LARGE)
    elsewhere = RemoteBlobs(tmp_path / "elsewhere", bucket)
    way.cut()
    hurt(way)
    with pytest.raises(Unavailable):
        elsewhere.get(kept.sha)
    healed(way)
    assert elsewhere.get(kept.sha) == LARGE
    assert [one.name for one in (tmp_path / "elsewhere/cache/blobs/new").iterdir()] == []


@keeps("files:bucket")
def test_a_download_that_ends_in_the_middle_is_no_content(
    way: Way, bucket: Bucket, blobs: RemoteBlobs, tmp_path: Path
) -> None:
    kept = blobs.put(LARGE)
    elsewhere = RemoteBlobs(tmp_path / "elsewhere", bucket)
    passed = 0

    def half(piece: bytes) -> bytes | None:
        nonlocal passed
        passed += len(piece)
        return piece if passed < 2**20 else None

    way.cut()
    way.spoil = half
    with pytest.raises(Unavailable):
        elsewhere.get(kept.sha)
    assert not (tmp_path / "elsewhere/cache/blobs" / kept.sha[:2]).exists()
    healed(way)
    assert elsewhere.get(kept.sha) == LARGE


@keeps("files:bucket")
def test_a_wrong_byte_is_seen_and_never_handed_on(way: Way, bucket: Bucket, blobs: RemoteBlobs, tmp_path: Path) -> None:
    kept = blobs.put(LARGE)
    elsewhere = RemoteBlobs(tmp_path / "elsewhere", bucket)
    way.cut()
    way.spoil = lambda piece: piece.replace(LARGE[70_000:70_008], b"\0" * 8)
    with pytest.raises(StorageBroken) as broken:
        elsewhere.get(kept.sha)
    assert broken.value.status == 502
    assert not elsewhere.path_of(kept.sha).exists()
    healed(way)
    assert elsewhere.get(kept.sha) == LARGE


@keeps("files:bucket")
def test_wrong_keys_and_buckets_are_the_operators_trouble_and_told_without_them(
    endpoint: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for wrong in ({"secret_key": "not-the-secret"}, {"access_key": "nobody"}, {"bucket": "elsewhere"}):
        said = settings(endpoint, **wrong)
        bucket = Bucket(said)
        with pytest.raises(StorageBroken) as broken:
            RemoteBlobs(tmp_path, bucket).put(b"x")
        bucket.close()
        told = f"{broken.value.detail} {caplog.text} {said!r} {said.model_dump_json()}"
        assert "not-the-secret" not in told
        assert "S3RVER" not in told


@HURTS
@keeps("files:bucket", "files:sweep")
def test_a_sweep_that_cannot_see_everything_removes_nothing(
    way: Way, bucket: Bucket, blobs: RemoteBlobs, tmp_path: Path, hurt: Callable[[Way], None]
) -> None:
    workspaces = Workspaces(tmp_path, FileSettings())
    workspaces.of(SESSION).write("a/b.txt", b"needed")
    taken = Snapshots(blobs, workspaces).take(SESSION)
    assert taken is not None
    names = set(blobs.names())
    # Another process with nothing at hand must read the folders to know what is needed.
    elsewhere = RemoteBlobs(tmp_path / "elsewhere", bucket)
    snapshots = Snapshots(elsewhere, Workspaces(tmp_path / "elsewhere", FileSettings()))
    way.cut()
    hurt(way)
    with pytest.raises(Unavailable):
        snapshots.needed({taken.root})  # what cannot be read now is not lost
    with pytest.raises(Unavailable):
        elsewhere.sweep(set(), FAR)
    healed(way)
    assert set(blobs.names()) == names
    elsewhere.sweep(snapshots.needed({taken.root}), FAR)
    assert set(blobs.names()) == names


@keeps("files:bucket", "files:sweep")
def test_orphans_of_the_bucket_go_with_a_sweep_and_young_ones_stay(
    bucket: Bucket, blobs: RemoteBlobs, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"orphan")
    for key in (f"{CONTENTS}{'0' * 64}", f"{INCOMING}usr_1/fil_1"):
        bucket.put(key, tmp_path / "file")
    blobs.sweep(set(), 1.0)
    assert len(list(bucket.all(""))) == 2
    blobs.sweep(set(), FAR)
    assert list(bucket.all("")) == []


@keeps("files:bucket", "files:sweep")
def test_what_somebody_begins_to_rely_on_stays_in_the_bucket_however_old_it_is_there(
    bucket: Bucket, blobs: RemoteBlobs
) -> None:
    young, coming, old = (blobs.put(content).sha for content in (b"young", b"coming", b"old"))
    os.utime(blobs.path_of(young), (LATE + 1, LATE + 1))
    blobs.path_of(coming).unlink()
    with blobs._held([coming]):
        assert blobs.sweep(set(), LATE) == (1, len(b"old"))
    assert {found.key for found in bucket.all("")} == {CONTENTS + young, CONTENTS + coming}
    assert not blobs.has(old)
    assert blobs.sweep(set(), LATE).blobs == 1


@keeps("files:bucket")
def test_large_files_go_up_in_parts_and_come_back_whole(endpoint: str, tmp_path: Path) -> None:
    bucket = Bucket(settings(endpoint, part_bytes=5 * 2**20, prefix=f"{tmp_path.name}/"))
    content = os.urandom(11 * 2**20)
    kept = RemoteBlobs(tmp_path, bucket).put(content)
    assert RemoteBlobs(tmp_path / "elsewhere", bucket).get(kept.sha) == content
    bucket.close()


@keeps("files:bucket")
def test_the_cache_keeps_to_its_size_and_what_left_it_is_had_again(endpoint: str, tmp_path: Path) -> None:
    bucket = Bucket(settings(endpoint, cache_bytes=1500, prefix=f"{tmp_path.name}/"))
    blobs = RemoteBlobs(tmp_path, bucket)
    kept = [blobs.put(os.urandom(1000)).sha for _ in range(4)]
    blobs.sweep(set(kept), 1.0)
    assert len(list((tmp_path / "cache/blobs").glob("??/*"))) == 4
    blobs.sweep(set(kept), FAR)
    assert len(list((tmp_path / "cache/blobs").glob("??/*"))) == 1
    assert all(hashlib.sha256(blobs.get(sha)).hexdigest() == sha for sha in kept)
    bucket.close()


@keeps("files:bucket")
def test_what_the_disk_kept_before_there_was_a_bucket_is_brought_over(
    bucket: Bucket, blobs: RemoteBlobs, tmp_path: Path
) -> None:
    kept = [blobs._before.put(content).sha for content in (b"one", b"two", b"three")]
    assert [blobs.has(sha) for sha in kept] == [True] * 3
    assert blobs.get(kept[0]) == b"one"
    assert blobs.refresh(kept[1])
    assert {found.key for found in bucket.all("")} == {CONTENTS + sha for sha in kept[:2]}
    assert blobs.sweep(set(kept[:2]), FAR).blobs == 1
    assert set(blobs.names()) == set(kept[:2])
