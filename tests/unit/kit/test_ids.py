"""Identifiers sort by the time they were made."""

import re

from palaver.kit.ids import new_id


def test_an_id_is_its_prefix_and_thirty_two_hexadecimal_digits() -> None:
    assert re.fullmatch(r"ses_[0-9a-f]{32}", new_id("ses"))


def test_ids_are_unique_and_sort_by_the_millisecond_they_were_made_in() -> None:
    made = [new_id("run") for _ in range(2_000)]
    milliseconds = [one[4:16] for one in made]
    assert len(set(made)) == len(made)
    assert milliseconds == sorted(milliseconds)
