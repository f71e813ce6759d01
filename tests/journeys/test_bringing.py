"""Sessions taken away and brought, from one server to another and from elsewhere."""

import hashlib
import io
import json
import re
import zipfile
from typing import Any

import aiohttp
import pytest

from tests.journeys import acting
from tests.journeys.house import House, Opening, Person
from tests.promises import keeps
from tests.vendor import FakeVendor

IDS = re.compile(r"\b(ses|msg|run|prj|fil)_[0-9a-f]{32}(?:_[A-Za-z0-9_-]{22})?")


def without_ids(text: str) -> str:
    """The same text with ids numbered in the order in which they appear."""
    known: dict[str, str] = {}
    return IDS.sub(lambda found: known.setdefault(found.group(), f"{found.group(1)}#{len(known)}"), text)


def contents(archive: bytes) -> list[tuple[str, str, str]]:
    """Every entry of an export but its manifest: name, mode and content, ids numbered; and what messages show."""
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        assert found.testzip() is None
        there = [one for one in found.infolist() if one.filename != "manifest.json"]
        manifest = json.loads(found.read("manifest.json"))
        assert [one["path"] for one in manifest["entries"]] == [one.filename for one in there if not one.is_dir()]
        told = [(one.filename, f"{one.external_attr >> 16:o}", found.read(one).decode("latin-1")) for one in there]
        told.append(("uploads", "", json.dumps(manifest["uploads"])))
    return [tuple(one) for one in json.loads(without_ids(json.dumps(told)))]


async def export(person: Person) -> bytes:
    """Everything somebody has."""
    answer = await person.call("GET", "/export")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/zip"
    return answer.body


async def bring(person: Person, body: bytes | str, kind: str = "application/json") -> Any:
    """What an upload brought; it must succeed."""
    answer = await person.call("POST", "/sessions/import", data=body, headers={"Content-Type": kind})
    assert answer.status == 201, answer.body
    return answer.json


@pytest.fixture
async def filled(house: House, owner: Person, vendor: FakeVendor) -> str:
    """A session with branches, tool calls, files, metadata, tags and settings."""
    said = {
        "title": "A round trip", "tags": ["one", "two"], "metadata": {"k": [1, None]}, "settings": {"temperature": 0.5},
        "system_prompt": "Be brief.", "permission_mode": "acceptEdits", "pinned": True,
    }  # fmt: skip
    session_id = (await owner.post("/sessions", said))["id"]
    vendor.next(acting.calls(acting.write("c1", "notes/a.txt", "hello there")), acting.says("Written."))
    await owner.ask("Write a file", session_id=session_id, model="fake/fake-n2")
    for prompt in ("And then?", "And after that?"):
        await owner.ask(prompt, session_id=session_id, model="fake/fake-n2")
    messages = await owner.messages(session_id)
    await owner.patch(f"/messages/{messages[0]['id']}", {"text": "Another beginning"})
    await owner.patch(f"/messages/{messages[2]['id']}", {"text": "And then what?", "metadata": {"mine": True}})
    await owner.ask(session_id=session_id, parent_message_id=messages[4]["id"], model="fake/fake-n3")
    assert acting.file_of(house, session_id, "notes/a.txt") == "hello there"
    return session_id


