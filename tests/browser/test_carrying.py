"""What people carry in and out, in a real browser: files with what they say, conversations as files."""

from collections.abc import Iterator

import pytest

from tests.browser.house import House, house, install, visit


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A Palaver whose printed link has been opened in the browser, which keeps the cookie."""
    install()
    with house(tmp_path_factory.mktemp("home")) as started:
        visit("open_the_printed_link", started)
        yield started


def test_a_conversation_is_taken_away_and_brought_back_and_so_are_all(opened: House) -> None:
    visit("take_away_and_bring_back", opened)


def test_a_broken_file_says_the_line_and_brings_nothing(opened: House) -> None:
    visit("hear_where_a_file_is_broken", opened)
