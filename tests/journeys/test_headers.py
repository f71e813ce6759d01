"""What stands around every answer of a real server: headers, problems, ids, origins, bounds; and what no log shows."""

import asyncio
import io
import json
import os
import signal
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from yarl import URL

from palaver.entry.gate import LARGEST_BODY
from tests.journeys.house import PASSWORD, House, Opening, Person
from tests.journeys.streams import PATIENCE

APP, EVIL = "https://app.example", "https://evil.example"
PROBLEM = "application/problem+json"
JSON = {"Content-Type": "application/json"}


async def fetch(person: Person, method: str, path: str, **more: Any) -> tuple[int, dict[str, str], bytes]:
    """One request anywhere, on a connection that could be kept: an answer is not lost to a body still being sent."""
    headers = {"Authorization": f"Bearer {person.token}"} if person.token else {}
    headers |= more.pop("headers", {})
    if isinstance(more.get("data"), bytes):
        more["data"] = io.BytesIO(more["data"])
    url = URL(person.url + path, encoded=True)
    async with (
        asyncio.timeout(PATIENCE),
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as client,
        client.request(method, url, headers=headers, **more) as reply,
    ):
        return reply.status, {name.lower(): value for name, value in reply.headers.items()}, await reply.read()


async def test_pages_and_answers_say_what_browsers_may_do_with_them(owner: Person) -> None:
    for path in ("/", "/docs", "/redoc", "/c/ses_1"):
        _, headers, _ = await fetch(owner, "GET", path)
        assert headers["content-type"] == "text/html; charset=utf-8"
        assert headers["x-frame-options"] == "DENY"
        assert "script-src 'nonce-" in headers["content-security-policy"]
        assert "script-src 'self'" not in headers["content-security-policy"]
        assert headers["cache-control"] == "no-cache"
    for path in ("/api/v1/config", "/api/v1/nowhere", "/metrics", "/openapi.json"):
        _, headers, _ = await fetch(owner, "GET", path)
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
        assert headers.get("cache-control", "no-store") == "no-store"
    for path in ("/", "/api/v1/config", "/api/v1/nowhere", "/nowhere", "/openapi.json"):
        _, headers, _ = await fetch(owner, "GET", path)
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "server" not in headers


WRONG: list[tuple[int, str, str, str, dict[str, Any]]] = [
    (404, "not_found", "GET", "/nowhere", {}),
    (404, "not_found", "GET", "/api/v1/nowhere", {}),
    (404, "not_found", "GET", "/api/v1/sessions/ses_%00%ED%A0%80", {}),
    (404, "not_found", "GET", "/api/v1/runs/..%2f..%2fetc%2fpasswd", {}),
    (404, "not_found", "GET", "/assets/..%2f..%2fapi.py", {}),
    (405, "method_not_allowed", "DELETE", "/api/v1/query", {}),
    (405, "method_not_allowed", "TRACE", "/api/v1/sessions", {}),
    (413, "payload_too_large", "POST", "/api/v1/query", {"data": b" " * (LARGEST_BODY + 1), "headers": JSON}),
    (415, "unsupported_media_type", "POST", "/api/v1/query", {"data": b"hello", "headers": {"Content-Type": "text/x"}}),
    (422, "invalid", "POST", "/api/v1/query", {"data": b"{", "headers": JSON}),
    (422, "invalid", "GET", "/api/v1/sessions?limit=" + "9" * 5000, {}),
    (422, "invalid", "GET", "/api/v1/sessions?q=%00&unknown=%ED%A0%80", {}),
    (422, "invalid", "GET", "/api/v1/stats?zone=../../etc/passwd", {}),
    (422, "invalid", "GET", "/api/v1/sessions/ses_1/export?format=pdf", {}),
    (401, "unauthenticated", "GET", "/api/v1/sessions", {"headers": {"Authorization": "Bearer plv_x"}}),
    (401, "unauthenticated", "GET", "/api/v1/sessions", {"headers": {"Authorization": "Bearer \xff" + "x" * 9000}}),
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: f"{wrong[0]}-{wrong[2]}-{wrong[3][:40]}")
async def test_whatever_goes_wrong_is_told_as_a_problem(
    owner: Person, wrong: tuple[int, str, str, str, dict[str, Any]]
) -> None:
    status, code, method, path, more = wrong
    answered, headers, body = await fetch(owner, method, path, **more)
    assert (answered, headers["content-type"]) == (status, PROBLEM), body
    problem = json.loads(body)
    assert {"type", "title", "status", "code", "detail", "request_id"} <= set(problem)
    assert (problem["status"], problem["code"], problem["request_id"]) == (status, code, headers["x-request-id"])


