"""Going back in a real browser: what would change is told first, it is done, and it is taken back."""

from tests.browser.house import House, visit


def test_a_rewind_says_first_what_it_does_and_then_messages_and_file_are_gone(opened: House) -> None:
    visit("rewind_messages_and_files", opened)


def test_a_rewind_is_taken_back_and_messages_and_file_are_there_again(opened: House) -> None:
    visit("take_a_rewind_back", opened)


def test_while_a_call_waits_a_rewind_is_refused_and_says_so(opened: House) -> None:
    visit("rewind_refused_while_it_waits", opened)


def test_a_fork_is_a_new_conversation_and_the_old_one_stays(opened: House) -> None:
    visit("fork_from_a_message", opened)


def test_a_fork_begins_at_an_answer_and_the_answers_beside_it_stay_where_they_are(opened: House) -> None:
    visit("fork_from_an_answer", opened)


def test_the_dialog_fits_a_small_phone_by_night(opened: House) -> None:
    visit("rewind_on_a_small_phone", opened)


def test_files_are_brought_asked_about_refused_and_deleted(opened: House) -> None:
    visit("bring_and_delete_files", opened)
