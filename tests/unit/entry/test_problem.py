"""Errors are problem+json, whatever raised them."""

import logging
from typing import Annotated

import pytest
from fastapi import FastAPI, Query
from pydantic import BaseModel, ConfigDict, model_validator
from starlette.exceptions import HTTPException

from palaver.core import errors
from palaver.core.errors import Invalid, PalaverError, RateLimited, SessionBusy, Unavailable, coded
from palaver.entry import problem
from palaver.observability.logs import request_id
from tests.unit.entry.asgi import Answer, ask

CODES = [
    "unauthenticated", "forbidden", "not_found", "conflict", "session_busy", "second_factor_required",
    "payload_too_large", "misdirected",
    "unsupported_media_type", "invalid", "rate_limited", "budget_exceeded", "model_unavailable", "model_timeout",
    "output_invalid", "unavailable", "storage_full", "storage_failed", "internal",
]  # fmt: skip


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    size: int = 0

    @model_validator(mode="after")
    def _not_both(self) -> "Body":
        if self.name == "both":
            raise ValueError("give one, not both")
        return self


def app_raising(error: Exception | None = None) -> FastAPI:
    app = FastAPI()
    problem.answer_errors(app)

    @app.post("/api/v1/things")
    async def things(body: Body, limit: Annotated[int, Query(ge=1)] = 1) -> None:
        if error is not None:
            raise error

    return app


async def answered(error: Exception) -> Answer:
    return await ask(app_raising(error), "POST", "/api/v1/things", body=b'{"name":"a"}')


@pytest.mark.parametrize("code", CODES)
async def test_each_of_our_errors_is_told_with_its_code_and_its_status(code: str) -> None:
    kind = coded(code)
    mark = request_id.set("req_1")
    answer = await answered(kind("What happened."))
    request_id.reset(mark)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status == kind.status
    assert answer.json == {
        "type": f"urn:palaver:problem:{code}",
        "title": kind.title,
        "status": kind.status,
        "code": code,
        "detail": "What happened.",
        "request_id": "req_1",
    }


async def test_when_to_come_back_is_told_in_whole_seconds() -> None:
    assert (await answered(RateLimited(retry_after=0.2))).headers["retry-after"] == "1"
    assert (await answered(RateLimited(retry_after=2.6))).headers["retry-after"] == "3"
    assert (await answered(Unavailable())).headers["retry-after"] == "1"
    assert "retry-after" not in (await answered(SessionBusy())).headers


async def test_headers_and_fields_of_an_error_are_told() -> None:
    error = Invalid("No.", errors=[{"loc": ["body", "a"], "msg": "no", "type": "t"}], headers={"RateLimit-Limit": "5"})
    answer = await answered(error)
    assert answer.headers["ratelimit-limit"] == "5"
    assert answer.json["errors"] == [{"loc": ["body", "a"], "msg": "no", "type": "t"}]


@pytest.mark.parametrize(
    ("body", "where", "says"),
    [
        (b"{}", ["body", "name"], "Field required"),
        (b'{"name":1}', ["body", "name"], "valid string"),
        (b'{"name":"a","more":1}', ["body", "more"], "not permitted"),
        (b'{"name":"both"}', ["body"], "give one, not both"),
        (b"[]", ["body"], "dictionary"),
    ],
)
async def test_a_wrong_field_is_named_with_what_is_wrong(body: bytes, where: list[str], says: str) -> None:
    answer = await ask(app_raising(), "POST", "/api/v1/things", body=body)
    assert (answer.status, answer.json["code"]) == (422, "invalid")
    assert answer.json["errors"][0]["loc"] == where
    assert says in answer.json["detail"]
    assert "Value error" not in answer.body.decode()
    assert set(answer.json["errors"][0]) == {"loc", "msg", "type"}  # what was sent is not repeated


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b'{"name":"\xff"}', b'{"name":NaN'])
async def test_a_body_that_is_no_json_is_invalid(body: bytes) -> None:
    answer = await ask(app_raising(), "POST", "/api/v1/things", body=body)
    assert (answer.status, answer.json["code"]) == (422, "invalid")


async def test_what_is_not_there_or_not_so_is_told_in_the_same_shape() -> None:
    nowhere = await ask(app_raising(), "GET", "/api/v1/nowhere")
    assert (nowhere.status, nowhere.json["code"]) == (404, "not_found")
    other = await ask(app_raising(), "PUT", "/api/v1/things")
    assert (other.status, other.json["code"], other.headers["allow"]) == (405, "method_not_allowed", "POST")


@pytest.mark.parametrize(("status", "code"), [(401, "unauthenticated"), (418, "invalid"), (503, "internal")])
async def test_errors_of_the_framework_have_codes_too(status: int, code: str) -> None:
    answer = await answered(HTTPException(status))
    assert (answer.status, answer.json["code"]) == (status, code)


async def test_what_is_wrong_with_us_stands_in_the_log_with_its_cause(caplog: pytest.LogCaptureFixture) -> None:
    error = Unavailable("Away.")
    error.__cause__ = OSError("disk 7 is gone")
    answer = await answered(error)
    assert b"disk 7" not in answer.body
    assert "disk 7 is gone" in getattr(caplog.records[-1], "cause", "")
    caplog.clear()
    await answered(SessionBusy())
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_every_code_of_the_contract_is_looked_at() -> None:
    named = {kind.code for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, PalaverError)}
    assert named - {"not_implemented"} == set(CODES)
