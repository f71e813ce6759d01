"""The page in a real browser, over a real server: what a person does, and what they see."""

import signal
from pathlib import Path

import pytest

from tests.browser.house import House, visit

EMAIL, PASSWORD = "ada@example.org", "correct horse battery staple"


def test_the_printed_link_opens_the_page_signed_in(opened: House) -> None:
    assert Path(opened.home, "browser.json").exists()


def test_the_guide_answers_without_any_account(opened: House) -> None:
    visit("ask_the_guide", opened)


def test_a_reload_in_mid_answer_goes_on_without_a_gap(opened: House) -> None:
    visit("reload_in_mid_answer", opened)


def test_who_looks_away_holds_no_connection_and_misses_nothing(opened: House) -> None:
    visit("look_away_and_back", opened)


def test_two_tabs_see_the_same_and_the_second_stops_the_first(opened: House) -> None:
    visit("stop_from_a_second_tab", opened)


def test_escape_stops_and_the_text_so_far_is_kept(opened: House) -> None:
    visit("stop_by_key", opened)


def test_an_error_is_shown_as_one_and_a_retry_answers(opened: House) -> None:
    visit("retry_after_an_error", opened)


def test_thoughts_are_shown_folded(opened: House) -> None:
    visit("fold_thoughts", opened)


def test_an_edited_question_and_a_second_answer_stand_beside_the_first(opened: House) -> None:
    visit("edit_and_answer_again", opened)


def test_a_session_is_renamed_pinned_archived_found_and_deleted(opened: House) -> None:
    visit("keep_order_among_sessions", opened)


def test_light_and_dark_follow_the_system_and_the_switch(opened: House) -> None:
    visit("light_and_dark", opened)


def test_the_page_fits_a_small_phone(opened: House) -> None:
    visit("small_phone", opened)


def test_nothing_stands_in_the_way_of_people_with_disabilities(opened: House) -> None:
    visit("accessible", opened)


def test_the_description_of_the_api_is_drawn_without_anybody_elses_server(opened: House) -> None:
    visit("read_the_description", opened)


def test_who_is_signed_out_can_sign_in_with_a_password(opened: House) -> None:
    opened.palaver("user", "create", EMAIL, "--role", "admin", said=PASSWORD + "\n")
    visit("sign_in_with_password", opened)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_an_answer_survives_the_servers_restart(opened: House, how: signal.Signals) -> None:
    visit("restart_in_mid_answer", opened, restart=how)
