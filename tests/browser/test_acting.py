"""Agents at work in a real browser: what they do is seen, and what they may not do alone waits for a person."""

from tests.browser.house import House, visit


def test_the_guide_writes_a_file_after_it_was_seen_edited_and_approved(opened: House) -> None:
    visit("edit_and_approve_a_file", opened)


def test_a_rejected_call_is_not_made_and_the_agent_hears_why(opened: House) -> None:
    visit("reject_with_words", opened)


def test_of_two_devices_that_answer_one_wins_and_the_other_is_told(opened: House) -> None:
    visit("answer_on_two_devices", opened)


def test_who_allows_edits_beforehand_is_not_asked_until_they_are_allowed_no_more(opened: House) -> None:
    visit("allow_edits_beforehand", opened)


def test_what_waits_is_found_from_any_page(opened: House) -> None:
    visit("find_what_waits_elsewhere", opened)


def test_calls_subagents_check_lists_files_and_lines_are_seen_by_everybody(opened: House) -> None:
    visit("see_everything_agents_do", opened)


def test_cards_are_answered_by_keyboard_alone(opened: House) -> None:
    visit("answer_cards_by_keyboard_alone", opened)


def test_what_agents_do_fits_a_small_phone(opened: House) -> None:
    visit("agents_on_a_small_phone", opened)


def test_a_command_is_chosen_by_its_first_letters(opened: House) -> None:
    visit("choose_a_command", opened)