@keeps("sessions:round-trip", "sessions:export")
async def test_everything_taken_to_an_empty_server_and_taken_again_is_the_same_apart_from_ids(
    open_house: Opening, house: House, owner: Person, filled: str
) -> None:
    project = (await owner.post("/projects", {"name": "Boats", "instructions": "Be a pilot.", "metadata": {"a": 1}}))[
        "id"
    ]
    await owner.call("PUT", f"/projects/{project}/files/charts/north.bin", data=bytes(range(256)))
    await owner.post(f"/projects/{project}/folders", {"path": "empty"})
    await owner.post("/sessions", {"title": "Empty", "archived": True, "project_id": project})
    await owner.patch(f"/sessions/{filled}", {"project_id": project})
    await owner.post(f"/sessions/{filled}/fork", {"title": "A fork"})
    workspace = house.home / "workspaces" / filled
    for path, mode in (("notes/a.txt", 0o640), ("notes", 0o700)):
        (workspace / path).chmod(mode)
    (workspace / "run.sh").write_text("echo")
    (workspace / "run.sh").chmod(0o755)
    (workspace / "none" / "at" / "all").mkdir(parents=True)
    first = await export(owner)
    told = {(name.partition("/")[2].partition("/")[2], mode) for name, mode, _ in contents(first)}
    assert {("notes/a.txt", "100640"), ("notes/", "40700"), ("run.sh", "100755"), ("none/at/all/", "40755")} <= told
    other = await (await open_house(home="other")).owner()
    would = await other.call(
        "POST", "/sessions/import", data=first, params={"dry_run": "true"}, headers={"Content-Type": "application/zip"}
    )
    assert (would.status, would.json["sessions"], would.json["dry_run"]) == (200, 3, True)
    assert (await other.get("/sessions"))["items"] == (await other.get("/projects"))["items"] == []
    brought = await bring(other, first, "application/zip")
    assert (brought["sessions"], brought["projects"], brought["files"], brought["notes"]) == (3, 1, 4, [])
    assert [would.json[count] for count in ("messages", "files", "projects")] == [
        brought[count] for count in ("messages", "files", "projects")
    ]
    assert brought["items"][0]["source_id"] == filled
    (there,) = (await other.get("/projects"))["items"]
    assert (there["name"], there["id"] != project) == ("Boats", True)
    assert (await other.call("GET", f"/projects/{there['id']}/files/charts/north.bin")).body == bytes(range(256))
    assert (await other.get(f"/sessions/{brought['items'][0]['id']}"))["project_id"] == there["id"]
    assert contents(await export(other)) == contents(first)
    new = brought["items"][0]["id"]
    assert new != filled
    assert (await other.call("GET", f"/sessions/{new}/files/notes/a.txt")).body == b"hello there"
    before, after = await owner.messages(filled), await other.messages(new)
    assert [one["text"] for one in before] == [one["text"] for one in after]
    assert [one["siblings"] for one in before] == [one["siblings"] for one in after]
    assert {one["id"] for one in before}.isdisjoint(one["id"] for one in after)


@keeps("sessions:round-trip")
async def test_files_that_messages_show_come_along_and_are_the_persons_own_there(
    open_house: Opening, owner: Person
) -> None:
    form = aiohttp.FormData()
    form.add_field("file", "a small text", filename="small.txt")
    (upload,) = (await owner.call("POST", "/files", data=form)).json["items"]
    parts = [{"type": "text", "text": "Look"}, {"type": "file", "file_id": upload["id"]}]
    events = await owner.ask(parts=parts, model="fake/fake-n2")
    assert events[-1].type == "done"
    first = await export(owner)
    other_house = await open_house(home="other")
    other = await other_house.owner()
    brought = await bring(other, first, "application/zip")
    assert contents(await export(other)) == contents(first)
    (question, _) = await other.messages(brought["items"][0]["id"])
    (shown,) = [part["file_id"] for part in question["parts"] if part["type"] == "file"]
    assert shown != upload["id"]
    there = await other.get(f"/files/{shown}")
    assert [there[name] for name in ("name", "size", "sha256", "created_at")] == [
        upload[name] for name in ("name", "size", "sha256", "created_at")
    ]
    assert (await other.call("GET", f"/files/{shown}/content")).body == b"a small text"
    assert other_house.rows("select message_id from upload_uses where upload_id = ?", shown) == [(question["id"],)]


