"""Files of a session, over HTTP."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import aiohttp
import pytest
from yarl import URL

from tests.journeys.house import House, Opening, Person
from tests.promises import keeps


@pytest.fixture
async def files(owner: Person) -> str:
    """Where the files of a new session are."""
    return f"/sessions/{(await owner.post('/sessions', {}))['id']}/files"


def form(*given: tuple[str, bytes]) -> aiohttp.FormData:
    data = aiohttp.FormData(quote_fields=False)
    for name, content in given:
        data.add_field("file", BytesIO(content), filename=name)
    return data


async def send(person: Person, method: str, path: str, **more: Any) -> tuple[int, Any, Any]:
    """A request whose body is not JSON."""
    headers = {"Authorization": f"Bearer {person.token}"} | more.pop("headers", {})
    if isinstance(more.get("data"), bytes):
        more["data"] = BytesIO(more["data"])
    url = URL(f"{person.url}/api/v1{path}", encoded=True)  # exactly as it stands here
    async with person.client.request(method, url, headers=headers, **more) as reply:
        body = await reply.read()
        return reply.status, (await reply.json() if "json" in reply.content_type else body), reply.headers


async def whats_there(person: Person, files: str) -> dict[str, str]:
    return {item["path"]: item["sha256"] for item in (await person.get(files))["items"]}


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@keeps("files:inside", "files:download")
async def test_files_of_a_session_are_listed_and_downloaded_by_their_owner_alone(
    house: House, owner: Person, files: str
) -> None:
    assert await owner.get(files) == {"items": [], "next_cursor": None}
    folder = house.home / "workspaces" / files.split("/")[2]
    folder.mkdir(parents=True)
    (folder / "page.html").write_text("<script>alert(1)</script>", "utf-8")
    (folder / "out").symlink_to(house.home)
    (item,) = (await owner.get(files))["items"]
    assert (item["path"], item["size"], item["media_type"]) == ("page.html", 25, "text/html")
    answer = await owner.call("GET", f"{files}/page.html")
    assert (answer.status, answer.body) == (200, b"<script>alert(1)</script>")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert (await owner.call("GET", f"{files}/out/palaver.db")).status == 422
    stranger = await house.stranger()
    for below in ("", "/page.html", "/missing"):
        assert (await stranger.call("GET", files + below)).status == 404


async def test_the_tools_of_a_server_are_listed(owner: Person) -> None:
    tools = {tool["name"]: tool for tool in (await owner.get("/tools"))["items"]}
    assert {"Read", "Write", "Edit", "MultiEdit", "LS", "Glob", "Grep", "TodoWrite"} <= tools.keys()
    assert tools["Read"]["effect"] == "reads"
    assert tools["Write"]["parameters"]["required"] == ["path", "content"]


async def test_several_files_come_in_one_form_with_types_by_what_is_in_them(owner: Person, files: str) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(2_000_000)
    given = form(("words.txt", b"hello"), ("picture.txt", picture), ("looks like.png", b"only text"), ("empty", b""))
    status, brought, _ = await send(owner, "POST", f"{files}?folder=in/here", data=given)
    assert status == 201
    assert [(one["path"], one["size"], one["media_type"], one["sha256"]) for one in brought["items"]] == [
        ("in/here/words.txt", 5, "text/plain", sha(b"hello")),
        ("in/here/picture.txt", len(picture), "image/png", sha(picture)),
        ("in/here/looks like.png", 9, "text/plain", sha(b"only text")),
        ("in/here/empty", 0, "application/octet-stream", sha(b"")),
    ]
    assert (await owner.call("GET", f"{files}/in/here/picture.txt")).body == picture


async def test_a_name_that_is_taken_is_refused_kept_beside_or_replaced(owner: Person, files: str) -> None:
    assert (await send(owner, "POST", files, data=form(("a.txt", b"1"))))[0] == 201
    status, problem, _ = await send(owner, "POST", files, data=form(("b.txt", b"b"), ("a.txt", b"2")))
    assert (status, problem["code"]) == (409, "name_taken")
    assert await whats_there(owner, files) == {"a.txt": sha(b"1")}
    _, both, _ = await send(owner, "POST", f"{files}?on_conflict=keep_both", data=form(("a.txt", b"2")))
    assert [one["path"] for one in both["items"]] == ["a (2).txt"]
    assert (await send(owner, "POST", f"{files}?on_conflict=replace", data=form(("a.txt", b"3"))))[0] == 201
    assert await whats_there(owner, files) == {"a.txt": sha(b"3"), "a (2).txt": sha(b"2")}
    assert (await send(owner, "PUT", f"{files}/a.txt", data=b"4"))[0] == 200
    assert (await send(owner, "PUT", f"{files}/a.txt?on_conflict=refuse", data=b"5"))[0] == 409
    assert (await whats_there(owner, files))["a.txt"] == sha(b"4")


@keeps("files:whole")
@pytest.mark.parametrize("wrong", ["folder", "a.txt/b", "new/b", "link"])
async def test_a_form_of_which_one_file_cannot_be_put_brings_none(
    house: House, owner: Person, files: str, wrong: str
) -> None:
    await send(owner, "PUT", f"{files}/a.txt", data=b"1")
    await send(owner, "PUT", f"{files}/folder/x", data=b"x")
    (house.home / "workspaces" / files.split("/")[2] / "link").symlink_to("a.txt")
    before = await whats_there(owner, files)
    given = form(("a.txt", b"2"), ("new", b"3"), (wrong, b"4"))
    status, problem, _ = await send(owner, "POST", f"{files}?on_conflict=replace", data=given)
    assert (status, problem["code"]) == (422, "invalid")
    assert await whats_there(owner, files) == before


async def test_a_download_that_broke_off_goes_on_where_it_was(owner: Person, files: str) -> None:
    content = os.urandom(1_500_000)
    await send(owner, "PUT", f"{files}/big", data=content)
    status, whole, headers = await send(owner, "GET", f"{files}/big")
    assert (status, whole, headers["ETag"]) == (200, content, f'"{sha(content)}"')
    tag = headers["ETag"]
    wanted = {"Range": "bytes=1000000-", "If-Range": tag}
    status, rest, headers = await send(owner, "GET", f"{files}/big", headers=wanted)
    assert (status, rest) == (206, content[1_000_000:])
    assert headers["Content-Range"] == "bytes 1000000-1499999/1500000"
    assert (await send(owner, "GET", f"{files}/big", headers={"Range": "bytes=-5"}))[1] == content[-5:]
    assert (await send(owner, "GET", f"{files}/big", headers={"Range": "bytes=3-7"}))[1] == content[3:8]
    status, problem, headers = await send(owner, "GET", f"{files}/big", headers={"Range": "bytes=1500000-"})
    assert (status, problem["code"], headers["Content-Range"]) == (416, "range_not_satisfiable", "bytes */1500000")
    assert (await send(owner, "GET", f"{files}/big", headers={"If-None-Match": tag}))[0] == 304
    status, nothing, headers = await send(owner, "HEAD", f"{files}/big")
    assert (status, nothing, headers["Content-Length"]) == (200, b"", "1500000")
    await send(owner, "PUT", f"{files}/big", data=b"other")
    assert (await send(owner, "GET", f"{files}/big", headers=wanted))[:2] == (200, b"other")


async def test_an_upload_that_breaks_off_leaves_nothing(house: House, owner: Person, files: str) -> None:
    await send(owner, "PUT", f"{files}/kept", data=b"before")
    stopped = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield bytes(3_000_000)
        stopped.set()
        await asyncio.Event().wait()

    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        upload = tasks.create_task(send(owner, "PUT", f"{files}/kept", data=body()))
        await stopped.wait()
        drafts = house.home / "workspaces/.drafts"
        while not any(draft.stat().st_size for draft in drafts.iterdir()):
            await asyncio.to_thread(os.sched_yield)
        upload.cancel()
    async with asyncio.timeout(30):
        while any(drafts.iterdir()):
            await asyncio.to_thread(os.sched_yield)
    assert await whats_there(owner, files) == {"kept": sha(b"before")}


@keeps("files:limits")
async def test_what_is_too_large_is_refused_with_the_number_and_leaves_nothing(open_house: Opening) -> None:
    limits = {"files__upload_bytes": "1000", "files__workspace_bytes": "1500", "files__user_bytes": "2000"}
    house = await open_house(**limits)
    owner = await house.owner()
    one, two = [f"/sessions/{(await owner.post('/sessions', {}))['id']}/files" for _ in range(2)]
    assert (await send(owner, "PUT", f"{one}/a", data=bytes(1_000)))[0] == 200
    for path, size, number in (
        (f"{one}/large", 1_001, "1,000"), (f"{one}/more", 501, "1,500"), (f"{one}/a", 1_001, "1,000"),
    ):  # fmt: skip
        status, problem, _ = await send(owner, "PUT", path, data=bytes(size))
        assert (status, problem["code"]) == (413, "payload_too_large")
        assert number in problem["detail"]
    status, problem, _ = await send(owner, "POST", one, data=form(("x", bytes(300)), ("y", bytes(300))))
    assert (status, "1,500" in problem["detail"]) == (413, True)
    assert (await send(owner, "PUT", f"{two}/b", data=bytes(900)))[0] == 200
    status, problem, _ = await send(owner, "POST", "/files", data=form(("z", bytes(101))))
    assert (status, "2,000" in problem["detail"]) == (413, True)
    assert (await owner.get("/files"))["items"] == []
    assert await whats_there(owner, one) == {"a": sha(bytes(1_000))}
    assert await whats_there(owner, two) == {"b": sha(bytes(900))}
    assert list((house.home / "workspaces/.drafts").iterdir()) == []
    assert (await send(owner, "DELETE", f"{one}/a"))[0] == 204
    assert (await send(owner, "POST", "/files", data=form(("z", bytes(101)))))[0] == 201


async def test_files_and_folders_are_moved_and_deleted(owner: Person, files: str) -> None:
    for path in ("a/one", "a/two", "b"):
        await send(owner, "PUT", f"{files}/{path}", data=path.encode())
    moved = await owner.post(f"{files}/move", {"path": "a", "to": "deep/er/a"})
    assert (moved["path"], moved["kind"]) == ("deep/er/a", "folder")
    assert set(await whats_there(owner, files)) == {"deep/er/a/one", "deep/er/a/two", "b"}
    for wrong, status in (
        ({"path": "missing", "to": "c"}, 404),
        ({"path": "b", "to": "deep/er/a/one"}, 409),
        ({"path": "deep", "to": "deep/er/x"}, 422),
        ({"path": "b", "to": "../b"}, 422),
        ({"path": "b", "to": ".palaver/outputs/x"}, 422),
    ):
        assert (await owner.call("POST", f"{files}/move", wrong)).status == status, wrong
    assert (await owner.call("DELETE", f"{files}/deep/er/a/one")).status == 204
    assert (await owner.call("DELETE", f"{files}/deep")).status == 204
    assert (await owner.call("DELETE", f"{files}/deep")).status == 404
    assert set(await whats_there(owner, files)) == {"b"}
    folders = f"{files.removesuffix('/files')}/folders"
    assert (await owner.post(folders, {"path": "empty/one"}))["path"] == "empty/one"
    listed = (await owner.get(f"{files}?folders=true"))["items"]
    assert [one["path"] for one in listed] == ["b", "empty", "empty/one"]


@keeps("files:inside")
@pytest.mark.parametrize(
    "path",
    [
        "%2e%2e/x", "..%2fx", "a/%2e%2e/%2e%2e/x", "%2fetc%2fx", "/etc/x", "a%00b", "a%0ab", "a%5c..%5cb", "c:x",
        "x" * 5_000, "/".join("d" * 70), "out/x", "link", ".palaver/outputs/x", ".palaver-new-1",
    ],
)  # fmt: skip
async def test_nothing_is_written_moved_or_deleted_outside(house: House, owner: Person, files: str, path: str) -> None:
    folder = house.home / "workspaces" / files.split("/")[2]
    folder.mkdir(parents=True)
    (house.home / "outside").mkdir()
    (house.home / "outside/x").write_text("outside")
    (folder / "out").symlink_to(house.home / "outside")
    (folder / "link").symlink_to(house.home / "outside/x")
    before = sorted(path.name for path in folder.iterdir())
    for method, more in (("PUT", {"data": b"evil"}), ("GET", {}), ("DELETE", {})):
        if (method, path) == ("DELETE", "link"):
            continue  # a link may be removed; what it leads to stays
        status, problem, _ = await send(owner, method, f"{files}/{path}", **more)
        assert status in {404, 422}, (method, status, path)
        assert problem["code"] in {"not_found", "invalid"}
    assert (house.home / "outside/x").read_text() == "outside"
    assert sorted(path.name for path in folder.iterdir()) == before


@pytest.mark.parametrize(
    "name", ["‥", "．．", "∕etc∕x", "CON", "NUL.txt", "aux", "com1.log", "grüße 🌳.md", "-rf", "%2e"]
)
async def test_odd_names_are_names_and_nothing_else(owner: Person, files: str, name: str) -> None:
    status, brought, _ = await send(owner, "POST", files, data=form((name, b"x")))
    assert status == 201
    assert [one["path"] for one in brought["items"]] == [name]
    assert await whats_there(owner, files) == {name: sha(b"x")}


async def test_forms_that_are_none_are_refused(owner: Person, files: str) -> None:
    assert (await send(owner, "POST", files, json={"a": 1}))[0] == 415
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    for body in (
        b"",
        b"--x\r\n",
        b"nonsense",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n',
    ):
        assert (await send(owner, "POST", files, data=body, headers=kind))[0] == 422, body
    begun = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nhalf of it'
    assert (await send(owner, "POST", files, data=begun, headers=kind))[0] == 422
    assert await whats_there(owner, files) == {}


async def test_a_look_at_a_file_is_text_or_a_small_picture(owner: Person, files: str) -> None:
    image = pytest.importorskip("PIL.Image")
    picture = image.new("RGB", (2_000, 1_000), "red")
    out = BytesIO()
    picture.save(out, "PNG")
    await send(owner, "PUT", f"{files}/red.png", data=out.getvalue())
    await send(owner, "PUT", f"{files}/long.txt", data="ü".encode() * 100_000)
    await send(owner, "PUT", f"{files}/bytes", data=bytes(100))
    looks = files.replace("/files", "/previews")
    _, small, headers = await send(owner, "GET", f"{looks}/red.png")
    assert headers["Content-Type"] == "image/jpeg"
    assert image.open(BytesIO(small)).size == (512, 256)
    text = await owner.get(f"{looks}/long.txt")
    assert (text["kind"], text["truncated"], set(text["text"])) == ("text", True, {"ü"})
    nothing = await owner.get(f"{looks}/bytes")
    assert (nothing["kind"], bool(nothing["why"])) == ("none", True)


async def test_files_for_messages_are_their_owners_alone(house: House, owner: Person) -> None:
    status, brought, _ = await send(owner, "POST", "/files", data=form(("tree.txt", b"a tree")))
    assert status == 201
    (upload,) = brought["items"]
    assert (upload["name"], upload["size"], upload["sha256"]) == ("tree.txt", 6, sha(b"a tree"))
    assert upload["id"].startswith("fil_")
    assert (await send(owner, "GET", f"/files/{upload['id']}/content"))[1] == b"a tree"
    assert (await owner.get("/files"))["items"] == [upload]
    stranger = await house.stranger()
    for path in ("", "/content"):
        assert (await stranger.call("GET", f"/files/{upload['id']}{path}")).status == 404
    assert (await stranger.call("DELETE", f"/files/{upload['id']}")).status == 404
    assert (await owner.call("DELETE", f"/files/{upload['id']}")).status == 204
    assert (await owner.call("GET", f"/files/{upload['id']}")).status == 404


async def test_a_session_that_is_deleted_takes_its_files_along(house: House, owner: Person, files: str) -> None:
    await send(owner, "PUT", f"{files}/a", data=b"a")
    session_id = files.split("/")[2]
    assert (house.home / "workspaces" / session_id / "a").exists()
    assert (await owner.call("DELETE", f"/sessions/{session_id}")).status == 204
    assert not (house.home / "workspaces" / session_id).exists()
