"""What people let be kept beside conversations, in a real browser: projects, and facts about themselves."""

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


def test_conversations_are_put_in_a_project_which_is_changed_and_deleted_without_them(opened: House) -> None:
    visit("group_conversations_in_a_project", opened)


def test_projects_fit_a_small_phone_by_night(opened: House) -> None:
    visit("projects_on_a_small_phone", opened)


def test_facts_are_written_changed_always_told_switched_off_and_forgotten(opened: House) -> None:
    visit("keep_facts", opened)


def test_facts_fit_a_small_phone_by_night_and_one_that_is_known_is_said(opened: House) -> None:
    visit("facts_on_a_small_phone", opened)
