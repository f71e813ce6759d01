"""Files of projects: brought in by their owner, read by all sessions of the project, and by nobody else."""

from typing import Any

import pytest

from tests.journeys import acting
from tests.journeys.acting import bash, call, calls, says, write
from tests.journeys.house import House, Person
from tests.journeys.test_files import form, send, sha
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)

OPEN = {"allowed_tools": ["Write", "Edit", "Bash"], "model": "fake/fake-n2"}
PROBE = (
    "cat @project/notes.md; ls @project; (echo x > @project/new) 2>/dev/null || echo refused; "
    "(rm @project/notes.md) 2>/dev/null || echo kept; echo mine > own.txt"
)


@pytest.fixture
async def project(owner: Person) -> str:
    """A project with two files in it."""
    project_id = (await owner.post("/projects", {"name": "Boats", "instructions": "Speak as a pilot."}))["id"]
    for path, content in (("notes.md", b"the tide turns at nine\n"), ("charts/north.txt", b"rocks")):
        assert (await send(owner, "PUT", f"/projects/{project_id}/files/{path}", data=content))[0] == 200
    return str(project_id)


async def act(person: Person, vendor: FakeVendor, session_id: str, *made: Any) -> dict[str, Any]:
    """The answer of a turn in which an agent makes these calls."""
    vendor.next(calls(*made), says("done"))
    events = await person.ask("go", session_id=session_id, **OPEN)
    assert events[-1].data["finish_reason"] == "stop", events[-1].data
    return next(event.data["message"] for event in events if event.type == "message")


async def session_in(person: Person, project_id: str | None) -> str:
    return str((await person.post("/sessions", {"project_id": project_id}))["id"])


@keeps("projects:files")
async def test_files_of_a_project_are_brought_listed_looked_at_moved_and_deleted_as_those_of_sessions(
    owner: Person, project: str
) -> None:
    files = f"/projects/{project}/files"
    status, brought, _ = await send(
        owner, "POST", files, params={"folder": "more"}, data=form(("a.txt", b"a"), ("b.txt", b"b"))
    )
    assert (status, [one["path"] for one in brought["items"]]) == (201, ["more/a.txt", "more/b.txt"])
    listed = (await owner.get(files))["items"]
    assert {one["path"]: one["sha256"] for one in listed} == {
        "charts/north.txt": sha(b"rocks"), "more/a.txt": sha(b"a"), "more/b.txt": sha(b"b"),
        "notes.md": sha(b"the tide turns at nine\n"),
    }  # fmt: skip
    status, part, headers = await send(owner, "GET", f"{files}/notes.md", headers={"Range": "bytes=4-7"})
    assert (status, part, headers["Content-Range"]) == (206, b"tide", "bytes 4-7/23")
    assert (await owner.get(f"/projects/{project}/previews/notes.md"))["text"] == "the tide turns at nine\n"
    taken = await owner.call("POST", files, data=form(("notes.md", b"other")))
    assert (taken.status, taken.json["code"]) == (409, "name_taken")
    await owner.post(f"{files}/move", {"path": "more", "to": "less"})
    assert (await owner.post(f"/projects/{project}/folders", {"path": "empty"}))["kind"] == "folder"
    assert (await owner.call("DELETE", f"{files}/less/a.txt")).status == 204
    assert (await owner.call("HEAD", f"{files}/less/b.txt")).headers["Content-Length"] == "1"
    assert (await owner.call("GET", f"{files}/less/a.txt")).status == 404
    assert (await send(owner, "PUT", f"{files}/%2e%2e/%2e%2e/x", data=b"x"))[0] == 422


