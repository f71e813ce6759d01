"""Paths and names that try to lead out of a session's files, over every door at once, and traps laid within them."""

import os
import socket
import stat
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from tests.journeys.acting import call, calls, results, says
from tests.journeys.house import House, Person
from tests.journeys.test_files import send
from tests.promises import keeps
from tests.vendor import FakeVendor
from tests.vendor.spoken import Call

pytestmark = pytest.mark.timeout(120)

SECRET = "nobody may read this"

# As they stand in a URL; each must name something inside, or be refused.
PATHS = (
    "../outside/x", "..%2foutside%2fx", "%2e%2e/outside/x", "%2e%2e%2foutside%2fx", "%252e%252e/outside/x",
    "..%252foutside%252fx", "%c0%ae%c0%ae/outside/x", "%c0%ae%c0%ae%c0%afoutside", "%e0%80%ae%e0%80%ae/x",
    "a/..%2f..%2f..%2foutside/x", "a/../../outside/x", ".../outside/x", "....//outside/x", "..;/outside/x",
    "%2fetc%2fpasswd", "//etc/passwd", "%5c%5chost%5cshare", "..%5coutside%5cx", "file:///etc/passwd", "c%3a/x",
    "~/x", "$HOME/x", "a%00/../../outside/x", "a%00.txt", "a%0d%0aX-Evil:1", "a%7fb", "a%c2%85b",
    "%ff%fe", "%ed%a0%80",
    "x" * 5_000, "%C3%A4" * 1_700, "/".join(["d"] * 70), "/".join(["e" * 200] * 30),
    quote("．．/outside/x"), quote("‥/outside/x"), quote("..∕outside∕x"), quote("..／outside／x"),
    quote("․․/outside/x"),
    quote(".\u2060./outside/x"), quote("\u202e../outside/x"), ".%2e/outside/x", "%2e/%2e%2e/outside/x", ".%00./x",
    ".palaver/outputs/x", "a/./.palaver-new-1/x",
)  # fmt: skip
NAMES = (
    "CON", "PRN", "AUX", "NUL", "COM1", "LPT9", "con.txt", "nul.tar.gz", "CONIN$", "ends with a dot.",
    "ends with space ", " begins", "...", "A", "a", unicodedata.normalize("NFC", "é"),
    unicodedata.normalize("NFD", "é"), "ﬁ", "fi",
    "K", "K", "a\u202egnp.exe", "a\u200bb", "\ufeffbom", "-rf", "--", "*", "?", "a|b", "a<b>",
    'a"b', "a'b", "a;b", "%2e%2e",
    "~", "#",
)  # fmt: skip
FORM = b'--x\r\nContent-Disposition: form-data; name="f"; filename="%s"\r\n\r\nevil\r\n--x--\r\n'
REFUSED = {404, 405, 413, 414, 422}


@pytest.fixture
def outside(house: House) -> Iterator[Path]:
    """What lies beside the workspaces, and is as it was when the test is over."""
    outside = house.home / "workspaces/outside"
    outside.mkdir(parents=True)
    (outside / "x").write_text(SECRET)
    before = sorted(path.name for path in house.home.rglob("x"))
    yield outside
    assert [path.name for path in outside.iterdir()] == ["x"]
    assert (outside / "x").read_text() == SECRET
    assert sorted(path.name for path in house.home.rglob("x") if outside in path.parents) == before
    assert '"Traceback' not in house.log.read_text()


async def begun(house: House, owner: Person) -> tuple[str, Path]:
    """A session with one file; where it is over HTTP, and on the disk."""
    session_id = (await owner.post("/sessions", {"permission_mode": "acceptEdits"}))["id"]
    at = f"/sessions/{session_id}"
    assert (await send(owner, "PUT", f"{at}/files/kept", data=b"kept"))[0] == 200
    return at, house.home / "workspaces" / session_id


def names_below(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))


