"""The terminal's client over a real socket: what goes wrong is told in its words, and a sign-in lasts as long as it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web
from palaver_client import Patience

from palaver.entry.cli.access import ByKey, BySignIn, Pair, SignInOver
from palaver.entry.cli.client import Client, ServerAway, ServerConflict, ServerRefused, asking
from palaver.kit.clock import ManualClock
from palaver.kit.sealed import Sealed
from palaver.kit.sse import frame

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


QUICK = Patience(tries=4, first=0.01, longest=0.01, at_first=False)


@asynccontextmanager
async def server(*routes: web.RouteDef) -> AsyncIterator[str]:
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def client(url: str) -> AsyncIterator[Client]:
    made = Client(url, ByKey(Sealed("plv_key")), patience=QUICK)
    try:
        yield made
    finally:
        await made.close()


def stream(*numbers: int, ends: bool = True) -> Answer:
    """Tells these events and then ends the connection, as a server that is killed would."""

    async def tell(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        for number in numbers:
            kind = "done" if ends and number == numbers[-1] else "content"
            await response.write(frame(number, kind, _event(kind, number)))
        if not ends:
            assert request.transport is not None
            request.transport.abort()
        return response

    return tell


def _event(kind: str, number: int) -> bytes:
    place = {"type": kind, "seq": number, "run_id": "run_1", "session_id": "ses_1", "content": ""}
    return json.dumps(place).encode()


async def numbers(made: Client) -> list[int]:
    async with asyncio.timeout(10), aclosing(made.turn(asking({"prompt": "hello"}))) as events:
        return [event["seq"] async for event in events]


async def test_a_whole_stream_is_told_to_its_last_event_with_the_key() -> None:
    seen: list[web.Request] = []

    async def ask(request: web.Request) -> web.StreamResponse:
        seen.append(request)
        assert await request.json() == {"prompt": "hello"}
        return await stream(1, 2, 3)(request)

    async with server(web.post("/api/v1/query", ask)) as url, client(url) as made:
        assert await numbers(made) == [1, 2, 3]
    assert seen[0].headers["Authorization"] == "Bearer plv_key"


async def test_a_stream_that_breaks_is_taken_up_after_the_last_event_and_the_question_is_not_asked_again() -> None:
    asked: list[str] = []
    after: list[str] = []

    async def ask(request: web.Request) -> web.StreamResponse:
        asked.append(request.headers["Idempotency-Key"])
        return await stream(1, 2, ends=False)(request)

    async def follow(request: web.Request) -> web.StreamResponse:
        after.append(request.headers["Last-Event-ID"])
        return await (stream(3, ends=False) if len(after) == 1 else stream(4, 5))(request)

    async with (
        server(web.post("/api/v1/query", ask), web.get("/api/v1/runs/run_1/events", follow)) as url,
        client(url) as made,
    ):
        assert await numbers(made) == [1, 2, 3, 4, 5]
    assert len(asked) == 1
    assert after == ["2", "3"]


async def test_a_server_that_goes_down_and_comes_back_is_waited_for() -> None:
    answers = [stream(1, ends=False)]
    turned_away = 0

    async def ask(request: web.Request) -> web.StreamResponse:
        return await answers[0](request)

    async def follow(request: web.Request) -> web.StreamResponse:
        nonlocal turned_away
        turned_away += 1
        return web.json_response({"detail": "Going down."}, status=503) if turned_away < 4 else await stream(2)(request)

    async with (
        server(web.post("/api/v1/query", ask), web.get("/api/v1/runs/run_1/events", follow)) as url,
        client(url) as made,
    ):
        assert await numbers(made) == [1, 2]
    assert turned_away == 4


async def test_a_server_that_does_not_come_back_is_given_up() -> None:
    async def away(request: web.Request) -> web.StreamResponse:
        return web.Response(status=503)

    async with (
        server(web.post("/api/v1/query", stream(1, ends=False)), web.get("/api/v1/runs/run_1/events", away)) as url,
        client(url) as made,
    ):
        with pytest.raises(ServerAway, match="did not come back"):
            await numbers(made)


async def test_where_nobody_answers_nothing_is_waited_for() -> None:
    async with server() as url:
        pass
    async with client(url) as made:
        with pytest.raises(ServerAway, match="Is Palaver running there"):
            await numbers(made)


async def test_a_refusal_is_told_in_the_servers_own_words() -> None:
    async def refuse(request: web.Request) -> web.StreamResponse:
        return web.json_response({"detail": "This session is already answering"}, status=409)

    async with server(web.post("/api/v1/query", refuse)) as url, client(url) as made:
        with pytest.raises(ServerConflict, match="already answering"):
            await numbers(made)


async def test_a_refusal_that_is_no_problem_document_is_told_by_its_status() -> None:
    async def refuse(request: web.Request) -> web.StreamResponse:
        return web.Response(status=502, text="<html>")

    async with server(web.get("/api/v1/models", refuse)) as url, client(url) as made:
        with pytest.raises(ServerRefused, match="502"):
            await made.get("/models")


async def test_a_sign_in_is_refreshed_before_it_ends_and_given_back_at_the_end() -> None:
    refreshed: list[str] = []
    ended: list[str] = []
    carried: list[str] = []

    async def refresh(request: web.Request) -> web.StreamResponse:
        refreshed.append((await request.json())["refresh_token"])
        return web.json_response({"access_token": "a2", "refresh_token": "r2", "expires_in": 900, "user": {}})

    async def logout(request: web.Request) -> web.StreamResponse:
        ended.append((await request.json())["refresh_token"])
        return web.Response(status=204)

    async def look(request: web.Request) -> web.StreamResponse:
        carried.append(request.headers["Authorization"])
        return web.json_response({"items": []})

    clock = ManualClock()
    async with server(
        web.post("/api/v1/auth/refresh", refresh),
        web.post("/api/v1/auth/logout", logout),
        web.get("/api/v1/models", look),
    ) as url:
        access = BySignIn(url, Pair(Sealed("a1"), Sealed("r1"), 900), clock)
        made = Client(url, access)
        await made.get("/models")
        clock.advance(timedelta(seconds=850))
        await made.get("/models")
        await made.get("/models")
        await made.close()
    assert carried == ["Bearer a1", "Bearer a2", "Bearer a2"]
    assert (refreshed, ended) == (["r1"], ["r2"])


async def test_a_sign_in_that_the_server_ended_is_told_as_such() -> None:
    async def refuse(request: web.Request) -> web.StreamResponse:
        return web.json_response({"code": "unauthenticated", "detail": "No."}, status=401)

    async def gone(request: web.Request) -> web.StreamResponse:
        return web.Response(status=204)

    routes = (web.post("/api/v1/auth/refresh", refuse), web.post("/api/v1/auth/logout", gone))
    async with server(*routes) as url:
        made = Client(url, BySignIn(url, Pair(Sealed("a1"), Sealed("r1"), 0), ManualClock()))
        with pytest.raises(SignInOver, match="Start it again"):
            await made.get("/models")
        await made.close()
