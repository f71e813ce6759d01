"""What bad requests get: a problem that says what is wrong, with the request's id, and nothing stored."""

import asyncio
import io
import json
from typing import Any

import pytest
from yarl import URL

from tests.journeys.house import Answer, House, Person
from tests.journeys.streams import PATIENCE, assert_whole
from tests.promises import keeps

pytestmark = pytest.mark.timeout(60)

JSON = {"Content-Type": "application/json"}
IMAGE = {"type": "image", "url": "data:image/png;base64,AAAA"}


def assert_problem(answer: Answer, status: int, code: str) -> dict[str, Any]:
    """A problem as RFC 9457 and the contract want it."""
    assert answer.status == status, (answer.url, answer.body[:500])
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json
    assert told.keys() >= {"type", "title", "status", "code", "detail", "request_id"}
    assert (told["status"], told["code"]) == (status, code)
    assert told["request_id"] == answer.headers["X-Request-ID"]
    assert told["detail"]
    return told


def stored(house: House) -> tuple[int, ...]:
    """How much there is of everything that a request could store."""
    return tuple(house.count(table) for table in ("sessions", "messages", "runs", "run_events"))


PROMPTS: list[Any] = [
    {},
    {"prompt": ""},
    {"prompt": " \n\t\u2003 "},
    {"prompt": None},
    {"prompt": 7},
    {"prompt": ["x"]},
    {"prompt": "x" * 100_001},
    {"prompt": "a\x00b"},
    {"parts": []},
    {"parts": "x"},
    {"parts": [{"type": "text", "text": " "}]},
    {"parts": [{"type": "text", "text": "x" * 60_000}, {"type": "text", "text": "x" * 60_000}]},
    {"parts": [{"type": "text"}]},
    {"parts": [{"type": "text", "text": "x", "more": 1}]},
    {"parts": [{"type": "image", "url": "file:///etc/passwd"}]},
    {"parts": [{"type": "image", "url": "http://169.254.169.254/"}]},
    {"parts": [{"type": "tool_result", "call_id": "c", "ok": True, "content": "x"}]},
    {"prompt": "x", "parts": [{"type": "text", "text": "x"}]},
    {"prompt": "x", "role": "system"},
    {"prompt": "x", "user_id": "usr_1"},
    {"prompt": "x", "temperature": "hot"},
    {"prompt": "x", "temperature": 3},
    {"prompt": "x", "temperature": "0.5"},
    {"prompt": "x", "top_p": 0},
    {"prompt": "x", "max_turns": 0},
    {"prompt": "x", "max_turns": 1001},
    {"prompt": "x", "max_turns": "5"},
    {"prompt": "x", "max_output_tokens": -1},
    {"prompt": "x", "stop": "x"},
    {"prompt": "x", "stop": ["a", "b", "c", "d", "e"]},
    {"prompt": "x", "when_busy": "perhaps"},
    {"prompt": "x", "permission_mode": "anything"},
    {"prompt": "x", "metadata": [1]},
    {"prompt": "x", "metadata": {"k": "v" * 20_000}},
    {"prompt": "x", "idempotency_key": ""},
    {"prompt": "x", "idempotency_key": "k" * 201},
    {"prompt": "x", "session_id": ""},
    {"prompt": "x", "session_id": 7},
    {"prompt": "x", "model": "nobody/nothing"},
    {"prompt": "x", "model": "nothing"},
    {"prompt": "x", "model": ""},
    {"prompt": "x", "model": "fake/"},
    {"prompt": "x", "system_prompt": "a\x00b"},
    {"parent_message_id": "msg_1"},
    [],
    "prompt",
    None,
    7,
]


@keeps("input:refused")
async def test_a_question_that_breaks_the_rules_is_refused_and_nothing_is_stored(house: House, owner: Person) -> None:
    session_id = (await owner.post("/sessions"))["id"]
    before = stored(house)
    for body in PROMPTS:
        data = json.dumps(body).encode()
        for path in ("/query", "/query/single", f"/sessions/{session_id}/messages", f"/sessions/{session_id}/resume"):
            if path.startswith("/sessions") and body in (PROMPTS[-9], PROMPTS[-10]):
                continue
            answer = await owner.call("POST", path, data=data, headers=JSON)
            if body == {"parent_message_id": "msg_1"} and path.startswith("/sessions"):
                assert_problem(answer, 404, "not_found")
                continue
            assert_problem(answer, 422, "invalid")
    assert stored(house) == before
    assert (await owner.get(f"/sessions/{session_id}"))["status"] == "idle"


