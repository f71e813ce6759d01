"""However a stream is cut into pieces, the client hears the same events."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from palaver_client.frames import Frames

from palaver.kit.sse import PING, frame

texts = st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), min_size=1)


@given(st.lists(texts, max_size=8), st.lists(st.integers(0, 400), max_size=12))
def test_pieces_do_not_matter(said: list[str], cuts: list[int]) -> None:
    stream = PING + b"".join(frame(n, "content", text.encode()) + PING for n, text in enumerate(said))
    places = sorted({0, len(stream), *(min(cut, len(stream)) for cut in cuts)})
    frames = Frames()
    assert [data for a, b in pairwise(places) for data in frames.feed(stream[a:b])] == said


def test_what_is_not_whole_yet_waits() -> None:
    frames = Frames()
    assert frames.feed(b"id: 1\nevent: done\ndata: {}\n") == []
    assert frames.feed(b"\n") == ["{}"]


def test_data_of_several_lines_is_joined_and_carriage_returns_are_line_ends() -> None:
    assert Frames().feed(b"data: a\r\ndata:b\r\n\r\n") == ["a\nb"]


def test_a_line_end_that_is_cut_in_two_is_one_line_end() -> None:
    frames = Frames()
    heard = [data for piece in (b"data: a\r", b"\n\r", b"\ndata: b\r\n\r\n") for data in frames.feed(piece)]
    assert heard == ["a", "b"]
