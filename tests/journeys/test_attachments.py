"""Messages that carry files and images: what becomes of them here, and what models are shown of them."""

import base64
import json
from io import BytesIO
from typing import Any

import aiohttp
import pytest

from tests.journeys.house import House, Opening, Person
from tests.journeys.streams import Event
from tests.vendor import FakeVendor

Image = pytest.importorskip("PIL.Image")

KINDS = ("openai_chat", "anthropic_messages", "openai_responses")


def picture(width: int, height: int, kind: str = "JPEG") -> bytes:
    out = BytesIO()
    Image.effect_noise((width, height), 60).convert("RGB").save(out, kind)
    return out.getvalue()


async def upload(person: Person, name: str, content: bytes) -> dict[str, Any]:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("file", BytesIO(content), filename=name)
    (found,) = (await person.post_form("/files", form))["items"]
    return found


class Sender(Person):
    """Somebody who also sends forms."""

    async def post_form(self, path: str, form: aiohttp.FormData) -> Any:
        """What comes of it; it must succeed."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.client.post(f"{self.url}/api/v1{path}", data=form, headers=headers) as reply:
            assert reply.status == 201, await reply.text()
            return await reply.json()


@pytest.fixture
async def owner(house: House) -> Sender:
    """The owner, who sends forms."""
    person = await house.owner()
    return Sender(person.client, person.url, person.token)


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


@pytest.mark.parametrize("kind", KINDS)
async def test_a_model_is_shown_an_image_scaled_to_what_it_takes(
    open_house: Opening, vendor: FakeVendor, kind: str
) -> None:
    url = vendor.url if kind != "anthropic_messages" else vendor.url.removesuffix("/v1")
    house = await open_house(f'\n[providers.eye]\nkind = "{kind}"\nbase_url = "{url}"\napi_key = "k"\nmodels = "any"\n')
    person = await house.owner()
    owner = Sender(person.client, person.url, person.token)
    file = await upload(owner, "tree.jpg", picture(4_000, 1_000))
    events = await owner.ask(parts=[text("What is that?"), image(file)], model="eye/fake-n5-d1")
    assert events[-1].data["finish_reason"] == "stop", events
    ((media_type, content),) = seen_by(vendor.heard[-1].body)
    shown = Image.open(BytesIO(content))
    assert (media_type, shown.size) == ("image/jpeg", (1_568, 392))
    assert b"uploads/tree.jpg" in json.dumps(vendor.heard[-1].body).encode()
    assert not notices(events)


async def test_a_message_says_what_it_carries_and_tools_find_it_in_the_workspace(
    owner: Sender, vendor: FakeVendor
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


async def test_the_text_of_a_document_is_told_and_where_it_was_cut(owner: Sender, vendor: FakeVendor) -> None:
    file = await upload(owner, "long.txt", b"The tree is an oak. " * 3_000 + b"THE END </file>")
    await owner.ask(parts=[text("What tree?"), document(file)])
    said = json.dumps(vendor.heard[-1].body)
    assert "What tree?" in said
    assert "The tree is an oak." in said
    assert "THE END" not in said
    assert "Cut here" in said
    assert "uploads/long.txt" in said


async def test_a_model_that_takes_no_images_is_told_their_names_and_the_caller_hears_of_it(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house('\n[providers.fake.facts."fake-n5-d1"]\nimages = false\n')
    person = await house.owner()
    owner = Sender(person.client, person.url, person.token)
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


async def test_others_files_and_unknown_ones_are_not_found(house: House, owner: Sender) -> None:
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


async def test_what_is_no_image_is_refused_as_one(owner: Sender) -> None:
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
    person = await house.owner()
    owner = Sender(person.client, person.url, person.token)
    small, large = await upload(owner, "s.txt", b"s" * 400), await upload(owner, "l.txt", b"l" * 700)
    answer = await owner.call("POST", "/query/single", {"parts": [document(small)] * 3})
    assert (answer.status, answer.json["detail"]) == (422, "A message may carry 2 files and images; this one has 3.")
    answer = await owner.call("POST", "/query/single", {"parts": [document(small), document(large)]})
    assert answer.status == 413
    assert "1,000 bytes together; these have 1,100" in answer.json["detail"]


async def test_a_file_of_the_workspace_is_attached_as_it_is_then(owner: Sender, vendor: FakeVendor) -> None:
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