@keeps("projects:files")
async def test_nobody_else_comes_near_the_files_of_a_project(house: House, owner: Person, project: str) -> None:
    stranger = await house.stranger()
    theirs = (await stranger.post("/projects", {"name": "Mine"}))["id"]
    mine = await session_in(owner, project)
    for person, project_id in ((stranger, project), (owner, theirs), (owner, "prj_" + "0" * 32), (owner, mine)):
        files = f"/projects/{project_id}/files"
        asked = [
            await person.call("GET", files),
            await person.call("GET", f"{files}/notes.md"),
            await person.call("HEAD", f"{files}/notes.md"),
            await person.call("GET", f"/projects/{project_id}/previews/notes.md"),
            # With no body: a server that refuses does not read one to its end, and its answer may be lost then.
            await person.call("POST", files, headers={"Content-Type": "multipart/form-data; boundary=x"}),
            await person.call("PUT", f"{files}/notes.md"),
            await person.call("DELETE", f"{files}/notes.md"),
            await person.call("POST", f"{files}/move", {"path": "notes.md", "to": "x"}),
            await person.call("POST", f"/projects/{project_id}/folders", {"path": "x"}),
        ]
        assert [answer.status for answer in asked] == [404] * len(asked)
    assert (await owner.call("GET", f"/sessions/{project}/files")).status == 404
    assert (await owner.call("GET", f"/projects/{project}/files/notes.md")).body == b"the tide turns at nine\n"
    assert not (house.home / "workspaces" / theirs).exists()


@keeps("projects:files:read-only")
async def test_all_sessions_of_a_project_read_its_files_and_none_changes_them(
    house: House, owner: Person, vendor: FakeVendor, project: str
) -> None:
    session_id = await session_in(owner, project)
    message = await act(
        owner, vendor, session_id,
        call("ls", "LS"), call("read", "Read", path="@project/notes.md"),
        call("grep", "Grep", pattern="rocks"), call("glob", "Glob", pattern="**/*.txt"),
        write("write", "@project/notes.md", "no"), write("new", "@project/sub/x", "no"), bash("bash", PROBE),
    )  # fmt: skip
    came = {name: part["content"] for name, part in acting.results(message).items()}
    assert came["ls"].splitlines()[0] == "@project/"
    assert "the tide turns at nine" in came["read"]
    assert "@project/charts/north.txt" in came["grep"]
    assert "@project/charts/north.txt" in came["glob"]
    for refused in ("write", "new"):
        assert "can be read here and not changed" in came[refused]
    lines = came["bash"].splitlines()
    assert lines[:6] == ["the tide turns at nine", "charts", "notes.md", "refused", "kept", "[exit code 0]"], lines
    assert "own.txt" in came["bash"]
    assert "charts/north.txt" not in came["bash"]
    assert (await owner.call("GET", f"/projects/{project}/files/notes.md")).body == b"the tide turns at nine\n"
    other = await session_in(owner, project)
    message = await act(owner, vendor, other, bash("b", "cat @project/charts/north.txt"))
    assert acting.results(message)["b"]["content"].splitlines()[0] == "rocks"


@keeps("projects:files:told")
async def test_a_model_is_told_of_the_files_of_the_project_and_the_manifest_says_so(
    owner: Person, vendor: FakeVendor, project: str
) -> None:
    session_id = await session_in(owner, project)
    message = await act(owner, vendor, session_id, call("read", "Read", path="@project/notes.md"))
    system = vendor.heard[-1].body["messages"][0]["content"]
    assert "Speak as a pilot." in system
    assert "- @project/charts/north.txt\n- @project/notes.md" in system
    seen = await owner.get(f"/messages/{message['id']}/context")
    assert seen["project_files"] == ["@project/charts/north.txt", "@project/notes.md"]
    following = await owner.get(f"/sessions/{session_id}/context")
    assert following["project_files"] == seen["project_files"]
    await owner.patch(f"/sessions/{session_id}", {"project_id": None})
    message = await act(owner, vendor, session_id, call("r2", "Read", path="@project/notes.md"))
    assert "project_files" not in await owner.get(f"/messages/{message['id']}/context")
    assert "@project" not in vendor.heard[-1].body["messages"][0]["content"]


@keeps("projects:files:read-only")
async def test_who_leaves_a_project_sees_its_files_no_more(owner: Person, vendor: FakeVendor, project: str) -> None:
    session_id = await session_in(owner, project)
    await act(owner, vendor, session_id, bash("b", "cat @project/notes.md"))
    await owner.patch(f"/sessions/{session_id}", {"project_id": None})
    message = await act(
        owner, vendor, session_id,
        call("read", "Read", path="@project/notes.md"), bash("bash", "cat @project/notes.md"),
    )  # fmt: skip
    came = acting.results(message)
    assert not came["read"]["ok"]
    assert not came["bash"]["ok"]
    assert "tide" not in came["read"]["content"] + came["bash"]["content"]