@keeps("files:inside")
async def test_no_path_in_a_url_or_a_body_leads_outside(house: House, owner: Person, outside: Path) -> None:
    at, root = await begun(house, owner)
    for path in PATHS:
        for method, door, more in (
            ("GET", "files", {}), ("HEAD", "files", {}), ("GET", "previews", {}), ("DELETE", "files", {}),
            ("PUT", "files", {"data": b"evil"}),
        ):  # fmt: skip
            status, said, _ = await send(owner, method, f"{at}/{door}/{path}", **more)
            assert status in REFUSED | {200, 204}, (method, door, path, status)
            assert SECRET not in str(said)
    for path in (*PATHS, *map(unquote, PATHS)):
        for body in ({"path": "kept", "to": path}, {"path": path, "to": "kept"}):
            assert (await owner.call("POST", f"{at}/files/move", body)).status in REFUSED | {200, 409}, body
        assert (await owner.call("POST", f"{at}/folders", {"path": path})).status in REFUSED | {201}, path
        query = {"params": {"folder": path}}
        assert (await owner.call("GET", f"{at}/files", **query)).status in REFUSED | {200}, path
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        status, _, _ = await send(
            owner, "POST", f"{at}/files?on_conflict=replace", data=FORM % path.encode(), headers=headers
        )
        assert status in REFUSED | {201}, path
    assert all(".." not in name.split("/") for name in names_below(root))


@keeps("files:inside")
async def test_no_path_that_a_model_gives_leads_outside(
    house: House, owner: Person, vendor: FakeVendor, outside: Path
) -> None:
    given = [*PATHS, *map(unquote, PATHS), str(outside / "x"), "/proc/self/environ", "../../outside/x", "a/\0/x"]
    made: list[Call] = []
    for number, path in enumerate(given):
        for tool, more in (
            ("Read", {}), ("Write", {"content": "evil"}), ("Edit", {"old_string": "nobody", "new_string": "evil"}),
            ("LS", {}), ("Grep", {"pattern": "nobody"}), ("Glob", {"pattern": "**/x"}),
        ):  # fmt: skip
            made.append(call(f"{tool}{number}", tool, path=path, **more))
    for start in range(0, len(made), 40):
        at, root = await begun(house, owner)
        vendor.next(calls(*made[start : start + 40]), says("done"))
        answer = await owner.post("/query/single", {"prompt": "go", "session_id": at.rpartition("/")[2]})
        told = results(answer)
        assert len(told) == len(made[start : start + 40])
        assert SECRET not in str(told)
        assert "Something went wrong" not in str(told)
        assert all(".." not in name.split("/") for name in names_below(root))


@keeps("files:inside", "files:download")
async def test_odd_names_are_kept_as_they_are_through_checkpoints_forks_and_rewinds(
    house: House, owner: Person, outside: Path
) -> None:
    at, root = await begun(house, owner)
    for number, name in enumerate(NAMES):
        status, _, _ = await send(owner, "PUT", f"{at}/files/{quote(name, safe='')}", data=b"%d" % number)
        assert status in {200, 422}, name
        if status == 422:
            assert not (root / name).exists()
    held = {path.name: path.read_bytes() for path in root.iterdir()}
    assert {"CON", "con.txt", "A", "a", "ends with a dot.", "ends with space ", "..."} <= held.keys()
    assert {unicodedata.normalize(form, "é") for form in ("NFC", "NFD")} <= held.keys()
    listed = (await owner.get(f"{at}/files?limit=1000"))["items"]
    assert {one["path"] for one in listed} == held.keys()
    point = await owner.post(f"{at}/checkpoints")
    for name, was in held.items():
        _, content, headers = await send(owner, "GET", f"{at}/files/{quote(name, safe='')}")
        assert content == was
        assert headers["Content-Disposition"].isascii()
        assert not any(sign in headers["Content-Disposition"] for sign in ("\r", "\n", "%E2%80%AE"))
        assert (await send(owner, "DELETE", f"{at}/files/{quote(name, safe='')}"))[0] == 204
    assert list(root.iterdir()) == []
    await owner.post(f"{at}/rewind", {"checkpoint_id": point["id"]})
    assert {path.name: path.read_bytes() for path in root.iterdir()} == held
    forked = (await owner.post(f"{at}/fork"))["id"]
    assert len((await owner.get(f"/sessions/{forked}/files?limit=1000"))["items"]) == len(held)


