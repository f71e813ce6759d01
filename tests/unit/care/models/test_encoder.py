"""How the encoder cuts long texts and reads what was answered, without the encoder."""

from hypothesis import given
from hypothesis import strategies as st

from palaver.care.models.encoder import falling, likely, windows

OPENS, CLOSES = 101, 102


def test_a_short_text_is_one_window_of_its_own_length() -> None:
    assert windows([7, 8, 9], 96) == [[OPENS, 7, 8, 9, CLOSES]]


def test_nothing_is_no_window() -> None:
    assert windows([], 96) == []


@given(st.integers(1, 700))
def test_windows_are_of_one_length_and_leave_out_nothing(length: int) -> None:
    parts = windows(range(1000, 1000 + length), 96)
    assert len({len(part) for part in parts}) == 1
    assert all(len(part) <= 96 and part[0] == OPENS and part[-1] == CLOSES for part in parts)
    assert {token for part in parts for token in part[1:-1]} == set(range(1000, 1000 + length))


@given(st.integers(96, 700), st.data())
def test_what_one_window_cuts_is_whole_in_another(length: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, length - 32))
    said = list(range(1000 + start, 1000 + start + 32))
    parts = windows(range(1000, 1000 + length), 96)
    assert any(part[at : at + 32] == said for part in parts for at in range(len(part)))


def test_of_a_very_long_text_the_beginning_and_the_end_are_read() -> None:
    parts = windows(range(1000, 51_000), 96)
    assert len(parts) == 12
    seen = {token for part in parts for token in part[1:-1]}
    assert {1000, 1300, 50_700, 50_999} <= seen


def test_no_level_is_likelier_than_the_one_below_it() -> None:
    assert falling([0.4, 0.7, 0.2, 0.3]) == (0.4, 0.4, 0.2, 0.2)


def test_a_probability_is_one_however_far_a_number_goes() -> None:
    assert likely(0) == 0.5
    assert (likely(-1e9) < 1e-20, likely(1e9)) == (True, 1.0)