RAW = [
    b"",
    b"{",
    b'{"prompt": "x"',
    b"{'prompt': 'x'}",
    b'{"prompt": "\\ud800"}',
    b'{"prompt": "x \\udc00 y"}',
    b'{"prompt": "\xff"}',
    b"\xff\xfe{",
    b'{"metadata": {"k": "\\ud800"}}',
    b'{"title": "\\udfff"}',
    b'{"prompt": "x"} and more',
    b'{"prompt": NaN}',
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    b"[" * 20_000,
    b'{"prompt": "x", "temperature": 1e999}',
    b'{"prompt": "x", "metadata": {"k": "\\ud800"}}',
]


@keeps("input:refused")
@pytest.mark.parametrize("path", ["/query", "/query/single", "/sessions", "/sessions/{id}/messages"])
async def test_a_body_that_is_no_json_of_ours_is_refused_and_nothing_is_stored(
    house: House, owner: Person, path: str
) -> None:
    session_id = (await owner.post("/sessions"))["id"]
    before = stored(house)
    for data in RAW:
        if path == "/sessions" and data == b"":
            continue  # a session can be begun without saying anything
        answer = await owner.call("POST", path.replace("{id}", session_id), data=data, headers=JSON)
        assert_problem(answer, 422, "invalid")
    assert stored(house) == before


@keeps("input:refused")
async def test_the_longest_prompt_and_only_that_is_taken(house: House, owner: Person) -> None:
    events = await owner.ask("é" * 100_000, model="fake/fake-n1")
    assert_whole(events)
    (question, _) = await owner.messages(events[0].data["session_id"])
    assert question["text"] == "é" * 100_000
    assert_problem(await owner.call("POST", "/query", {"prompt": "é" * 100_001}), 422, "invalid")
    assert house.count("runs") == 1


@keeps("input:refused")
async def test_a_body_of_the_wrong_kind_or_size_is_refused_before_it_is_read(house: House, owner: Person) -> None:
    before = stored(house)
    body = b'{"prompt": "x"}'
    for content_type in ("text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", ""):
        answer = await owner.call("POST", "/query", data=body, headers={"Content-Type": content_type})
        assert_problem(answer, 415, "unsupported_media_type")
    large = b'{"prompt": "' + b"x" * 1_048_576 + b'"}'
    kept = JSON | {"Connection": "keep-alive"}  # who closes at once may not hear the answer to a body in mid-way
    assert_problem(await owner.call("POST", "/query", data=io.BytesIO(large), headers=kept), 413, "payload_too_large")
    assert_problem(await owner.call("PUT", "/query", data=body, headers=JSON), 405, "method_not_allowed")
    assert_problem(await owner.call("GET", "/nowhere"), 404, "not_found")
    assert stored(house) == before


async def spoken(person: Person, *pieces: bytes, end: bool = False) -> bytes:
    """What the server answers to these bytes; with `end`, our side is closed after them."""
    url = URL(person.url)
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection(url.host, url.port)
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            if end:
                writer.write_eof()
            return await reader.readuntil(b"}") if not end else await reader.read()
        except (asyncio.IncompleteReadError, ConnectionError):
            return b""
        finally:
            writer.close()


def head(person: Person, path: str, *lines: str) -> bytes:
    more = "".join(f"{line}\r\n" for line in ("Content-Type: application/json", *lines))
    return f"POST /api/v1{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {person.token}\r\n{more}\r\n".encode()


@keeps("input:refused", "runs:watch:nothing-left")
async def test_a_body_that_is_cut_off_or_never_ends_starts_nothing(house: House, owner: Person) -> None:
    before = stored(house)
    assert await spoken(owner, head(owner, "/query", "Content-Length: 100"), b'{"prompt": "x"', end=True) == b""
    chunks = [b"10000\r\n" + b"x" * 65_536 + b"\r\n"] * 17
    endless = await spoken(owner, head(owner, "/query", "Transfer-Encoding: chunked"), *chunks)
    assert b" 413 " in endless.split(b"\r\n", 1)[0]
    assert b"payload_too_large" in endless
    whole = b'{"prompt": "x", "model": "fake/fake-n1"}'
    for path in ("/query", "/query/single"):
        lied = head(owner, path, f"Content-Length: {len(whole) + 1}") + whole
        assert await spoken(owner, lied, end=True) == b""
    assert stored(house) == before
    detail = await owner.get("/health/detailed")
    assert detail["checks"][-1]["detail"]["streams"] == 0
    assert_whole(await owner.ask("still there"))


