"""Conversations of several people, in two real browsers: invited by a link, writing, shown out."""

from tests.browser.house import House, visit


def test_somebody_is_invited_by_a_link_reads_then_writes_and_is_shown_out(opened: House) -> None:
    opened.palaver("user", "create", "guest@example.org", said="correct horse battery\n")
    visit("invite_somebody_who_reads_then_writes_and_is_shown_out", opened)


def test_who_takes_part_fits_a_small_phone_by_night(opened: House) -> None:
    visit("people_on_a_small_phone", opened)


def test_a_conversation_is_shared_with_an_organisation_and_no_more(opened: House) -> None:
    visit("share_with_a_group", opened)
