"""One's own account on the page, and the administrators' panels, in a real browser."""

from tests.browser.house import House, visit


def test_devices_keys_and_the_password_are_looked_after_by_keyboard(opened: House) -> None:
    opened.palaver("user", "create", "keeper@example.org", said="correct horse battery\n")
    visit("look_after_an_account", opened)


def test_an_account_fits_a_small_phone_by_night(opened: House) -> None:
    visit("account_on_a_small_phone", opened)


def test_an_administrator_reads_who_changed_what(opened: House) -> None:
    visit("read_what_was_written_down", opened)


def test_who_is_invited_makes_an_account_with_a_second_factor_and_is_helped_or_turned_away(opened: House) -> None:
    visit("come_by_an_invitation_with_a_second_factor", opened)


def test_whose_role_needs_two_factors_sets_one_up_before_anything_else(opened: House) -> None:
    visit("be_asked_for_a_second_factor_first", opened)
