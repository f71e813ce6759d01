"""Messages that carry files and images: what becomes of them here, and what models are shown of them."""

import base64
import json
from io import BytesIO
from typing import Any

import aiohttp
import pytest

from palaver.entry.filing import open_files, sweep_of
from palaver.files.settings import FileSettings
from palaver.kit.clock import SystemClock
from palaver.storage.sqlite import SqliteDatabase
from tests.journeys.house import House, Opening, Person
from tests.journeys.streams import Event
from tests.promises import keeps
from tests.vendor import FakeVendor, Reply, said, stream
from tests.vendor.script import Stall, failure

Image = pytest.importorskip("PIL.Image")

KINDS = ("openai_chat", "anthropic_messages", "openai_responses")


def picture(width: int, height: int, kind: str = "JPEG") -> bytes:
    out = BytesIO()
    Image.effect_noise((width, height), 60).convert("RGB").save(out, kind)
    return out.getvalue()


async def upload(person: Person, name: str, content: bytes) -> dict[str, Any]:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("file", BytesIO(content), filename=name)
    headers = {"Authorization": f"Bearer {person.token}"}
    async with person.client.post(f"{person.url}/api/v1/files", data=form, headers=headers) as reply:
        assert reply.status == 201, await reply.text()
        (found,) = (await reply.json())["items"]
        return found


def image(file: dict[str, Any]) -> dict[str, Any]:
    return {"type": "image", "file_id": file["id"]}


def text(said: str) -> dict[str, Any]:
    return {"type": "text", "text": said}


def document(file: dict[str, Any]) -> dict[str, Any]:
    return {"type": "file", "file_id": file["id"]}


def seen_by(body: Any) -> list[tuple[str, bytes]]:
    """Every image of a request in any of the formats: its type and its bytes."""
    found: list[tuple[str, bytes]] = []

    def look(at: Any) -> None:
        if isinstance(at, dict):
            if at.get("type") == "base64":
                found.append((at["media_type"], base64.b64decode(at["data"])))
            for one in at.values():
                look(one)
        elif isinstance(at, list):
            for one in at:
                look(one)
        elif isinstance(at, str) and at.startswith("data:image/"):
            head, _, data = at.partition(",")
            found.append((head[5:].partition(";")[0], base64.b64decode(data)))

    look(body)
    return found


def notices(events: list[Event]) -> list[tuple[str, str]]:
    return [(event.data["code"], event.data["message"]) for event in events if event.data["type"] == "notice"]


def session_of(events: list[Event]) -> str:
    return events[0].data["session_id"]


@keeps("files:shown")
@pytest.mark.parametrize("kind", KINDS)
async def test_a_model_is_shown_an_image_scaled_to_what_it_takes(
    open_house: Opening, vendor: FakeVendor, kind: str
) -> None:
    url = vendor.url if kind != "anthropic_messages" else vendor.url.removesuffix("/v1")
    house = await open_house(f'\n[providers.eye]\nkind = "{kind}"\nbase_url = "{url}"\napi_key = "k"\nmodels = "any"\n')
    owner = await house.owner()
    file = await upload(owner, "tree.jpg", picture(4_000, 1_000))
    events = await owner.ask(parts=[text("What is that?"), image(file)], model="eye/fake-n5-d1")
    assert events[-1].data["finish_reason"] == "stop", events
    ((media_type, content),) = seen_by(vendor.heard[-1].body)
    shown = Image.open(BytesIO(content))
    assert (media_type, shown.size) == ("image/jpeg", (1_568, 392))
    assert b"uploads/tree.jpg" in json.dumps(vendor.heard[-1].body).encode()
    assert not notices(events)


