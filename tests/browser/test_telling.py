"""Webhooks in a real browser: made, tested, looked after and deleted."""

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


def test_a_webhook_is_made_tested_looked_after_and_deleted(opened: House) -> None:
    visit("tell_a_server_of_ones_own", opened)


def test_webhooks_fit_a_small_phone_by_night_and_a_wrong_address_is_said(opened: House) -> None:
    visit("webhooks_on_a_small_phone", opened)
