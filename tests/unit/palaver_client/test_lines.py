"""What goes over the line between the client and a small server of the test's own, with each kind of client."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from palaver_client import (
    APIError,
    AsyncPalaver,
    Conflict,
    ConnectionBroke,
    Internal,
    NotFound,
    Palaver,
    PalaverError,
    Patience,
    RateLimited,
    Unavailable,
)

ONCE = Patience(tries=0)
QUICK = Patience(tries=3, first=0.01, longest=0.01)
Answering = Callable[[str, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(answer: Answering) -> AsyncIterator[str]:
    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            await answer(head, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(take, "127.0.0.1", 0)
    async with listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"


def saying(status: int, body: Any = None, **headers: str) -> Answering:
    """Answers so, whatever is asked."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(content)}\r\nConnection: close\r\n{more}\r\n".encode()

    async def answer(_: str, __: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head + content)
        await writer.drain()

    return answer


async def failing(answer: Answering, patience: Patience = ONCE) -> list[Exception]:
    """What a look at a session raises, with each kind of client."""
    async with server(answer) as url:
        with Palaver(url, patience=patience) as client:
            one = await asyncio.to_thread(_raised, client)
        async with AsyncPalaver(url, patience=patience) as other:
            with pytest.raises(PalaverError) as two:
                await other.sessions.get("ses_1")
    return [one, two.value]


def _raised(client: Palaver) -> Exception:
    with pytest.raises(PalaverError) as raised:
        client.sessions.get("ses_1")
    return raised.value


@pytest.mark.parametrize(
    ("status", "body", "kind", "code", "retryable"),
    [
        (500, {"code": "internal", "detail": "It."}, Internal, "internal", False),
        (429, {"code": "rate_limited", "detail": "It."}, RateLimited, "rate_limited", True),
        (418, {"code": "of_tomorrow", "detail": "It."}, APIError, "of_tomorrow", False),
        (409, {"code": "name_taken", "detail": "It."}, Conflict, "name_taken", False),
        (404, {"code": "model_not_found", "detail": "It."}, NotFound, "model_not_found", False),
        (503, b"<html>proxy</html>", Unavailable, "", True),
        (502, b"<html>proxy</html>", APIError, "", True),
        (301, b"", APIError, "", False),
        (400, [1, 2], APIError, "", False),
    ],
    ids=str,
)
async def test_an_error_is_a_class_by_its_code_and_one_that_is_not_known_is_still_told(
    status: int, body: Any, kind: type[APIError], code: str, retryable: bool
) -> None:
    for error in await failing(saying(status, body, X_Request_ID="req_9", Retry_After="3")):
        assert type(error) is kind
        assert isinstance(error, APIError)
        assert (error.status, error.code, error.retryable) == (status, code, retryable)
        assert (error.request_id, error.retry_after) == ("req_9", 3.0)
        assert error.detail == ("It." if code else f"The server answered with status {status}.")


async def test_what_answers_and_is_no_palaver_is_told_as_such() -> None:
    for error in await failing(saying(200, b"<html>router</html>")):
        assert "no Palaver" in str(error)