@keeps("sessions:round-trip")
async def test_one_session_comes_with_its_files_as_a_zip_and_all_without_theirs_as_one_array(
    open_house: Opening, owner: Person, filled: str
) -> None:
    await owner.post("/sessions", {"title": "Another"})
    taken = await owner.call("GET", f"/sessions/{filled}/export", params={"format": "zip"})
    assert taken.headers["Content-Disposition"] == 'attachment; filename="a-round-trip.zip"'
    other = await (await open_house(home="other")).owner()
    (item,) = (await bring(other, taken.body, "application/zip"))["items"]
    assert (await other.call("GET", f"/sessions/{item['id']}/files/notes/a.txt")).body == b"hello there"
    everything = await owner.call("GET", "/export", params={"format": "json"})
    assert [one["session"]["title"] for one in everything.json] == ["A round trip", "Another"]
    third = await (await open_house(home="third")).owner()
    assert (await bring(third, everything.body))["sessions"] == 2
    again = await third.call("GET", "/export", params={"format": "json"})
    assert without_ids(again.body.decode()) == without_ids(everything.body.decode())
    texts = await owner.call("GET", "/export", params={"format": "markdown"})
    with zipfile.ZipFile(io.BytesIO(texts.body)) as found:
        names = [name for name in found.namelist() if name != "manifest.json"]
        assert [name.rpartition("-")[0] for name in names] == ["a-round-trip", "another"]
        assert found.read(names[0]).decode() == (
            (await owner.call("GET", f"/sessions/{filled}/export", params={"format": "markdown"})).body.decode()
        )
    assert (await owner.call("GET", "/export", params={"format": "pdf"})).status == 422


@keeps("sessions:round-trip")
async def test_one_session_taken_away_and_brought_back_is_another_one_that_goes_on(owner: Person, filled: str) -> None:
    taken = await owner.call("GET", f"/sessions/{filled}/export")
    (item,) = (await bring(owner, taken.body))["items"]
    again = await owner.call("GET", f"/sessions/{item['id']}/export")
    assert without_ids(again.body.decode()) == without_ids(taken.body.decode())
    events = await owner.ask("Go on", session_id=item["id"], model="fake/fake-n2")
    assert events[-1].data["finish_reason"] == "stop"
    assert (await owner.get(f"/sessions/{item['id']}"))["message_count"] == item["message_count"] + 2
    found = await owner.get("/sessions", params={"q": "Another beginning"})
    assert {one["id"] for one in found["items"]} == {filled, item["id"]}


CHATGPT = """[
{"title": "Trees", "create_time": 1700000000.5, "update_time": 1700000100, "conversation_id": "c-1",
 "current_node": "a2", "mapping": {
  "root": {"id": "root", "message": null, "parent": null, "children": ["sys"]},
  "sys": {"id": "sys", "parent": "root", "children": ["u1"], "message": {"author": {"role": "system"},
    "content": {"content_type": "text", "parts": [""]}, "metadata": {"is_visually_hidden_from_conversation": true}}},
  "u1": {"id": "u1", "parent": "sys", "children": ["a1", "t1"], "message": {"author": {"role": "user"},
    "create_time": 1700000001, "content": {"content_type": "text", "parts": ["What is 2 + 2?"]}}},
  "a1": {"id": "a1", "parent": "u1", "children": [], "message": {"author": {"role": "assistant"},
    "create_time": 1700000002, "content": {"content_type": "text", "parts": ["Five."]},
    "metadata": {"model_slug": "some-model"}}},
  "t1": {"id": "t1", "parent": "u1", "children": ["r1"], "message": {"author": {"role": "assistant"},
    "create_time": 1700000003, "recipient": "python", "content": {"content_type": "code", "text": "2 + 2"}}},
  "r1": {"id": "r1", "parent": "t1", "children": ["a2"], "message": {"author": {"role": "tool", "name": "python"},
    "create_time": 1700000004, "content": {"content_type": "execution_output", "text": "4"}}},
  "a2": {"id": "a2", "parent": "r1", "children": [], "message": {"author": {"role": "assistant"},
    "create_time": 1700000005, "content": {"content_type": "text", "parts": ["Four."]},
    "metadata": {"model_slug": "some-model"}}}}}
]"""
CLAUDE = """[{"uuid": "k-1", "name": "Baking", "created_at": "2024-05-01T10:00:00.000000Z",
 "updated_at": "2024-05-01T10:05:00+00:00", "account": {"uuid": "x"}, "chat_messages": [
  {"uuid": "m1", "sender": "human", "text": "How long?", "created_at": "2024-05-01T10:00:01Z",
   "content": [{"type": "text", "text": "How long?"}],
   "attachments": [{"file_name": "r.txt", "file_size": 5, "extracted_content": "flour"}], "files": []},
  {"uuid": "m2", "sender": "assistant", "text": "", "created_at": "2024-05-01T10:00:02Z", "content": [
   {"type": "thinking", "thinking": "An oven."},
   {"type": "tool_use", "name": "timer", "input": {"minutes": 30}},
   {"type": "tool_result", "name": "timer", "content": [{"type": "text", "text": "set"}], "is_error": false},
   {"type": "text", "text": "Half an hour."}]}]}]"""