@keeps("input:foreign-is-unknown")
async def test_what_belongs_to_somebody_else_answers_exactly_like_what_is_not_there(house: House) -> None:
    ada, eve = await house.stranger(), await house.stranger()
    events = await ada.ask("a secret")
    session_id, run_id = events[0].data["session_id"], events[0].run_id
    message_id = events[1].data["message_id"]
    before = stored(house)
    known = {"ses": session_id, "run": run_id, "msg": message_id}
    unknown = {prefix: f"{prefix}_{'0' * 32}" for prefix in known}
    for method, path, body in [
        ("GET", "/sessions/{ses}", None),
        ("PATCH", "/sessions/{ses}", {"title": "mine"}),
        ("DELETE", "/sessions/{ses}", None),
        ("GET", "/sessions/{ses}/messages", None),
        ("POST", "/sessions/{ses}/messages", {"prompt": "x"}),
        ("POST", "/sessions/{ses}/resume", {"prompt": "x"}),
        ("POST", "/sessions/{ses}/interrupt", None),
        ("GET", "/sessions/{ses}/events", None),
        ("GET", "/sessions/{ses}/export", None),
        ("POST", "/query", {"prompt": "x", "session_id": "{ses}"}),
        ("POST", "/query/single", {"prompt": "x", "session_id": "{ses}"}),
        ("GET", "/messages/{msg}", None),
        ("PATCH", "/messages/{msg}", {"text": "x"}),
        ("DELETE", "/messages/{msg}", None),
        ("GET", "/runs/{run}", None),
        ("GET", "/runs/{run}/events", None),
        ("POST", "/runs/{run}/cancel", None),
    ]:
        answers = [await eve.call(method, path.format(**ids), _filled(body, ids)) for ids in (known, unknown)]
        foreign, missing = [assert_problem(answer, 404, "not_found") for answer in answers]
        del foreign["request_id"], missing["request_id"]
        assert foreign == missing, path
    assert stored(house) == before
    own = (await eve.ask("mine"))[0].data["session_id"]
    answer = await eve.call("POST", f"/sessions/{own}/messages", {"prompt": "x", "parent_message_id": message_id})
    assert_problem(answer, 404, "not_found")
    assert_problem(await eve.call("PATCH", f"/sessions/{own}", {"head_message_id": message_id}), 404, "not_found")
    answer = await eve.call("GET", f"/sessions/{own}/messages", params={"branch": message_id})
    assert_problem(answer, 404, "not_found")
    assert (await eve.get("/sessions", params={"q": "secret"}))["items"] == []
    assert_problem(await house.person("").call("GET", f"/sessions/{session_id}"), 401, "unauthenticated")
    assert_problem(await house.person("").call("POST", "/query", {"prompt": "x"}), 401, "unauthenticated")


def _filled(body: dict[str, str] | None, ids: dict[str, str]) -> dict[str, str] | None:
    return {name: value.format(**ids) for name, value in body.items()} if body else None


@keeps("input:refused")
async def test_bad_cursors_numbers_and_filters_are_refused(owner: Person) -> None:
    events = await owner.ask("hello")
    session_id, run_id = events[0].data["session_id"], events[0].run_id
    for path, params in [
        ("/sessions", {"cursor": "nonsense"}),
        ("/sessions", {"cursor": "é"}),
        ("/sessions", {"cursor": "WzFd"}),
        ("/sessions", {"cursor": "x" * 300}),
        ("/sessions", {"limit": "0"}),
        ("/sessions", {"limit": "many"}),
        ("/sessions", {"archived": "maybe"}),
        ("/sessions", {"colour": "blue"}),
        ("/sessions", {"q": "x" * 501}),
        (f"/sessions/{session_id}/messages", {"cursor": "nonsense"}),
        (f"/sessions/{session_id}/messages", {"cursor": "WyJhIl0"}),
        (f"/sessions/{session_id}/messages", {"cursor": "Wy0xXQ"}),
        (f"/sessions/{session_id}/messages", {"cursor": "WzEwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDBd"}),
        (f"/sessions/{session_id}/messages", {"limit": "-1"}),
        (f"/sessions/{session_id}/messages", {"sibling": "0"}),
        (f"/sessions/{session_id}/export", {"format": "pdf"}),
        (f"/runs/{run_id}/events", {"after": "-1"}),
        (f"/runs/{run_id}/events", {"after": "x"}),
        ("/stats", {"zone": "Nowhere/Town"}),
        ("/stats", {"zone": "../../etc/passwd"}),
    ]:
        assert_problem(await owner.call("GET", path, params=params), 422, "invalid")
    for number in ("x", "-1", "1.5", "٣", "9" * 30):
        answer = await owner.call("GET", f"/runs/{run_id}/events", headers={"Last-Event-ID": number})
        assert_problem(answer, 422, "invalid")
    for far in ("999", "999999999999"):
        async with owner.stream("GET", f"/runs/{run_id}/events", headers={"Last-Event-ID": far}) as stream:
            assert await stream.rest() == []


