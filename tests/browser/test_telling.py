"""Webhooks in a real browser: made, tested, looked after and deleted."""

from tests.browser.house import House, visit


def test_a_webhook_is_made_tested_looked_after_and_deleted(opened: House) -> None:
    visit("tell_a_server_of_ones_own", opened)


def test_webhooks_fit_a_small_phone_by_night_and_a_wrong_address_is_said(opened: House) -> None:
    visit("webhooks_on_a_small_phone", opened)