@keeps("sessions:import:foreign")
async def test_a_conversation_of_chatgpt_comes_with_its_branches_and_its_tools(owner: Person) -> None:
    (item,) = (await bring(owner, CHATGPT))["items"]
    assert (item["form"], item["title"], item["message_count"]) == ("chatgpt", "Trees", 3)
    question, answer = await owner.messages(item["id"])
    assert (question["role"], question["text"], question["created_at"]) == (
        "user", "What is 2 + 2?", "2023-11-14T22:13:21.000000Z"
    )  # fmt: skip
    assert [part["type"] for part in answer["parts"]] == ["tool_call", "tool_result", "text"]
    assert answer["parts"][1] == {"type": "tool_result", "call_id": "t1", "ok": True, "content": "4"}
    assert (answer["text"], answer["model"], answer["siblings"]) == (
        "Four.", "openai/some-model", {"count": 2, "index": 1}
    )  # fmt: skip
    other = await owner.messages(item["id"], branch=answer["id"], sibling=0)
    assert [one["text"] for one in other] == ["What is 2 + 2?", "Five."]
    events = await owner.ask("Sure?", session_id=item["id"], model="fake/fake-n2")
    assert events[-1].data["finish_reason"] == "stop"


@keeps("sessions:import:foreign")
async def test_a_conversation_of_claude_comes_with_its_thoughts_tools_and_attachments(owner: Person) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("users.json", "[]")
        made.writestr("conversations.json", CLAUDE)
    (item,) = (await bring(owner, archive.getvalue(), "application/zip"))["items"]
    question, answer = await owner.messages(item["id"])
    assert question["text"] == "How long?\n\nr.txt:\nflour"
    assert question["parts"][1] == {"type": "file", "name": "r.txt", "size": 5}
    assert [part["type"] for part in answer["parts"]] == ["reasoning", "tool_call", "tool_result", "text"]
    assert answer["parts"][1]["call_id"] == answer["parts"][2]["call_id"]
    assert (await owner.get(f"/sessions/{item['id']}"))["created_at"] == "2024-05-01T10:00:00.000000Z"


BROKEN = {
    "no JSON": (CHATGPT.replace('"u1": {', '"u1": [', 1), "conversation 1, line"),
    "ends too early": (CHATGPT[:-30], "ends within an element"),
    "a wrong field": (CLAUDE.replace('"human"', "3"), "$.chat_messages[0].sender"),
    "a stranger": (CLAUDE.replace('"human"', '"robot"'), "$.chat_messages[0].sender: is neither human nor assistant"),
    "no parent": (CHATGPT.replace('"parent": "r1"', '"parent": "r9"'), "$.mapping.a2.parent: names a node that is not"),
    "a circle": (CHATGPT.replace('"parent": null', '"parent": "a2"'), "hangs on none of the roots"),
    "no time": (CHATGPT.replace("1700000000.5", "1e300"), "$.create_time: is not a time"),
    "nothing we know": ('[{"hello": 1}]', "is no conversation"),
    "nothing at all": ("", "empty"),
    "an empty list": ("[]", "holds no conversation"),
    "no object": ("[1]", "conversation 1"),
    "behind the end": (CLAUDE + "x", "behind the end"),
}


@keeps("sessions:import:all-or-nothing")
async def test_a_broken_file_names_the_place_and_imports_nothing(house: House, owner: Person) -> None:
    for name, (body, says) in BROKEN.items():
        whole = f"[{CLAUDE[1:-1]},\n{body[1:]}" if body.startswith("[{") else body
        answer = await owner.call("POST", "/sessions/import", data=whole, headers={"Content-Type": "application/json"})
        assert answer.status == 422, (name, answer.body)
        assert (
            says.replace("conversation 1", "conversation 2" if whole != body else "conversation 1")
            in (answer.json["detail"])
        ), (name, answer.json)
        assert answer.json["errors"][0]["type"] == "broken_file"
    assert house.count("sessions") == house.count("messages") == 0
    assert list((house.home / "incoming").iterdir()) == []


