import pytest
from hypothesis import given
from hypothesis import strategies as st

from palaver.tools.texts import Encoding, decoded, encoded, encoding_of


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"])
@pytest.mark.parametrize("text", ["", "a\r\nb\n", "grüße\n"])
def test_bytes_stay_as_they_are_when_nothing_changes(text: str, encoding: str) -> None:
    mark = "\ufeff" if encoding in {"utf-16-le", "utf-16-be"} else ""
    content = (mark + text).encode(encoding)
    read, found = decoded(content)
    assert read.removeprefix("\ufeff") == text
    assert encoded(read, content, found) == content


@given(st.binary(max_size=200))
def test_whatever_is_text_comes_back_as_the_same_bytes(content: bytes) -> None:
    try:
        text, encoding = decoded(content)
    except ValueError:
        return
    assert encoded(text, content, encoding) == content


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        (b"", "utf-8"),
        ("ü".encode()[:1], "utf-8"),  # the rest of the letter may follow
        (b"gr\xfc\xdfe", "latin-1"),
        (b"\xff\xfea\0", "utf-16"),
        (b"\xff\xfe\0\0a\0\0\0", "utf-32"),
        (b"a\0", None),
        (b"\x80\x01\x02\x03", None),
    ],
)
def test_a_beginning_says_what_a_file_is(head: bytes, encoding: Encoding | None) -> None:
    assert encoding_of(head) == encoding
