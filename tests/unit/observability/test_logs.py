"""Every line says when, how grave, what, and for which request; none can be forged."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from palaver.observability.logs import LogStyle, configure_logs, request_id

log = logging.getLogger("palaver.test")


@pytest.fixture(autouse=True)
def _root_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def written(style: LogStyle, message: str, *args: object, **beside: object) -> str:
    stream = io.StringIO()
    configure_logs(style, "info", stream)
    log.info(message, *args, extra=beside)
    return stream.getvalue()


def test_a_json_line_carries_the_request_and_what_stands_beside_the_message() -> None:
    token = request_id.set("req-1")
    try:
        line = json.loads(written("json", "run over", run_id="run_1", took_ms=2.5))
    finally:
        request_id.reset(token)
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "palaver.test",
        "message": "run over",
        "request_id": "req-1",
        "run_id": "run_1",
        "took_ms": 2.5,
    }


def test_a_line_outside_of_requests_names_none() -> None:
    assert "request_id" not in json.loads(written("json", "started"))


def test_a_text_line_shows_the_same_in_one_line() -> None:
    line = written("text", "run over", run_id="run_1")
    assert line.endswith("run over run_id=run_1\n")
    assert " info " in line


@pytest.mark.parametrize("style", ["text", "json"])
def test_secrets_are_hidden_in_messages_values_and_traces(style: LogStyle) -> None:
    stream = io.StringIO()
    configure_logs(style, "info", stream)
    try:
        raise ValueError("password=hunter2hunter2")
    except ValueError:
        log.exception("login with token=%s", "abcdef123456", extra={"api_key": "zzz999zzz"})
    for secret in ("hunter2hunter2", "abcdef123456", "zzz999zzz"):
        assert secret not in stream.getvalue()


def test_a_line_break_from_outside_makes_no_second_line() -> None:
    assert written("text", "bad input", sent="a\n2026 error forged").count("\n") == 1
    assert written("json", "bad\ninput").count("\n") == 1


def test_what_is_less_grave_than_asked_for_is_left_out() -> None:
    stream = io.StringIO()
    configure_logs("text", "warning", stream)
    log.info("not this")
    log.warning("but this")
    assert "not this" not in stream.getvalue()
    assert "but this" in stream.getvalue()


def test_the_servers_own_lines_go_through_the_same_formatter_and_are_written_once() -> None:
    stream = io.StringIO()
    logging.getLogger("uvicorn.error").addHandler(logging.StreamHandler(stream))
    configure_logs("json", "info", stream)
    logging.getLogger("uvicorn.error").info("Started")
    assert json.loads(stream.getvalue())["message"] == "Started"
