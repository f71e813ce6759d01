"""What people let be kept beside conversations, in a real browser: projects, and facts about themselves."""

from tests.browser.house import House, visit


def test_conversations_are_put_in_a_project_which_is_changed_and_deleted_without_them(opened: House) -> None:
    visit("group_conversations_in_a_project", opened)


def test_projects_fit_a_small_phone_by_night(opened: House) -> None:
    visit("projects_on_a_small_phone", opened)


def test_facts_are_written_changed_always_told_switched_off_and_forgotten(opened: House) -> None:
    visit("keep_facts", opened)


def test_facts_fit_a_small_phone_by_night_and_one_that_is_known_is_said(opened: House) -> None:
    visit("facts_on_a_small_phone", opened)
