"""`palaver-client` over a real server: streams through kills and cuts, approvals, files, errors, sync and async."""

import asyncio
import hashlib
import io
import itertools
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from palaver_client import (
    APIError,
    AsyncPalaver,
    AsyncRunStream,
    ConnectionBroke,
    Event,
    FileChanged,
    Invalid,
    ModelUnavailable,
    NotFound,
    Palaver,
    Patience,
    SessionBusy,
    Unauthenticated,
    Waiting,
)

from tests.journeys.acting import call, calls, file_of, says, write
from tests.journeys.broken_line import BrokenLine
from tests.journeys.house import House, Opening, Person
from tests.promises import keeps
from tests.vendor import FakeVendor
from tests.vendor.script import Drop, Reply, failure, said

pytestmark = pytest.mark.timeout(120)

QUICK = Patience(tries=60, first=0.05, longest=0.2)
MODEL = "fake/fake-n40-d15-a"
SAID = "".join(f"part {number} " for number in range(40))
LARGE = 20 * 1024 * 1024


@pytest.fixture
async def client(house: House, owner: Person) -> AsyncIterator[AsyncPalaver]:
    """A client of the owner's."""
    async with AsyncPalaver(house.url, owner.token, patience=QUICK) as client:
        yield client


def whole(events: list[Event]) -> str:
    """The text of events that are all there, each once and in order."""
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert (events[0]["type"], events[-1]["type"]) == ("session", "done")
    return "".join(event["content"] for event in events if event["type"] == "content")


