"""Errors of every status are told as the clients of each protocol know them, with what says when to come again."""

import json
from http import HTTPStatus
from typing import Any, get_args

import pytest
from anthropic.types.shared.error_type import ErrorType

from palaver.surfaces.errors import Wrong, shape_of

TOO_LARGE = "request_too_large"  # in Anthropic's documentation; its client goes by the status
STATUSES = (400, 401, 402, 403, 404, 409, 413, 415, 422, 429, 500, 501, 502, 503, 504)
LATER = {"Retry-After": "7"}


def told(path: str, status: int) -> tuple[int, Any]:
    """An error under a path, as it leaves."""
    shape = shape_of(path)
    assert shape is not None
    wrong = Wrong(status, HTTPStatus(status).phrase.lower().replace(" ", "_"), "What happened.", request_id="req_1")
    reply = shape(wrong, LATER)
    assert reply.headers["retry-after"] == "7"
    return reply.status_code, json.loads(bytes(reply.body))


@pytest.mark.parametrize("status", STATUSES)
def test_anthropics_client_knows_every_kind_of_error(status: int) -> None:
    found, body = told("/v1/messages", status)
    assert found == {422: 400, 503: 529}.get(status, status)
    assert (body["type"], body["request_id"], body["error"]["message"]) == ("error", "req_1", "What happened.")
    assert body["error"]["type"] in {*get_args(ErrorType), TOO_LARGE}


@pytest.mark.parametrize("status", STATUSES)
def test_openais_client_gets_a_kind_a_code_and_words(status: int) -> None:
    found, body = told("/v1/chat/completions", status)
    error = body["error"]
    assert found == {422: 400}.get(status, status)
    assert (error["message"], error["param"]) == ("What happened.", None)
    assert (error["type"] == "rate_limit_error") == (status == 429)
    assert (error["type"] == "server_error") == (status >= 500)


@pytest.mark.parametrize("path", ["/ag-ui", "/api/ai-sdk/chat"])
def test_what_has_no_shape_of_its_own_says_the_code_and_the_request(path: str) -> None:
    assert told(path, 429) == (
        429,
        {"code": "too_many_requests", "message": "What happened.", "request_id": "req_1"},
    )