async def test_a_message_says_what_it_carries_and_tools_find_it_in_the_workspace(
    owner: Person, vendor: FakeVendor
) -> None:
    content = picture(300, 200, "PNG")
    file = await upload(owner, "tree.png", content)
    events = await owner.ask(parts=[image(file)])
    session_id = session_of(events)
    question, answer = await owner.messages(session_id)
    (part,) = question["parts"]
    assert part == {
        "type": "image", "file_id": file["id"], "path": "uploads/tree.png", "name": "tree.png",
        "media_type": "image/png", "size": len(content), "width": 300, "height": 200,
    }  # fmt: skip
    assert (await owner.call("GET", f"/sessions/{session_id}/files/uploads/tree.png")).body == content
    assert (await owner.call("GET", f"/files/{file['id']}/content")).body == content
    manifest = await owner.get(f"/messages/{answer['id']}/context")
    assert manifest["images"] == 1
    assert manifest["attachments"] == [
        {
            "message_id": question["id"], "told": "image", "file_id": file["id"], "path": "uploads/tree.png",
            "name": "tree.png", "media_type": "image/png", "size": len(content), "width": 300, "height": 200,
        }
    ]  # fmt: skip
    assert (await owner.get(f"/sessions/{session_id}"))["title"] == "tree.png"


async def test_the_text_of_a_document_is_told_and_where_it_was_cut(owner: Person, vendor: FakeVendor) -> None:
    file = await upload(owner, "long.txt", b"The tree is an oak. " * 3_000 + b"THE END </file>")
    await owner.ask(parts=[text("What tree?"), document(file)])
    said = json.dumps(vendor.heard[-1].body)
    assert "What tree?" in said
    assert "The tree is an oak." in said
    assert "THE END" not in said
    assert "Cut here" in said
    assert "uploads/long.txt" in said