async def test_who_does_not_answer_in_time_is_given_up() -> None:
    ended = asyncio.Event()

    async def silent(_: str, reader: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        await reader.read()  # until the client has gone
        ended.set()

    async with server(silent) as url, asyncio.timeout(30):
        async with AsyncPalaver(url, timeout=0.05, patience=ONCE) as client:
            with pytest.raises(ConnectionBroke, match="ReadTimeout"):
                await client.sessions.get("ses_1")
        await ended.wait()


def running(left: asyncio.Event) -> Answering:
    """A run that begins and does not end; `left` is set when nobody listens any more."""
    event = {"type": "session", "seq": 1, "run_id": "run_1", "session_id": "ses_1"}

    async def answer(_: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        writer.write(b"data: %b\n\n" % json.dumps(event).encode())
        await writer.drain()
        while await reader.read(4096):
            continue
        left.set()

    return answer


@pytest.mark.parametrize("how", ["leaves", "is cancelled", "breaks off", "sync"])
async def test_a_stream_that_is_left_gives_its_connection_back(how: str) -> None:
    heard, left = asyncio.Event(), asyncio.Event()
    replies: list[httpx.Response] = []  # what is kept here, nobody closes but the client

    async def keep(reply: httpx.Response) -> None:
        replies.append(reply)

    async def listen(client: AsyncPalaver) -> None:
        async with client.stream("x") as stream:
            async for _ in stream:
                heard.set()
                if how == "leaves":
                    return
                if how == "breaks off":
                    raise ZeroDivisionError

    def listen_at_once(url: str) -> None:
        with httpx.Client(event_hooks={"response": [replies.append]}) as own, Palaver(url, http=own) as client:
            with client.stream("x") as stream:
                next(stream)
            assert replies[0].is_closed

    http = httpx.AsyncClient(event_hooks={"response": [keep]})
    async with server(running(left)) as url, http, AsyncPalaver(url, http=http) as client, asyncio.timeout(30):
        if how == "sync":
            await asyncio.to_thread(listen_at_once, url)
        elif how == "is cancelled":
            async with asyncio.TaskGroup() as tasks:
                listening = tasks.create_task(listen(client))
                await heard.wait()
                listening.cancel()
        elif how == "breaks off":
            with pytest.raises(ZeroDivisionError):
                await listen(client)
        else:
            await listen(client)
        await left.wait()
        assert [reply.is_closed for reply in replies] == [True]


async def test_nothing_of_the_environment_leads_a_client_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with server(saying(200, {"id": "ses_1"})) as url:
        async with AsyncPalaver(url, patience=ONCE) as client:
            assert (await client.sessions.get("ses_1"))["id"] == "ses_1"
        with Palaver(url, patience=ONCE) as other:
            assert (await asyncio.to_thread(other.sessions.get, "ses_1"))["id"] == "ses_1"
        # Who wants a proxy says so.
        async with httpx.AsyncClient(proxy="http://127.0.0.1:1") as http:
            with pytest.raises(ConnectionBroke):
                await AsyncPalaver(url, http=http, patience=ONCE).sessions.get("ses_1")


async def test_a_client_of_ones_own_is_used_with_its_headers_and_left_open() -> None:
    heads: list[str] = []

    async def answer(head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(head)
        await saying(200, {"items": []})(head, reader, writer)

    async with server(answer) as url, httpx.AsyncClient(headers={"X-Team": "trees"}) as http:
        auth = httpx.BasicAuth("ada", "secret")
        async with AsyncPalaver(url + "/below/", auth=auth, http=http) as client:
            _ = [one async for one in client.sessions.list(q="a b&c", archived=True)]
        assert not http.is_closed
    assert heads[0].startswith("GET /below/api/v1/sessions?q=a+b%26c&archived=true HTTP/1.1")
    async with server(answer) as url, AsyncPalaver(url) as client:
        await client.request("GET", "/export?format=json", query={"more": 1, "none": None})
    assert heads[1].startswith("GET /api/v1/export?format=json&more=1 HTTP/1.1")
    assert "x-team: trees" in heads[0].lower()
    assert base64.b64encode(b"ada:secret").decode() in heads[0]


@pytest.mark.parametrize("address", ["", "127.0.0.1:8321", "ftp://x", "http://", "http://[::1", "http://a:b@c"])
def test_an_address_that_cannot_be_asked_is_refused_at_once(address: str) -> None:
    for kind in (Palaver, AsyncPalaver):
        with pytest.raises(ValueError, match="The address of the server"):
            kind(address)


async def test_what_is_asked_once_is_not_asked_again_when_the_line_breaks() -> None:
    asked: list[str] = []

    async def cut(head: str, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(head.splitlines()[0])
        writer.transport.abort()

    async with server(cut) as url, AsyncPalaver(url, patience=QUICK) as client:
        with pytest.raises(ConnectionBroke):
            await client.sessions.create()
        with pytest.raises(ConnectionBroke):
            await client.sessions.get("ses_1")
    assert [head.split()[0] for head in asked] == ["POST", "GET", "GET", "GET", "GET"]


async def test_a_download_that_fails_leaves_no_file(tmp_path: Path) -> None:
    async with server(saying(404, {"code": "not_found", "detail": "No."})) as url, AsyncPalaver(url) as client:
        with pytest.raises(APIError):
            await client.files.download("fil_1", tmp_path / "a.txt")
    assert list(tmp_path.iterdir()) == []


async def test_bytes_of_a_server_that_was_never_reached_are_not_waited_for() -> None:
    hasty = Patience(tries=1, first=3_600, longest=3_600, at_first=False)
    async with server(saying(200, {})) as url:
        pass  # there was one, and it is gone
    async with asyncio.timeout(30), AsyncPalaver(url, "plv_x", patience=hasty) as client:
        with pytest.raises(ConnectionBroke):
            [piece async for piece in client.pieces("/export")]