@keeps("sessions:import:all-or-nothing")
async def test_an_archive_that_was_changed_or_leads_out_is_refused_whole(
    house: House, owner: Person, filled: str
) -> None:
    entries = {}
    with zipfile.ZipFile(io.BytesIO(await export(owner))) as found:
        entries = {name: found.read(name) for name in found.namelist()}
    manifest = entries.pop("manifest.json")
    (session,), (file,) = (
        [one for one in entries if one.startswith(folder)] for folder in ("sessions/", f"files/{filled}/notes/a")
    )
    out = f"files/{filled}/../../../palaver.db"
    changes: list[tuple[dict[str, bytes], str]] = [
        ({**entries, file: b"other", "manifest.json": manifest}, "SHA-256"),
        ({session: entries[session], "manifest.json": manifest}, "told by the manifest, not there"),
        ({**entries, "more": b"", "manifest.json": manifest}, "more: is not told by the manifest"),
        ({session: entries[session], out: b"x"}, "goes up"),
        ({session: entries[session].replace(b'"role":"user"', b'"role":"boss"', 1)}, "$.messages[0].role"),
        ({file: b""}, "holds neither"),
    ]
    before = house.count("sessions")
    for changed, says in changes:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as made:
            for name, content in changed.items():
                made.writestr(name, content)
        answer = await owner.call(
            "POST", "/sessions/import", data=archive.getvalue(), headers={"Content-Type": "application/zip"}
        )
        assert answer.status == 422, answer.body
        assert says in answer.json["detail"], answer.json
    assert house.count("sessions") == before