def plant(root: Path, outside: Path) -> set[str]:
    """Traps as a program can lay them; their names."""
    (root / "link").symlink_to(outside / "x")
    (root / "folder").symlink_to(outside)
    (root / "up").symlink_to("../outside")
    (root / "loop").symlink_to("loop")
    (root / "proc").symlink_to("/proc/self/environ")
    os.link(outside / "x", root / "hard")
    os.mkfifo(root / "fifo")
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(root)  # the path of a socket is short
        try:
            listening.bind("socket")
        finally:
            os.chdir(here)
    names = {"link", "folder", "up", "loop", "proc", "hard", "fifo", "socket"}
    try:
        os.mknod(root / "device", 0o666 | stat.S_IFCHR, os.makedev(1, 5))
        names.add("device")
    except PermissionError:
        pass  # only a program that may everything could
    (root / os.fsdecode(b"not \xff text")).write_text("bytes")
    return names


@keeps("files:inside", "sessions:rewind")
async def test_traps_that_a_program_laid_are_neither_entered_nor_waited_for(
    house: House, owner: Person, vendor: FakeVendor, outside: Path
) -> None:
    at, root = await begun(house, owner)
    point = await owner.post(f"{at}/checkpoints")
    traps = plant(root, outside)
    for trap in traps:
        for path in (trap, f"{trap}/x"):
            for method, door, more in (("GET", "files", {}), ("GET", "previews", {}), ("PUT", "files", {"data": b"x"})):
                status, said, _ = await send(owner, method, f"{at}/{door}/{path}", **more)
                assert status in REFUSED, (method, door, path, status)
                assert SECRET not in str(said)
        assert (await owner.call("POST", f"{at}/folders", {"path": f"{trap}/new"})).status in REFUSED
        assert (await owner.call("POST", f"{at}/files/move", {"path": "kept", "to": f"{trap}/kept"})).status in REFUSED
    listed = (await owner.get(f"{at}/files"))["items"]
    assert {one["path"] for one in listed} <= {"kept", "hard"}
    made = [call(f"{tool}{trap}", tool, path=trap, **more) for trap in sorted(traps) for tool, more in TOOLS]
    vendor.next(calls(*made, call("g", "Grep", pattern="nobody")), says("done"))
    answer = await owner.post("/query/single", {"prompt": "go", "session_id": at.rpartition("/")[2]})
    assert SECRET not in str(results(answer))
    assert "Something went wrong" not in str(results(answer))

    # They hinder neither checkpoints nor forks, and nothing that they lead to comes along.
    second = await owner.post(f"{at}/checkpoints")
    assert second["files"]["count"] >= 1
    forked = (await owner.post(f"{at}/fork"))["id"]
    assert SECRET not in str((await owner.get(f"/sessions/{forked}/files"))["items"])
    assert "hard" not in names_below(house.home / "workspaces" / forked)
    for trap in traps:
        assert (await send(owner, "GET", f"/sessions/{forked}/files/{trap}"))[0] in REFUSED
    assert (await owner.call("GET", f"{at}/diff?from={point['id']}&to={second['id']}")).status == 200
    for one in (point, second, point):
        assert (await owner.call("POST", f"{at}/rewind", {"checkpoint_id": one["id"]})).status == 200
    assert (root / "kept").read_text() == "kept"
    archive = await owner.call("GET", f"{at}/export")
    assert archive.status == 200
    assert SECRET.encode() not in archive.body
    assert (await send(owner, "DELETE", f"{at}/files/folder"))[0] in {204, 404}
    for session in (at, f"/sessions/{forked}"):
        assert (await owner.call("DELETE", session)).status == 204
    assert not root.exists()


TOOLS = (
    ("Read", {}),
    ("LS", {}),
    ("Write", {"content": "evil"}),
    ("Edit", {"old_string": "nobody", "new_string": "evil"}),
    ("Grep", {"pattern": "nobody"}),
)
