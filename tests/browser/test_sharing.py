"""Conversations of several people, in two real browsers: invited by a link, writing, shown out."""

from collections.abc import Iterator

import pytest

from tests.browser.house import House, house, install, visit


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A Palaver whose printed link has been opened in the browser, and which knows somebody else."""
    install()
    with house(tmp_path_factory.mktemp("home")) as started:
        started.palaver("user", "create", "guest@example.org", said="correct horse battery\n")
        visit("open_the_printed_link", started)
        yield started


def test_somebody_is_invited_by_a_link_reads_then_writes_and_is_shown_out(opened: House) -> None:
    visit("invite_somebody_who_reads_then_writes_and_is_shown_out", opened)


def test_who_takes_part_fits_a_small_phone_by_night(opened: House) -> None:
    visit("people_on_a_small_phone", opened)
