"""Whatever HTML there is becomes text, soon."""

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palaver.core.errors import Invalid
from palaver.tools.builtin import web_pages
from palaver.tools.builtin.web_pages import decoded, media_type
from palaver.tools.builtin.web_reading import readable

URL = "https://example.org/a/b"


@pytest.mark.parametrize(
    "html", ["<p>a</p>" * 100_000, "<a href=" * 100_000, "<" * 500_000, "&amp" * 500_000, "<b hidden>" * 50_000]
)
def test_odd_pages_are_read_soon(html: str) -> None:
    began = time.monotonic()
    readable(html, URL)
    assert time.monotonic() - began < 10


def test_a_page_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("palaver.files.apart.PATIENCE", 0.2)
    with pytest.raises(Invalid, match="too demanding"):
        web_pages.readable("<div>" * 1_000_000, URL, threading.Event())


def test_a_page_is_read_in_a_process_of_its_own_and_not_after_it_is_cancelled() -> None:
    page = "<title>T\nitle</title><p>a <a href=/x>b</a>"
    assert web_pages.readable(page, URL, threading.Event()) == web_pages.Page("T itle", "a [b](https://example.org/x)")
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(Invalid):
        web_pages.readable(page, URL, cancelled)


@given(st.text("<>/ \n&;'\"=abipdtrhul1!-", max_size=200))
def test_anything_is_a_page(html: str) -> None:
    _, text = readable(html, URL)
    assert text == text.strip()
    assert "\n\n\n" not in text


@given(st.binary(max_size=100), st.text(max_size=30))
def test_any_bytes_are_text(body: bytes, kind: str) -> None:
    assert isinstance(decoded({"content-type": kind}, body), str)
    assert media_type({"content-type": kind}, body)


def test_links_are_whole_and_lead_to_the_web_only() -> None:
    html = '<p><a href="../c?d#e">up</a> <a href="javascript:x()">no</a> <a href="mailto:a@b">mail</a> <a>none</a>'
    assert readable(html, URL)[1] == "[up](https://example.org/c?d#e) no mail none"


def test_what_stands_around_is_kept_where_it_is_all_there_is() -> None:
    assert readable("<body><header>Only this</header></body>", URL)[1] == "Only this"
