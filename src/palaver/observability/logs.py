"""Log lines on standard error, as text for people or JSON for machines; it decides no feature's words.

Features write `logging.getLogger(__name__).info("run over", extra={"run_id": ...})`: one message in plain words, what
varies beside it. Every line carries the id of the request it belongs to, and passes through `redact`.
"""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from palaver.observability.redact import redact, redact_value
from palaver.observability.settings import LogLevel

LogStyle = Literal["text", "json"]

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


def configure_logs(style: LogStyle, level: LogLevel, stream: TextIO | None = None) -> None:
    """Send everything that is logged in this process through one formatter to `stream`, standard error by default."""
    writer = logging.StreamHandler(stream or sys.stderr)
    writer.setFormatter(JsonLines() if style == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [writer]
    root.setLevel(level.upper())
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it announces its parts at every start
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):  # they would print a second time, and unredacted
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = name != "uvicorn.access"


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, request id, and what the caller put beside it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if (request := request_id.get()) is not None:
            line["request_id"] = request
        line.update(_beside(record))
        if trace := _trace(self, record):
            line["trace"] = trace
        return json.dumps(line, ensure_ascii=False)


class TextLines(logging.Formatter):
    """One line for people; a trace, where there is one, below it."""

    def format(self, record: logging.LogRecord) -> str:
        beside = _beside(record)
        if (request := request_id.get()) is not None:
            beside["request_id"] = request
        words = [_time(record), f"{record.levelname.lower():7}", _one_line(redact(record.getMessage()))]
        words += [f"{name}={_one_line(str(value))}" for name, value in beside.items()]
        trace = _trace(self, record)
        return " ".join(words) + (f"\n{trace}" if trace else "")


def _beside(record: logging.LogRecord) -> dict[str, Any]:
    return {name: redact_value(name, value) for name, value in vars(record).items() if name not in _STANDARD}


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _one_line(text: str) -> str:
    """So that nobody outside can forge a second line."""
    return text.replace("\r", "\\r").replace("\n", "\\n")


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    return redact(formatter.formatException(record.exc_info)) if record.exc_info else ""