async def test_every_answer_has_an_id_and_a_good_one_is_kept(owner: Person) -> None:
    for path in ("/", "/nowhere", "/api/v1/config", "/api/v1/nowhere"):
        _, headers, _ = await fetch(owner, "GET", path, headers={"X-Request-ID": "mine-1.2:3_4"})
        assert headers["x-request-id"] == "mine-1.2:3_4"
        made = {(await fetch(owner, "GET", path))[1]["x-request-id"] for _ in range(2)}
        assert len(made) == 2
        assert all(one.startswith("req_") for one in made)
        for bad in ("a b", "x" * 129, "{}", "\xe9"):
            _, headers, _ = await fetch(owner, "GET", path, headers={"X-Request-ID": bad})
            assert headers["x-request-id"].startswith("req_")


def allowed(headers: dict[str, str]) -> str | None:
    return headers.get("access-control-allow-origin")


ASK_FIRST = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


async def test_pages_of_other_origins_may_do_nothing_unless_they_are_trusted(owner: Person) -> None:
    for origin in (APP, EVIL, "null"):
        status, headers, _ = await fetch(owner, "OPTIONS", "/api/v1/query", headers={"Origin": origin, **ASK_FIRST})
        assert (status, allowed(headers)) == (405, None)
        status, headers, _ = await fetch(owner, "GET", "/api/v1/sessions", headers={"Origin": origin})
        assert (status, allowed(headers)) == (200, None)


async def test_pages_of_trusted_origins_may_and_can_read_what_went_wrong(open_house: Opening) -> None:
    owner = await (await open_house(identity__trusted_origins=json.dumps([APP]))).owner()
    status, headers, _ = await fetch(owner, "OPTIONS", "/api/v1/query", headers={"Origin": APP, **ASK_FIRST})
    assert (status, allowed(headers)) == (200, APP)
    assert headers["access-control-allow-credentials"] == "true"
    assert "x-request-id" in headers
    for path, more in (("/api/v1/sessions", {}), ("/api/v1/nowhere", {})):
        _, headers, _ = await fetch(owner, "GET", path, headers={"Origin": APP}, **more)
        assert allowed(headers) == APP
        assert "Origin" in headers["vary"]
    for kind, size in (("text/plain", 9), ("application/json", LARGEST_BODY + 1)):
        refused = {"Origin": APP, "Content-Type": kind}
        status, headers, _ = await fetch(owner, "POST", "/api/v1/query", data=b" " * size, headers=refused)
        assert status in {413, 415}
        assert allowed(headers) == APP
    status, headers, _ = await fetch(owner, "OPTIONS", "/api/v1/query", headers={"Origin": EVIL, **ASK_FIRST})
    assert (status, allowed(headers)) == (400, None)
    _, headers, _ = await fetch(owner, "GET", "/api/v1/sessions", headers={"Origin": EVIL})
    assert allowed(headers) is None


async def test_streams_are_for_our_own_pages_and_trusted_ones(open_house: Opening) -> None:
    owner = await (await open_house(identity__trusted_origins=json.dumps([APP]))).owner()
    run_id = (await owner.ask("Hello"))[0].run_id
    session_id = (await owner.get(f"/runs/{run_id}"))["session_id"]
    body = {"prompt": "Hello"}
    for origin, status in ((EVIL, 403), ("null", 403), (APP, 200), (owner.url, 200)):
        for method, path, more in (
            ("GET", f"/api/v1/runs/{run_id}/events", {}),
            ("POST", "/api/v1/query", {"json": body}),
            ("POST", f"/api/v1/sessions/{session_id}/resume", {"json": body}),
        ):
            answered, headers, _ = await fetch(owner, method, path, headers={"Origin": origin}, **more)
            assert answered == status, (origin, path)
            assert headers["content-type"].startswith("text/event-stream" if status == 200 else PROBLEM)
    before = await owner.messages(session_id)
    assert [one["role"] for one in before] == ["user", "assistant"] * 3  # what was refused asked nothing


async def pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b" " * 65_536


async def test_a_body_is_bounded_whether_or_not_it_says_how_long_it_is(owner: Person) -> None:
    for path in ("/api/v1/query", "/api/v1/sessions", "/api/v1/query/single"):
        exact = await fetch(owner, "POST", path, data=b" " * LARGEST_BODY, headers=JSON)
        chunked = await fetch(owner, "POST", path, data=pieces(16), headers=JSON)
        assert [exact[0], chunked[0]] == [422, 422]
        for data in (b" " * (LARGEST_BODY + 1), pieces(17)):
            status, headers, _ = await fetch(owner, "POST", path, data=data, headers=JSON)
            assert (status, headers["content-type"]) == (413, PROBLEM)


