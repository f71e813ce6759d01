"""Sessions that begin with an operator's files, and the operator's files, which nothing that happens there changes."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.acting import bash, call, calls, ended, file_of, results, says, told_results, write
from tests.journeys.house import House, Opening, Person
from tests.journeys.test_bad_input import assert_problem
from tests.journeys.test_rewinds import OPEN, act, before, tree
from tests.journeys.test_sessions import turn
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)

RULES = "Write in verse.\n"
RUN = "#!/bin/sh\necho hello\n"


def laid(root: Path) -> Path:
    """Two templates: files with modes, a folder, a link; and another one."""
    (root / "default/src").mkdir(parents=True)
    (root / "default/AGENTS.md").write_text(RULES)
    (root / "default/src/run.sh").write_text(RUN)
    (root / "default/src/run.sh").chmod(0o555)
    (root / "default/fixed.txt").write_text("fixed\n")
    (root / "default/fixed.txt").chmod(0o444)
    (root / "default/also.md").symlink_to("AGENTS.md")
    (root / "other").mkdir()
    (root / "other/only.txt").write_text("other\n")
    return root


def state(root: Path) -> dict[str, Any]:
    """Everything about a tree that a program could change; times of change cannot be set back."""
    found: dict[str, Any] = {}
    for path in sorted((root, *root.rglob("*"))):
        one = path.lstat()
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        found[str(path)] = (one.st_mode, one.st_ino, one.st_ctime_ns, one.st_mtime_ns, one.st_nlink, content)
    return found


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """The folder of a home in which templates are found by themselves."""
    return laid(tmp_path / "home" / "templates")


@pytest.fixture
async def house(templates: Path, open_house: Opening) -> House:
    """A server whose operator has templates."""
    return await open_house()


async def paths(person: Person, session_id: str) -> list[str]:
    return [one["path"] for one in (await person.get(f"/sessions/{session_id}/files"))["items"]]


@keeps("files:templates")
async def test_a_new_session_begins_with_the_operators_files_and_copies_none_before_they_are_used(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    made = await owner.post("/sessions", {"title": "Prepared"})
    asked, question, _ = await turn(owner, "hello")
    await turn(owner, "and again", session_id=asked)
    # What the folder says of the agent is told, and yet nothing was laid out.
    assert RULES.strip() in str(vendor.heard[-1].body["messages"][0])
    for session_id in (made["id"], asked):
        assert not (house.home / "workspaces" / session_id).exists()

    assert await paths(owner, made["id"]) == ["AGENTS.md", "fixed.txt", "src/run.sh"]
    got = await owner.call("GET", f"/sessions/{made['id']}/files/src/run.sh")
    assert got.body.decode() == RUN
    there = tree(house, made["id"])
    assert {path: mode for path, (_, mode) in there.items()} == {
        "AGENTS.md": 0o644, "also.md": 0o644, "fixed.txt": 0o444, "src": 0o755, "src/run.sh": 0o555,
    }  # fmt: skip
    listed = (await owner.get(f"/sessions/{asked}/checkpoints"))["items"]
    assert listed[-1]["message_id"] == question
    assert listed[-1]["files"]["count"] == 4


@keeps("files:templates")
async def test_no_tool_changes_a_template_and_a_changed_template_changes_no_session(
    house: House, owner: Person, vendor: FakeVendor, templates: Path
) -> None:
    was = state(templates)
    session_id, _, _ = await turn(owner, "hello")
    storm = (
        "cat AGENTS.md; ./src/run.sh; chmod 666 fixed.txt; echo mine > fixed.txt; echo more >> src/run.sh;"
        "ln AGENTS.md hard; echo linked >> hard; echo through >> also.md; rm -r src; mkdir src; touch src/new"
    )
    vendor.next(calls(write("w", "AGENTS.md", "prose\n"), bash("b", storm)), says("done"))
    events = await owner.ask("go", session_id=session_id, **OPEN)
    run_id = str(events[1].data["run_id"])
    got = results(await ended(owner, run_id))
    assert got["w"]["ok"], got
    assert "hello" in told_results(vendor)["b"], told_results(vendor)
    assert (await owner.call("PUT", f"/sessions/{session_id}/files/fixed.txt", data=b"by hand")).status == 200
    assert (await owner.call("DELETE", f"/sessions/{session_id}/files/also.md")).status == 204
    assert state(templates) == was

    (templates / "default/AGENTS.md").write_text("Write in prose.\n")
    (templates / "default/later.txt").write_text("later\n")
    (templates / "default/fixed.txt").unlink()
    assert file_of(house, session_id, "fixed.txt") == "by hand"
    fresh = await owner.post("/sessions")
    assert await paths(owner, fresh["id"]) == ["AGENTS.md", "later.txt", "src/run.sh"]
    assert file_of(house, fresh["id"], "AGENTS.md") == "Write in prose.\n"
    assert file_of(house, fresh["id"], "src/run.sh") == RUN


@keeps("files:templates", "sessions:rewind")
async def test_a_session_that_was_begun_but_not_used_keeps_the_template_it_began_with(
    house: House, owner: Person, templates: Path
) -> None:
    made = await owner.post("/sessions")
    (templates / "default/AGENTS.md").write_text("Write in prose.\n")
    await house.kill()
    await house.start()
    assert (await owner.call("GET", f"/sessions/{made['id']}/files/AGENTS.md")).body.decode() == RULES


@keeps("files:templates", "sessions:rewind", "sessions:fork")
async def test_rewinds_forks_and_comparisons_know_what_came_from_a_template(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    session_id, first, answer = await turn(owner, "hello")
    await act(owner, vendor, session_id, write("w", "AGENTS.md", "prose\n"), bash("b", "rm -f fixed.txt"))
    diff = await owner.get(f"/sessions/{session_id}/diff", params={"from": before(first), "to": answer})
    assert diff["files"] == []
    forked = await owner.post(f"/sessions/{session_id}/fork", {"message_id": answer})
    assert (await owner.call("GET", f"/sessions/{forked['id']}/files/fixed.txt")).body == b"fixed\n"
    now = await owner.post(f"/sessions/{session_id}/fork", {})
    assert await paths(owner, now["id"]) == ["AGENTS.md", "src/run.sh"]

    done = await owner.post(f"/sessions/{session_id}/rewind", {"checkpoint_id": before(first)})
    assert done["restored"]["files"] == {"created": ["fixed.txt"], "changed": ["AGENTS.md"], "deleted": []}
    assert tree(house, session_id)["fixed.txt"] == (b"fixed\n", 0o444)
    assert file_of(house, session_id, "AGENTS.md") == RULES


@keeps("files:templates")
async def test_a_new_session_may_name_another_template_or_none(house: House, owner: Person, vendor: FakeVendor) -> None:
    listed = (await owner.get("/templates"))["items"]
    assert [(one["name"], one["files"], one["default"]) for one in listed] == [
        ("default", 4, True),
        ("other", 1, False),
    ]
    other = await owner.post("/sessions", {"template": "other", "title": "x"})
    assert (await paths(owner, other["id"]), other["title"]) == (["only.txt"], "x")
    none = await owner.post("/sessions", {"template": None})
    assert await paths(owner, none["id"]) == []
    events = await owner.ask("hello", template="other")
    session_id = next(event.data["session_id"] for event in events if "session_id" in event.data)
    assert await paths(owner, session_id) == ["only.txt"]

    count = house.count("sessions")
    for wrong in ("nothing", "../templates/other", "..", ".", "a/b", "\u2024\u2024", "default/src"):
        for path, body in (("/sessions", {}), ("/query", {"prompt": "hello"})):
            told = assert_problem(await owner.call("POST", path, {**body, "template": wrong}), 422, "invalid")
            assert told["errors"][0]["loc"] == ["body", "template"]
            assert "default, other" in told["detail"]
    assert_problem(await owner.call("POST", "/sessions", {"template": 7}), 422, "invalid")
    told = await owner.call("POST", "/query", {"prompt": "x", "session_id": session_id, "template": "other"})
    assert_problem(told, 422, "invalid")
    assert_problem(await owner.call("PATCH", f"/sessions/{session_id}", {"template": "other"}), 422, "invalid")
    assert house.count("sessions") == count


@keeps("files:templates")
async def test_subagents_work_in_the_files_of_their_session_and_begin_with_none(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    helper = {"helper": {"description": "helps", "prompt": "Help.", "tools": ["Read"]}}
    vendor.next(
        calls(call("t", "Task", agent="helper", prompt="read it")),
        calls(call("r", "Read", path="fixed.txt")),
        says("fixed"),
        says("done"),
    )
    events = await owner.ask("go", agents=helper, allowed_tools=["Task"], model="fake/fake-n2")
    assert events[-1].data["finish_reason"] == "stop"
    assert any("fixed" in text for heard in range(len(vendor.heard)) for text in told_results(vendor, heard).values())
    beside = house.home / "workspaces" / ".beside"
    assert len([one for one in beside.iterdir() if one.name.startswith("ses_")]) == 1


@keeps("files:templates")
async def test_an_operator_names_the_folder_of_templates(open_house: Opening, tmp_path: Path) -> None:
    elsewhere = laid(tmp_path / "elsewhere")
    # As package stores lay files: with a second name; and the template itself behind a link.
    os.link(elsewhere / "default/AGENTS.md", tmp_path / "second")
    (elsewhere / "default").rename(tmp_path / "real")
    (elsewhere / "default").symlink_to(tmp_path / "real")
    house = await open_house(home="second-home", files__templates=str(elsewhere))
    owner = await house.owner()
    made = await owner.post("/sessions")
    assert await paths(owner, made["id"]) == ["AGENTS.md", "fixed.txt", "src/run.sh"]
    plain = await open_house(home="plain")
    person = await plain.owner()
    assert (await person.get("/templates"))["items"] == []
    assert await paths(person, (await person.post("/sessions"))["id"]) == []
    assert not (plain.home / "workspaces").exists()
