"""What models see, in a real browser: it is shown, summed up on request, and summaries are taken back."""

from tests.browser.house import House, visit


def test_what_the_next_call_would_see_is_told_part_by_part(opened: House) -> None:
    visit("see_what_the_next_call_sees", opened)


def test_every_answer_tells_what_it_was_based_on_and_leads_there(opened: House) -> None:
    visit("see_what_an_answer_was_based_on", opened)


def test_earlier_messages_are_summed_up_above_all_about_something_and_that_is_undone(opened: House) -> None:
    visit("sum_up_and_undo", opened)


def test_a_summary_below_which_more_was_said_is_taken_back_and_stays_in_its_place(opened: House) -> None:
    visit("undo_a_summary_that_was_built_on", opened)


def test_a_summary_that_fails_is_said_and_nothing_is_otherwise(opened: House) -> None:
    visit("hear_that_a_summary_failed", opened)


def test_a_summary_that_a_full_window_asked_for_stands_before_the_question(opened: House) -> None:
    visit("read_a_summary_that_came_by_itself", opened)


def test_what_models_see_fits_a_small_phone_by_night(opened: House) -> None:
    visit("contexts_on_a_small_phone", opened)
