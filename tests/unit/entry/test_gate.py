"""What every request passes first and every response last."""

import logging
from typing import Annotated, Any

import pytest
from fastapi import Body, FastAPI
from starlette.responses import HTMLResponse, Response

from palaver.entry import problem
from palaver.entry.gate import LARGEST_BODY, Gate
from palaver.observability.logs import request_id
from palaver.observability.metrics import Metrics
from tests.unit.entry.asgi import ask

ECHO = "/api/v1/echo/{name}"


class House:
    def __init__(self) -> None:
        self.metrics = Metrics()
        self.ids: list[str | None] = []
        app = FastAPI()
        problem.answer_errors(app)

        @app.post(ECHO)
        async def echo(name: str, body: Annotated[dict[str, Any], Body()]) -> dict[str, int]:
            self.ids.append(request_id.get())
            return {"size": len(body)}

        @app.get("/api/v1/fails")
        async def fails() -> None:
            raise ZeroDivisionError("a secret cause")

        @app.get("/page")
        async def page() -> Response:
            return HTMLResponse("<p>Hello")

        @app.get("/drawn")
        async def drawn() -> Response:
            return HTMLResponse("<p>Hello", headers={"Content-Security-Policy": "img-src data:"})

        @app.get("/api/v1/kept")
        async def kept() -> Response:
            return Response("", headers={"Cache-Control": "max-age=60"})

        self.app = Gate(app, self.metrics)


@pytest.fixture
def house() -> House:
    return House()


async def test_a_request_gets_an_id_that_the_log_and_the_answer_share(house: House) -> None:
    answer = await ask(house.app, "POST", "/api/v1/echo/a", body=b"{}")
    assert answer.status == 200
    assert answer.headers["x-request-id"].startswith("req_")
    assert house.ids == [answer.headers["x-request-id"]]
    assert request_id.get() is None


@pytest.mark.parametrize(("given", "kept"), [("abc-1.2:3_4", True), ("a" * 129, False), ("a b", False), ('"', False)])
async def test_an_id_that_a_client_gives_is_kept_where_it_is_one(house: House, given: str, kept: bool) -> None:
    answer = await ask(house.app, "GET", "/page", x_request_id=given)
    assert (answer.headers["x-request-id"] == given) is kept


async def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_read(house: House) -> None:
    answer = await ask(house.app, "POST", "/api/v1/echo/a", body=b"{}", content_length=str(LARGEST_BODY + 1))
    assert (answer.status, answer.json["code"]) == (413, "payload_too_large")
    assert house.ids == []


async def test_a_body_of_unknown_length_is_refused_where_it_becomes_too_large(house: House) -> None:
    answer = await ask(house.app, "POST", "/api/v1/echo/a", body=[b'{"a":"', *[b"x" * 65_536] * 17, b'"}'])
    assert (answer.status, answer.json["code"]) == (413, "payload_too_large")
    assert house.ids == []
    assert (await ask(house.app, "POST", "/api/v1/echo/a", body=[b'{"a":', b"1}"])).json == {"size": 1}


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", ""]
)
async def test_a_body_that_is_no_json_is_refused_by_its_type(house: House, kind: str) -> None:
    for body in (b"{}", [b"{}"]):
        answer = await ask(house.app, "POST", "/api/v1/echo/a", body=body, content_type=kind)
        assert (answer.status, answer.json["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"]
)
async def test_json_is_taken_under_all_its_names(house: House, kind: str) -> None:
    assert (await ask(house.app, "POST", "/api/v1/echo/a", body=b"{}", content_type=kind)).status == 200


async def test_a_request_without_a_body_needs_no_type(house: House) -> None:
    answer = await ask(house.app, "POST", "/api/v1/echo/a", content_length="0")
    assert answer.status == 422


async def test_a_fault_of_ours_says_nothing_of_its_cause_but_where_to_look(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await ask(house.app, "GET", "/api/v1/fails")
    assert (answer.status, answer.json["code"]) == (500, "internal")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["request_id"] == answer.headers["x-request-id"]
    assert b"secret" not in answer.body
    assert "a secret cause" in caplog.text


async def test_every_answer_says_what_browsers_may_do_with_it(house: House) -> None:
    api, page = await ask(house.app, "GET", "/api/v1/kept"), await ask(house.app, "GET", "/page")
    for answer in (api, page):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "sandbox" in page.headers["content-security-policy"]
    assert "script-src" not in page.headers["content-security-policy"]
    assert "geolocation=()" in page.headers["permissions-policy"]
    assert "script-src" not in api.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"


async def test_a_page_that_says_its_own_policy_keeps_it_and_no_other(house: House) -> None:
    answer = await ask(house.app, "GET", "/drawn")
    assert answer.headers["content-security-policy"] == "img-src data:"
    assert answer.headers["x-frame-options"] == "DENY"


async def test_answers_of_the_api_are_not_stored_unless_they_say_so(house: House) -> None:
    assert (await ask(house.app, "POST", "/api/v1/echo/a", body=b"{}")).headers["cache-control"] == "no-store"
    assert (await ask(house.app, "GET", "/api/v1/kept")).headers["cache-control"] == "max-age=60"
    assert "cache-control" not in (await ask(house.app, "GET", "/page")).headers


async def test_requests_are_counted_by_route_and_not_by_path(house: House) -> None:
    for name in "abc":
        await ask(house.app, "POST", f"/api/v1/echo/{name}", body=b"{}")
    await ask(house.app, "GET", "/nowhere")
    await ask(house.app, "POST", "/api/v1/echo/a", body=b"", content_type="text/plain", content_length="9")
    assert house.metrics.requests.of("POST", ECHO, "200") == 3
    assert house.metrics.requests.of("GET", "none", "404") == 1
    assert house.metrics.requests.of("POST", "none", "415") == 1


async def test_what_goes_wrong_with_us_is_a_warning_and_the_rest_is_not(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "palaver.requests")
    await ask(house.app, "GET", "/page")
    assert caplog.records == []
    await ask(house.app, "GET", "/api/v1/fails")
    assert [record.levelno for record in caplog.records] == [logging.ERROR, logging.WARNING]
    assert getattr(caplog.records[-1], "status", None) == 500


async def test_a_client_that_leaves_in_the_middle_of_its_body_is_no_fault_of_ours(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await ask(house.app, "POST", "/api/v1/echo/a", body=[b'{"a":', b""])
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert house.ids == []


async def test_what_is_no_request_passes_untouched() -> None:
    passed: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        passed.append(scope["type"])

    await Gate(app, Metrics())({"type": "lifespan"}, None, None)  # type: ignore[arg-type]
    assert passed == ["lifespan"]
