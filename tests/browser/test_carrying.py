"""What people carry in and out, in a real browser: files with what they say, conversations as files."""

from tests.browser.house import House, visit


def test_files_that_are_chosen_pasted_or_dropped_go_with_a_message_and_are_seen_in_it(opened: House) -> None:
    visit("send_files_with_words", opened)


def test_a_file_needs_no_words(opened: House) -> None:
    visit("send_a_file_without_words", opened)


def test_who_says_it_otherwise_keeps_the_files(opened: House) -> None:
    visit("edit_words_and_keep_files", opened)


def test_a_file_that_is_refused_is_said_and_one_that_did_not_arrive_comes_back(opened: House) -> None:
    visit("refused_and_unsent_files_are_said", opened)


def test_files_fit_a_small_phone_by_night(opened: House) -> None:
    visit("files_on_a_small_phone", opened)


def test_a_conversation_is_taken_away_and_brought_back_and_so_are_all(opened: House) -> None:
    visit("take_away_and_bring_back", opened)


def test_a_broken_file_says_the_line_and_brings_nothing(opened: House) -> None:
    visit("hear_where_a_file_is_broken", opened)