@keeps("sessions:import:all-or-nothing")
async def test_what_cannot_be_told_of_files_and_projects_is_refused(house: House, owner: Person, filled: str) -> None:
    project = {"id": "prj_1", "name": "Boats", "created_at": "2026-01-01", "updated_at": "2026-01-01"}
    whole = {"format": "palaver.project/1", "project": project}
    kept = {"id": "fil_1", "name": "a.txt", "media_type": "text/plain", "created_at": "2026-01-01"}
    manifest = {"format": "palaver.export/1", "palaver": "1", "created_at": "2026-01-01"}
    changes: list[tuple[dict[str, Any], str]] = [
        ({"projects/1.json": whole | {"project": project | {"name": " "}}}, "project 1, line 1, $.project.name"),
        ({"projects/1.json": whole | {"project": project | {"created_at": "soon"}}}, "project.created_at: is not"),
        ({"projects/1.json": whole | {"project": project | {"instructions": "a\0b"}}}, "holds a NUL character"),
        ({"projects/1.json": {"format": "palaver.session/1"}}, "$.format"),
        ({"manifest.json": manifest | {"uploads": [kept | {"name": "../a"}]}}, "uploads/fil_1: The path goes up"),
        ({"manifest.json": manifest | {"uploads": [kept | {"name": "a/b"}]}}, "uploads/fil_1: is no name of a file"),
        ({"manifest.json": manifest | {"uploads": [kept | {"created_at": "?"}]}}, "uploads/fil_1: is not a time"),
        ({"manifest.json": manifest | {"uploads": [kept | {"id": "fil_2"}]}}, "fil_2: is told by the manifest"),
    ]  # fmt: skip
    before = house.count("sessions"), house.count("uploads")
    for changed, says in changes:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as made:
            entries = {"sessions/1.json": (await owner.call("GET", f"/sessions/{filled}/export")).body}
            if "manifest.json" in changed:
                entries["uploads/fil_1"] = b"x"
                changed["manifest.json"]["entries"] = [
                    {"path": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
                    for name, content in entries.items()
                ]
            for name, content in (entries | {one: json.dumps(body).encode() for one, body in changed.items()}).items():
                made.writestr(name, content)
        answer = await owner.call(
            "POST", "/sessions/import", data=archive.getvalue(), headers={"Content-Type": "application/zip"}
        )
        assert answer.status == 422, (says, answer.body)
        assert says in answer.json["detail"], answer.json
    assert (house.count("sessions"), house.count("uploads")) == before
    assert house.count("projects") == 0


@keeps("sessions:import:all-or-nothing")
async def test_what_does_not_fit_is_taken_back_whole(open_house: Opening, owner: Person) -> None:
    project = (await owner.post("/projects", {"name": "Boats"}))["id"]
    form = aiohttp.FormData()
    form.add_field("file", "a small text", filename="small.txt")
    (upload,) = (await owner.call("POST", "/files", data=form)).json["items"]
    events = await owner.ask(parts=[{"type": "file", "file_id": upload["id"]}, {"type": "text", "text": "Look"}])
    session = events[0].data["session_id"]
    await owner.call("PUT", f"/projects/{project}/files/a", data=b"x" * 30)
    await owner.call("PUT", f"/sessions/{session}/files/b", data=b"x" * 300)
    taken = await export(owner)
    for bound, says in (("workspace_bytes", "may have 200 bytes"), ("user_bytes", "All your files together")):
        small = await open_house(home=bound, **{f"files__{bound}": "200"})
        person = await small.owner()
        refused = await person.call("POST", "/sessions/import", data=taken, headers={"Content-Type": "application/zip"})
        assert (refused.status, says in refused.json["detail"]) == (413, True), refused.body
        assert [small.count(one) for one in ("sessions", "messages", "projects", "uploads", "session_files")] == [0] * 5
        assert [one.name for one in (small.home / "workspaces").glob("[!.]*")] == []
        assert [one.name for one in (small.home / "workspaces").glob(".drafts/*")] == []


async def test_what_a_killed_server_had_begun_to_take_in_is_gone_at_the_next_start(house: House, owner: Person) -> None:
    (item,) = (await bring(owner, CLAUDE))["items"]
    (item2,) = (await bring(owner, CHATGPT))["items"]
    with house.writing() as link:
        link.execute("update sessions set user_id = 'imp_' || hex(randomblob(16)) where id = ?", (item["id"],))
    (house.home / "incoming" / "upl_left").write_text("x")
    assert (await owner.get("/search", params={"q": "flour"}))["items"] == []
    await house.end()
    await house.start()
    assert house.rows("select id from sessions") == [(item2["id"],)]
    assert house.count("messages") == item2["message_count"]
    assert list((house.home / "incoming").iterdir()) == []


async def test_a_file_can_come_in_a_form_as_browsers_send_it(owner: Person) -> None:
    form = aiohttp.FormData()
    form.add_field("file", CLAUDE, filename="conversations.json")
    answer = await owner.call("POST", "/sessions/import", data=form)
    assert (answer.status, answer.json["items"][0]["title"]) == (201, "Baking")
    form = aiohttp.FormData()
    for name in ("one", "two"):
        form.add_field(name, CLAUDE, filename=name)
    assert (await owner.call("POST", "/sessions/import", data=form)).status == 422
    assert len((await owner.get("/sessions"))["items"]) == 1


async def test_uploads_have_bounds_and_kinds(open_house: Opening) -> None:
    owner = await (await open_house(sessions__import_bytes="1000", sessions__import_session_bytes="900")).owner()
    headers = {"Content-Type": "application/json"}
    assert (await owner.call("POST", "/sessions/import", data=CHATGPT, headers=headers)).status == 413
    fits = await owner.call("POST", "/sessions/import", data=CLAUDE[:1] + " " * 950 + CLAUDE[-1:], headers=headers)
    assert (fits.status, "more than 900 bytes" in fits.json["detail"]) == (422, True)
    refused = await owner.call("POST", "/sessions/import", data="a", headers={"Content-Type": "text/plain"})
    assert refused.status == 415


async def test_nobody_takes_what_is_somebody_elses(house: House, owner: Person, filled: str) -> None:
    stranger = await house.stranger()
    assert json.loads(zipfile.ZipFile(io.BytesIO(await export(stranger))).read("manifest.json"))["entries"] == []
    assert (await stranger.call("GET", f"/sessions/{filled}/export")).status == 404
