"""What tests of the page are given: a running Palaver that the browser is signed in to."""

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