@keeps("input:refused")
async def test_changes_that_break_the_rules_change_nothing(house: House, owner: Person) -> None:
    events = await owner.ask("hello")
    session_id, message_id = events[0].data["session_id"], events[1].data["user_message_id"]
    session, message = await owner.get(f"/sessions/{session_id}"), await owner.get(f"/messages/{message_id}")
    before = stored(house)
    for change in [
        {"title": ""},
        {"title": "  "},
        {"title": "x" * 201},
        {"title": "a\x00b"},
        {"tags": [""]},
        {"tags": ["a\nb"]},
        {"tags": "x"},
        {"tags": ["x"] * 65},
        {"metadata": {"k": "v" * 20_000}},
        {"settings": 1},
        {"pinned": None},
        {"archived": "perhaps"},
        {"archived": 0},
        {"pinned": "true"},
        {"head_message_id": None},
        {"usage": {}},
        {"message_count": 0},
        {"system_prompt": "x" * 100_001},
    ]:
        assert_problem(await owner.call("PATCH", f"/sessions/{session_id}", change), 422, "invalid")
        if "head_message_id" not in change:
            assert_problem(await owner.call("POST", "/sessions", change), 422, "invalid")
    for change in [{}, {"text": ""}, {"text": " "}, {"text": "x", "parts": []}, {"role": "user"}, {"text": "a\x00"}]:
        assert_problem(await owner.call("PATCH", f"/messages/{message_id}", change), 422, "invalid")
    assert await owner.get(f"/sessions/{session_id}") == session
    assert await owner.get(f"/messages/{message_id}") == message
    assert stored(house) == before


async def test_an_image_needs_no_words(owner: Person) -> None:
    assert_whole(await owner.ask(parts=[IMAGE]))


@keeps("input:refused")
async def test_a_request_keeps_its_id_if_it_has_a_good_one(owner: Person) -> None:
    kept = await owner.call("GET", "/nowhere", headers={"X-Request-ID": "my-request.1:2"})
    assert kept.json["request_id"] == kept.headers["X-Request-ID"] == "my-request.1:2"
    for bad in ("x" * 129, "a b", "<script>"):
        other = await owner.call("GET", "/nowhere", headers={"X-Request-ID": bad})
        assert other.headers["X-Request-ID"].startswith("req_")


def _large(owner: Person, length: int) -> bytes:
    """The head of a request that puts a file where there is no session, and takes the connection with it."""
    url = URL(owner.url)
    lines = (
        "PUT /api/v1/sessions/ses_00000000000000000000000000000000/files/a HTTP/1.1",
        f"Host: {url.host}:{url.port}",
        f"Authorization: Bearer {owner.token}",
        f"Content-Length: {length}",
        "Connection: close",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


@keeps("input:refused")
async def test_what_is_refused_before_it_was_sent_whole_is_told_all_the_same(owner: Person) -> None:
    size, piece = 4_000_000, bytes(100_000)
    url = URL(owner.url)

    async def put() -> bytes:
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(_large(owner, size))
        for _ in range(size // len(piece)):
            writer.write(piece)
            await writer.drain()
        told = await reader.read()
        writer.close()
        return told

    async with asyncio.timeout(PATIENCE):
        answers = await asyncio.gather(*(put() for _ in range(12)))
    assert {one.partition(b"\r\n")[0] for one in answers} == {b"HTTP/1.1 404 Not Found"}
    assert all(one.endswith(b"}") for one in answers)


@keeps("input:refused")
async def test_what_is_refused_and_never_ends_is_not_listened_to_for_ever(owner: Person) -> None:
    url = URL(owner.url)
    _, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(_large(owner, 10**12))
    sent = 0

    async def send() -> None:
        nonlocal sent
        while sent < 10**10:
            writer.write(bytes(1_000_000))
            await writer.drain()
            sent += 1_000_000

    async with asyncio.timeout(PATIENCE):
        with pytest.raises(ConnectionError):
            await send()
    assert sent < 100_000_000
