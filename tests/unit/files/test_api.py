import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from palaver.core.errors import NotFound
from palaver.core.ids import SessionId, UserId
from palaver.core.principal import Principal
from palaver.entry import problem
from palaver.files import api
from palaver.files.blobs import Blobs
from palaver.files.service import Files, Home
from palaver.files.snapshots import Snapshots
from palaver.files.workspace import Workspace
from palaver.files.workspaces import Workspaces
from palaver.kit.clock import SystemClock
from tests.database import whole_database
from tests.promises import keeps

MINE, THEIRS = SessionId("ses_mine"), SessionId("ses_theirs")
URL = f"/api/v1/sessions/{MINE}/files"


async def door() -> Principal:
    return Principal(user_id=UserId("usr_1"))


def no_documents(kind: str, file: object) -> str:
    return f"the text of a {kind}"


async def owns(user_id: UserId, session_id: SessionId, act: str) -> UserId:
    if (user_id, session_id) != ("usr_1", MINE):
        raise NotFound("There is no such session.")
    return user_id


@pytest.fixture
def workspaces(tmp_path: Path) -> Workspaces:
    return Workspaces(tmp_path)


@pytest.fixture
def workspace(workspaces: Workspaces) -> Workspace:
    return workspaces.of(MINE)


@pytest.fixture
async def client(workspaces: Workspaces, tmp_path: Path) -> AsyncIterator[TestClient]:
    app = FastAPI()
    problem.answer_errors(app)
    blobs = Blobs(tmp_path)
    async with whole_database() as database:
        files = Files(database, Home(workspaces, blobs, Snapshots(blobs, workspaces)), SystemClock())
        app.include_router(api.routes(files, owns, door, {}, documents=no_documents))  # type: ignore[arg-type]
        yield TestClient(app, raise_server_exceptions=False)


def test_a_session_without_files_has_an_empty_list(client: TestClient) -> None:
    assert client.get(URL).json() == {"items": [], "next_cursor": None}


def test_files_are_listed_with_what_they_are(client: TestClient, workspace: Workspace) -> None:
    workspace.write("src/a.py", b"12")
    workspace.write(".palaver/outputs/call_1.txt", b"ours")
    (workspace.root / "link").symlink_to("/etc/passwd")
    os.utime(workspace.root / "src/a.py", (0, 1_000_000_000))
    assert client.get(URL).json()["items"] == [
        {
            "path": "src/a.py",
            "size": 2,
            "media_type": "text/x-python",
            "modified_at": "2001-09-09T01:46:40.000000Z",
            "sha256": hashlib.sha256(b"12").hexdigest(),
        }
    ]


@pytest.mark.parametrize("seconds", [-1e9, 1e15])
def test_a_file_may_have_a_time_that_no_calendar_has(client: TestClient, workspace: Workspace, seconds: float) -> None:
    workspace.write("a", b"")
    os.utime(workspace.root / "a", (0, seconds))
    assert client.get(URL).status_code == 200


def test_a_long_list_has_pages_and_each_file_stands_on_one(client: TestClient, workspace: Workspace) -> None:
    written = ["a.b", "a/1", "a/2/x", "a-b/c", "b", "ü/ü", *(f"n/{number}" for number in range(10))]
    for path in written:
        workspace.write(path, b"")
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(20):
        page = client.get(URL, params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        seen += [item["path"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(written)
    assert client.get(URL, params={"cursor": "nonsense"}).status_code == 422


@keeps("files:download")
def test_a_file_is_downloaded_to_be_saved_and_not_to_be_shown(client: TestClient, workspace: Workspace) -> None:
    content = os.urandom(700_000)
    workspace.write('Ordner/grüße "a";\n.html'.replace("\n", ""), content)
    answer = client.get(f"{URL}/Ordner/gr%C3%BC%C3%9Fe%20%22a%22%3B.html")
    assert answer.content == content
    assert answer.headers["content-length"] == "700000"
    assert answer.headers["content-type"] == "application/octet-stream"  # it is called a page and is none
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''gr%C3%BC%C3%9Fe%20%22a%22%3B.html"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"


@keeps("files:download")
@pytest.mark.parametrize("name", ["a.svg", "a.html", "a.xhtml", "a.js", "a.xml", "a.mht", "a", "a.html.gz", "a.swf"])
def test_nothing_a_browser_would_run_is_called_what_it_is(client: TestClient, workspace: Workspace, name: str) -> None:
    workspace.write(name, b"<script>alert(1)</script>")
    kind = client.get(f"{URL}/{name}").headers["content-type"].partition(";")[0]
    assert kind in {"text/plain", "application/octet-stream", "message/rfc822"}


@pytest.mark.parametrize("path", ["", "/a"])
def test_files_of_somebody_elses_session_are_unknown(client: TestClient, workspaces: Workspaces, path: str) -> None:
    workspaces.of(THEIRS).write("a", b"theirs")
    for session in (THEIRS, "ses_nobody", ".."):
        assert client.get(f"/api/v1/sessions/{session}/files{path}").status_code == 404


@keeps("files:inside")
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("missing", 404),
        ("folder", 422),
        ("%2e%2e/ses_theirs/a", 422),
        ("..%2fses_theirs%2fa", 422),
        ("%2Fetc%2Fpasswd", 422),
        ("/etc/passwd", 422),
        ("link", 422),
        ("linked/passwd", 422),
        ("hard", 422),
        ("fifo", 422),
        ("a%00", 422),
        ("a%5cb", 422),
        ("x" * 2_000, 422),
    ],
)
def test_nothing_outside_can_be_downloaded(
    client: TestClient, workspaces: Workspaces, workspace: Workspace, path: str, status: int
) -> None:
    workspaces.of(THEIRS).write("a", b"theirs")
    workspace.make_folder("folder")
    (workspace.root / "link").symlink_to("/etc/passwd")
    (workspace.root / "linked").symlink_to("/etc")
    os.link(workspaces.of(THEIRS).root / "a", workspace.root / "hard")
    os.mkfifo(workspace.root / "fifo")
    answer = client.get(f"{URL}/{path}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "theirs" not in answer.json()["detail"] or path.count("theirs")


def test_a_download_leaves_no_file_open(client: TestClient, workspace: Workspace) -> None:
    workspace.write("a", b"x" * 1_000_000)
    client.get(f"{URL}/a")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        client.get(f"{URL}/a")
        client.get(f"{URL}/missing")
    assert len(list(Path("/proc/self/fd").iterdir())) == before