@keeps("sdk:resumes")
@keeps("client:resumes")
async def test_a_server_that_is_killed_and_started_again_is_not_noticed_by_who_listens(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    line = BrokenLine(lambda: house.url)
    events: list[Event] = []
    killed = False
    async with line.laid() as url, AsyncPalaver(url, owner.token, patience=QUICK) as client, asyncio.timeout(60):
        stream = client.stream("tell me", model=MODEL)
        async for event in stream:
            events.append(event)
            if event["type"] == "content" and "part 7 " in event["content"] and not killed:
                killed = True
                await house.kill()
                await house.start()
        message = await stream.final_message()
    whole(events)
    assert "step_restarted" in {event["type"] for event in events}
    assert (stream.text, message.get("text")) == (SAID, SAID)
    assert len([one for one in await owner.messages(message["session_id"]) if one["role"] == "user"]) == 1


@keeps("client:resumes")
async def test_who_reads_the_text_through_a_kill_reads_no_word_twice(house: House, owner: Person) -> None:
    line = BrokenLine(lambda: house.url)
    read = ""
    async with line.laid() as url, AsyncPalaver(url, owner.token, patience=QUICK) as client, asyncio.timeout(60):
        async for piece in client.stream("tell me", model=MODEL).text_stream:
            read += piece
            if "part 7 " in piece:  # once: what is said again is not read again
                await house.kill()
                await house.start()
    assert read == SAID


@keeps("client:resumes")
@pytest.mark.parametrize("cuts", [(0, 300, 900, 1200, 2500), tuple(range(1, 700, 90))], ids=["anywhere", "early"])
async def test_a_line_that_is_cut_again_and_again_loses_and_repeats_nothing(
    house: House, owner: Person, cuts: tuple[int, ...]
) -> None:
    line = BrokenLine(lambda: house.url, cuts)
    async with line.laid() as url, AsyncPalaver(url, owner.token, patience=QUICK) as client, asyncio.timeout(60):
        stream = client.stream("tell me", model="fake/fake-n40-d2-a")
        assert whole([event async for event in stream]) == SAID
    assert line.cut == len(cuts)
    assert len((await owner.get("/sessions"))["items"]) == 1
    assert [one["role"] for one in await owner.messages(stream.session_id or "")] == ["user", "assistant"]


@keeps("client:resumes")
async def test_the_sync_client_hears_the_same_through_a_cut(house: House, owner: Person) -> None:
    line = BrokenLine(lambda: house.url, [1500])

    def hear(url: str) -> tuple[list[Event], str, str]:
        with Palaver(url, owner.token, patience=QUICK) as client, client.stream("tell me", model=MODEL) as stream:
            events = list(stream)
            return events, stream.text, str(stream.final_message().get("text"))

    async with line.laid() as url, asyncio.timeout(60):
        events, text, message = await asyncio.to_thread(hear, url)
    assert (whole(events), text, message, line.cut) == (SAID, SAID, SAID, 1)


async def test_a_server_that_does_not_come_back_is_given_up_after_the_tries_that_were_said(
    house: House, owner: Person
) -> None:
    patience = Patience(tries=3, first=0.01, longest=0.01)
    async with AsyncPalaver(house.url, owner.token, patience=patience) as client, asyncio.timeout(30):
        stream = client.stream("tell me", model=MODEL)
        with pytest.raises(ConnectionBroke, match="does not answer"):
            await _until_killed(stream, house)
    assert stream.text


async def _until_killed(stream: AsyncRunStream, house: House) -> None:
    async for event in stream:
        if event["type"] == "content" and house.pid:
            await house.kill()


async def test_another_process_goes_on_by_the_number_where_one_left(client: AsyncPalaver) -> None:
    async with client.stream("tell me", model=MODEL) as first:
        heard = [event async for event, _ in _some(first, 12)]
    async with client.follow(first.run_id, after=first.seq) as second:
        heard += [event async for event in second]
    assert whole(heard) == SAID
    assert (await client.follow(first.run_id).final_message()).get("text") == SAID


async def _some(stream: Any, count: int) -> AsyncIterator[tuple[Event, int]]:
    for number in range(count):
        yield await anext(stream), number


async def test_fifty_streams_at_once_are_all_heard(open_house: Opening) -> None:
    house = await open_house(providers__fake__timeouts__first_token="30", providers__fake__timeouts__idle="30")
    owner = await house.owner()
    async with AsyncPalaver(house.url, owner.token) as client, asyncio.timeout(90), asyncio.TaskGroup() as tasks:
        asking = [tasks.create_task(client.ask(f"{number}", model="fake/fake-n20-d5-a")) for number in range(50)]
    assert {task.result().get("text") for task in asking} == {"".join(f"part {number} " for number in range(20))}


@keeps("sdk:asks-once")
async def test_a_question_that_is_sent_again_is_asked_once(client: AsyncPalaver, vendor: FakeVendor) -> None:
    vendor.next(says("One."))
    first = await client.ask("Once?", idempotency_key="once")
    assert await client.ask("Once?", idempotency_key="once") == first
    assert len(vendor.heard) == 1


async def test_a_call_waits_for_a_yes_and_the_same_stream_goes_on(
    client: AsyncPalaver, house: House, vendor: FakeVendor
) -> None:
    vendor.next(calls(write("c1", "a.txt", "hello")), says("Written."))
    async with client.stream("write") as stream, asyncio.timeout(30):
        async for event in stream:
            if event["type"] == "approval":
                assert event["arguments"] == {"path": "a.txt", "content": "hello"}
                assert [item["call_id"] async for item in client.approvals.list()] == ["c1"]
                await stream.approve(event["call_id"], arguments={"path": "a.txt", "content": "other"})
        assert stream.text == "Written."
        again = await client.follow(stream.run_id).final_message()  # which tells of the approval again
        assert again == stream.message
    assert file_of(house, stream.session_id or "", "a.txt") == "other"


async def test_who_wants_only_the_message_is_told_that_the_run_waits(
    client: AsyncPalaver, house: House, vendor: FakeVendor
) -> None:
    vendor.next(calls(write("c1", "a.txt", "hello")), says("Then not."))
    stream = client.stream("write")
    async with asyncio.timeout(30):
        with pytest.raises(Waiting) as waiting:
            await stream.final_message()
        assert (waiting.value.calls, waiting.value.run_id) == ({"c1": stream.run_id}, stream.run_id)
        await stream.reject("c1", "rather not")
        assert (await stream.final_message()).get("text") == "Then not."
    assert file_of(house, stream.session_id or "", "a.txt") is None


async def test_what_a_subagent_asks_is_heard_and_answered_as_what_the_run_asks(
    client: AsyncPalaver, house: House, vendor: FakeVendor
) -> None:
    task = call("t", "Task", description="Write", prompt="Write it.", subagent_type="general")
    vendor.next(calls(task), calls(write("c1", "a.txt", "hello")), says("I wrote it."), says("It is written."))
    stream = client.stream("write")
    async with asyncio.timeout(30):
        with pytest.raises(Waiting) as waiting:
            await stream.final_message()
        [child] = waiting.value.calls.values()
        assert (stream.waiting, child != stream.run_id) == (("c1",), True)
        await stream.approve("c1")
        assert (await stream.final_message()).get("text") == "It is written."
    assert (stream.waiting, file_of(house, stream.session_id or "", "a.txt")) == ((), "hello")


async def test_questions_are_answered(client: AsyncPalaver, vendor: FakeVendor) -> None:
    question = {"header": "Drink", "question": "Tea?", "options": [{"label": "Yes"}, {"label": "No"}]}
    vendor.next(calls(call("c1", "AskUserQuestion", questions=[question])), says("Tea it is."))
    async with client.stream("drink") as stream, asyncio.timeout(30):
        async for event in stream:
            if event["type"] == "question":
                await stream.answer(event["call_id"], [["Yes"]])
            if event["type"] == "question_answered":
                assert event["answers"] == [["Yes"]]
    assert stream.text == "Tea it is."


async def test_a_run_is_cancelled_and_what_was_said_stays(client: AsyncPalaver) -> None:
    async with client.stream("tell me", model="fake/fake-n50-w5") as stream, asyncio.timeout(30):
        async for event in stream:
            if event["type"] == "content" and "part 4 " in event["content"]:
                await stream.cancel()
    assert stream.message is not None
    assert stream.message.get("finish_reason") == "interrupted"


async def test_large_files_come_and_go_whole_and_in_pieces(client: AsyncPalaver, tmp_path: Path) -> None:
    content = hashlib.sha256(b"seed").digest() * (LARGE // 32)
    (tmp_path / "large.bin").write_bytes(content)
    sent: list[int] = []
    came: list[int] = []
    file = await client.files.upload(tmp_path / "large.bin", progress=sent.append)
    assert (file["size"], file["sha256"], file["name"]) == (LARGE, hashlib.sha256(content).hexdigest(), "large.bin")
    assert await client.files.download(file["id"], tmp_path / "back.bin", progress=came.append) == LARGE
    assert (tmp_path / "back.bin").read_bytes() == content
    for steps in (sent, came):
        assert steps == sorted(steps)
        assert (steps[-1], len(steps) > 50) == (LARGE, True)
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


async def test_a_download_that_breaks_goes_on_where_it_was(house: House, owner: Person, tmp_path: Path) -> None:
    content = hashlib.sha256(b"seed").digest() * (LARGE // 32)
    line = BrokenLine(lambda: house.url, [None, 5_000_000, 5_000_000])
    async with line.laid() as url, AsyncPalaver(url, owner.token, patience=QUICK) as client, asyncio.timeout(60):
        session = await client.sessions.create()
        into = io.BytesIO()
        # The first connection is kept for what is small; the next ones are cut.
        put = await client.workspace.upload(session["id"], "a/large.bin", content)
        line._cuts = itertools.chain([5_000_000, 5_000_000], itertools.repeat(None))
        async with AsyncPalaver(url, owner.token, patience=QUICK) as other:
            assert await other.workspace.download(session["id"], "a/large.bin", into) == LARGE
    assert (put["path"], line.cut, into.getvalue() == content) == ("a/large.bin", 2, True)


async def test_a_file_that_changes_while_it_comes_is_not_mixed(house: House, owner: Person) -> None:
    line = BrokenLine(lambda: house.url, [2_000_000])
    direct = AsyncPalaver(house.url, owner.token)
    async with direct, line.laid() as url, AsyncPalaver(url, owner.token, patience=QUICK) as client:
        session = await direct.sessions.create()
        await direct.workspace.upload(session["id"], "a.bin", b"a" * LARGE)
        pieces = client.workspace.pieces(session["id"], "a.bin")
        await anext(pieces)
        await direct.workspace.upload(session["id"], "a.bin", b"b" * LARGE)
        with pytest.raises(FileChanged):
            await _all_of(pieces, "a")


async def _all_of(pieces: AsyncIterator[bytes], letter: str) -> None:
    async for piece in pieces:
        assert set(piece) == {ord(letter)}


async def test_errors_are_classes_by_their_codes(client: AsyncPalaver, house: House, vendor: FakeVendor) -> None:
    with pytest.raises(NotFound, match="session") as missing:
        await client.sessions.get("ses_nobody")
    assert (missing.value.status, missing.value.code, missing.value.retryable) == (404, "not_found", False)
    assert str(missing.value.request_id).startswith("req_")
    with pytest.raises(Invalid) as invalid:
        await client.request("POST", "/query", json={"prompt": "x", "nonsense": 1})
    assert invalid.value.errors[0]["loc"] == ["body", "nonsense"]
    async with AsyncPalaver(house.url, "plv_wrong") as stranger:
        with pytest.raises(Unauthenticated):
            _ = [one async for one in stranger.sessions.list()]
    async with client.stream("wait", model="fake/fake-n9-w2") as stream:
        await anext(stream)
        with pytest.raises(SessionBusy) as busy:
            await client.ask("now", session_id=stream.session_id or "")
        await stream.cancel()
    assert busy.value.status == 409


async def test_what_a_model_failed_with_is_raised_for_the_message_and_told_in_the_stream(
    client: AsyncPalaver, vendor: FakeVendor
) -> None:
    vendor.next(*[failure(401)] * 4)
    with pytest.raises(ModelUnavailable) as failed:
        await client.ask("hello", model="fake/fake-n3")
    assert isinstance(failed.value, APIError)
    async with client.stream("hello", model="fake/fake-n9-e3") as stream:
        kinds = [event["type"] async for event in stream]
        assert kinds[-1] == "done"
        assert "error" in kinds
        with pytest.raises(ModelUnavailable):
            await stream.final_message()


async def test_a_server_that_wants_time_is_asked_again_when_it_said(house: House, owner: Person) -> None:
    """A small server of our own refuses twice, the second time with the number of seconds to wait."""
    asked: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode().splitlines()[0])
        bodies = {1: (503, "unavailable", ""), 2: (429, "rate_limited", "Retry-After: 0\r\n")}
        status, code, more = bodies.get(len(asked), (200, "", ""))
        body = b'{"id": "ses_1"}' if status == 200 else b'{"code": "%b", "detail": "No."}' % code.encode()
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{more}\r\n"
        writer.write(head.encode() + body)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server, AsyncPalaver(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", patience=QUICK) as client:
        assert (await client.sessions.get("ses_1"))["id"] == "ses_1"
    assert asked == ["GET /api/v1/sessions/ses_1 HTTP/1.1"] * 3


async def test_lists_are_walked_page_by_page(client: AsyncPalaver) -> None:
    made = [(await client.sessions.create(title=f"{number}"))["id"] for number in range(7)]
    assert [one["id"] async for one in client.sessions.list(limit=3)] == made[::-1]
    changed = await client.sessions.update(made[0], title="renamed", pinned=True)
    assert (changed.get("title"), changed.get("pinned")) == ("renamed", True)
    await client.sessions.delete(made[0])
    with pytest.raises(NotFound):
        await client.sessions.get(made[0])


async def test_several_threads_share_one_sync_client(house: House, owner: Person) -> None:
    texts: list[str] = []

    def ask(client: Palaver) -> None:
        texts.append(str(client.ask("hello", model="fake/fake-n20-d5-a").get("text")))

    def work() -> None:
        with Palaver(house.url, owner.token) as client:
            threads = [threading.Thread(target=ask, args=(client,)) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(30)

    await asyncio.to_thread(work)
    assert texts == ["".join(f"part {number} " for number in range(20))] * 8


@keeps("sdk:no-secrets")
async def test_no_text_of_a_client_and_no_log_shows_its_key(
    house: House, owner: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    async with AsyncPalaver(house.url, owner.token) as client:
        await client.ask("hello", model="fake/fake-n2")
        shown = f"{client!r} {client._address!r} {client.stream('x')!r} {client.__dict__!r}"
    assert "/api/v1/query" in caplog.text
    assert owner.token not in shown + caplog.text
    with pytest.raises(ValueError, match="holds no password") as refused:
        Palaver(house.url.replace("//", "//name:secret@"))
    assert "secret" not in str(refused.value)


async def test_an_answer_whose_model_broke_off_and_said_something_else_is_read_on_a_new_line(
    client: AsyncPalaver, vendor: FakeVendor
) -> None:
    vendor.next(Reply([said("one "), said("two"), Drop()]), says("three"))
    stream = client.stream("go")
    async with asyncio.timeout(30):
        read = "".join([piece async for piece in stream.text_stream])
    assert (stream.text, read) in {("three", "one two\nthree"), ("one two", "one two")}