@pytest.mark.parametrize("style", ["text", "json"])
async def test_no_log_shows_a_secret_however_it_was_sent(open_house: Opening, style: str) -> None:
    house = await open_house(log=style, observability__log_level="debug")
    owner = await house.owner()
    nobody = house.person("")
    planted = {name: f"plv_planted{name}0123456789abcdef" for name in ("header", "query", "cookie", "bearer", "ticket")}
    jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.c2lnbmF0dXJlcGxhbnRlZA"
    await fetch(nobody, "GET", "/api/v1/sessions", headers={"X-API-Key": planted["header"]})
    await fetch(nobody, "GET", "/api/v1/sessions", headers={"Authorization": f"Bearer {planted['bearer']}"})
    await fetch(nobody, "GET", "/api/v1/sessions", headers={"Authorization": f"Bearer {jwt}"})
    await fetch(nobody, "GET", "/api/v1/sessions", headers={"Cookie": f"palaver_session={planted['cookie']}"})
    await fetch(nobody, "GET", f"/signin?token={planted['query']}")
    await fetch(nobody, "GET", f"/api/v1/nowhere?token={planted['query']}&api_key={planted['header']}")
    await fetch(nobody, "GET", f"/api/v1/ws?ticket={planted['ticket']}", headers={"Upgrade": "websocket"})
    await fetch(nobody, "POST", "/api/v1/auth/login", json={"email": "ada@example.org", "password": PASSWORD})
    await fetch(nobody, "POST", "/api/v1/auth/refresh", json={"refresh_token": planted["query"]})
    await owner.ask("Fail", model="fake/fake-h401")
    await house.end()
    said = house.log.read_text()
    assert said.count("/api/v1/sessions") >= 4  # it did speak of these requests
    link = house.link.partition("token=")[2]
    for secret in (*planted.values(), jwt, owner.token, link, PASSWORD, "sk-fake"):
        assert secret not in said, secret


async def test_the_service_tells_about_itself_and_the_details_to_administrators(house: House, owner: Person) -> None:
    stranger, nobody = await house.stranger(), house.person("")
    assert (await nobody.get("/health"))["status"] == "alive"
    assert (await nobody.get("/health/ready"))["status"] == "ready"
    asked = [(await one.call("GET", "/health/detailed")).status for one in (nobody, stranger, owner)]
    assert asked == [401, 403, 200]
    asked = [(await one.call("GET", "/metrics")).status for one in (nobody, stranger, owner)]
    assert asked == [401, 403, 200]
    detailed = await owner.get("/health/detailed")
    assert {"database", "models"} <= {check["name"] for check in detailed["checks"] if check["ok"]}
    config = await nobody.get("/config")
    assert (config["default_model"], config["body_bytes"]) == ("fake/fake-n5-d1", LARGEST_BODY)
    assert (config["prompt_characters"], config["registration"]) == (100_000, "open")


async def test_statistics_are_counted_for_each_person_and_null_where_there_is_nothing(
    house: House, owner: Person
) -> None:
    before = await owner.get("/stats")
    assert (before["messages"], before["mean_latency_ms"], before["most_used_model"]) == (0, None, None)
    await owner.ask("Hello")
    after = await owner.get("/stats", params={"zone": "Africa/Nairobi"})
    assert (after["sessions"], after["messages"], after["active"]) == (1, 2, 0)
    assert (after["most_used_model"], after["most_used_provider"]) == ("fake/fake-n5-d1", "fake")
    assert after["mean_latency_ms"] > 0
    assert (await (await house.stranger()).get("/stats"))["messages"] == 0
    assert (await house.person("").call("GET", "/stats")).status == 401


async def readiness_until_gone(nobody: Person, house: House) -> set[int]:
    """The answers to one question after another, from before the server is told to end until it is gone."""
    seen: set[int] = set()
    try:
        while True:
            async with nobody.client.get(nobody.url + "/api/v1/health/ready") as reply:
                if reply.status == 503:
                    assert int(reply.headers["Retry-After"]) >= 1
                    assert (await reply.json(content_type=None))["code"] == "unavailable"
                if not seen:
                    asyncio.get_running_loop().call_soon(signal_end, house)
                seen.add(reply.status)
    except aiohttp.ClientError:
        return seen


def signal_end(house: House) -> None:
    os.kill(house.pid, signal.SIGTERM)


async def test_a_server_that_is_about_to_end_says_that_it_is_not_ready(house: House) -> None:
    # Between the signal and the last connection lie some milliseconds: a slow client may miss them, now and then.
    for _ in range(8):
        seen = await readiness_until_gone(house.person(""), house)
        assert await house.gone() == 0
        if 503 in seen:
            break
        await house.start()
    assert seen == {200, 503}