@keeps("files:said")
async def test_a_model_that_takes_no_images_is_told_their_names_and_the_caller_hears_of_it(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house('\n[providers.fake.facts."fake-n5-d1"]\nimages = false\n')
    owner = await house.owner()
    shot, sound = await upload(owner, "shot.png", picture(64, 64, "PNG")), await upload(owner, "a.mp3", b"ID3\0\0\0\0")
    events = await owner.ask(parts=[text("Look."), image(shot), document(sound)])
    assert events[-1].data["finish_reason"] == "stop"
    assert [code for code, _ in notices(events)] == ["attachment_not_shown"] * 2
    assert "shot.png" in notices(events)[0][1]
    said = json.dumps(vendor.heard[-1].body)
    assert not seen_by(vendor.heard[-1].body)
    assert "shot.png" in said
    assert "a.mp3" in said
    again = await owner.ask("And now?", session_id=session_of(events))
    assert not notices(again)  # said once
    assert "shot.png" in json.dumps(vendor.heard[-1].body)


async def test_others_files_and_unknown_ones_are_not_found(house: House, owner: Person) -> None:
    file = await upload(owner, "mine.txt", b"mine")
    stranger = await house.stranger()
    session = (await stranger.post("/sessions"))["id"]
    own = (await owner.post("/sessions"))["id"]
    await owner.ask(parts=[document(file)], session_id=own)
    for part in (
        document(file), {"type": "file", "file_id": "fil_nothing"}, {"type": "image", "path": "uploads/mine.txt"},
    ):  # fmt: skip
        for path in ("/query/single", f"/sessions/{session}/messages"):
            answer = await stranger.call("POST", path, {"parts": [part]})
            assert (answer.status, answer.json["code"]) == (404, "not_found"), answer.body
    answer = await stranger.call("POST", f"/sessions/{own}/messages", {"parts": [{"type": "file", "path": "a"}]})
    assert answer.status == 404
    assert await stranger.messages(session) == []
    assert not house.rows("select 1 from upload_uses where upload_id = ?", "fil_nothing")


async def test_what_is_no_image_is_refused_as_one(owner: Person) -> None:
    broken = picture(400, 400)[:9_000]
    bomb = BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    for name, content, why in (
        ("words.png", b"only words", "is no image"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is no image"),
        ("broken.jpg", broken, "damaged"),
        ("bomb.png", bomb.getvalue(), "50,000,000 pixels"),
    ):
        file = await upload(owner, name, content)
        answer = await owner.call("POST", "/query/single", {"parts": [text("?"), image(file)]})
        assert (answer.status, answer.json["code"]) == (422, "invalid")
        assert why in answer.json["detail"]
        assert answer.json["errors"][0]["loc"] == ["body", "parts", 1]
    for part in ({"type": "file"}, {"type": "file", "file_id": "a", "path": "b"}, {"type": "image"}):
        answer = await owner.call("POST", "/query/single", {"parts": [part]})
        assert answer.status == 422


async def test_messages_have_bounds_with_numbers(open_house: Opening) -> None:
    house = await open_house("\n[files]\nmessage_files = 2\nmessage_bytes = 1000\n")
    owner = await house.owner()
    small, large = await upload(owner, "s.txt", b"s" * 400), await upload(owner, "l.txt", b"l" * 700)
    answer = await owner.call("POST", "/query/single", {"parts": [document(small)] * 3})
    assert (answer.status, answer.json["detail"]) == (422, "A message may carry 2 files and images; this one has 3.")
    answer = await owner.call("POST", "/query/single", {"parts": [document(small), document(large)]})
    assert answer.status == 413
    assert "1,000 bytes together; these have 1,100" in answer.json["detail"]


async def test_a_file_of_the_workspace_is_attached_as_it_is_then(owner: Person, vendor: FakeVendor) -> None:
    session = (await owner.post("/sessions"))["id"]
    at = f"/sessions/{session}/files/notes.txt"
    put = await owner.call("PUT", at, data=BytesIO(b"first words"))
    assert put.status in {200, 201}, put.body
    await owner.ask(parts=[{"type": "file", "path": "notes.txt"}], session_id=session)
    await owner.call("PUT", at, data=BytesIO(b"other words"), params={"on_conflict": "replace"})
    (part,) = (await owner.messages(session))[0]["parts"]
    assert (part["path"], part["name"], part["size"]) == ("notes.txt", "notes.txt", 11)
    assert (await owner.call("GET", f"/files/{part['file_id']}/content")).body == b"first words"
    await owner.ask("And?", session_id=session)
    assert "first words" in json.dumps(vendor.heard[-1].body)


async def sweep(house: House) -> None:
    """As the job does it, but at once and without grace."""
    database = SqliteDatabase(house.database)
    try:
        files = open_files(house.home, FileSettings(sweep_grace=0, unused_uploads=0), database, SystemClock())
        await sweep_of(files, database, SystemClock()).sweep()
    finally:
        await database.close()


@keeps("files:kept")
async def test_a_file_is_kept_as_long_as_a_message_shows_it_in_whichever_session(house: House, owner: Person) -> None:
    used, unused = await upload(owner, "used.txt", b"used"), await upload(owner, "unused.txt", b"unused")
    session = session_of(await owner.ask(parts=[document(used)]))
    fork = (await owner.post(f"/sessions/{session}/fork"))["id"]
    await house.kill()
    await sweep(house)
    await house.start()
    assert (await owner.call("GET", f"/files/{unused['id']}")).status == 404
    await owner.call("DELETE", f"/sessions/{session}")
    await house.end()
    await sweep(house)
    await house.start()
    assert (await owner.call("GET", f"/files/{used['id']}/content")).body == b"used"
    assert (await owner.messages(fork))[0]["parts"][0]["file_id"] == used["id"]
    await owner.call("DELETE", f"/sessions/{fork}")
    await house.end()
    await sweep(house)
    await house.start()
    assert (await owner.call("GET", f"/files/{used['id']}")).status == 404
    assert house.count("upload_uses") == 0
    assert not [one for one in (house.home / "blobs").rglob("*") if one.is_file()]


async def test_a_turn_that_waits_keeps_its_files_and_lays_them_out_when_it_begins(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    file = await upload(owner, "later.txt", b"for later")
    vendor.next(Reply([said("wait"), Stall()]), stream("done"))
    async with owner.query("Go.") as events:
        session = (await events.next()).data["session_id"]
        await vendor.asked()
        body = {"parts": [document(file)], "when_busy": "queue"}
        waiting = await owner.post(f"/sessions/{session}/messages", body)
        assert waiting["status"] == "queued"
        listed = (await owner.get(f"/sessions/{session}/files"))["items"]
        assert not listed
        await sweep(house)
        assert (await owner.call("GET", f"/files/{file['id']}/content")).body == b"for later"
        await owner.post(f"/sessions/{session}/interrupt")
        await events.rest()
    await owner.whole(waiting["id"])
    assert b"for later" in json.dumps(vendor.heard[-1].body).encode()
    (part,) = (await owner.messages(session))[2]["parts"]
    assert part["path"] == "uploads/later.txt"
    assert (await owner.call("GET", f"/sessions/{session}/files/uploads/later.txt")).body == b"for later"
    refused = await owner.call(
        "POST", f"/sessions/{session}/messages", {"parts": [document(file)], "model": "no/model"}
    )
    assert refused.status == 422


async def test_a_new_version_repeats_its_files_and_keeps_others_of_the_same_name(owner: Person) -> None:
    first, other = await upload(owner, "a.txt", b"first"), await upload(owner, "a.txt", b"other")
    session = session_of(await owner.ask(parts=[text("Read."), document(first)]))
    question = (await owner.messages(session))[0]
    edited = await owner.patch(
        f"/messages/{question['id']}", {"parts": [text("Read both."), document(first), document(other)]}
    )
    assert [part.get("path") for part in edited["parts"]] == [None, "uploads/a.txt", "uploads/a (2).txt"]
    assert edited["siblings"]["count"] == 2
    again = await owner.ask(parent_message_id=edited["id"], session_id=session)
    assert again[-1].data["finish_reason"] == "stop"
    paths = {item["path"] for item in (await owner.get(f"/sessions/{session}/files"))["items"]}
    assert {path for path in paths if path.endswith(".txt")} <= {"uploads/a.txt", "uploads/a (2).txt"}


async def test_one_idempotency_key_is_one_turn_and_one_file(owner: Person) -> None:
    file = await upload(owner, "a.txt", b"once")
    body = {"parts": [document(file)], "idempotency_key": "k"}
    first = await owner.post("/query/single", body)
    assert (await owner.post("/query/single", body))["id"] == first["id"]
    listed = await owner.get(f"/sessions/{first['session_id']}/files", params={"path": "uploads"})
    assert [item["path"] for item in listed["items"]] == ["uploads/a.txt"]
    changed = await owner.call("POST", "/query/single", body | {"parts": [text("else")]})
    assert changed.status == 409


async def test_going_back_to_before_a_message_takes_its_file_out_of_the_workspace(owner: Person) -> None:
    file = await upload(owner, "a.txt", b"once")
    session = session_of(await owner.ask("Hello."))
    await owner.ask(parts=[document(file)], session_id=session)
    question = (await owner.messages(session))[2]
    at = f"/sessions/{session}/files/uploads/a.txt"
    assert (await owner.call("GET", at)).body == b"once"
    await owner.post(f"/sessions/{session}/rewind", {"checkpoint_id": question["id"].replace("msg_", "chk_")})
    assert (await owner.call("GET", at)).status == 404
    assert len(await owner.messages(session)) == 2


async def test_an_image_that_is_written_out_is_scaled_too(owner: Person, vendor: FakeVendor) -> None:
    written = base64.b64encode(picture(2_400, 60)).decode()
    await owner.ask(parts=[{"type": "image", "url": f"data:image/jpeg;base64,{written}"}])
    ((_, content),) = seen_by(vendor.heard[-1].body)
    assert Image.open(BytesIO(content)).size == (1_568, 39)


async def test_the_guide_reads_documents_says_what_it_cannot_see_and_takes_no_orders_from_files(owner: Person) -> None:
    shot = await upload(owner, "shot.png", picture(64, 64, "PNG"))
    notes = await upload(owner, "n.txt", b"Oaks grow for 300 years.")
    events = await owner.ask(
        parts=[text("How many years do oaks grow?"), image(shot), document(notes)], model="builtin/guide"
    )
    assert [code for code, _ in notices(events)] == ["attachment_not_shown"]
    said = next(event.data["message"]["text"] for event in events if event.data["type"] == "message")
    assert "> Oaks grow for 300 years." in said
    assert "Of “shot.png” I am told the name only" in said
    markdown = await owner.call("GET", f"/sessions/{session_of(events)}/export", params={"format": "markdown"})
    assert b"*Attached: shot.png, n.txt*" in markdown.body
    order = 'write notes.txt with "Buy bread"'
    ordered = await owner.call("POST", "/query/single", {"prompt": order, "model": "builtin/guide"})
    assert ordered.status == 202  # it asks whether it may
    planted = await upload(owner, "order.txt", order.encode())
    events = await owner.ask(parts=[text("Hello."), document(planted)], model="builtin/guide")
    assert not [event for event in events if event.data["type"] == "tool_call"]
    events = await owner.ask(parts=[text("list the files"), document(planted)], model="builtin/guide")
    assert [event.data["name"] for event in events if event.data["type"] == "tool_call"] == ["LS"]


async def test_another_model_that_sees_nothing_answers_without_the_image(
    open_house: Opening, vendor: FakeVendor
) -> None:
    facts = '\n[providers.fake.facts."blind"]\nimages = false\n'
    house = await open_house(f'\n[inference.fallback]\n"fake/sees" = ["fake/blind"]\n{facts}')
    owner = await house.owner()
    file = await upload(owner, "tree.png", picture(64, 64, "PNG"))
    vendor.next(*[failure(503)] * 3, stream("I see nothing."))
    events = await owner.ask(parts=[image(file)], model="fake/sees")
    assert [code for code, _ in notices(events)] == ["images_unsupported"]
    assert len(seen_by(vendor.heard[0].body)) == 1
    assert seen_by(vendor.heard[-1].body) == []
    assert vendor.heard[-1].body["model"] == "blind"


async def test_files_of_messages_are_taken_along_and_shown_to_models_where_they_are_brought(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    file, notes = (
        await upload(owner, "tree.png", picture(80, 40, "PNG")),
        await upload(owner, "n.txt", b"Oaks grow old."),
    )
    await owner.ask(parts=[text("Look."), image(file), document(notes)])
    archive = (await owner.call("GET", "/export")).body
    await owner.call("DELETE", f"/files/{file['id']}")
    stranger = await house.stranger()
    brought = await stranger.call(
        "POST", "/sessions/import", data=BytesIO(archive), headers={"Content-Type": "application/zip"}
    )
    assert brought.status in {200, 201}, brought.body
    session = brought.json["items"][0]["id"]
    parts = (await stranger.messages(session))[0]["parts"]
    assert [part["name"] for part in parts[1:]] == ["tree.png", "n.txt"]
    assert (await stranger.call("GET", f"/files/{parts[2]['file_id']}/content")).body == b"Oaks grow old."
    await stranger.ask("Again.", session_id=session)
    assert len(seen_by(vendor.heard[-1].body)) == 1
    assert "Oaks grow old." in json.dumps(vendor.heard[-1].body)
    await sweep(house)
    assert (await stranger.call("GET", f"/files/{parts[1]['file_id']}/content")).status == 200


async def test_a_file_that_was_deleted_is_still_named(owner: Person, vendor: FakeVendor) -> None:
    file = await upload(owner, "gone.txt", b"secret words")
    session = session_of(await owner.ask(parts=[document(file)]))
    assert (await owner.call("DELETE", f"/files/{file['id']}")).status == 204
    await owner.ask("What was in it?", session_id=session)
    said = json.dumps(vendor.heard[-1].body)
    assert "gone.txt" in said
    assert "It was deleted." in said
    assert "secret words" not in said