@keeps("projects:files:read-only")
async def test_no_snapshot_holds_the_files_of_a_project_and_no_rewind_changes_them(
    house: House, owner: Person, vendor: FakeVendor, project: str
) -> None:
    session_id = await session_in(owner, project)
    await act(owner, vendor, session_id, write("w", "a.txt", "one"), bash("b", "cat @project/notes.md > copy.txt"))
    await owner.call("PUT", f"/projects/{project}/files/notes.md", data=b"changed meanwhile")
    await act(owner, vendor, session_id, bash("c", "rm a.txt copy.txt"))
    newest, _ = (await owner.get(f"/sessions/{session_id}/checkpoints"))["items"]
    assert newest["files"]["count"] == 2
    done = await owner.post(
        f"/sessions/{session_id}/rewind", {"checkpoint_id": newest["id"], "restore": ["messages", "files"]}
    )
    assert done["restored"]["files"] == {"created": ["a.txt", "copy.txt"], "changed": [], "deleted": []}
    assert (await owner.call("GET", f"/projects/{project}/files/notes.md")).body == b"changed meanwhile"
    listed = (await owner.get(f"/sessions/{session_id}/files"))["items"]
    assert [one["path"] for one in listed] == ["a.txt", "copy.txt"]
    refused = await owner.call("PUT", f"/sessions/{session_id}/files/@project/x", data=b"x")
    assert (refused.status, "@project" in refused.json["detail"]) == (422, True)
    assert acting.file_of(house, session_id, "copy.txt") == "the tide turns at nine\n"


@keeps("projects:files")
async def test_a_deleted_project_frees_its_files_and_lets_its_sessions_be(
    house: House, owner: Person, vendor: FakeVendor, project: str
) -> None:
    session_id = await session_in(owner, project)
    await act(owner, vendor, session_id, write("w", "own.txt", "one"))
    assert house.rows("select bytes from session_files where session_id = ?", project) == [(28,)]
    assert (await owner.call("DELETE", f"/projects/{project}")).status == 204
    assert not (house.home / "workspaces" / project).exists()
    assert house.rows("select bytes from session_files where session_id = ?", project) == []
    message = await act(owner, vendor, session_id, call("read", "Read", path="@project/notes.md"))
    assert not acting.results(message)["read"]["ok"]
    assert (await owner.get(f"/sessions/{session_id}"))["project_id"] is None
    assert acting.file_of(house, session_id, "own.txt") == "one"


@keeps("projects:files")
async def test_files_of_a_project_have_limits_and_outlive_the_sweep(open_house: Any, owner: Person) -> None:
    house = await open_house(
        home="small", files__workspace_bytes="10", files__sweep_every="0.05", files__sweep_grace="0"
    )
    person = await house.owner()
    project_id = (await person.post("/projects", {"name": "Small"}))["id"]
    files = f"/projects/{project_id}/files"
    assert (await person.call("PUT", f"{files}/a", data=b"12345678")).status == 200
    refused = await person.call("PUT", f"{files}/b", data=b"123")
    assert (refused.status, refused.json["detail"]) == (
        413, "The files of this project may have 10 bytes together; 8 are used."
    )  # fmt: skip
    gone = house.home / "workspaces" / ("prj_" + "0" * 32)
    gone.mkdir()
    await person.until("/health", lambda _: not gone.exists())  # the sweep was there
    assert [one["path"] for one in (await person.get(files))["items"]] == ["a"]


@keeps("projects:files:read-only")
async def test_files_of_a_project_are_found_by_what_stands_in_them(
    owner: Person, vendor: FakeVendor, project: str
) -> None:
    session_id = await session_in(owner, project)
    message = await act(owner, vendor, session_id, call("s", "search_files", query="tide nine"))
    found = acting.results(message)["s"]
    assert found["ok"]
    assert "@project/notes.md" in found["content"]
