"""Server-sent events as bytes (WHATWG HTML, 9.2); it neither sends nor receives them."""

PING = b": ping\n\n"
HEADERS = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def frame(number: int, event: str, data: bytes) -> bytes:
    """One event; `data` is JSON on one line."""
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (number, event.encode(), data)
