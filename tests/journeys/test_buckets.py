"""A house whose contents are in a bucket: files, checkpoints, and uploads that clients make themselves."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from yarl import URL

from palaver.files.bucket import Bucket
from tests.journeys.acting import write
from tests.journeys.house import House, Opening, Person
from tests.journeys.test_bad_input import assert_problem
from tests.journeys.test_rewinds import act, before, tree
from tests.journeys.test_sessions import turn
from tests.promises import keeps
from tests.s3.served import BUCKET, KEY, SECRET, Way, s3_server, settings
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)

PAGE = b"<html><script>alert(1)</script>" + os.urandom(150_000).hex().encode()
SHA = hashlib.sha256(PAGE).hexdigest()
LIMIT = 400_000


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
def bucket(endpoint: str, tmp_path: Path) -> Iterator[Bucket]:
    """What is really there, seen from beside."""
    one = Bucket(settings(endpoint, prefix=f"{tmp_path.name}/"))
    yield one
    one.close()


@pytest.fixture
async def house(open_house: Opening, way: Way, endpoint: str, tmp_path: Path) -> House:
    """A server with a bucket, which clients reach without the way."""
    return await open_house(
        files__s3__bucket=BUCKET,
        files__s3__endpoint=way.url,
        files__s3__public_endpoint=endpoint,
        files__s3__prefix=f"{tmp_path.name}/",
        files__s3__access_key=KEY,
        files__s3__secret_key=SECRET,
        files__s3__timeout="1s",
        files__user_bytes=str(LIMIT),
    )


async def sent(person: Person, link: dict[str, Any], body: bytes, **headers: str) -> int:
    """What the bucket answers to an upload by a link."""
    async with person.client.put(URL(link["url"], encoded=True), data=body, headers=link["headers"] | headers) as reply:
        await reply.read()
        return reply.status


async def begun(person: Person, size: int = len(PAGE), name: str = "a page.html") -> dict[str, Any]:
    link: dict[str, Any] = await person.post("/files/direct", {"name": name, "size": size})
    return link


def keys(bucket: Bucket) -> set[str]:
    return {found.key.partition("/")[0] for found in bucket.all("")}


@keeps("files:direct")
async def test_a_client_uploads_to_the_bucket_itself_and_gets_it_from_there(
    house: House, owner: Person, bucket: Bucket
) -> None:
    link = await begun(owner)
    assert await sent(owner, link, PAGE) == 200
    told = await owner.post(f"/files/{link['id']}/complete", {"sha256": SHA})
    assert (told["id"], told["name"], told["size"], told["sha256"]) == (link["id"], "a page.html", len(PAGE), SHA)
    assert told["media_type"] == "text/html"
    assert {found.key for found in bucket.all("")} == {f"blobs/{SHA}"}
    assert await owner.post(f"/files/{link['id']}/complete") == told

    reply = await owner.call("GET", f"/files/{link['id']}/download", allow_redirects=False)
    assert (reply.status, reply.headers["Cache-Control"]) == (307, "no-store")
    assert SECRET not in reply.headers["Location"].replace(f"{KEY}%2F", "")
    async with owner.client.get(URL(reply.headers["Location"], encoded=True)) as got:
        assert await got.read() == PAGE
        assert got.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert got.headers["Content-Disposition"] == "attachment; filename*=UTF-8''a%20page.html"
    part = await owner.call("GET", f"/files/{link['id']}/content", headers={"Range": "bytes=1-9"})
    assert (part.status, part.body) == (206, PAGE[1:10])


@keeps("files:direct")
async def test_what_is_not_as_announced_is_refused_and_removed(house: House, owner: Person, bucket: Bucket) -> None:
    link = await begun(owner)
    assert_problem(await owner.call("POST", f"/files/{link['id']}/complete"), 404, "not_found")
    assert await sent(owner, link, PAGE[:-1], **{"Content-Length": str(len(PAGE) - 1)}) == 403
    assert await sent(owner, link, PAGE, **{"x-amz-meta-name": "other"}) == 403
    assert await sent(owner, link, PAGE) == 200
    wrong = await owner.call("POST", f"/files/{link['id']}/complete", {"sha256": "0" * 64})
    assert SHA in assert_problem(wrong, 422, "invalid")["detail"]
    assert list(bucket.all("")) == []
    assert_problem(await owner.call("POST", f"/files/{link['id']}/complete"), 404, "not_found")
    assert (await owner.get("/files"))["items"] == []
    assert list((house.home / "workspaces/.drafts").iterdir()) == []


@keeps("files:direct")
async def test_limits_hold_for_what_is_on_its_way(house: House, owner: Person) -> None:
    link = await begun(owner)
    too_much = await owner.call("POST", "/files/direct", {"name": "x", "size": LIMIT + 1})
    assert f"{LIMIT:,}" in assert_problem(too_much, 413, "payload_too_large")["detail"]
    assert await sent(owner, link, PAGE) == 200
    second = await owner.call("POST", "/files/direct", {"name": "x", "size": len(PAGE)})
    assert_problem(second, 413, "payload_too_large")


@keeps("files:direct")
async def test_nobody_completes_or_downloads_what_somebody_else_uploaded(house: House, owner: Person) -> None:
    link = await begun(owner)
    assert await sent(owner, link, PAGE) == 200
    other = await house.stranger()
    for wrong in (link["id"], "fil_" + "0" * 32, "fil_..", "..%2F..%2Fblobs"):
        told = await other.call("POST", f"/files/{wrong}/complete")
        assert_problem(told, 404, "not_found")
    await owner.post(f"/files/{link['id']}/complete")
    assert_problem(await other.call("GET", f"/files/{link['id']}/download"), 404, "not_found")
    for wrong in (
        {"name": "a/b", "size": 1},
        {"name": "x", "size": -1},
        {"name": "x"},
        {"name": "x", "size": 1, "y": 1},
    ):
        assert_problem(await owner.call("POST", "/files/direct", wrong), 422, "invalid")


@keeps("files:bucket", "sessions:rewind")
async def test_sessions_live_from_the_bucket_and_a_lost_disk_cache_loses_nothing(
    house: House, owner: Person, vendor: FakeVendor, bucket: Bucket, way: Way
) -> None:
    session_id, _, _ = await turn(owner, "hello")
    await act(owner, vendor, session_id, write("w", "a.txt", "one\n"))
    asked = await act(owner, vendor, session_id, write("v", "a.txt", "two\n"))
    assert keys(bucket) == {"blobs"}
    await house.kill()
    for path in sorted((house.home / "cache").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    await house.start()
    done = await owner.post(f"/sessions/{session_id}/rewind", {"checkpoint_id": before(asked)})
    assert done["restored"]["files"]["changed"] == ["a.txt"]
    assert tree(house, session_id)["a.txt"][0] == b"one\n"

    # A bucket that hangs harms no plain conversation, and a turn that could not be undone does not begin.
    way.cut()
    way.hangs = True
    await turn(owner, "hello")
    await owner.call("PUT", f"/sessions/{session_id}/files/b.txt", data=b"b")
    refused = await owner.call("POST", "/query", {"prompt": "hello", "session_id": session_id})
    assert_problem(refused, 503, "unavailable")
    way.hangs = False
    way.cut()
    await turn(owner, "hello", session_id=session_id)
    assert SECRET not in house.log.read_text()


@keeps("files:direct")
async def test_a_house_that_keeps_files_on_its_disk_says_so(open_house: Opening) -> None:
    plain = await open_house(home="plain")
    owner = await plain.owner()
    told = await owner.call("POST", "/files/direct", {"name": "x", "size": 1})
    assert "own disk" in assert_problem(told, 422, "invalid")["detail"]
    assert_problem(await owner.call("POST", "/files/fil_" + "0" * 32 + "/complete"), 422, "invalid")
    form = aiohttp.FormData()
    form.add_field("file", b"hello", filename="a.txt")
    (brought,) = await _brought(owner, form)
    got = await owner.call("GET", f"/files/{brought['id']}/download")
    assert (got.status, got.body) == (200, b"hello")


async def _brought(person: Person, form: aiohttp.FormData) -> list[dict[str, Any]]:
    reply = await person.call("POST", "/files", data=form)
    assert reply.status == 201, reply.body
    items: list[dict[str, Any]] = reply.json["items"]
    return items
