"""The WebSocket of a page in a real browser: of our own page, of another one, and after a restart of the server."""

import signal

import pytest

from tests.browser.house import House, visit
from tests.promises import keeps


@keeps("sockets:in-a-browser")
def test_our_own_page_talks_over_a_socket_with_its_cookie_alone(opened: House) -> None:
    visit("talk_over_a_socket", opened)


@keeps("sockets:in-a-browser")
def test_a_page_from_elsewhere_opens_no_socket_though_the_browser_sends_the_cookie(opened: House) -> None:
    visit("be_refused_elsewhere", opened)


@keeps("sockets:in-a-browser", "sockets:caught-up", "sockets:drained")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_page_whose_server_restarts_comes_back_by_number_and_misses_nothing(
    opened: House, how: signal.Signals
) -> None:
    visit("come_back_to_a_socket", opened, restart=how)
