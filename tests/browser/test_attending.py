"""The way to help on every conversation, and the desk of counsellors, two of them at once, in real browsers."""

import pytest

from tests.browser.house import House, visit

PASSWORD = "correct horse battery\n"


@pytest.fixture(scope="module")
def staffed(opened: House) -> House:
    """With two counsellors, and somebody who is none."""
    for name in ("Amina", "Baraka"):
        opened.palaver(
            "user", "create", f"{name.lower()}@example.org", "--name", name, "--role", "counsellor", said=PASSWORD
        )
    opened.palaver("user", "create", "guest@example.org", said=PASSWORD)
    return opened


def test_help_can_be_found_from_every_conversation_on_a_small_phone_by_night(opened: House) -> None:
    visit("find_help_from_every_conversation", opened)


def test_two_counsellors_are_called_one_joins_and_the_person_is_spoken_with(staffed: House) -> None:
    visit("two_counsellors_are_called_and_one_joins", staffed)


def test_who_is_not_of_the_team_has_no_desk(staffed: House) -> None:
    visit("the_desk_is_for_the_team", staffed)
