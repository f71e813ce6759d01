"""Server-sent events as bytes."""

from palaver.kit.sse import HEADERS, PING, frame


def test_a_frame_has_number_kind_and_data_and_ends_with_an_empty_line() -> None:
    assert frame(7, "content", b'{"a":"\xc3\xa9"}') == b'id: 7\nevent: content\ndata: {"a":"\xc3\xa9"}\n\n'


def test_a_ping_is_a_comment_that_no_client_takes_for_an_event() -> None:
    assert PING.startswith(b":")
    assert PING.endswith(b"\n\n")


def test_a_stream_is_neither_stored_nor_buffered_on_its_way() -> None:
    assert HEADERS["Content-Type"].startswith("text/event-stream")
    assert (HEADERS["Cache-Control"], HEADERS["X-Accel-Buffering"]) == ("no-store", "no")
