"""What a program says, as text and as progress."""

import pytest

from palaver.tools.builtin.program_output import Heard, plain


class _Now:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("\x1b[31mred\x1b[0m and \x1b[1;4mmore\x1b[m", "red and more"),
        ("\x1b]0;a title\x07text", "text"),
        ("\x1b]8;;https://example.com\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("10 %\r50 %\r100 %\ndone\n", "100 %\ndone\n"),
        ("windows\r\nlines\r\n", "windows\nlines\n"),
        ("bell\x07 and null\x00", "bell and null"),
        ("tabs\tstay", "tabs\tstay"),
    ],
)
def test_what_only_terminals_understand_is_gone(said: str, shown: str) -> None:
    assert plain(said) == shown


def test_bytes_that_are_no_text_are_replaced() -> None:
    heard = Heard(lambda _: None, _Now())
    heard.take(b"ok \xff\xfe")
    assert heard.text == "ok ��"


def test_a_sign_that_comes_in_two_pieces_is_whole() -> None:
    told: list[str] = []
    heard = Heard(told.append, _Now())
    heard.take("é".encode()[:1])
    heard.take("é".encode()[1:] + b"\n")
    assert heard.text == "é\n"
    assert told == ["é"]


def test_at_most_four_lines_a_second_are_told_and_the_whole_is_kept() -> None:
    told: list[str] = []
    now = _Now()
    heard = Heard(told.append, now)
    for number in range(100):
        now.at = number / 50
        heard.take(f"line {number}\n".encode())
    assert 7 <= len(told) <= 8
    assert heard.text.count("\n") == 100


def test_the_last_of_many_lines_is_told_and_a_long_one_is_cut() -> None:
    told: list[str] = []
    Heard(told.append, _Now()).take(b"first\nsecond\n" + b"x" * 1000 + b"\n\n")
    assert told == ["x" * 200]
